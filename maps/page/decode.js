/* Data out of the page: inert JSON, gzipped letters, and the outlines that maps/arc_code.py writes. */
(function (onetown) {
  "use strict";

  const LONG = 15; // the width of numbers that stand apart

  /** Return the JSON of a layer, null where the map has none. */
  onetown.layerData = function (name) {
    const element = onetown.byId("onetown-" + name);
    return element && JSON.parse(element.textContent);
  };

  /** Return a table packed as gzipped JSON. */
  onetown.unpackJson = async (text) => JSON.parse(new TextDecoder().decode(await onetown.unpack(text)));

  /** Reads varints one after another: seven bits a byte, lowest first. */
  class Numbers {
    constructor(bytes) {
      this.bytes = bytes;
      this.at = 0;
    }

    next() {
      let value = 0;
      let place = 1;
      for (;;) {
        const byte = this.bytes[this.at];
        this.at += 1;
        value += (byte & 127) * place;
        if (byte < 128) return value;
        place *= 128;
      }
    }

    list(n) {
      const values = new Int32Array(n);
      for (let i = 0; i < n; i += 1) values[i] = this.next();
      return values;
    }

    /** Folded differences, added up. */
    line(n) {
      const values = new Int32Array(n);
      let sum = 0;
      for (let i = 0; i < n; i += 1) {
        const folded = this.next();
        sum += folded % 2 ? -(folded + 1) / 2 : folded / 2;
        values[i] = sum;
      }
      return values;
    }
  }

  /** Reads numbers of known widths from a row of bits, highest first; their first bit is not among them. */
  class Bits {
    constructor(bytes, long) {
      Object.assign(this, { bytes, long, at: 0, held: 0, nHeld: 0, nLong: 0 });
    }

    next(width) {
      if (width < 2) return width;
      if (width === LONG) return this.long[this.nLong++];
      const wanted = width - 1;
      while (this.nHeld < wanted) {
        this.held = ((this.held << 8) | this.bytes[this.at]) & 0xffffff;
        this.at += 1;
        this.nHeld += 8;
      }
      this.nHeld -= wanted;
      return (1 << wanted) | ((this.held >> this.nHeld) & ((1 << wanted) - 1));
    }
  }

  const unfolded = (number) => (number % 2 ? -(number + 1) / 2 : number / 2);

  /** Return the positions at which lists of these sizes begin, and the end of the last. */
  onetown.starts = function (sizes) {
    const starts = new Int32Array(sizes.length + 1);
    for (let i = 0; i < sizes.length; i += 1) starts[i + 1] = starts[i] + sizes[i];
    return starts;
  };

  /** Return the outlines as rings of arcs of grid points. */
  onetown.decodeOutlines = function (bytes) {
    const numbers = new Numbers(bytes);
    const [version, nAreas, nRings, nUses, nArcs, nSteps, nLong, nDots] = numbers.list(8);
    if (version !== 2) throw new Error("outlines of version " + version + " cannot be read");
    const ringStart = onetown.starts(numbers.list(nAreas));
    const useStart = onetown.starts(numbers.list(nRings));
    const uses = numbers.list(nUses);
    const fresh = Uint8Array.from(uses, (use) => use < 2);
    let newest = -1;
    for (let i = 0; i < nUses; i += 1) {
      const arc = newest + 1 - (uses[i] >> 1);
      newest += fresh[i];
      uses[i] = uses[i] & 1 ? ~arc : arc;
    }
    const pointStart = onetown.starts(numbers.list(nArcs));
    const long = numbers.list(nLong);
    const [dotX, dotY] = [numbers.line(nDots), numbers.line(nDots)];
    const widths = bytes.subarray(numbers.at, numbers.at + nSteps);
    const bits = new Bits(bytes.subarray(numbers.at + nSteps), long);
    const outlines = { nAreas, nArcs, ringStart, useStart, uses, pointStart, dotX, dotY };
    return { ...outlines, ...points(outlines, fresh, widths, bits) };
  };

  /** Work out the points of every arc where a ring first uses it: steps, and ends that other arcs share. */
  function points({ nArcs, useStart, uses, pointStart }, fresh, widths, bits) {
    const x = new Int32Array(pointStart[nArcs]);
    const y = new Int32Array(pointStart[nArcs]);
    const arcOf = (use) => (uses[use] < 0 ? ~uses[use] : uses[use]);
    const begin = (walk) => (walk < 0 ? pointStart[~walk + 1] - 1 : pointStart[walk]);
    let at = 0;
    let step = 0;
    const copy = (from) => {
      x[at] = x[from];
      y[at] = y[from];
      at += 1;
    };
    for (let ring = 0; ring + 1 < useStart.length; ring += 1) {
      const [first, last] = [useStart[ring], useStart[ring + 1] - 1];
      for (let use = first; use <= last; use += 1) {
        if (!fresh[use]) continue;
        const end = pointStart[arcOf(use) + 1];
        const opens = use === first && arcOf(last) >= arcOf(first);
        const stops = use < last && (fresh[use + 1] || arcOf(use + 1) === arcOf(use));
        if (!opens) copy(begin(~uses[use === first ? last : use - 1]));
        for (const steps = stops ? end : end - 1; at < steps; at += 1, step += 1) {
          x[at] = (at && x[at - 1]) + unfolded(bits.next(widths[step] >> 4));
          y[at] = (at && y[at - 1]) + unfolded(bits.next(widths[step] & 15));
        }
        if (!stops) copy(begin(uses[use === last ? first : use + 1]));
      }
    }
    return { x, y };
  }
})((window.onetown = window.onetown || {}));
