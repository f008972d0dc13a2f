/* The tables of buildings, areas and notes: the same content as the map for everyone who does not use the map. Rows exist
   only while the table is open, and at most a hundred at a time, so that the page stays small. */
(function (onetown) {
  "use strict";

  const { store, el, byId } = onetown;
  const PAGE = 100;

  /** Order two values; missing ones come last whichever way. */
  function compare(a, b, way) {
    if (a === b) return 0;
    if (a === null || a === "") return 1;
    if (b === null || b === "") return -1;
    return way * (typeof a === "string" ? a.localeCompare(b, "en-GB", { numeric: true }) : a - b);
  }

  class Sheet {
    constructor(dialog, tables) {
      Object.assign(this, { dialog, tables });
    }

    open(table) {
      Object.assign(this, { table, all: table.columns(), sorted: { column: 0, way: 1 }, wanted: "", asMap: false, from: 0 });
      this.build();
      if (!this.dialog.open) this.dialog.showModal();
    }

    matches(row) {
      if (this.asMap && !this.table.shown(row)) return false;
      return !this.wanted || this.all.some((column) => column.show(row).toLowerCase().includes(this.wanted));
    }

    follow(row) {
      this.dialog.close();
      this.table.go(row);
      byId("panel").focus();
    }

    row(row) {
      const open = el("button", { type: "button", class: "link", on: { click: () => this.follow(row) } }, this.all[0].show(row));
      return el("tr", {}, el("th", { scope: "row" }, open),
        this.all.slice(1).map((column) => el("td", { class: column.number ? "number" : null }, column.show(row))));
    }

    fill() {
      const { column, way } = this.sorted;
      const key = this.all[column].sort;
      const chosen = Array.from({ length: this.table.n }, (_, row) => row).filter((row) => this.matches(row));
      const keys = new Map(chosen.map((row) => [row, key(row)]));
      chosen.sort((a, b) => compare(keys.get(a), keys.get(b), way) || a - b);
      this.from = Math.min(this.from, Math.max(0, PAGE * Math.floor((chosen.length - 1) / PAGE)));
      const upto = Math.min(this.from + PAGE, chosen.length);
      this.find("tbody").replaceChildren(...chosen.slice(this.from, upto).map((row) => this.row(row)));
      this.dialog.querySelectorAll("thead th").forEach((head, i) => head.setAttribute("aria-sort", i !== column ? "none" : way > 0 ? "ascending" : "descending"));
      this.find("output").textContent = onetown.count(chosen.length) + " of " + onetown.several(this.table.n, this.table.one) +
        (chosen.length > PAGE ? ", rows " + onetown.count(this.from + 1) + " to " + onetown.count(upto) : "");
      this.find(".earlier").disabled = this.from === 0;
      this.find(".later").disabled = upto === chosen.length;
      this.find(".pages").hidden = chosen.length <= PAGE;
    }

    find(what) {
      return this.dialog.querySelector(what);
    }

    turn(rows) {
      this.from = Math.max(0, this.from + rows);
      this.fill();
      this.find(".scroll").scrollTop = 0;
    }

    change(patch) {
      Object.assign(this, patch, { from: 0 });
      this.fill();
    }

    sortBy(column) {
      this.change({ sorted: { column, way: this.sorted.column === column ? -this.sorted.way : 1 } });
    }

    choice() {
      if (this.tables.length < 2) return el("h2", { id: "table-title" }, this.table.title);
      const tabs = this.tables.map((table) => el("button", { type: "button", "aria-pressed": String(table === this.table), on: { click: () => { this.open(table); this.find("[aria-pressed=true]").focus(); } } }, table.title));
      return [el("h2", { id: "table-title", class: "unseen" }, this.table.title), el("div", { class: "tabs", role: "group", "aria-label": "Which table" }, tabs)];
    }

    build() {
      const heads = this.all.map((column, i) => el("th", { scope: "col", class: column.number ? "number" : null },
        el("button", { type: "button", on: { click: () => this.sortBy(i) } }, column.head)));
      const filter = el("input", { type: "search", id: "table-filter", autocomplete: "off", on: { input: (event) => this.change({ wanted: event.target.value.trim().toLowerCase() }) } });
      const asMap = el("input", { type: "checkbox", id: "table-as-map", on: { change: (event) => this.change({ asMap: event.target.checked }) } });
      const turn = (name, text, rows) => el("button", { type: "button", class: name, on: { click: () => this.turn(rows) } }, text);
      this.dialog.replaceChildren(
        el("header", {}, this.choice(), el("label", { for: "table-filter" }, "Filter ", filter),
          onetown.filtered() ? el("p", { class: "tick" }, el("label", {}, asMap, "Only what the legend picks")) : null,
          el("output", {}),
          el("p", { class: "pages" }, turn("earlier", "Earlier rows", -PAGE), turn("later", "Later rows", PAGE)),
          el("button", { type: "button", class: "close", "aria-label": "Close", on: { click: () => this.dialog.close() } }, "×")),
        el("div", { class: "scroll", tabindex: "0", role: "group", "aria-labelledby": "table-title" },
          el("table", {}, el("thead", {}, el("tr", {}, heads)), el("tbody", {}))));
      this.fill();
    }
  }

  onetown.startTable = function (areas, sites, notes) {
    const dialog = byId("table");
    const tables = onetown.tables(areas, sites, notes);
    const sheet = new Sheet(dialog, tables);
    const opener = byId("open-table");
    opener.textContent = tables.length > 1 ? "Tables" : "Table of " + tables[0].title.toLowerCase();
    opener.addEventListener("click", () => sheet.open(tables[0]));
    dialog.addEventListener("close", () => dialog.replaceChildren());
    store.listen((changed) => dialog.open && onetown.tableFollows.some((name) => changed.has(name)) && sheet.fill());
  };
})((window.onetown = window.onetown || {}));
