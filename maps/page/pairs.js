/* The layer of pairs: buildings of different bodies that stand close, as thin dashed lines with their rank. */
(function (onetown) {
  "use strict";

  const { store, el, byId } = onetown;
  const INK = "#8a3d00";
  const REACH = 5; // pixels beside a line that still count as on it
  const NUMBERED = 46; // pixels from which a line has room for its rank
  const LISTED = 20;
  const FAINT = 0.3;

  class Pairs {
    constructor(table, factors) {
      Object.assign(this, table);
      this.names = factors;
      this.words = table.factors;
      this.n = table.rank.length;
    }

    rests(pair) {
      return this.rests_on.words[this.rests_on.codes[pair]];
    }

    factor(pair, factor) {
      return this.words[factor].words[this.words[factor].codes[pair]];
    }

    of(site) {
      return Array.from({ length: this.n }, (_, pair) => pair).filter((pair) => this.a[pair] === site || this.b[pair] === site);
    }

    /** The building that could be emptied and the one that would receive, or null. */
    move(pair) {
      if (!this.guest[pair]) return null;
      return this.guest[pair] === 1 ? { guest: this.a[pair], host: this.b[pair] } : { guest: this.b[pair], host: this.a[pair] };
    }

    saves(pair) {
      if (this.shared[pair]) return "seem to share a building already";
      return this.saving[pair] > 0 ? "up to " + onetown.money(this.saving[pair]) + " a year" : "no saving found";
    }

    title(pair) {
      return "Pair " + this.rank[pair];
    }

    both(pair, sites) {
      return sites.name(this.a[pair]) + " and " + sites.name(this.b[pair]);
    }
  }

  /** Draw the pairs whose buildings are shown; those of what is chosen stand out. */
  onetown.drawPairs = function (overlay) {
    const { pairs } = onetown;
    const { context, sites } = overlay;
    overlay.drawnPairs = [];
    if (!pairs || !store.state.pairs) return;
    const { selected } = store.state;
    const weight = (pair) => {
      if (!selected || selected.kind === "area" || selected.kind === "segment") return 1;
      if (selected.kind === "pair") return selected.id === pair ? 2 : FAINT;
      return [pairs.a[pair], pairs.b[pair]].includes(selected.id) ? 2 : FAINT;
    };
    for (let pair = pairs.n - 1; pair >= 0; pair -= 1) { // the first rank is drawn last, on top
      const ends = [pairs.a[pair], pairs.b[pair]];
      if (!ends.every((site) => sites.placed[site]) || !ends.some((site) => sites.shown(site))) continue;
      const [a, b] = ends.map((site) => overlay.place(site));
      const heavy = weight(pair);
      line(context, a, b, heavy);
      if (Math.hypot(b.x - a.x, b.y - a.y) >= NUMBERED && heavy >= 1) number(context, a, b, String(pairs.rank[pair]));
      overlay.drawnPairs.push({ pair, a, b });
    }
  };

  function line(context, a, b, weight) {
    context.globalAlpha = Math.min(1, weight);
    context.lineCap = "butt";
    for (const [ink, width, dash] of [["#ffffff", 3 + weight, []], [INK, 1 + weight / 2, [5, 3]]]) {
      context.setLineDash(dash);
      context.strokeStyle = ink;
      context.lineWidth = width;
      context.beginPath();
      context.moveTo(a.x, a.y);
      context.lineTo(b.x, b.y);
      context.stroke();
    }
    context.setLineDash([]);
    context.globalAlpha = 1;
  }

  function number(context, a, b, text) {
    const [x, y] = [(a.x + b.x) / 2, (a.y + b.y) / 2];
    context.font = "600 11px system-ui, sans-serif";
    context.textAlign = "center";
    context.textBaseline = "middle";
    const half = context.measureText(text).width / 2 + 4;
    context.fillStyle = "#ffffff";
    context.fillRect(x - half, y - 8, 2 * half, 16);
    context.strokeStyle = INK;
    context.lineWidth = 1;
    context.strokeRect(x - half, y - 8, 2 * half, 16);
    context.fillStyle = INK;
    context.fillText(text, x, y + 0.5);
  }

  /** The pair under a spot of the canvas, -1 for none; the nearest line wins. */
  onetown.pairAt = function (overlay, spot) {
    let best = -1;
    let nearest = REACH;
    for (const { pair, a, b } of overlay.drawnPairs || []) {
      const [dx, dy] = [b.x - a.x, b.y - a.y];
      const along = Math.max(0, Math.min(1, ((spot.x - a.x) * dx + (spot.y - a.y) * dy) / (dx * dx + dy * dy || 1)));
      const away = Math.hypot(spot.x - a.x - along * dx, spot.y - a.y - along * dy);
      if (away <= nearest) [best, nearest] = [pair, away];
    }
    return best;
  };

  const fact = (term, value) => [el("dt", {}, term), el("dd", {}, value)];

  function proposal(pairs, sites, pair) {
    const move = pairs.move(pair);
    if (!move) return null;
    const desks = pairs.desks[pair] ? " (" + onetown.several(pairs.desks[pair], "desk") + ")" : "";
    return el("p", {}, "People of " + sites.name(move.guest) + " could go to " + sites.name(move.host) + desks + ".");
  }

  function factorLine(pairs, pair, name, factor) {
    const [stance, ...rest] = pairs.factor(pair, factor).split(": ");
    return el("li", {}, el("strong", {}, name + ", " + stance), ": " + rest.join(": "));
  }

  /** What the panel says of a pair. */
  onetown.pairPanel = function (sites, pair) {
    const { pairs } = onetown;
    const button = (site) => el("button", { type: "button", class: "link", on: { click: () => onetown.choose({ kind: "site", id: site }) } },
      sites.name(site));
    return [
      el("h2", { id: "panel-title" }, pairs.title(pair) + " of " + pairs.n),
      [pairs.a[pair], pairs.b[pair]].map((site) => el("p", {}, button(site), " (" +
        [sites.word("organisation", site), sites.word("use", site)].filter(Boolean).join(", ") + ")")),
      proposal(pairs, sites, pair),
      el("dl", { class: "facts" },
        fact("Sharing could save", pairs.saves(pair) + (pairs.saving[pair] > 0 ? ", " + pairs.rests(pair) : "")),
        fact("Apart", onetown.distance(pairs.distance[pair]) + ", " + onetown.figure(pairs.minutes[pair]) + " min on foot (indicative)")),
      el("h3", {}, "Nine factors"),
      el("ul", { class: "factors" }, pairs.names.map((name, factor) => factorLine(pairs, pair, name, factor))),
      el("p", { class: "note" }, "The saving is an upper bound before the cost of moving. Factors are counted, never weighed."),
    ];
  };

  /** The pairs of a building, as lines of its panel. */
  onetown.pairsOf = function (sites, site) {
    const { pairs } = onetown;
    const mine = pairs && store.state.pairs ? pairs.of(site) : [];
    return mine.length ? [el("h3", {}, "Could be shared with"), el("ul", {}, mine.slice(0, 6).map((pair) => entry(pairs, sites, pair,
      sites.name(pairs.a[pair] === site ? pairs.b[pair] : pairs.a[pair]))), mine.length > 6 ? el("li", {}, "and " + (mine.length - 6) + " more") : null)] : [];
  };

  function entry(pairs, sites, pair, words) {
    const open = () => onetown.choose({ kind: "pair", id: pair }, { focus: true });
    return el("li", {}, el("button", { type: "button", class: "link", on: { click: open } }, pairs.title(pair) + ": " + words),
      " " + pairs.saves(pair));
  }

  /** The switch of the layer, and its first pairs as a list: the way to them without the map. */
  onetown.startPairs = function (sites) {
    const { pairs } = onetown;
    if (!pairs || !pairs.n) return;
    const button = byId("pairs-switch");
    button.append("Show pairs that could share", el("small", {}, onetown.count(pairs.n)));
    button.addEventListener("click", () => {
      store.change({ pairs: !store.state.pairs });
      onetown.say(store.state.pairs ? "Showing " + onetown.several(pairs.n, "pair") + "." : "Pairs hidden.");
    });
    const folded = byId("pairs-list");
    folded.addEventListener("toggle", () => {
      [...folded.children].slice(1).forEach((child) => child.remove()); // there only while someone looks
      if (!folded.open) return;
      if (!store.state.pairs) store.change({ pairs: true });
      const shown = Math.min(LISTED, pairs.n);
      folded.append(el("ol", { class: "pairs" }, Array.from({ length: shown }, (_, pair) => entry(pairs, sites, pair, pairs.both(pair, sites)))));
      if (pairs.n > shown) folded.append(el("p", { class: "note" }, "The first " + shown + " of " + pairs.n + "; all are in pairs.csv."));
    });
    store.listen((changed) => changed.has("pairs") && button.setAttribute("aria-pressed", String(store.state.pairs)));
    byId("pairs").hidden = false;
    if (pairs.open) store.change({ pairs: true });
  };

  /** Read the layer of pairs. */
  onetown.readPairs = async function () {
    const data = onetown.layerData("pairs");
    if (!data) return null;
    const { rests, ...table } = await onetown.unpackJson(data.table);
    const pairs = new Pairs({ ...table, rests_on: rests }, data.factors);
    pairs.open = data.shown;
    return pairs;
  };
})((window.onetown = window.onetown || {}));
