/* Surfaces: pictures of a raster between the areas and the buildings, one at a time, each with its legend. */
(function (onetown) {
  "use strict";

  const { el, byId } = onetown;
  const OPACITY = 0.78;

  /** The surfaces of the page; a page without any has no such data. */
  onetown.readSurfaces = function () {
    const node = byId("onetown-surfaces");
    return node ? JSON.parse(node.textContent) : { shown: -1, surfaces: [] };
  };

  function legendOf(surface) {
    const rows = surface.classes.map(({ label, colour }) => {
      const swatch = el("span", { class: "swatch", "aria-hidden": "true", style: { "--swatch": colour } });
      return el("li", {}, swatch, label);
    });
    return [el("ul", { class: "classes" }, ...rows), el("p", { class: "note" }, surface.note)];
  }

  onetown.startSurfaces = function ({ shown: first, surfaces }, map) {
    if (!surfaces.length) return;
    byId("surfaces").hidden = false;
    const pane = map.createPane("surfaces");
    pane.style.setProperty("z-index", "300"); // above the areas, below buildings and moves
    pane.style.setProperty("pointer-events", "none");
    let shown = null;

    function show(position) {
      if (shown) shown.remove();
      const surface = surfaces[position - 1];
      byId("surface-legend").replaceChildren(...(surface ? legendOf(surface) : []));
      shown = surface && L.imageOverlay(surface.image, surface.corners, {
        pane: "surfaces", opacity: OPACITY, interactive: false, className: "surface", alt: "",
      }).addTo(map);
    }

    onetown.choice(byId("surface-choice"), "surface", ["None", ...surfaces.map(({ name }) => name)], first + 1, (position) => {
      show(position);
      onetown.say(position ? "Showing " + surfaces[position - 1].name + "." : "No surface shown.");
    });
    if (first >= 0) show(first + 1);
  };
})((window.onetown = window.onetown || {}));
