/* The layer of options: what each decides, who moves, and the arrows that show it. */
(function (onetown) {
  "use strict";

  const { store } = onetown;
  const DECISIONS = ["", "keep", "host", "release"];
  const BEND = 0.2; // how far a line bows out, as a share of its length
  const INK = "#2b1a4f";

  class Option {
    constructor(plan) {
      Object.assign(this, plan);
      this.journeys = this.#grouped();
      this.years = 1 + Math.max(0, ...plan.moves.year, ...plan.released.map((year) => year ?? 0));
      this.#find();
    }

    /** In which year each host takes its first team in. */
    #find() {
      this.opens = new Map();
      this.moves.to.forEach((to, move) => this.opens.set(to, Math.min(this.opens.get(to) ?? Infinity, this.moves.year[move])));
    }

    /** What becomes of a building by the year on show. */
    decisionOf(site) {
      const word = DECISIONS[this.decision[site]];
      const { year } = store.state;
      if (year === null) return word;
      const when = word === "release" ? this.released[site] : word === "host" ? this.opens.get(site) : -1;
      return (when ?? -1) <= year ? word : "keep";
    }

    /** How many buildings are kept, take others in and are released by the year on show. */
    get count() {
      const count = { keep: 0, host: 0, release: 0 };
      this.decision.forEach((code, site) => code && (count[this.decisionOf(site)] += 1));
      return count;
    }

    /** Whether a move has happened by the year on show, and whether it happens in that year. */
    done(move) {
      return store.state.year === null || this.moves.year[move] <= store.state.year;
    }

    isNew(journey) {
      const { year } = store.state;
      return year === null || journey.moves.some((move) => this.moves.year[move] === year);
    }

    reasonFor(site) {
      return this.reason.words[this.reason.codes[site]] || "";
    }

    /** What the opposite would cost; null where this option was not asked about. */
    oppositeFor(site) {
      return this.opposite ? this.opposite.words[this.opposite.codes[site]] || "" : null;
    }

    word(name, move) {
      return this.moves[name].words[this.moves[name].codes[move]] || "";
    }

    /** Moves between the same two buildings are one arrow. */
    #grouped() {
      const found = new Map();
      this.moves.from.forEach((from, move) => {
        const to = this.moves.to[move];
        if (from === to) return;
        const journey = found.get(from + " " + to) || { from, to, moves: [], fte: 0 };
        journey.moves.push(move);
        journey.fte += this.moves.fte[move] || 0;
        found.set(from + " " + to, journey);
      });
      return [...found.values()];
    }

    /** Moves out of and into a building. */
    movesOf(site) {
      const all = this.moves.from.map((_, move) => move).filter((move) => this.moves.from[move] !== this.moves.to[move]);
      return {
        out: all.filter((move) => this.moves.from[move] === site),
        into: all.filter((move) => this.moves.to[move] === site),
      };
    }
  }

  /** The middle point that makes the line from a to b a curve; to and fro bow to different sides. */
  function bend(a, b) {
    return { x: (a.x + b.x) / 2 + BEND * (b.y - a.y), y: (a.y + b.y) / 2 - BEND * (b.x - a.x) };
  }

  /** Draw a curved arrow from a to b that ends `gap` pixels short of b. */
  function arrow(context, a, b, { width, gap, alpha }) {
    const length = Math.hypot(b.x - a.x, b.y - a.y);
    if (length < gap + 4) return;
    const middle = bend(a, b);
    const towards = Math.atan2(b.y - middle.y, b.x - middle.x);
    const tip = { x: b.x - gap * Math.cos(towards), y: b.y - gap * Math.sin(towards) };
    const head = Math.min(6 + 1.6 * width, length * 0.5);
    const neck = { x: tip.x - 0.8 * head * Math.cos(towards), y: tip.y - 0.8 * head * Math.sin(towards) };
    context.globalAlpha = alpha;
    context.lineCap = "round";
    for (const [colour, more] of [["#ffffff", 2.6], [INK, 0]]) {
      context.beginPath();
      context.moveTo(a.x, a.y);
      context.quadraticCurveTo(middle.x, middle.y, neck.x, neck.y);
      context.strokeStyle = colour;
      context.lineWidth = width + more;
      context.stroke();
      context.beginPath();
      context.moveTo(tip.x, tip.y);
      for (const turn of [-0.45, 0.45]) {
        context.lineTo(tip.x - head * Math.cos(towards + turn), tip.y - head * Math.sin(towards + turn));
      }
      context.closePath();
      context.fillStyle = colour;
      context.lineWidth = more;
      if (more) context.stroke();
      context.fill();
    }
    context.globalAlpha = 1;
  }

  /** Read the layer of options. */
  onetown.readOptions = async function () {
    const data = onetown.layerData("moves");
    return data ? (await onetown.unpackJson(data.table)).map((plan) => new Option(plan)) : [];
  };

  onetown.arrow = arrow;
})((window.onetown = window.onetown || {}));
