/* The tiles that areas are painted on: colours, hatching, and the lines between areas. */
(function (onetown) {
  "use strict";

  const TILE = 512;
  const HALO = 9;
  const BENEATH = "#c3cad2";
  const INNER_FROM = 11; // lines between areas of one colour are drawn once areas are about this many pixels wide
  const SEGMENT_FROM = 3.5; // and lines between segments from here
  const WHITE = "rgba(255, 255, 255, 0.9)";

  /** Paint the areas of one tile. Areas of one colour are one path: no seams, few calls. */
  function paint(context, areas, zoom, left, top, size) {
    const drawn = onetown.areasAt(areas, zoom);
    const { coverage } = drawn;
    const small = drawn === areas ? areas.painted() : null;
    const colourOf = small ? (area) => small.colours[area] : (area) => drawn.colourOf(area);
    const kindOf = small ? (area) => small.kinds[area] : (area) => drawn.kindOf(area);
    const lines = coverage.linesAt(zoom);
    const scale = coverage.scale(zoom);
    const margin = HALO + coverage.crowding(zoom);
    const found = coverage.within(
      [left - margin, top - margin, left + size + margin, top + size + margin].map((pixel) => pixel / scale),
    );
    const width = coverage.cell * scale; // about how wide an area is (pixels)
    const outlines = sortLines(drawn, found, lines, left, top, width, small ? onetown.outlinedAt(areas, zoom) : [], kindOf);
    stroke(context, outlines.coast, "rgba(255, 255, 255, 0.85)", HALO);
    const colours = traced(drawn, found, lines, left, top, colourOf);
    fill(context, whole(colours), BENEATH); // shows at the seams between two colours, where each covers half a pixel
    for (const [colour, path] of colours) fill(context, path, colour);
    for (const [hatch, path] of onetown.hatched() ? traced(drawn, found, lines, left, top, (area) => drawn.hatchOf(area)) : []) {
      if (hatch) fill(context, path, onetown.hatch(context, hatch));
    }
    stroke(context, outlines.inner, "rgba(255, 255, 255, 0.55)", 0.6);
    stroke(context, outlines.segment, "rgba(255, 255, 255, 0.95)", width >= INNER_FROM ? 1 : 0.4);
    for (const [kind, ink, breadth] of [["ward", onetown.WARD_INK, 1.3], ["locality", onetown.LOCALITY_INK, 1.6], ["district", "rgba(45, 60, 78, 0.75)", 1.1]]) {
      stroke(context, outlines[kind], WHITE, breadth + 1.9);
      stroke(context, outlines[kind], ink, breadth);
    }
    stroke(context, outlines.coast, "rgba(45, 60, 78, 0.8)", 1.2);
    const dots = drawn === areas ? found : areas.coverage.dotArea;
    paintDots(context, areas, dots, zoom, left, top);
  }

  /** Trace areas into one path for each value, leaving out those drawn as dots. */
  function traced(areas, found, lines, left, top, valueOf) {
    const paths = new Map();
    for (const area of found) {
      if (areas.coverage.dotOf[area] >= 0) continue;
      const value = valueOf(area);
      if (!paths.has(value)) paths.set(value, new Path2D());
      areas.coverage.trace(paths.get(value), area, lines, left, top);
    }
    return paths;
  }

  /** Sort the arcs of these areas by what they part: the place and the rest, districts, localities, wards, segments,
      areas. */
  function sortLines(areas, found, lines, left, top, width, outlined, kindOf) {
    const { coverage } = areas;
    const paths = Object.fromEntries(["coast", "district", "locality", "ward", "segment", "inner"].map((kind) => [kind, new Path2D()]));
    const from = { coast: 0, district: 0, locality: 0, ward: 0, segment: SEGMENT_FROM, inner: INNER_FROM };
    const names = ["district", ...outlined];
    const codes = names.map((kind) => areas.table[kind].codes);
    const kindOfLine = (one, other) => {
      if (other < 0) return "coast";
      for (let at = 0; at < names.length; at += 1) if (codes[at][one] !== codes[at][other]) return names[at];
      return kindOf(one) === kindOf(other) ? "inner" : "segment";
    };
    coverage.round += 1;
    for (const area of found) {
      const end = coverage.useStart[coverage.ringStart[area + 1]];
      for (let use = coverage.useStart[coverage.ringStart[area]]; use < end; use += 1) {
        const arc = coverage.uses[use] < 0 ? ~coverage.uses[use] : coverage.uses[use];
        if (coverage.lastRound[arc] === coverage.round) continue; // its other side has been here
        coverage.lastRound[arc] = coverage.round;
        const kind = kindOfLine(coverage.oneSide[arc], coverage.otherSide[arc]);
        if (width >= from[kind]) coverage.traceArc(paths[kind], arc, lines, left, top);
      }
    }
    return paths;
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
      const path = new Path2D();
      path.arc(dot.x - left, dot.y - top, dot.radius, 0, 2 * Math.PI);
      fill(context, path, areas.colourOf(area));
      const hatch = onetown.hatched() && areas.hatchOf(area);
      if (hatch) fill(context, path, onetown.hatch(context, hatch));
      stroke(context, path, "rgba(45, 60, 78, 0.75)", 1);
    }
  }

  onetown.AreaTiles = L.GridLayer.extend({
    /** The areas as seen on one side of the divider. */
    initialize(areas, side = "right") {
      this.areas = areas;
      this.side = side;
      L.GridLayer.prototype.initialize.call(this, { tileSize: TILE, updateWhenZooming: false, keepBuffer: 1, zIndex: side === "left" ? 2 : 1 });
    },

    createTile(coords) {
      const canvas = document.createElement("canvas");
      canvas.className = "leaflet-tile-loaded"; // it is seen at once: a printer does not wait for the next frame
      const sharp = Math.min(window.devicePixelRatio || 1, 2);
      canvas.width = canvas.height = TILE * sharp;
      const context = canvas.getContext("2d");
      const origin = this.areas.coverage.origin(coords.z);
      context.scale(sharp, sharp);
      context.lineJoin = "round";
      onetown.swipe.during(this.side, () => paint(context, this.areas, coords.z, coords.x * TILE - origin.x, coords.y * TILE - origin.y, TILE));
      return canvas;
    },

    onAdd(map) {
      L.GridLayer.prototype.onAdd.call(this, map);
      onetown.swipe.add(this.getContainer(), this.side, onetown.leftAreas.differ);
    },

    onRemove(map) {
      onetown.swipe.remove(this.getContainer());
      L.GridLayer.prototype.onRemove.call(this, map);
    },
  });
})((window.onetown = window.onetown || {}));
