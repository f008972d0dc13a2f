/* Surfaces: pictures of a raster between the areas and the buildings, one on each side of the divider at most, each with
   its legend. */
(function (onetown) {
  "use strict";

  const { store, el, byId } = onetown;
  const OPACITY = 0.78;
  const SIDES = { right: 300, left: 301 }; // above the areas, below buildings and moves
  const NONE = "No surface";
  let all = [];

  /** The surfaces of the page; a page without any has no such data. */
  onetown.readSurfaces = () => onetown.layerData("surfaces") || { shown: -1, surfaces: [] };

  const nameOf = (position) => (position < 0 ? NONE : all[position].name);
  const differ = () => store.state.leftSurface > -2 && store.state.leftSurface !== store.state.surface;

  onetown.surfaces = {
    all: () => all,
    differ,
    names: () => [store.state.leftSurface, store.state.surface].map(nameOf),
  };

  const swatches = ({ classes }) => el("ul", { class: "classes" }, classes.map(({ label, colour }) =>
    el("li", {}, el("span", { class: "swatch", "aria-hidden": "true", style: { "--swatch": colour } }), label)));
  const legendOf = (surface) => [swatches(surface), el("p", { class: "note" }, surface.note)];
  const alike = (one, other) => JSON.stringify(one.classes) === JSON.stringify(other.classes);

  /** The legend of the surface left of the divider, where it has other classes than the one on the right. */
  function leftLegend() {
    if (!differ()) return [];
    const [left, right] = [all[store.state.leftSurface], all[store.state.surface]];
    const heading = el("p", { class: "heading" }, "Left of the divider: " + nameOf(store.state.leftSurface));
    if (!left) return [heading];
    return [heading, ...(right && alike(left, right) ? [el("p", { class: "note" }, "In the same classes. " + left.note)] : legendOf(left))];
  }

  /** Lay the surface of each side on the map, or take it away; without a divider the right side is the whole map. */
  function startLayers(map) {
    const shown = {};
    for (const [side, height] of Object.entries(SIDES)) {
      const pane = map.createPane("surfaces-" + side);
      pane.style.setProperty("z-index", String(height));
      pane.style.setProperty("pointer-events", "none");
      onetown.swipe.add(pane, side, differ);
    }
    const lay = (side, position) => {
      if (shown[side] && shown[side].position === position) return;
      if (shown[side]) shown[side].layer.remove();
      const surface = all[position];
      shown[side] = surface && { position, layer: L.imageOverlay(surface.image, surface.corners, {
        pane: "surfaces-" + side, opacity: OPACITY, interactive: false, className: "surface", alt: "",
      }).addTo(map) };
    };
    return () => {
      lay("right", store.state.surface);
      lay("left", differ() ? store.state.leftSurface : -1);
    };
  }

  onetown.startSurfaces = function ({ shown: first, surfaces }, map) {
    all = surfaces;
    if (!surfaces.length) return;
    byId("surfaces").hidden = false;
    const show = startLayers(map);
    const choice = byId("surface-choice");
    onetown.choice(choice, "surface", ["None", ...surfaces.map(({ name }) => name)], first + 1, (position) => {
      store.change({ surface: position - 1 });
      onetown.say(position ? "Showing " + surfaces[position - 1].name + "." : "No surface shown.");
    });
    const fold = onetown.leftFold(byId("left-surface-part"), {
      id: "left-surface",
      options: () => [el("option", { value: -1 }, NONE), ...surfaces.map(({ name }, i) => el("option", { value: i }, name))],
      value: () => (store.state.leftSurface < -1 ? "" : String(store.state.leftSurface)),
      choose: (text) => {
        store.change({ leftSurface: text ? Number(text) : -2 });
        onetown.say(differ() ? "Left of the divider: " + nameOf(store.state.leftSurface) + ". Right: " + nameOf(store.state.surface) + "." : "The same surface on the whole map.");
      },
      legend: leftLegend,
    });
    store.listen((changed) => {
      show();
      if (!changed.has("surface") && !changed.has("leftSurface")) return;
      choice.querySelectorAll("input").forEach((input, i) => (input.checked = i === store.state.surface + 1));
      const right = all[store.state.surface];
      byId("surface-legend").replaceChildren(...(right ? legendOf(right) : []));
      fold();
    });
    store.change({ surface: first });
  };
})((window.onetown = window.onetown || {}));
