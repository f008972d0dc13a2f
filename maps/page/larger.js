/* Larger areas for far away: where small areas would be under two pixels wide, the areas made of them are drawn instead.

   Nothing more is sent for it. The outline of a larger area is what is left of the arcs of its parts when those that two
   parts share are taken away; its colour is the one in which most of its residents live. */
(function (onetown) {
  "use strict";

  const SMALLEST = 2; // pixels; narrower areas are drawn as the next larger ones
  const LEVELS = ["lsoa", "msoa"];

  class Larger {
    constructor(areas, parentOf) {
      this.areas = areas;
      const nParents = parentOf.reduce((most, parent) => Math.max(most, parent + 1), 0);
      this.parts = Array.from({ length: nParents }, () => []);
      parentOf.forEach((parent, area) => parent >= 0 && this.parts[parent].push(area));
      const { outlines, kept } = dissolve(areas.coverage, this.parts);
      this.parts = kept;
      this.coverage = new onetown.Coverage(outlines, areas.coverage.grid);
      this.coverage.lines = areas.coverage.lines; // arcs are the same, thinned once for both
      const district = kept.map((parts) => areas.table.district.codes[parts[0]]);
      this.table = { district: { codes: district } };
    }

    /** Forget colours and kinds: what the reader chose may have changed them. */
    forget() {
      this.known = { colourOf: new Map(), kindOf: new Map(), hatchOf: new Map() };
    }

    /** What most residents of a larger area have: of a colour or a kind. */
    #most(parent, name) {
      const known = this.known[name];
      if (!known.has(parent)) known.set(parent, this.#heaviest(parent, (area) => this.areas[name](area)));
      return known.get(parent);
    }

    #heaviest(parent, valueOf) {
      const weights = new Map();
      let best;
      for (const area of this.parts[parent]) {
        const value = valueOf(area);
        const weight = (weights.get(value) || 0) + (this.areas.table.population[area] || 0) + 1e-6;
        weights.set(value, weight);
        if (best === undefined || weight > weights.get(best)) best = value;
      }
      return best;
    }

    colourOf(parent) {
      return this.#most(parent, "colourOf");
    }

    kindOf(parent) {
      return this.#most(parent, "kindOf");
    }

    hatchOf(parent) {
      return this.#most(parent, "hatchOf");
    }
  }

  /** Return the outlines of groups of areas, as rings of the arcs that remain, and the groups that have any. */
  function dissolve(coverage, groups) {
    const uses = [];
    const useStart = [0];
    const ringStart = [0];
    const kept = [];
    for (const group of groups) {
      const rings = joined(coverage, remaining(coverage, group));
      if (!rings.length) continue;
      for (const ring of rings) {
        for (const use of ring) uses.push(use);
        useStart.push(uses.length);
      }
      ringStart.push(useStart.length - 1);
      kept.push(group);
    }
    const { nArcs, pointStart, x, y } = coverage;
    const numbers = { uses: Int32Array.from(uses), useStart: Int32Array.from(useStart), ringStart: Int32Array.from(ringStart) };
    return { outlines: { nAreas: kept.length, nArcs, pointStart, x, y, dotX: [], dotY: [], ...numbers }, kept };
  }

  /** The arcs of a group that its parts do not walk both ways: an arc walked to and fro lies inside. */
  function remaining(coverage, group) {
    const ways = new Map();
    for (const area of group) {
      const end = coverage.useStart[coverage.ringStart[area + 1]];
      for (let at = coverage.useStart[coverage.ringStart[area]]; at < end; at += 1) {
        const use = coverage.uses[at];
        const arc = use < 0 ? ~use : use;
        ways.set(arc, (ways.get(arc) || 0) + (use < 0 ? -1 : 1));
      }
    }
    const left = [];
    for (const [arc, way] of ways) if (way !== 0) left.push(way > 0 ? arc : ~arc);
    return left;
  }

  /** Join arcs end to end into rings. */
  function joined(coverage, uses) {
    const { pointStart, x, y } = coverage;
    const place = (point) => x[point] * 4194304 + y[point];
    const first = (use) => place(use < 0 ? pointStart[~use + 1] - 1 : pointStart[use]);
    const last = (use) => place(use < 0 ? pointStart[~use] : pointStart[use + 1] - 1);
    const from = new Map();
    for (const use of uses) {
      const there = from.get(first(use));
      if (there) there.push(use);
      else from.set(first(use), [use]);
    }
    const rings = [];
    for (const use of uses) {
      const ring = [];
      let next = take(from, first(use), use);
      while (next !== undefined) {
        ring.push(next);
        next = take(from, last(next));
      }
      if (ring.length) rings.push(ring);
    }
    return rings;
  }

  /** Take an arc that begins at a place, a certain one where it is given; undefined where none is left. */
  function take(from, place, wanted) {
    const there = from.get(place);
    if (!there || !there.length) return undefined;
    if (wanted === undefined) return there.pop();
    const at = there.indexOf(wanted);
    return at < 0 ? undefined : there.splice(at, 1)[0];
  }

  const made = new WeakMap();

  /** Return the areas themselves, or the larger ones to draw at a zoom level; they are made when first wanted. */
  onetown.areasAt = function (areas, zoom) {
    let drawn = areas;
    for (const level of LEVELS) {
      const parents = areas.table.larger && areas.table.larger[level];
      if (!parents || drawn.coverage.cell * drawn.coverage.scale(zoom) >= SMALLEST) continue;
      const known = made.get(areas) || {};
      made.set(areas, known);
      known[level] = known[level] || new Larger(areas, parents);
      if (known[level].coverage.nAreas) drawn = known[level];
    }
    if (drawn !== areas) drawn.forget();
    return drawn;
  };
})((window.onetown = window.onetown || {}));
