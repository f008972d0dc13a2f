/* Put the page together. The map object exists at once, so that layers added in Python find it; the data follow. */
(function (onetown) {
  "use strict";

  const { store, byId } = onetown;
  const REPAINTS = ["level", "segments", "column", "asIndex", "classes", "unsure", "places"]; // choices that change the colours of areas
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const map = L.map("map_onetown", {
    attributionControl: false,
    zoomControl: false,
    fadeAnimation: false,
    zoomAnimation: !calm,
    inertia: !calm,
    minZoom: 5,
    maxZoom: 18,
    zoomSnap: 0.5,
    wheelPxPerZoomLevel: 90,
  });
  window.map_onetown = map;
  L.control.scale({ position: "bottomright" }).addTo(map);
  L.control.zoom({ position: "bottomright", zoomInTitle: "Zoom in", zoomOutTitle: "Zoom out" }).addTo(map);

  /** Space that the cards take from the map: what is shown is centred in what is left. */
  function taken() {
    const card = byId("controls").getBoundingClientRect();
    const panel = byId("panel").getBoundingClientRect(); // all zero while hidden
    const beside = card.width < window.innerWidth * 0.6;
    if (beside) return { paddingTopLeft: [card.right + 12, 12], paddingBottomRight: [panel.width + 24, 24] };
    const covered = window.innerHeight - Math.min(panel.height ? panel.top : Infinity, Math.max(card.top, window.innerHeight * 0.6));
    return { paddingTopLeft: [12, 12 + document.querySelector(".credit").offsetHeight], paddingBottomRight: [12, 12 + covered] };
  }

  /** Bring a part of the map into view, beside the cards. */
  onetown.show = (bounds, maxZoom) => map.fitBounds(bounds, { ...taken(), maxZoom, animate: !calm });

  /** What the line beside the pointer says of a thing, on the side of the divider that the pointer is on. */
  function describeHover(areas, sites, thing) {
    if (!thing) return "";
    if (thing.kind === "pair") return onetown.pairs.title(thing.id) + ": " + onetown.pairs.both(thing.id, sites) + ", " + onetown.pairs.saves(thing.id);
    if (thing.kind === "note") return onetown.notes.text[thing.id];
    if (thing.kind === "site") return [sites.name(thing.id), sites.word("organisation", thing.id)].filter(Boolean).join(", ");
    const group = areas.groups[areas.groupOf(thing.id)];
    const column = onetown.columns.current();
    if (column) return [column.name + ": " + column.words(thing.id), areas.whereabouts(thing.id)].filter(Boolean).join(", ");
    return [group ? group.name : "Area " + areas.table.code[thing.id], areas.whereabouts(thing.id)].filter(Boolean).join(", ");
  }

  /** What lies at a point of the map: a building before a pair before an area. */
  function thingAt(areas, overlay, containerPoint) {
    const note = overlay.noteAt(containerPoint);
    if (note >= 0) return { kind: "note", id: note };
    const site = overlay.siteAt(containerPoint);
    if (site >= 0) return { kind: "site", id: site };
    const pair = overlay.pairAt(containerPoint);
    if (pair >= 0) return { kind: "pair", id: pair };
    const area = areas.coverage.at(map.containerPointToLatLng(containerPoint), map.getZoom());
    return area >= 0 ? { kind: "area", id: area } : null;
  }

  function startPointing(areas, sites, overlay) {
    const tip = byId("tip");
    const leave = () => {
      overlay.pointAt(null);
      tip.hidden = true;
    };
    map.on("mousemove", (event) => {
      const thing = thingAt(areas, overlay, event.containerPoint);
      overlay.pointAt(thing);
      tip.hidden = !thing;
      if (!thing) return;
      tip.textContent = onetown.swipe.during(onetown.swipe.sideAt(event.containerPoint.x), () => describeHover(areas, sites, thing));
      const right = event.containerPoint.x > window.innerWidth - 260;
      tip.style.setProperty("left", event.containerPoint.x + (right ? -14 : 14) + "px");
      tip.style.setProperty("top", event.containerPoint.y + 14 + "px");
      tip.classList.toggle("leftwards", right);
    });
    map.on("mouseout zoomstart movestart", leave);
    map.on("click", (event) => {
      if (onetown.measureAt(event.latlng)) return;
      const cluster = overlay.clusterAt(event.containerPoint);
      if (cluster) return onetown.show(L.latLngBounds(cluster.members.map((site) => sites.latLng(site))).pad(0.1), 12);
      const thing = thingAt(areas, overlay, event.containerPoint);
      if (thing) onetown.choose(thing);
      else if (store.state.selected) onetown.unchoose();
    });
    map.getContainer().addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.target !== map.getContainer()) return;
      if (onetown.measureAt(map.getCenter())) return;
      const thing = thingAt(areas, overlay, map.getSize().divideBy(2));
      if (thing) onetown.choose(thing, { focus: true });
      else onetown.say("Nothing here.");
    });
  }

  /** Keep the controls of the map clear of the line that says whose data these are. */
  function clearCredit() {
    const credit = document.querySelector(".credit");
    document.documentElement.style.setProperty("--credit", Math.ceil(credit.getBoundingClientRect().height) + "px");
    credit.toggleAttribute("tabindex", false);
    if (credit.scrollHeight > credit.clientHeight + 1) credit.tabIndex = 0; // on a small screen it scrolls, also by keys
  }

  function startFolds() {
    const button = byId("unfold");
    button.addEventListener("click", () => {
      const open = byId("controls").classList.toggle("open");
      button.setAttribute("aria-expanded", String(open));
      button.textContent = open ? "Back to the map" : "Legend and options";
    });
    byId("print").addEventListener("click", () => window.print());
    window.addEventListener("resize", clearCredit);
    window.matchMedia("print").addEventListener("change", ({ matches }) => (matches ? toPaper() : toScreen()));
    clearCredit();
  }

  const BESIDE = 12; // pixels between card and map on paper
  let onScreen = null; // the view before it was printed

  /** Lay the map out for paper: the part seen beside the card on the screen stands beside it on paper, and the card is
      made broader, then smaller, until it fits one page. */
  function toPaper() {
    onetown.onPaper = true;
    const [size, { zoomSnap }] = [map.getSize(), map.options]; // still those of the screen
    onScreen = { centre: map.getCenter(), zoom: map.getZoom() };
    const covered = size.x > 720 ? 352 : 0;
    const seen = L.latLngBounds(map.containerPointToLatLng([covered, 0]), map.containerPointToLatLng([size.x, size.y]));
    map.invalidateSize({ pan: false });
    const [card, { y: height }] = [byId("controls"), map.getSize()];
    card.classList.toggle("long", card.offsetHeight > height);
    const times = Math.min(1, (0.99 * height) / card.offsetHeight);
    card.style.setProperty("zoom", String(times));
    map.options.zoomSnap = 0;
    map.fitBounds(seen, { animate: false, paddingTopLeft: [card.offsetWidth * times + BESIDE, 0] });
    map.options.zoomSnap = zoomSnap;
  }

  function toScreen() {
    onetown.onPaper = false;
    byId("controls").style.removeProperty("zoom");
    byId("controls").classList.remove("long");
    map.invalidateSize({ pan: false });
    if (onScreen) map.setView(onScreen.centre, onScreen.zoom, { animate: false });
  }

  /** Remember whether the reader uses keys: the cross-hair in the middle of the map is for them only. */
  function startKeys() {
    const root = document.documentElement;
    document.addEventListener("keydown", () => root.classList.add("by-key"), true);
    document.addEventListener("pointerdown", () => root.classList.remove("by-key"), true);
  }

  /** Repaint what a choice changes: tiles for colours and filters of areas, the canvas above for all else. */
  function startPainting(tiles, overlay) {
    store.listen((changed) => {
      if (changed.has("leftAreas") || REPAINTS.some((name) => changed.has(name))) onetown.areas.forget();
      if (REPAINTS.some((name) => changed.has(name))) tiles.redraw();
      overlay.redraw();
    });
    store.listen((changed) => {
      const [only] = store.state.segments;
      if (changed.has("segments") && store.state.segments.size === 1) onetown.choose({ kind: "segment", id: only });
    });
  }

  async function start() {
    const [areas, sites, plans, pairs] = await Promise.all([
      onetown.readAreas(), onetown.readSites(), onetown.readOptions(), onetown.readPairs(),
    ]);
    onetown.readColumns();
    const notes = await onetown.readNotes(areas);
    Object.assign(onetown, { areas, sites, pairs, notes });
    onetown.startPanel(areas, sites);
    onetown.startOptions(plans);
    onetown.startLegend(areas, sites);
    await onetown.startColumns(areas);
    onetown.startPairs(sites);
    onetown.startNotes();
    onetown.startTable(areas, sites, notes);
    onetown.startSearch(areas, sites, map);
    startFolds();
    startKeys();
    map.fitBounds(areas.coverage.latLngBounds(), { ...taken(), animate: false });
    const tiles = new onetown.AreaTiles(areas).addTo(map);
    onetown.startBaseMap(map, tiles);
    const overlay = new onetown.Overlay(areas, sites).addTo(map);
    const redraw = () => overlay.redraw();
    onetown.startSurfaces(onetown.readSurfaces(), map);
    onetown.startPlaces(areas, map);
    startPainting(tiles, overlay);
    onetown.startSwipe(map, redraw);
    startPointing(areas, sites, overlay);
    onetown.startYears();
    onetown.startCompare(plans);
    onetown.startLeft(areas, map, REPAINTS);
    onetown.startTools(map, redraw);
    await onetown.startAddress({ areas, sites, plans, pairs, notes }, map);
    await new Promise((painted) => requestAnimationFrame(() => setTimeout(painted)));
    document.documentElement.dataset.ready = "yes";
  }

  start().catch(onetown.trouble);
})((window.onetown = window.onetown || {}));
