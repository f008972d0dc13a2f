/* The base map, where one was asked for: tiles below the areas, which let it shine through. */
(function (onetown) {
  "use strict";

  onetown.ABOVE_BASE = 0.68; // how much the areas cover of it

  onetown.startBaseMap = function (map, areaTiles) {
    const base = onetown.layerData("base");
    if (!base) return;
    L.tileLayer(base.address, { zIndex: 0, maxZoom: 18, attribution: "", referrerPolicy: "no-referrer" }).addTo(map);
    areaTiles.setOpacity(onetown.ABOVE_BASE);
  };
})((window.onetown = window.onetown || {}));
