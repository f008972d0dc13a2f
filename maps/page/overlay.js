/* What lies above the areas, on one canvas: outlines of what is pointed at or chosen, names of places, moves, buildings.

   The canvas is a Leaflet renderer, so it moves and zooms with the map and is redrawn when the map comes to rest. */
(function (onetown) {
  "use strict";

  const { store } = onetown;
  const REACH = 5; // pixels around a sign that still count as on it
  const FAINT = 0.16;
  const EARLIER = 0.4; // moves of the years before the one on show

  onetown.Overlay = L.Renderer.extend({
    initialize(areas, sites) {
      L.Renderer.prototype.initialize.call(this, { padding: 0.2 });
      this.areas = areas;
      this.sites = sites;
      this.pointedAt = null;
    },

    _initContainer() {
      this._container = document.createElement("canvas");
      this._container.setAttribute("aria-hidden", "true");
      this.context = this._container.getContext("2d");
    },

    _destroyContainer() {
      this._container.remove();
    },

    /** Leaflet calls this when the map has come to rest. */
    _update() {
      if (this._map._animatingZoom && this._bounds) return;
      L.Renderer.prototype._update.call(this);
      const size = this._bounds.getSize();
      this.sharp = Math.min(window.devicePixelRatio || 1, 2);
      L.DomUtil.setPosition(this._container, this._bounds.min);
      this._container.width = this.sharp * size.x;
      this._container.height = this.sharp * size.y;
      this._container.style.width = size.x + "px";
      this._container.style.height = size.y + "px";
      this.redraw();
    },

    /** Point at something ({kind, id}) or nothing; draws only when it is another thing than before. */
    pointAt(thing) {
      const same = (a, b) => (a && b ? a.kind === b.kind && a.id === b.id : a === b);
      if (same(thing, this.pointedAt)) return;
      this.pointedAt = thing;
      this.redraw();
    },

    /** Take a new canvas: on paper, emptying a canvas that was drawn on wipes out all that lies below it. */
    _renew() {
      const fresh = this._container.cloneNode();
      this._container.replaceWith(fresh);
      this._container = fresh;
      this.context = fresh.getContext("2d");
    },

    redraw() {
      if (!this._map || !this._bounds) return;
      if (onetown.onPaper) this._renew();
      const { context } = this;
      this.zoom = this._map.getZoom();
      context.setTransform(this.sharp, 0, 0, this.sharp, 0, 0);
      if (!onetown.onPaper) context.clearRect(0, 0, this._container.width, this._container.height);
      this.corner = this._map.getPixelOrigin().add(this._bounds.min); // world pixel of the canvas's corner
      this.drawn = [];
      this.clusters = [];
      this.obstacles = this.sites.drawingOrder().filter((site) => ["host", "release"].includes(this.sites.decision(site)));
      for (const [option, from, to] of onetown.scenes()) onetown.options.during(option, () => this._half(from, to));
      onetown.drawNotes(this);
      onetown.drawTools(this);
    },

    /** Draw what lies between two shares of the width of the map: all of it, or one half where options are compared. */
    _half(from, to) {
      const { context } = this;
      const [left, right] = [from, to].map((share) => this._map.containerPointToLayerPoint([share * this._map.getSize().x, 0]).x - this._bounds.min.x);
      const edge = this._container.width;
      this.between = [from > 0 ? left : -edge, to < 1 ? right : edge];
      context.save();
      context.beginPath();
      context.rect(this.between[0], 0, this.between[1] - this.between[0], this._container.height);
      context.clip();
      this._scene();
      context.restore();
    },

    _scene() {
      const sites = this.sites.drawingOrder();
      const decided = sites.filter((site) => ["host", "release"].includes(this.sites.decision(site)));
      const still = sites.slice(0, sites.length - decided.length); // decided ones come last
      const { alone, clusters } = onetown.clustered(this, still);
      this._outlines();
      onetown.drawPairs(this);
      this._signs(alone);
      onetown.drawClusters(this.context, clusters);
      this.clusters.push(...clusters.filter(({ x }) => this._within(x)));
      this._journeys();
      onetown.drawNames(this, this.obstacles); // the same in both halves
      this._signs(decided);
      this._marks();
    },

    /** The edge of the area pointed at, and of what is chosen. */
    _outlines() {
      const { selected } = store.state;
      if (selected && selected.kind === "area") this._edge([selected.id], "#101820", 3);
      if (this.pointedAt && this.pointedAt.kind === "area") this._edge([this.pointedAt.id], "#101820", 1.6);
    },

    _edge(chosen, colour, width) {
      const { coverage } = this.areas;
      const lines = coverage.linesAt(this.zoom);
      const origin = coverage.origin(this.zoom);
      const path = new Path2D();
      for (const area of chosen) {
        coverage.trace(path, area, lines, this.corner.x - origin.x, this.corner.y - origin.y);
        if (coverage.dotOf[area] < 0) continue;
        const dot = coverage.dotPlace(area, this.zoom);
        path.arc(dot.x + origin.x - this.corner.x, dot.y + origin.y - this.corner.y, dot.radius + 2, 0, 2 * Math.PI);
      }
      this.context.lineJoin = "round";
      for (const [ink, more] of [["#ffffff", 2.5], [colour, 0]]) {
        this.context.strokeStyle = ink;
        this.context.lineWidth = width + more;
        this.context.stroke(path);
      }
    },

    /** Who moves where, under the option on show; when a building is chosen, its own moves stand out. */
    _journeys() {
      const option = onetown.options.current();
      if (!option) return;
      const { selected } = store.state;
      const chosen = selected && selected.kind === "site" ? selected.id : -1;
      for (const journey of option.journeys) {
        const ends = [journey.from, journey.to];
        if (!journey.moves.some((move) => option.done(move)) || !ends.every((site) => this.sites.placed[site]) || !ends.some((site) => this.sites.shown(site))) continue;
        onetown.arrow(this.context, this.place(journey.from), this.place(journey.to), {
          width: Math.min(5, 1 + Math.sqrt(journey.fte) / 6),
          gap: this.sites.sign(journey.to, this.zoom).radius * 1.5,
          alpha: !(chosen < 0 || ends.includes(chosen)) ? FAINT : option.isNew(journey) ? 0.9 : EARLIER,
        });
      }
    },

    _signs(sites) {
      const { context } = this;
      const [width, height] = [this._container.width / this.sharp, this._container.height / this.sharp];
      for (const site of sites) {
        const { x, y } = this.place(site);
        if (x < -20 || y < -20 || x > width + 20 || y > height + 20) continue;
        const sign = this.sites.sign(site, this.zoom);
        const { canvas, half } = onetown.glyphs.sprite(sign, this.sharp);
        context.drawImage(canvas, x - half, y - half, 2 * half, 2 * half);
        if (this._within(x)) this.drawn.push({ site, x, y, radius: sign.radius });
      }
    },

    /** Whether a canvas pixel lies in the half that is being drawn. */
    _within(x) {
      return x >= this.between[0] && x < this.between[1];
    },

    /** A ring round the building pointed at and the one chosen. */
    _marks() {
      const things = [[store.state.selected, 3], [this.pointedAt, 2]];
      for (const [thing, width] of things) {
        if (!thing || !["site", "pair"].includes(thing.kind)) continue;
        const ends = thing.kind === "site" ? [thing.id] : [onetown.pairs.a[thing.id], onetown.pairs.b[thing.id]];
        ends.filter((site) => this.sites.placed[site]).forEach((site) => this._ring(site, width));
      }
    },

    _ring(site, width) {
      const { x, y } = this.place(site);
      this.context.beginPath();
      this.context.arc(x, y, this.sites.sign(site, this.zoom).radius * 1.6 + 4, 0, 2 * Math.PI);
      for (const [ink, more] of [["#ffffff", 3], ["#101820", 0]]) {
        this.context.strokeStyle = ink;
        this.context.lineWidth = width + more;
        this.context.stroke();
      }
    },

    /** Canvas pixel of a building. */
    place(site) {
      const scale = 2 ** this.zoom;
      return { x: this.sites.x[site] * scale - this.corner.x, y: this.sites.y[site] * scale - this.corner.y };
    },

    /** Canvas pixel of a place on earth. */
    spot(latLng) {
      return this._map.latLngToLayerPoint(latLng).subtract(this._bounds.min);
    },

    /** The interview note under a point of the map, -1 for none. */
    noteAt(containerPoint) {
      return onetown.noteAt(this, this._map.containerPointToLayerPoint(containerPoint).subtract(this._bounds.min));
    },

    /** The cluster under a point of the map, or undefined. */
    clusterAt(containerPoint) {
      const spot = this._map.containerPointToLayerPoint(containerPoint).subtract(this._bounds.min);
      return (this.clusters || []).find(({ x, y, radius }) => Math.hypot(spot.x - x, spot.y - y) <= radius);
    },

    /** The pair under a point of the map, -1 for none. */
    pairAt(containerPoint) {
      return onetown.pairAt(this, this._map.containerPointToLayerPoint(containerPoint).subtract(this._bounds.min));
    },

    /** The building under a canvas pixel, -1 for none; the one drawn last wins. */
    siteAt(containerPoint) {
      if (!this.sites || !this.drawn) return -1;
      const spot = this._map.containerPointToLayerPoint(containerPoint).subtract(this._bounds.min);
      let best = -1;
      let nearest = Infinity;
      for (const { site, x, y, radius } of this.drawn) {
        const away = Math.hypot(spot.x - x, spot.y - y) - radius;
        if (away <= REACH && away <= nearest) {
          best = site;
          nearest = away;
        }
      }
      return best;
    },
  });
})((window.onetown = window.onetown || {}));
