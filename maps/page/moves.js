/* The layer of options: what each decides, who moves, and the arrows that show it. */
(function (onetown) {
  "use strict";

  const DECISIONS = ["", "keep", "host", "release"];
  const BEND = 0.2; // how far a line bows out, as a share of its length
  const INK = "#2b1a4f";

  class Option {
    constructor(plan) {
      Object.assign(this, plan);
      this.journeys = this.#grouped();
      this.count = { keep: 0, host: 0, release: 0 };
      plan.decision.forEach((code) => code && (this.count[DECISIONS[code]] += 1));
    }

    decisionOf(site) {
      return DECISIONS[this.decision[site]];
    }

    reasonFor(site) {
      return this.reason.words[this.reason.codes[site]] || "";
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
