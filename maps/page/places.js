/* Localities and wards: outlines on the map, names that do not lie on one another, and the switches of both. */
(function (onetown) {
  "use strict";

  const { store, el, byId } = onetown;
  const FACES = 'system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';
  const LARGE = { font: "600 13px " + FACES, ink: "#14202b" };
  const SMALL = { font: "500 11.5px " + FACES, ink: "#33414f" };
  const LARGE_FROM = 0.3; // a place is large from this share of the residents of the largest
  const NAMED_FROM = 0.12; // and named from this share when the whole map is in view, from less further in
  const OUTLINED_FROM = { locality: 64, ward: 26 }; // pixels that places are wide on the whole, before they are outlined
  const WARDS_NAMED_FROM = 58; // and before wards are named
  const NAME_SPACE = { x: 22, y: 20 }; // pixels kept free around a name
  const NAME_SHIFTS = [0, -16, 16, -28, 28];
  const KINDS = ["locality", "ward"];
  onetown.LOCALITY_INK = "#33414f";
  onetown.WARD_INK = "#6d1a5e";
  const WARD = { font: "italic 500 11.5px " + FACES, ink: onetown.WARD_INK };

  const known = new WeakMap();

  /** Localities, districts and wards with their areas and residents, largest first. */
  onetown.placesOf = function (areas) {
    if (!known.has(areas)) {
      const found = new Map();
      for (let area = 0; area < areas.n; area += 1) {
        for (const kind of ["locality", "district", "ward"]) if (areas.word(kind, area)) count(areas, found, kind, area);
      }
      known.set(areas, [...found.values()].sort((a, b) => b.residents - a.residents));
    }
    return known.get(areas);
  };

  function count(areas, found, kind, area) {
    const key = kind + " " + areas.table[kind].codes[area];
    if (!found.has(key)) found.set(key, { kind, name: areas.word(kind, area), areas: [], residents: 0, x: 0, y: 0, weight: 0 });
    const place = found.get(key);
    const weight = (areas.table.population[area] || 0) + 1;
    const [west, north, east, south] = areas.coverage.boxes.subarray(area * 4, area * 4 + 4);
    place.areas.push(area);
    place.residents += areas.table.population[area] || 0;
    place.x += (weight * (west + east)) / 2;
    place.y += (weight * (north + south)) / 2;
    place.weight += weight;
  }

  const sorted = new WeakMap();

  /** The places of one kind, and how wide they are on the whole (grid steps). */
  function kindOf(areas, kind) {
    const places = onetown.placesOf(areas);
    if (!sorted.has(places) || sorted.get(places).n !== places.length) sorted.set(places, { n: places.length });
    const kinds = sorted.get(places);
    if (!kinds[kind]) {
      const all = places.filter((place) => place.kind === kind);
      const parts = all.reduce((sum, place) => sum + place.areas.length, 0);
      kinds[kind] = { all, wide: areas.coverage.cell * Math.sqrt(parts / Math.max(all.length, 1)) };
    }
    return kinds[kind];
  }

  const ofKind = (areas, kind) => kindOf(areas, kind).all;

  /** Whether the localities are no more than the districts, whose borders are always drawn. */
  const onlyDistricts = (areas) => ofKind(areas, "locality").every(({ name, areas: parts }) => parts.every((area) => areas.word("district", area) === name));

  /** How wide a place of a kind is on the whole (pixels). */
  const breadth = (areas, kind, zoom) => kindOf(areas, kind).wide * areas.coverage.scale(zoom);

  /** Kinds of places whose outlines are drawn at a zoom level: those switched on and wide enough. */
  onetown.outlinedAt = (areas, zoom) => KINDS.filter((kind) => store.state.places.has(kind) && areas.table[kind] && breadth(areas, kind, zoom) >= OUTLINED_FROM[kind]);

  /** Names to write, with their lettering: localities (else districts) from so many residents, then wards; largest first. */
  function wanted(areas, zoom, whole) {
    const places = onetown.placesOf(areas);
    const usual = ofKind(areas, "locality").length ? ofKind(areas, "locality") : places.filter(({ kind }) => kind === "district");
    const largest = usual.length ? usual[0].residents : 0;
    const fewest = NAMED_FROM * largest * 4 ** Math.min(0, whole - zoom);
    const names = store.state.places.has("locality") ? usual.filter(({ residents }) => residents >= fewest).map((place) => [place, place.residents >= LARGE_FROM * largest ? LARGE : SMALL]) : [];
    const wards = store.state.places.has("ward") && breadth(areas, "ward", zoom) >= WARDS_NAMED_FROM ? ofKind(areas, "ward") : [];
    return [...names, ...wards.map((place) => [place, WARD])];
  }

  const meets = (a, b) => a[0] < b[2] && a[2] > b[0] && a[1] < b[3] && a[3] > b[1];

  /** Where each name of a view stands, above or below the middle of its place where something stands there. A name that
      would touch another, or a building that is decided, is left out until there is room. Returns name, x, y, box and
      lettering. */
  onetown.placedNames = function (overlay, obstacles) {
    const { context, areas, zoom, corner } = overlay;
    const scale = areas.coverage.scale(zoom);
    const origin = areas.coverage.origin(zoom);
    const [width, height] = [overlay._container.width / overlay.sharp, overlay._container.height / overlay.sharp];
    const taken = obstacles.map((site) => overlay.place(site)).map(({ x, y }) => [x - 9, y - 9, x + 9, y + 9]);
    const placed = [];
    for (const [place, lettering] of wanted(areas, zoom, overlay._map.getBoundsZoom(areas.coverage.latLngBounds()))) {
      const x = (place.x / place.weight) * scale + origin.x - corner.x;
      const y = (place.y / place.weight) * scale + origin.y - corner.y;
      if (x < -80 || y < -40 || x > width + 80 || y > height + 40) continue;
      context.font = lettering.font;
      const half = context.measureText(place.name).width / 2;
      const boxAt = (dy) => [x - half, y + dy - 8, x + half, y + dy + 8];
      const shift = NAME_SHIFTS.find((dy) => !taken.some((other) => meets(boxAt(dy), other)));
      if (shift === undefined) continue;
      const box = boxAt(shift);
      taken.push([box[0] - NAME_SPACE.x, box[1] - NAME_SPACE.y + 8, box[2] + NAME_SPACE.x, box[3] + NAME_SPACE.y - 8]);
      placed.push({ name: place.name, kind: place.kind, x, y: y + shift, box, lettering });
    }
    return placed;
  };

  /** Write the names of a view. */
  onetown.drawNames = function (overlay, obstacles) {
    const { context } = overlay;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineJoin = "round";
    for (const { name, x, y, lettering } of onetown.placedNames(overlay, obstacles)) {
      context.font = lettering.font;
      context.strokeStyle = "rgba(255, 255, 255, 0.9)";
      context.lineWidth = 3.5;
      context.strokeText(name, x, y);
      context.fillStyle = lettering.ink;
      context.fillText(name, x, y);
    }
  };

  /** What a switch says: what it draws, how many, and whether they are too small to be seen yet. */
  function told(areas, kind, map) {
    const small = kind === "ward" && store.state.places.has(kind) && breadth(areas, kind, Math.round(map.getZoom())) < OUTLINED_FROM[kind];
    return onetown.count(ofKind(areas, kind).length) + (small ? ", nearer in" : "");
  }

  /** The switches: one for each kind of place that the page knows. */
  onetown.startPlaces = function (areas, map) {
    const titles = { locality: onlyDistricts(areas) ? "Districts" : "Localities", ward: areas.table.ward ? areas.table.ward.title : "" };
    const kinds = KINDS.filter((kind) => ofKind(areas, kind).length);
    if (!kinds.length) return;
    const part = byId("places-part");
    part.hidden = false;
    const boxes = kinds.map((kind) => el("input", { type: "checkbox", on: { change: () => {
      const places = new Set(store.state.places);
      if (!places.delete(kind)) places.add(kind);
      store.change({ places });
      onetown.say(titles[kind] + (places.has(kind) ? " are outlined and named." : " are no longer outlined and named."));
    } } }));
    const counts = kinds.map(() => el("small", {}));
    part.append(el("span", {}, "Outlines and names"), ...kinds.map((kind, i) => el("label", {}, boxes[i], titles[kind], counts[i])));
    const show = () => kinds.forEach((kind, i) => {
      boxes[i].checked = store.state.places.has(kind);
      counts[i].textContent = told(areas, kind, map);
    });
    store.listen((changed) => changed.has("places") && show());
    map.on("zoomend", show);
    show();
  };

  onetown.PLACES = KINDS;
})((window.onetown = window.onetown || {}));
