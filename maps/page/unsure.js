/* How areas that are unsure of their segment are told apart: paler, or hatched. Hatching is a texture: it says the same
   to every kind of colour vision and in print without colours. */
(function (onetown) {
  "use strict";

  const { store, el, byId } = onetown;
  const FADES = [[0.9, 0], [0.7, 0.35], [0.5, 0.6], [0, 0.8]]; // from this certainty on, this much of the way to white
  const HATCHES = [[0.9, 0], [0.7, 1], [0, 2]]; // from this certainty on: nothing, single lines, crossed lines
  const TILE = 8; // pixels between two lines; divides the tiles of areas, so that lines go on from one to the next
  const WAYS = ["", "fade", "hatch"];
  const LABELS = ["drawn like the others", "paler", "hatched"];
  const SAYS = ["All areas in full colour.", "Areas whose segment is unsure are paler.", "Areas whose segment is unsure are hatched."];
  const SAMPLE = "#4a7ebb";
  const mixes = new Map();
  const textures = new Map();

  const step = (steps, certainty) => steps.find(([from]) => (certainty ?? 0) >= from)[1];

  /** A colour, paler the less sure it is: four steps, so that areas still share their paths. */
  onetown.faded = function (colour, certainty) {
    const share = step(FADES, certainty);
    const key = colour + share;
    if (!mixes.has(key)) {
      const channels = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
      mixes.set(key, "#" + channels.map((one) => Math.round(one + (255 - one) * share).toString(16).padStart(2, "0")).join(""));
    }
    return mixes.get(key);
  };

  onetown.hatched = () => store.state.unsure === "hatch";
  onetown.hatching = (certainty) => (onetown.hatched() ? step(HATCHES, certainty) : 0);

  /** One tile of a texture: dark lines with a white edge, seen on light and on dark colours. */
  function texture(kind) {
    const sharp = Math.min(window.devicePixelRatio || 1, 2);
    const key = kind + " " + sharp;
    if (textures.has(key)) return textures.get(key);
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = TILE * sharp;
    const context = canvas.getContext("2d");
    context.scale(sharp, sharp);
    for (const [ink, width] of [["rgba(255, 255, 255, 0.75)", 2.4], ["rgba(16, 24, 32, 0.85)", 1]]) {
      context.strokeStyle = ink;
      context.lineWidth = width;
      context.beginPath();
      for (const shift of [-TILE, 0, TILE]) {
        context.moveTo(shift, TILE);
        context.lineTo(shift + TILE, 0);
        if (kind === 2) {
          context.moveTo(shift, 0);
          context.lineTo(shift + TILE, TILE);
        }
      }
      context.stroke();
    }
    textures.set(key, { canvas, sharp });
    return textures.get(key);
  }

  /** A texture to fill with. */
  onetown.hatch = function (context, kind) {
    const { canvas, sharp } = texture(kind);
    const pattern = context.createPattern(canvas, "repeat");
    pattern.setTransform(new DOMMatrix([1 / sharp, 0, 0, 1 / sharp, 0, 0]));
    return pattern;
  };

  /** Classes of certainty of one way of drawing: words, sample, areas and residents. */
  function classes(areas, way) {
    const steps = way === "fade" ? FADES : HATCHES;
    return steps.map(([from], i) => {
      const upto = i ? steps[i - 1][0] : Infinity;
      const percent = (share) => Math.round(100 * share);
      const word = from >= 0.9 ? "Sure" : from >= 0.7 ? "Fairly sure" : from > 0 ? "Unsure" : way === "fade" ? "Very unsure" : "Unsure";
      const range = i === 0 ? percent(from) + " % or more" : from > 0 ? percent(from) + " to " + percent(upto) + " %" : "under " + percent(upto) + " %";
      let [count, residents] = [0, 0];
      for (let area = 0; area < areas.n; area += 1) {
        const certainty = areas.table.certainty[area] ?? 0;
        if (areas.sub[area] < 0 || certainty < from || certainty >= upto) continue;
        count += 1;
        residents += areas.table.population[area] || 0;
      }
      return { word, range, count, residents, from };
    });
  }

  /** A sample of a class for the legend. */
  function sample(way, from) {
    if (way === "fade") return { "--swatch": onetown.faded(SAMPLE, from) };
    const kind = step(HATCHES, from);
    return { "--swatch": SAMPLE, ...(kind ? { "background-image": "url(" + texture(kind).canvas.toDataURL() + ")", "background-size": TILE + "px" } : {}) };
  }

  function legend(areas) {
    const { unsure } = store.state;
    const holder = byId("unsure-legend");
    if (!unsure) return holder.replaceChildren();
    return holder.replaceChildren(el("ul", { class: "classes whole" }, classes(areas, unsure).map(({ word, range, count, residents, from }) =>
      el("li", {}, el("span", { class: "swatch", "aria-hidden": "true", "data-hatch": unsure === "hatch" && step(HATCHES, from), style: sample(unsure, from) }),
        el("span", {}, word + " (" + range + ")"), el("small", {}, onetown.several(count, "area") + ", " + onetown.several(residents, "resident"))))));
  }

  /** The choice of how unsure areas are drawn, where certainty is known. */
  onetown.startUnsure = function (areas) {
    if (!areas.table.certainty || !areas.table.certainty.some((value) => value !== null)) return;
    const [part, list] = [byId("unsure-part"), byId("unsure")];
    part.hidden = false;
    list.append(...WAYS.map((way, i) => el("option", { value: way }, LABELS[i])));
    list.addEventListener("change", () => {
      store.change({ unsure: list.value });
      onetown.say(SAYS[WAYS.indexOf(list.value)]);
    });
    store.listen((changed) => {
      if (!["unsure", "column", "leftAreas"].some((name) => changed.has(name))) return;
      list.value = store.state.unsure;
      part.hidden = byId("unsure-legend").hidden = store.state.column >= 0 && !onetown.leftAreas.segments();
      legend(areas);
    });
  };

  onetown.UNSURE = WAYS;
})((window.onetown = window.onetown || {}));
