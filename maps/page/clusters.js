/* Clusters: on a map of small scale, buildings that would lie on one another become one disc with their number. */
(function (onetown) {
  "use strict";

  const BELOW = 9; // zoom from which every building has its own sign
  const CELL = 46; // pixels
  const FEWEST = 4;

  /** Part buildings into those with a sign and clusters of the others, by squares of the world: panning changes nothing. */
  onetown.clustered = function (overlay, chosen) {
    if (overlay.zoom >= BELOW) return { alone: chosen, clusters: [] };
    const cells = new Map();
    for (const site of chosen) {
      const { x, y } = overlay.place(site);
      const key = Math.floor((x + overlay.corner.x) / CELL) + " " + Math.floor((y + overlay.corner.y) / CELL);
      if (!cells.has(key)) cells.set(key, []);
      cells.get(key).push(site);
    }
    const all = [...cells.values()];
    return { alone: all.filter((members) => members.length < FEWEST).flat(), clusters: all.filter((members) => members.length >= FEWEST).map((members) => disc(overlay, members)) };
  };

  function disc(overlay, members) {
    const places = members.map((site) => overlay.place(site));
    const mean = (axis) => places.reduce((sum, place) => sum + place[axis], 0) / places.length;
    return { members, x: mean("x"), y: mean("y"), radius: Math.min(19, 7 + 2.4 * Math.log2(members.length)) };
  }

  onetown.drawClusters = function (context, clusters) {
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.font = "600 11px system-ui, sans-serif";
    for (const { members, x, y, radius } of clusters) {
      context.beginPath();
      context.arc(x, y, radius, 0, 2 * Math.PI);
      context.fillStyle = "rgba(255, 255, 255, 0.92)";
      context.fill();
      context.strokeStyle = "#16324f";
      context.lineWidth = 1.6;
      context.stroke();
      context.fillStyle = "#16324f";
      context.fillText(String(members.length), x, y + 0.5);
    }
  };
})((window.onetown = window.onetown || {}));
