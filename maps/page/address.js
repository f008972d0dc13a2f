/* The address of the page: its fragment holds view, layers, filters and selection, so that a link shows the same.

   #map=10/53.12/-1.55&level=sub&column=Rents&left=sub&share=0.4&segments=sub%203&option=joint&site=A12

   Things are named by what they are, not by where they stand in a list; a name that the page does not know is left
   out. Nothing in the fragment is shown as text: it is only ever compared with what the page has. */
(function (onetown) {
  "use strict";

  const { store } = onetown;
  const DIGITS = 5;
  const NO_SURFACE = "-";
  const COLUMN = "column ";
  let quiet = true; // while the page is being read from its address, it is not written

  /** Each choice: its word in the address, how to write it ("" for the usual) and how to read it (undefined: unknown). */
  function parts({ areas, sites, plans }) {
    const names = onetown.columns.all().map(({ name }) => name);
    const families = sites ? sites.families.map(({ name }) => name) : [];
    const bodies = sites && sites.has("organisation") ? sites.table.organisation.words : [];
    const options = plans.map(({ name }) => name);
    const surfaces = onetown.surfaces.all().map(({ name }) => name);
    const one = (list, usual) => ({ write: (at) => (at === usual ? "" : list[at]), read: (text) => (list.includes(text) ? list.indexOf(text) : undefined) });
    const flag = { write: (on) => (on ? "yes" : ""), read: (text) => (text === "yes" ? true : undefined) };
    const picks = (known, code = (x) => x, word = (x) => x) => ({
      write: (set) => [...set].map((value) => encodeURIComponent(word(value))).join(","),
      read: (text) => new Set(text.split(",").map(decoded).filter((name) => known.includes(name)).map(code)),
    });
    return {
      option: one(options, plans.length - 1),
      level: { write: (level) => (level === "super" ? "" : level), read: (text) => (["super", "sub"].includes(text) ? text : undefined) },
      asIndex: flag,
      unsure: { write: (way) => way, read: (text) => (onetown.UNSURE.includes(text) ? text : undefined) },
      places: { write: (set) => (set.size === 1 && set.has("locality") ? "" : [...set].join(",") || "none"), read: (text) => new Set(text.split(",").filter((kind) => onetown.PLACES.includes(kind))) },
      surface: one(surfaces, onetown.readSurfaces().shown),
      leftSurface: { write: (at) => (at < -1 ? "" : at < 0 ? NO_SURFACE : surfaces[at]), read: (text) => (text === NO_SURFACE ? -1 : surfaces.includes(text) ? surfaces.indexOf(text) : undefined) },
      leftAreas: { write: (choice) => (typeof choice === "number" ? COLUMN + names[choice] : choice), read: (text) => (["super", "sub"].includes(text) ? text : text.startsWith(COLUMN) && names.includes(text.slice(COLUMN.length)) ? names.indexOf(text.slice(COLUMN.length)) : undefined) },
      share: { write: (share) => (share === null ? "" : String(share)), read: (text) => (/^0\.\d{1,3}$/.test(text) && text >= 0.02 && text <= 0.98 ? Number(text) : undefined) },
      pairs: flag,
      notes: flag,
      year: { write: (year) => (year === null ? "" : String(year)), read: (text) => (/^\d{1,2}$/.test(text) ? Number(text) : undefined) },
      against: one(options, -1),
      signs: { write: (by) => (by === "use" ? "" : by), read: (text) => (onetown.SIGNS.includes(text) ? text : undefined) },
      segments: picks(areas.groups.map(({ key }) => key)),
      classes: picks([...Array(12).keys()].map(String), Number, String),
      families: picks(families, (name) => families.indexOf(name), (at) => families[at]),
      bodies: picks(bodies),
      kinds: picks([...Array(64).keys()].map(String), Number, String),
      decisions: picks(["keep", "host", "release"]),
      column: one(names, -1),
    };
  }

  function decoded(text) {
    try {
      return decodeURIComponent(text);
    } catch {
      return "";
    }
  }

  /** What is chosen, by its own name: area=E00..., site=A12, segment=sub 3, pair=2. */
  function selection({ areas, sites, pairs, notes }) {
    const keys = { area: areas.table.code, site: sites ? sites.table.id : [], segment: areas.groups.map(({ key }) => key), pair: pairs ? pairs.rank.map(String) : [], note: notes ? notes.text.map((_, note) => String(note)) : [] };
    return {
      write: ({ kind, id }) => [kind, kind === "segment" ? id : keys[kind][id]],
      read(wanted) {
        const kind = Object.keys(keys).find((name) => wanted.has(name) && keys[name].includes(wanted.get(name)));
        if (!kind) return null;
        return { kind, id: kind === "segment" ? wanted.get(kind) : keys[kind].indexOf(wanted.get(kind)) };
      },
    };
  }

  function view(map) {
    const { lat, lng } = map.getCenter();
    return [map.getZoom(), lat.toFixed(DIGITS), lng.toFixed(DIGITS)].join("/");
  }

  function seek(map, text) {
    const [zoom, lat, lng] = (text || "").split("/").map(Number);
    const known = [zoom, lat, lng].every(Number.isFinite) && Math.abs(lat) <= 85 && Math.abs(lng) <= 180;
    if (known) map.setView([lat, lng], zoom, { animate: false });
  }

  onetown.startAddress = function (things, map) {
    const known = parts(things);
    const selected = selection(things);
    const usual = Object.fromEntries(Object.keys(known).map((name) => [name, store.state[name]])); // what an address leaves out
    let viewed = false; // the first view is the usual one: it is not in the address until the reader moves the map

    function write() {
      if (quiet) return;
      const words = new URLSearchParams();
      if (viewed) words.set("map", view(map));
      for (const [name, { write: told }] of Object.entries(known)) {
        const text = told(store.state[name]);
        if (text) words.set(name, text);
      }
      if (store.state.selected) words.set(...selected.write(store.state.selected));
      const text = String(words).replaceAll("%2F", "/").replaceAll("%2C", ",");
      history.replaceState(null, "", text ? "#" + text : location.pathname.split("/").pop() || ".");
    }

    /** Change what is not so already. */
    function settle(wanted) {
      const news = Object.entries(wanted).filter(([name, value]) => store.state[name] !== value);
      if (news.length) store.change(Object.fromEntries(news));
    }

    async function read() {
      quiet = true;
      const words = new URLSearchParams(location.hash.slice(1));
      const found = { ...usual, ...(words.get("fade") === "yes" ? { unsure: "fade" } : {}) }; // as links of earlier pages say it
      for (const [name, { read: understood }] of Object.entries(known)) {
        const value = words.has(name) ? understood(words.get(name)) : undefined;
        if (value !== undefined) found[name] = value;
      }
      const { column, classes, asIndex, leftAreas, ...rest } = found;
      settle({ ...rest, selected: selected.read(words) });
      if (column !== store.state.column || asIndex !== store.state.asIndex) await onetown.columns.show(column, asIndex);
      if (leftAreas !== store.state.leftAreas) await onetown.leftAreas.show(leftAreas);
      settle({ classes });
      viewed = words.has("map");
      if (viewed) seek(map, words.get("map"));
      quiet = false;
    }

    store.listen(write);
    map.on("moveend", () => {
      viewed = viewed || !quiet;
      write();
    });
    window.addEventListener("hashchange", read);
    return read();
  };
})((window.onetown = window.onetown || {}));
