/* Data out of the page: inert JSON, base64, gzip, and the rows of whole numbers that maps/packing.py writes. */
(function (onetown) {
  "use strict";

  /** Return the JSON of a layer, null where the map has none. */
  onetown.layerData = function (name) {
    const element = onetown.byId("onetown-" + name);
    return element && JSON.parse(element.textContent);
  };

  /** Return the bytes of gzipped base64. */
  onetown.unpack = async function (text) {
    const letters = atob(text);
    const packed = new Uint8Array(letters.length);
    for (let i = 0; i < letters.length; i += 1) packed[i] = letters.charCodeAt(i);
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
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

  /** Return the positions at which lists of these sizes begin, and the end of the last. */
  onetown.starts = function (sizes) {
    const starts = new Int32Array(sizes.length + 1);
    for (let i = 0; i < sizes.length; i += 1) starts[i + 1] = starts[i] + sizes[i];
    return starts;
  };

  /** Return the outlines as rings of arcs of grid points (the format is stated in maps/packing.py). */
  onetown.decodeOutlines = function (bytes) {
    const numbers = new Numbers(bytes);
    const [version, nAreas, nRings, nUses, nArcs, nPoints, nDots] = numbers.list(7);
    if (version !== 1) throw new Error("outlines of version " + version + " cannot be read");
    const ringStart = onetown.starts(numbers.list(nAreas));
    const useStart = onetown.starts(numbers.list(nRings));
    const uses = numbers.list(nUses);
    let newest = -1;
    for (let i = 0; i < nUses; i += 1) {
      const back = uses[i] >> 1;
      const arc = newest + 1 - back;
      if (back === 0) newest += 1;
      uses[i] = uses[i] & 1 ? ~arc : arc;
    }
    const pointStart = onetown.starts(numbers.list(nArcs));
    const [x, y, dotX, dotY] = [nPoints, nPoints, nDots, nDots].map((n) => numbers.line(n));
    return { nAreas, nArcs, ringStart, useStart, uses, pointStart, x, y, dotX, dotY };
  };
})((window.onetown = window.onetown || {}));
