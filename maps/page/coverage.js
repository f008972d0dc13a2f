/* The areas as geometry: where each one is, which one a point lies in, and its outline at a zoom level.

   Everything is in grid columns and rows (about a metre each, rows southwards) until it is drawn; `scale(zoom)` turns
   them into Leaflet's world pixels. Arcs are shared: the line between two areas is the same numbers for both. */
(function (onetown) {
  "use strict";

  const HALF_WORLD = Math.PI * 6378137;
  const CELLS_PER_AREA = 1;
  const CLOSEST = 1 / Math.min(window.devicePixelRatio || 1, 2); // points nearer to the last one (pixels) are not drawn
  const KEPT_ZOOMS = 4;
  const GOLDEN_ANGLE = 2.399963;

  /** Radius of a dot (pixels): small on a map of a county, larger nearby. */
  const dotRadius = (zoom) => Math.max(2.6, Math.min(6, 2.6 + 0.9 * (zoom - 9)));

  class Coverage {
    constructor(outlines, grid) {
      Object.assign(this, outlines);
      this.grid = grid;
      this.lines = new Map();
      this.#findSides();
      this.#findBoxes();
      this.#findDots();
      this.#index();
    }

    /** Which areas lie on either side of each arc; -1 outside. */
    #findSides() {
      this.lastRound = new Int32Array(this.nArcs); // the round of painting in which an arc was last drawn
      this.round = 0;
      this.oneSide = new Int32Array(this.nArcs).fill(-1);
      this.otherSide = new Int32Array(this.nArcs).fill(-1);
      this.eachUse((area, arc) => {
        if (this.oneSide[arc] < 0) this.oneSide[arc] = area;
        else if (this.oneSide[arc] !== area) this.otherSide[arc] = area;
      });
    }

    eachUse(visit) {
      for (let area = 0; area < this.nAreas; area += 1) {
        for (let use = this.useStart[this.ringStart[area]]; use < this.useStart[this.ringStart[area + 1]]; use += 1) {
          visit(area, this.uses[use] < 0 ? ~this.uses[use] : this.uses[use]);
        }
      }
    }

    /** The box around each area: west, north, east, south. */
    #findBoxes() {
      const arcs = new Int32Array(this.nArcs * 4);
      for (let arc = 0; arc < this.nArcs; arc += 1) {
        const box = [Infinity, Infinity, -Infinity, -Infinity];
        for (let i = this.pointStart[arc]; i < this.pointStart[arc + 1]; i += 1) stretch(box, this.x[i], this.y[i]);
        arcs.set(box, arc * 4);
      }
      this.boxes = new Int32Array(this.nAreas * 4);
      for (let area = 0; area < this.nAreas; area += 1) this.boxes.set([2 ** 31 - 1, 2 ** 31 - 1, -1, -1], area * 4);
      this.eachUse((area, arc) => {
        const box = this.boxes.subarray(area * 4, area * 4 + 4);
        stretch(box, arcs[arc * 4], arcs[arc * 4 + 1]);
        stretch(box, arcs[arc * 4 + 2], arcs[arc * 4 + 3]);
      });
    }

    /** Areas without an outline, and how many stand on the same spot before each: those are drawn side by side. */
    #findDots() {
      this.dotOf = new Int32Array(this.nAreas).fill(-1);
      this.dotArea = [];
      for (let area = 0; area < this.nAreas; area += 1) {
        if (this.ringStart[area] === this.ringStart[area + 1]) {
          const dot = this.dotArea.push(area) - 1;
          this.dotOf[area] = dot;
          this.boxes.set([this.dotX[dot], this.dotY[dot], this.dotX[dot], this.dotY[dot]], area * 4);
        }
      }
      const crowd = new Map();
      this.dotTurn = this.dotArea.map((_, dot) => {
        const spot = this.dotX[dot] + " " + this.dotY[dot];
        const turn = crowd.get(spot) || 0;
        crowd.set(spot, turn + 1);
        return turn;
      });
      this.mostOnOneSpot = Math.max(1, ...crowd.values());
    }

    /** Areas by square of a coarse grid, so that finding one does not mean asking all. */
    #index() {
      this.bounds = [Infinity, Infinity, -Infinity, -Infinity];
      for (let i = 0; i < this.boxes.length; i += 2) stretch(this.bounds, this.boxes[i], this.boxes[i + 1]);
      const [west, north, east, south] = this.bounds;
      this.cell = Math.max(1, Math.sqrt(((east - west + 1) * (south - north + 1)) / (this.nAreas * CELLS_PER_AREA)));
      this.across = Math.floor((east - west) / this.cell) + 1;
      this.down = Math.floor((south - north) / this.cell) + 1;
      const sizes = new Int32Array(this.across * this.down);
      this.#eachCell((cell) => (sizes[cell] += 1));
      this.cellStart = onetown.starts(sizes);
      this.cellAreas = new Int32Array(this.cellStart[sizes.length]);
      const filled = this.cellStart.slice();
      this.#eachCell((cell, area) => {
        this.cellAreas[filled[cell]] = area;
        filled[cell] += 1;
      });
      this.seen = new Int32Array(this.nAreas);
      this.query = 0;
    }

    #eachCell(visit) {
      for (let area = 0; area < this.nAreas; area += 1) {
        this.#cellsOf(this.boxes.subarray(area * 4, area * 4 + 4), (cell) => visit(cell, area));
      }
    }

    #cellsOf([west, north, east, south], visit) {
      const column = (x) => Math.min(this.across - 1, Math.max(0, Math.floor((x - this.bounds[0]) / this.cell)));
      const row = (y) => Math.min(this.down - 1, Math.max(0, Math.floor((y - this.bounds[1]) / this.cell)));
      for (let r = row(north); r <= row(south); r += 1) {
        for (let c = column(west); c <= column(east); c += 1) visit(r * this.across + c);
      }
    }

    /** Areas whose box meets a box, in the order of the table. */
    within(box) {
      this.query += 1;
      const found = [];
      this.#cellsOf(box, (cell) => {
        for (let i = this.cellStart[cell]; i < this.cellStart[cell + 1]; i += 1) {
          const area = this.cellAreas[i];
          if (this.seen[area] !== this.query) {
            this.seen[area] = this.query;
            if (meets(this.boxes, area * 4, box)) found.push(area);
          }
        }
      });
      return found.sort((a, b) => a - b);
    }

    /** The area at a place, -1 for none. Dots lie above outlines. */
    at(latLng, zoom) {
      const { x, y } = this.fromLatLng(latLng);
      const reach = (this.crowding(zoom) + 8) / this.scale(zoom);
      const near = this.within([x - reach, y - reach, x + reach, y + reach]);
      const dot = near.find((area) => this.dotOf[area] >= 0 && this.#onDot(area, x, y, zoom));
      if (dot !== undefined) return dot;
      const inside = near.filter((area) => this.dotOf[area] < 0 && this.contains(area, x, y));
      return inside.length ? inside[inside.length - 1] : -1;
    }

    #onDot(area, x, y, zoom) {
      const dot = this.dotPlace(area, zoom);
      const scale = this.scale(zoom);
      return Math.hypot(x * scale - dot.x, y * scale - dot.y) <= dot.radius + 2;
    }

    /** Whether a point lies inside an area, by the even-odd rule over all its rings: holes and parts come right. */
    contains(area, x, y) {
      let inside = false;
      for (let use = this.useStart[this.ringStart[area]]; use < this.useStart[this.ringStart[area + 1]]; use += 1) {
        const arc = this.uses[use] < 0 ? ~this.uses[use] : this.uses[use];
        for (let i = this.pointStart[arc] + 1; i < this.pointStart[arc + 1]; i += 1) {
          const above = this.y[i - 1] > y;
          if (above !== this.y[i] > y) {
            const crossing = this.x[i] + ((y - this.y[i]) / (this.y[i - 1] - this.y[i])) * (this.x[i - 1] - this.x[i]);
            if (x < crossing) inside = !inside;
          }
        }
      }
      return inside;
    }

    /** Pixels per grid step at a zoom level. */
    scale(zoom) {
      return (this.grid.step / (2 * HALF_WORLD)) * 256 * 2 ** zoom;
    }

    /** Leaflet's world pixel of grid point (0, 0) at a zoom level. */
    origin(zoom) {
      const pixels = (256 * 2 ** zoom) / (2 * HALF_WORLD);
      return { x: (this.grid.west + HALF_WORLD) * pixels, y: (HALF_WORLD - this.grid.north) * pixels };
    }

    fromLatLng(latLng) {
      const plane = L.CRS.EPSG3857.project(latLng);
      return { x: (plane.x - this.grid.west) / this.grid.step, y: (this.grid.north - plane.y) / this.grid.step };
    }

    toLatLng(x, y) {
      const plane = L.point(this.grid.west + x * this.grid.step, this.grid.north - y * this.grid.step);
      return L.CRS.EPSG3857.unproject(plane);
    }

    /** Leaflet bounds of some areas, of all when none are given. */
    latLngBounds(areas) {
      const box = areas ? [Infinity, Infinity, -Infinity, -Infinity] : this.bounds;
      (areas || []).forEach((area) => {
        stretch(box, this.boxes[area * 4], this.boxes[area * 4 + 1]);
        stretch(box, this.boxes[area * 4 + 2], this.boxes[area * 4 + 3]);
      });
      return L.latLngBounds(this.toLatLng(box[0], box[1]), this.toLatLng(box[2], box[3]));
    }

    /** Where a dot is drawn, in pixels from grid point (0, 0); dots on one spot stand in a spiral around it. */
    dotPlace(area, zoom) {
      const dot = this.dotOf[area];
      const turn = this.dotTurn[dot];
      const whole = Math.round(zoom); // tiles are painted at whole zooms, then shrunk
      const radius = dotRadius(whole) * 2 ** (zoom - whole);
      const away = 2.1 * radius * Math.sqrt(turn);
      const scale = this.scale(zoom);
      return {
        x: this.dotX[dot] * scale + away * Math.cos(turn * GOLDEN_ANGLE),
        y: this.dotY[dot] * scale + away * Math.sin(turn * GOLDEN_ANGLE),
        radius,
      };
    }

    /** How far from its spot (pixels) the outermost dot stands. */
    crowding(zoom) {
      return 2.1 * dotRadius(zoom) * Math.sqrt(this.mostOnOneSpot);
    }

    /** Arcs in pixels from grid point (0, 0) at a zoom level, each worked out when it is first drawn. */
    linesAt(zoom) {
      if (!this.lines.has(zoom)) {
        if (this.lines.size >= KEPT_ZOOMS) this.lines.delete(this.lines.keys().next().value);
        const room = () => new Float32Array(this.x.length);
        this.lines.set(zoom, { scale: this.scale(zoom), x: room(), y: room(), start: new Int32Array(this.nArcs).fill(-1), end: new Int32Array(this.nArcs), n: 0 });
      }
      return this.lines.get(zoom);
    }

    /** Work an arc out, without points that would fall on one pixel. Its ends stay, and it is thinned the same way for
        both its sides, so no gaps open. */
    #thin(lines, arc) {
      const { x, y, scale } = lines;
      const last = this.pointStart[arc + 1] - 1;
      let { n } = lines;
      lines.start[arc] = n;
      for (let i = this.pointStart[arc]; i <= last; i += 1) {
        const px = this.x[i] * scale;
        const py = this.y[i] * scale;
        const far = n === lines.start[arc] || Math.abs(px - x[n - 1]) + Math.abs(py - y[n - 1]) >= CLOSEST;
        if (far || i === last) {
          x[n] = px;
          y[n] = py;
          n += 1;
        }
      }
      lines.end[arc] = lines.n = n;
    }

    /** Add the rings of an area to a canvas path. A ring ends where it began and filling closes it: closePath, which
        grows slow with the length of the path, is not called. */
    trace(path, area, lines, left, top) {
      for (let ring = this.ringStart[area]; ring < this.ringStart[area + 1]; ring += 1) {
        let begun = false;
        for (let use = this.useStart[ring]; use < this.useStart[ring + 1]; use += 1) {
          this.#walk(path, this.uses[use], lines, left, top, begun);
          begun = true;
        }
      }
    }

    #walk(path, use, lines, left, top, begun) {
      const arc = use < 0 ? ~use : use;
      const { x, y, start, end } = lines;
      if (start[arc] < 0) this.#thin(lines, arc);
      const [first, last, way] = use < 0 ? [end[arc] - 1, start[arc], -1] : [start[arc], end[arc] - 1, 1];
      if (!begun) path.moveTo(x[first] - left, y[first] - top);
      for (let i = first; i !== last; ) {
        i += way;
        path.lineTo(x[i] - left, y[i] - top);
      }
    }

    /** Add one arc to a canvas path. */
    traceArc(path, arc, lines, left, top) {
      this.#walk(path, arc, lines, left, top, false);
    }
  }

  function stretch(box, x, y) {
    if (x < box[0]) box[0] = x;
    if (y < box[1]) box[1] = y;
    if (x > box[2]) box[2] = x;
    if (y > box[3]) box[3] = y;
  }

  function meets(boxes, at, [west, north, east, south]) {
    return boxes[at] <= east && boxes[at + 2] >= west && boxes[at + 1] <= south && boxes[at + 3] >= north;
  }

  onetown.Coverage = Coverage;
})((window.onetown = window.onetown || {}));
