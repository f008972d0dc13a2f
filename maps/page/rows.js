/* What the tables say: the columns of buildings and of areas, in the words of the panel. */
(function (onetown) {
  "use strict";

  const { store } = onetown;
  const DECISIONS = { "": "", keep: "kept", host: "takes others in", release: "released" };

  const words = (head, read) => ({ head, sort: (row) => read(row).toLowerCase(), show: read });
  const figure = (head, read, show = onetown.count) => ({ head, number: true, sort: read, show: (row) => (read(row) === null ? "" : show(read(row))) });

  /** A figure of a building, and after it how it is known where that is not from its record. */
  function known(sites, name, head) {
    const column = figure(head, (site) => sites.figure(name, site));
    const from = (site) => (sites.has(name + "_from") ? sites.word(name + "_from", site) : "");
    return { ...column, show: (site) => column.show(site) + (column.show(site) && !["", "recorded"].includes(from(site)) ? " (" + from(site) + ")" : "") };
  }

  function ofBuildings(sites) {
    const yes = (name) => (site) => ({ 1: "yes", 0: "no" })[sites.figure(name, site)] || "";
    const option = () => onetown.options.current();
    const all = [
      ["name", words("Building", (site) => sites.name(site))],
      ["organisation", words("Body", (site) => sites.word("organisation", site))],
      ["use", words("Use", (site) => sites.word("use", site))],
      ["postcode", words("Postcode", (site) => sites.text("postcode", site))],
      ["tenure", words("Tenure", (site) => sites.word("tenure", site))],
      ["nia_m2", known(sites, "nia_m2", "Net area (m²)")],
      ["running_cost_gbp_pa", known(sites, "running_cost_gbp_pa", "Running cost (£ a year)")],
      ["decision", words("In this option", (site) => DECISIONS[sites.decision(site)])],
      ["decision", words("Why", (site) => (option() ? option().reasonFor(site) : ""))],
      ["decision", words("What the opposite would cost", (site) => (option() && option().oppositeFor(site)) || "")],
      ["status", words("Status", (site) => sites.word("status", site))],
      ["desks", known(sites, "desks", "Desks")],
      ["fte", known(sites, "fte", "Staff (FTE)")],
      ["rent_gbp_pa", known(sites, "rent_gbp_pa", "Rent (£ a year)")],
      ["backlog_gbp", known(sites, "backlog_gbp", "Repairs outstanding (£)")],
      ["value_gbp", known(sites, "value_gbp", "Value (£)")],
      ["lease_end", words("Lease ends", (site) => sites.text("lease_end", site))],
      ["condition", words("Condition", (site) => sites.word("condition", site))],
      ["epc", words("Energy certificate", (site) => sites.word("epc", site))],
      ["public_facing", words("Open to the public", yes("public_facing"))],
      ["step_free", words("Step-free", yes("step_free"))],
      ["address", words("Address", (site) => sites.text("address", site))],
      ["uprn", words("UPRN", (site) => sites.text("uprn", site))],
    ];
    return all.filter(([name]) => ["name", "decision"].includes(name) || sites.has(name)).map(([, column]) => column);
  }

  function ofAreas(areas) {
    const segment = (level) => (area) => (areas[level][area] < 0 ? "not classified" : areas.groups[areas[level][area]].name);
    const shown = onetown.columns.current();
    const certainty = areas.classified && areas.table.certainty;
    return [
      words("Area", (area) => areas.table.code[area]),
      words("Place", (area) => areas.whereabouts(area)),
      areas.table.ward && words(areas.table.ward.one, (area) => areas.word("ward", area)),
      areas.classified && words("Group", segment("super")),
      areas.classified && words("Segment", segment("sub")),
      certainty && figure("Certainty (%)", (area) => certainty[area], (value) => onetown.count(100 * value)),
      figure("Residents", (area) => areas.table.population[area]),
      figure("Households", (area) => areas.table.households[area]),
      shown && { head: shown.name + " (" + shown.unit + ")", number: true, sort: (area) => shown.values[area], show: (area) => (shown.values[area] === null ? "" : onetown.figure(shown.values[area])) },
      shown && shown.base > 0 && figure("Index (place = 100)", (area) => (shown.values[area] === null ? null : (100 * shown.values[area]) / shown.base)),
    ].filter(Boolean);
  }

  function ofNotes(notes) {
    return [
      words("Note", (note) => notes.text[note]),
      words("Place", (note) => notes.where(note)),
      words("Area", (note) => (notes.area[note] < 0 ? "" : notes.areas.table.code[notes.area[note]])),
      words("Segment", (note) => notes.segment[note]),
      words("Date", (note) => notes.date[note]),
    ];
  }

  /** The tables: what a row is, its columns, what the filters of the legend let through, and where a row leads. */
  onetown.tables = function (areas, sites, notes) {
    const buildings = { key: "buildings", title: "Buildings", one: "building", n: sites ? sites.n : 0, columns: () => ofBuildings(sites), shown: (site) => sites.shown(site), go: (site) => onetown.goToSite(site) };
    const rest = { key: "areas", title: "Areas", one: "area", n: areas.n, columns: () => ofAreas(areas), shown: (area) => areas.shown(area), go: (area) => onetown.goToArea(area) };
    const said = { key: "notes", title: "Notes", one: "note", n: notes ? notes.n : 0, columns: () => ofNotes(notes), shown: () => true, go: (note) => onetown.goToNote(note) };
    return [buildings, rest, said].filter((table) => table.n);
  };

  /** Choices of the legend that a table follows. */
  onetown.tableFollows = ["option", "year", "column", "asIndex", "level", "segments", "classes", "families", "bodies", "decisions", "kinds"];
  onetown.filtered = () => ["segments", "classes", "families", "bodies", "decisions", "kinds"].some((name) => store.state[name] && store.state[name].size > 0);
})((window.onetown = window.onetown || {}));
