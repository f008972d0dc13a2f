/* The search box: buildings, bodies, postcodes, places, areas and segments, with suggestions as one types. */
(function (onetown) {
  "use strict";

  const { store, el, byId } = onetown;
  const MOST = 8;
  const CLOSE_ENOUGH = 14; // nearest zoom that a search goes to

  const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const squeezed = (text) => text.replace(/\s+/g, "");

  /** Everything that can be found: words to look in, what to show, what to do. */
  function catalogue(areas, sites) {
    const entries = [];
    const add = (label, kind, words, go) => entries.push({ label, kind, words: folded(words), go });
    onetown.placesOf(areas).forEach((place) => add(place.name, place.kind === "ward" ? areas.table.ward.one : "Place", place.name, () => onetown.show(areas.coverage.latLngBounds(place.areas))));
    areas.groups.forEach((group) => group.areas && add(group.name, "Segment", group.name, () => {
      store.change({ level: group.level, segments: new Set([group.key]) });
      onetown.choose({ kind: "segment", id: group.key });
    }));
    const bodies = sites && sites.has("organisation") ? sites.table.organisation.words : [];
    bodies.filter(Boolean).forEach((name) => add(name, "Body", name, () => onetown.pickBody(name)));
    for (let site = 0; sites && site < sites.n; site += 1) {
      const words = ["name", "address", "postcode", "uprn"].map((name) => sites.text(name, site));
      const postcode = squeezed(sites.text("postcode", site));
      const text = [...words, sites.word("organisation", site), sites.word("use", site), postcode, sites.table.id[site]].join(" ");
      const whose = [sites.word("organisation", site), sites.text("postcode", site)].filter(Boolean).join(", ");
      add(sites.name(site), whose || "Building", text, () => onetown.goToSite(site));
    }
    areas.table.code.forEach((code, area) => add(code, "Area", code, () => onetown.goToArea(area)));
    return entries;
  }

  /** Entries that have every word typed, those whose label begins with it first. */
  function find(entries, typed) {
    const wanted = folded(typed).trim();
    if (!wanted) return [];
    const words = wanted.split(/\s+/);
    const postcode = squeezed(wanted);
    const hits = entries.filter((entry) => words.every((word) => entry.words.includes(word)) || (postcode.length > 4 && entry.words.includes(postcode)));
    const rank = (entry) => (folded(entry.label).startsWith(wanted) ? 0 : folded(entry.label).includes(wanted) ? 1 : 2);
    return hits.map((entry, i) => ({ entry, i })).sort((a, b) => rank(a.entry) - rank(b.entry) || a.i - b.i).slice(0, MOST).map(({ entry }) => entry);
  }

  onetown.startSearch = function (areas, sites, map) {
    const input = byId("search");
    const list = byId("found");
    let entries = null;
    let hits = [];
    let active = -1;

    onetown.goToArea = function (area) {
      onetown.choose({ kind: "area", id: area });
      onetown.show(areas.coverage.latLngBounds([area]), CLOSE_ENOUGH);
    };
    onetown.goToSite = function (site) {
      onetown.choose({ kind: "site", id: site });
      if (sites.placed[site]) onetown.show(L.latLngBounds([sites.latLng(site)]), Math.max(map.getZoom(), CLOSE_ENOUGH));
    };
    onetown.pickBody = (name) => store.change({ bodies: new Set([name]) });

    function mark(position) {
      active = position;
      [...list.children].forEach((item, i) => item.setAttribute("aria-selected", String(i === active)));
      if (active >= 0) input.setAttribute("aria-activedescendant", "found-" + active);
      else input.removeAttribute("aria-activedescendant");
    }

    function close() {
      list.hidden = true;
      list.replaceChildren();
      input.setAttribute("aria-expanded", "false");
      mark(-1);
    }

    function take(entry) {
      input.value = entry.label;
      close();
      entry.go();
      onetown.say(entry.label);
    }

    function suggest() {
      entries = entries || catalogue(areas, sites);
      hits = find(entries, input.value);
      list.replaceChildren(...hits.map((entry, i) =>
        el("div", { role: "option", id: "found-" + i, "aria-selected": "false", on: { mousedown: (event) => { event.preventDefault(); take(entry); } } },
          entry.label, el("small", {}, entry.kind))));
      const nothing = input.value.trim() && !hits.length;
      if (nothing) list.append(el("p", { class: "note" }, "Nothing found."));
      list.hidden = !hits.length && !nothing;
      input.setAttribute("aria-expanded", String(hits.length > 0));
      mark(-1);
      onetown.say(input.value.trim() ? onetown.several(hits.length, "suggestion") : "");
    }

    function key(event) {
      const steps = { ArrowDown: 1, ArrowUp: -1 };
      if (event.key in steps && hits.length) {
        event.preventDefault();
        mark((active + steps[event.key] + hits.length) % hits.length);
      } else if (event.key === "Enter" && hits.length && !list.hidden) {
        event.preventDefault();
        take(hits[Math.max(active, 0)]);
      } else if (event.key === "Escape" && !list.hidden) {
        event.stopPropagation();
        close();
      }
    }

    input.addEventListener("input", suggest);
    input.addEventListener("keydown", key);
    input.addEventListener("blur", close);
  };
})((window.onetown = window.onetown || {}));
