/* The layer of areas: what is known of each, which segment it is in, and the tiles it is painted on. */
(function (onetown) {
  "use strict";

  const { store } = onetown;
  const UNCLASSIFIED = "#d5d9de";
  const FILTERED_OUT = "#eceff2";
  const TILE = 512;
  const HALO = 9;
  const BENEATH = "#c3cad2";
  const INNER_FROM = 11; // lines between areas of one colour are drawn once areas are about this many pixels wide
  const SEGMENT_FROM = 3.5; // and lines between segments from here

  const FADES = [[0.9, 0], [0.7, 0.35], [0.5, 0.6], [0, 0.8]]; // from this certainty on, this much of the way to white
  const mixes = new Map();

  /** A colour, paler the less sure it is: four steps, so that areas still share their paths. */
  function faded(colour, certainty) {
    const [, share] = FADES.find(([from]) => (certainty === null ? 0 : certainty) >= from);
    const key = colour + share;
    if (!mixes.has(key)) {
      const channels = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
      mixes.set(key, "#" + channels.map((one) => Math.round(one + (255 - one) * share).toString(16).padStart(2, "0")).join(""));
    }
    return mixes.get(key);
  }

  class Areas {
    constructor(table, groups, coverage) {
      this.table = table;
      this.groups = groups;
      this.coverage = coverage;
      this.n = coverage.nAreas;
      this.byKey = new Map(groups.map((group, position) => [group.level + " " + group.segment, position]));
      groups.forEach((group) => Object.assign(group, { key: group.level + " " + group.segment, areas: 0, residents: 0 }));
      this.classified = Boolean(table.sub) && groups.length > 0;
      for (const level of ["super", "sub"]) this.#place(level);
    }

    #place(level) {
      const column = this.table[level];
      this[level] = new Int32Array(this.n).fill(-1);
      for (let area = 0; this.classified && area < this.n; area += 1) {
        const position = this.byKey.get(level + " " + column[area]);
        if (position === undefined) continue;
        this[level][area] = position;
        this.groups[position].areas += 1;
        this.groups[position].residents += this.table.population[area] || 0;
      }
    }

    /** Position in `groups` of the segment an area is coloured by, -1 for none. */
    groupOf(area) {
      return this[store.state.level][area];
    }

    /** Whether the filter lets an area through. */
    shown(area) {
      const column = onetown.columns.current();
      if (column && !store.picked("classes", column.classOf(area))) return false;
      if (store.state.segments.size === 0) return true;
      return [this.super[area], this.sub[area]].some(
        (position) => position >= 0 && store.state.segments.has(this.groups[position].key),
      );
    }

    colourOf(area) {
      if (!this.shown(area)) return FILTERED_OUT;
      const column = onetown.columns.current();
      if (column) return column.colourOf(area);
      const group = this.groupOf(area);
      if (group < 0) return UNCLASSIFIED;
      const { colour } = this.groups[group];
      return store.state.fade ? faded(colour, this.table.certainty[area]) : colour;
    }

    /** Areas of one kind have no line between them: one class of the column on show, or one segment. */
    kindOf(area) {
      const column = onetown.columns.current();
      return column ? column.classOf(area) : this.groupOf(area);
    }

    word(name, area) {
      return this.table[name].words[this.table[name].codes[area]] || "";
    }

    /** "Buxton, High Peak" */
    whereabouts(area) {
      return [...new Set([this.word("locality", area), this.word("district", area)])].filter(Boolean).join(", ");
    }

    total(name) {
      return this.table[name].reduce((sum, value) => sum + (value || 0), 0);
    }

    /** Names to write on the map: localities where they are known, else districts; largest first. */
    namedPlaces() {
      const localities = this.places().filter((place) => place.kind === "locality");
      return localities.length ? localities : this.places();
    }

    /** Localities and districts with their areas and residents, largest first. */
    places() {
      if (this.known) return this.known;
      const found = new Map();
      for (let area = 0; area < this.n; area += 1) {
        for (const kind of ["locality", "district"]) {
          const name = this.word(kind, area);
          if (name) this.#count(found, kind, name, area);
        }
      }
      this.known = [...found.values()].sort((a, b) => b.residents - a.residents);
      return this.known;
    }

    #count(found, kind, name, area) {
      const key = kind + " " + name;
      const place = found.get(key) || { kind, name, areas: [], residents: 0, x: 0, y: 0, weight: 0 };
      const weight = (this.table.population[area] || 0) + 1;
      const [west, north, east, south] = this.coverage.boxes.subarray(area * 4, area * 4 + 4);
      place.areas.push(area);
      place.residents += this.table.population[area] || 0;
      place.x += (weight * (west + east)) / 2;
      place.y += (weight * (north + south)) / 2;
      place.weight += weight;
      found.set(key, place);
    }
  }

  /** Paint the areas of one tile. Areas of one colour are one path: no seams, few calls. */
  function paint(context, areas, zoom, left, top, size) {
    const drawn = onetown.areasAt(areas, zoom);
    const { coverage } = drawn;
    const lines = coverage.linesAt(zoom);
    const scale = coverage.scale(zoom);
    const margin = HALO + coverage.crowding(zoom);
    const found = coverage.within(
      [left - margin, top - margin, left + size + margin, top + size + margin].map((pixel) => pixel / scale),
    );
    const width = coverage.cell * scale; // about how wide an area is (pixels)
    const outlines = sortLines(drawn, found, lines, left, top, width);
    stroke(context, outlines.coast, "rgba(255, 255, 255, 0.85)", HALO);
    const colours = fills(drawn, found, lines, left, top);
    fill(context, whole(colours), BENEATH); // shows at the seams between two colours, where each covers half a pixel
    for (const [colour, path] of colours) fill(context, path, colour);
    stroke(context, outlines.inner, "rgba(255, 255, 255, 0.55)", 0.6);
    stroke(context, outlines.segment, "rgba(255, 255, 255, 0.95)", width >= INNER_FROM ? 1 : 0.4);
    stroke(context, outlines.district, "rgba(255, 255, 255, 0.9)", 3);
    stroke(context, outlines.district, "rgba(45, 60, 78, 0.75)", 1.1);
    stroke(context, outlines.coast, "rgba(45, 60, 78, 0.8)", 1.2);
    const dots = drawn === areas ? found : areas.coverage.dotArea;
    paintDots(context, areas, dots, zoom, left, top);
  }

  function fills(areas, found, lines, left, top) {
    const paths = new Map();
    for (const area of found) {
      if (areas.coverage.dotOf[area] >= 0) continue;
      const colour = areas.colourOf(area);
      if (!paths.has(colour)) paths.set(colour, new Path2D());
      areas.coverage.trace(paths.get(colour), area, lines, left, top);
    }
    return paths;
  }

  /** Sort the arcs of these areas by what they part: the place and the rest, districts, segments, areas. */
  function sortLines(areas, found, lines, left, top, width) {
    const { coverage } = areas;
    const paths = { coast: new Path2D(), district: new Path2D(), segment: new Path2D(), inner: new Path2D() };
    const from = { coast: 0, district: 0, segment: SEGMENT_FROM, inner: INNER_FROM };
    coverage.round += 1;
    for (const area of found) {
      const end = coverage.useStart[coverage.ringStart[area + 1]];
      for (let use = coverage.useStart[coverage.ringStart[area]]; use < end; use += 1) {
        const arc = coverage.uses[use] < 0 ? ~coverage.uses[use] : coverage.uses[use];
        if (coverage.lastRound[arc] === coverage.round) continue; // its other side has been here
        coverage.lastRound[arc] = coverage.round;
        const kind = lineKind(areas, coverage.oneSide[arc], coverage.otherSide[arc]);
        if (width >= from[kind]) coverage.traceArc(paths[kind], arc, lines, left, top);
      }
    }
    return paths;
  }

  function lineKind(areas, one, other) {
    if (other < 0) return "coast";
    const { codes } = areas.table.district;
    if (codes[one] !== codes[other]) return "district";
    return areas.kindOf(one) === areas.kindOf(other) ? "inner" : "segment";
  }

  /** All colours as one path. */
  function whole(colours) {
    const path = new Path2D();
    for (const part of colours.values()) path.addPath(part);
    return path;
  }

  function fill(context, path, colour) {
    context.fillStyle = colour;
    context.fill(path);
  }

  function stroke(context, path, colour, width) {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.stroke(path);
  }

  function paintDots(context, areas, found, zoom, left, top) {
    for (const area of found) {
      if (areas.coverage.dotOf[area] < 0) continue;
      const dot = areas.coverage.dotPlace(area, zoom);
      context.beginPath();
      context.arc(dot.x - left, dot.y - top, dot.radius, 0, 2 * Math.PI);
      context.fillStyle = areas.colourOf(area);
      context.fill();
      context.strokeStyle = "rgba(45, 60, 78, 0.75)";
      context.lineWidth = 1;
      context.stroke();
    }
  }

  onetown.AreaTiles = L.GridLayer.extend({
    initialize(areas) {
      this.areas = areas;
      L.GridLayer.prototype.initialize.call(this, { tileSize: TILE, updateWhenZooming: false, keepBuffer: 1 });
    },

    createTile(coords) {
      const canvas = document.createElement("canvas");
      const sharp = Math.min(window.devicePixelRatio || 1, 2);
      canvas.width = canvas.height = TILE * sharp;
      const context = canvas.getContext("2d");
      const origin = this.areas.coverage.origin(coords.z);
      context.scale(sharp, sharp);
      context.lineJoin = "round";
      paint(context, this.areas, coords.z, coords.x * TILE - origin.x, coords.y * TILE - origin.y, TILE);
      return canvas;
    },
  });

  onetown.Areas = Areas;

  /** Read the layer of areas. */
  onetown.readAreas = async function () {
    const data = onetown.layerData("areas");
    const [outlines, table, groups] = await Promise.all([
      onetown.unpack(data.geometry.data).then(onetown.decodeOutlines),
      onetown.unpackJson(data.table),
      onetown.unpackJson(data.groups),
    ]);
    return new Areas(table, groups, new onetown.Coverage(outlines, data.geometry));
  };
})((window.onetown = window.onetown || {}));
