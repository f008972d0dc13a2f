/* The layer of buildings: what is known of each, which ones the filters let through, and which one is under the mouse. */
(function (onetown) {
  "use strict";

  const { store } = onetown;
  const OTHER = "dot";

  class Sites {
    constructor(table, families) {
      this.table = table;
      this.families = families;
      this.n = table.id.length;
      const plane = table.lon.map((lon, i) => (lon === null ? null : L.CRS.EPSG3857.latLngToPoint(L.latLng(table.lat[i], lon), 0)));
      this.placed = plane.map(Boolean);
      this.x = Float64Array.from(plane, (point) => (point ? point.x : NaN)); // world pixels at zoom 0
      this.y = Float64Array.from(plane, (point) => (point ? point.y : NaN));
      this.byImportance = Array.from({ length: this.n }, (_, i) => i).sort((a, b) => this.#small(b) - this.#small(a) || a - b);
    }

    #small(site) {
      return this.family(site).shape === OTHER ? 1 : 0;
    }

    family(site) {
      return this.families[this.table.family[site]];
    }

    has(name) {
      return name in this.table;
    }

    text(name, site) {
      return this.has(name) ? this.table[name][site] : "";
    }

    word(name, site) {
      return this.has(name) ? this.table[name].words[this.table[name].codes[site]] : "";
    }

    figure(name, site) {
      return this.has(name) ? this.table[name][site] : null;
    }

    name(site) {
      return this.text("name", site) || onetown.sentence(this.word("use", site)) || this.table.id[site];
    }

    /** What the option on show decides for a building: "", "keep", "host" or "release". */
    decision(site) {
      const option = onetown.options && onetown.options.current();
      return option ? option.decisionOf(site) : "";
    }

    /** Whether the filters let a building through. */
    shown(site) {
      return (
        store.picked("families", this.table.family[site]) &&
        store.picked("kinds", onetown.signing(this).codeOf(site)) &&
        store.picked("bodies", this.word("organisation", site)) &&
        store.picked("decisions", this.decision(site))
      );
    }

    latLng(site) {
      return L.latLng(this.table.lat[site], this.table.lon[site]);
    }

    /** The sign of a building at a zoom level. Property without a service is small until the reader comes close. */
    sign(site, zoom) {
      const told = onetown.signing(this);
      const { shape, colour, times = 1 } = told.classes[told.codeOf(site)];
      const decision = this.decision(site);
      const near = Math.max(0, Math.min(1, (zoom - 9) / 5));
      if (this.#small(site)) return { shape, colour, decision: "", radius: (1.4 + 4 * near) * times };
      const weighty = decision === "release" || decision === "host";
      return { shape, colour, decision, radius: weighty ? 5.5 + 4 * near : (3 + 5.5 * near) * times };
    }

    /** Order of drawing: small first, decided last, so that what matters lies on top. */
    drawingOrder() {
      const weight = { "": 0, keep: 1, release: 2, host: 3 };
      return this.byImportance
        .filter((site) => this.placed[site] && this.shown(site))
        .sort((a, b) => this.#small(b) - this.#small(a) || weight[this.decision(a)] - weight[this.decision(b)] || a - b);
    }
  }

  /** Read the layer of buildings. */
  onetown.readSites = async function () {
    const data = onetown.layerData("sites");
    if (!data) return new Sites({ id: [], lon: [], lat: [], family: [] }, []); // a map of areas alone
    return new Sites(await onetown.unpackJson(data.table), data.families);
  };
})((window.onetown = window.onetown || {}));
