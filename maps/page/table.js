/* The table of buildings: the same content as the map for everyone who does not use the map. Its rows exist only
   while it is open, so that the page stays small. */
(function (onetown) {
  "use strict";

  const { store, el, byId } = onetown;
  const DECISIONS = { "": "", keep: "kept", host: "takes others in", release: "released" };

  /** Columns: heading, value to sort by, words to show. */
  function columns(sites) {
    const figure = (name, words) => ({ sort: (site) => sites.figure(name, site), show: (site) => (sites.figure(name, site) === null ? "" : words(sites.figure(name, site))) });
    const words = (read) => ({ sort: (site) => read(site).toLowerCase(), show: read });
    return [
      { head: "Building", ...words((site) => sites.name(site)) },
      { head: "Body", ...words((site) => sites.word("organisation", site)) },
      { head: "Use", ...words((site) => sites.word("use", site)) },
      { head: "Postcode", ...words((site) => sites.text("postcode", site)) },
      { head: "Tenure", ...words((site) => sites.word("tenure", site)) },
      { head: "Net area (m²)", number: true, ...figure("nia_m2", onetown.count) },
      { head: "Running cost (£ a year)", number: true, ...figure("running_cost_gbp_pa", onetown.count) },
      { head: "In this option", ...words((site) => DECISIONS[sites.decision(site)]) },
    ];
  }

  /** Order two values; missing ones come last whichever way. */
  function compare(a, b, way) {
    if (a === b) return 0;
    if (a === null || a === "") return 1;
    if (b === null || b === "") return -1;
    return way * (typeof a === "string" ? a.localeCompare(b, "en-GB", { numeric: true }) : a - b);
  }

  onetown.startTable = function (sites) {
    const dialog = byId("table");
    const opener = byId("open-table");
    opener.hidden = !sites;
    if (!sites) return;
    const all = columns(sites);
    let sorted = { column: 0, way: 1 };
    let wanted = "";

    const matches = (site) => !wanted || all.some((column) => column.show(site).toLowerCase().includes(wanted));

    function row(site) {
      const open = el("button", { type: "button", class: "link", on: { click: () => { dialog.close(); onetown.goToSite(site); byId("panel").focus(); } } }, all[0].show(site));
      return el("tr", {}, el("th", { scope: "row" }, open),
        all.slice(1).map((column) => el("td", { class: column.number ? "number" : null }, column.show(site))));
    }

    function fill() {
      const { column, way } = sorted;
      const chosen = Array.from({ length: sites.n }, (_, site) => site).filter(matches);
      chosen.sort((a, b) => compare(all[column].sort(a), all[column].sort(b), way) || a - b);
      dialog.querySelector("tbody").replaceChildren(...chosen.map(row));
      dialog.querySelectorAll("thead th").forEach((head, i) => head.setAttribute("aria-sort", i !== column ? "none" : way > 0 ? "ascending" : "descending"));
      dialog.querySelector("output").textContent = onetown.count(chosen.length) + " of " + onetown.several(sites.n, "building");
    }

    function sortBy(column) {
      sorted = { column, way: sorted.column === column ? -sorted.way : 1 };
      fill();
    }

    function build() {
      const heads = all.map((column, i) => el("th", { scope: "col", class: column.number ? "number" : null },
        el("button", { type: "button", on: { click: () => sortBy(i) } }, column.head)));
      const filter = el("input", { type: "search", id: "table-filter", autocomplete: "off", on: { input: (event) => { wanted = event.target.value.trim().toLowerCase(); fill(); } } });
      dialog.replaceChildren(
        el("header", {}, el("h2", { id: "table-title" }, "Buildings"),
          el("label", { for: "table-filter" }, "Filter ", filter), el("output", {}),
          el("button", { type: "button", class: "close", "aria-label": "Close", on: { click: () => dialog.close() } }, "×")),
        el("div", { class: "scroll", tabindex: "0", role: "group", "aria-labelledby": "table-title" },
          el("table", {}, el("thead", {}, el("tr", {}, heads)), el("tbody", {}))));
      fill();
    }

    opener.addEventListener("click", () => {
      wanted = "";
      build();
      dialog.showModal();
    });
    dialog.addEventListener("close", () => dialog.replaceChildren());
    store.listen((changed) => changed.has("option") && dialog.open && fill());
  };
})((window.onetown = window.onetown || {}));
