/* The panel: what is known of the area, the segment or the building that the reader chose. */
(function (onetown) {
  "use strict";

  const { store, el, byId } = onetown;
  const FIGURES = [
    ["nia_m2", "Net internal area", (value) => onetown.count(value) + " m²"],
    ["gia_m2", "Gross internal area", (value) => onetown.count(value) + " m²"],
    ["site_area_m2", "Site", (value) => onetown.count(value) + " m²"],
    ["desks", "Desks", onetown.count],
    ["fte", "Staff (full time equivalent)", onetown.count],
    ["running_cost_gbp_pa", "Running cost", (value) => onetown.money(value) + " a year"],
    ["rent_gbp_pa", "Rent", (value) => onetown.money(value) + " a year"],
    ["rates_gbp_pa", "Rates", (value) => onetown.money(value) + " a year"],
    ["backlog_gbp", "Repairs outstanding", onetown.money],
    ["value_gbp", "Value", onetown.money],
    ["energy_kwh_pa", "Energy", (value) => onetown.count(value) + " kWh a year"],
  ];
  const WORDS = [["tenure", "Tenure"], ["holding", "Holding"], ["status", "Status"], ["condition", "Condition"], ["epc", "Energy certificate"]];
  const DATES = [["lease_end", "Lease ends"], ["break_date", "Earliest break"]];
  const DECISIONS = { keep: "Kept as it is", host: "Takes others in", release: "Released" };
  const MOST_MOVES = 6;
  const LEADING = 4; // statements of a portrait in brief
  const REACH = "Access to services"; // the group of columns with minutes, as maps/area_columns.py names it

  const fact = (term, value, from) => [el("dt", {}, term), el("dd", {}, value, from && from !== "recorded" ? el("i", {}, " " + from) : null)];

  /** Certainty in words: the share of repeated classifications that agree. */
  function sureness(value) {
    if (value === null || value === undefined) return null;
    const word = value >= 0.9 ? "sure" : value >= 0.7 ? "fairly sure" : "unsure";
    return word + " (" + Math.round(100 * value) + "%)";
  }

  const DIRECTIONS = [[200, "At least twice as many"], [133, "Far more"], [110, "More"], [90.0001, "About as many"], [75, "Fewer"], [50.0001, "Far fewer"], [0, "Half as many or fewer"]]; // from this index on

  /** The direction in which a segment differs, in words. */
  const direction = ({ index, pp }) => (index === null ? (pp < 0 ? "Fewer" : "More") : DIRECTIONS.find(([from]) => index >= from)[1]);

  /** The statement itself: its sentence with the share of the base, or its label and both shares. */
  const statement = ({ sentence, label, share, base }) =>
    sentence || label + ": " + onetown.figure(share) + " % (" + onetown.figure(base) + " % in the whole place)";

  /** One line of a portrait: the direction in words, the statement, and the index as a bar from 100 to either side. */
  function difference(row) {
    const index = row.index ?? 100;
    const width = 50 * Math.min(1, index >= 100 ? (index - 100) / 200 : (100 - index) / 100); // full at 300 and at 0
    const style = { "--from": (index < 100 ? 50 - width : 50) + "%", "--wide": width + "%" };
    return el("li", { class: index < 100 ? "less" : "more", style },
      el("span", {}, el("strong", {}, direction(row) + ": "), statement(row)), el("small", {}, onetown.points(row.pp) + " points, index " + onetown.count(row.index)));
  }

  const chip = (group) => el("p", { class: "chip", style: { "--swatch": group.colour } }, group.name);

  /** The portrait of a segment: its leading statements. */
  function portrait(group, most = Infinity) {
    const rows = group.standsOut.slice(0, most);
    if (!rows.length) return group.summary ? [el("p", { class: "summary" }, group.summary)] : [];
    return [
      el("h3", {}, "What stands out"),
      el("ul", { class: "portrait" }, rows.map(difference)),
      el("p", { class: "note" }, "Points: percentage points above or below the whole place. Bars: the index, where 100, in the middle, is like the whole place."),
    ];
  }

  /** Access under the option on show, for a segment when the plan has it, never without its quality. */
  function access(group) {
    const rows = group.level === "sub" ? onetown.accessOf(String(group.segment)) : [];
    return rows.length ? [el("h3", {}, "Access in this segment"), onetown.accessTable(rows)] : [];
  }

  /** Minutes to each service from an area: filled in once the columns are unpacked. */
  function reach(id) {
    const positions = onetown.columns.all().map(({ group }, i) => (group === REACH ? i : -1)).filter((i) => i >= 0);
    if (!positions.length) return null;
    const list = el("dl", { class: "facts" });
    const details = el("details", { class: "fold" }, el("summary", {}, "Minutes to services"), list);
    details.addEventListener("toggle", async () => {
      const columns = await Promise.all(positions.map((position) => onetown.columns.open(position)));
      list.replaceChildren(...columns.flatMap((column) => fact(column.name, column.words(id))));
    });
    return details;
  }

  /** The segment of an area: its name and group, how sure that is, and which one it is like next. */
  function membership(areas, id) {
    const group = areas.groups[areas.groupOf(id)];
    if (!group) return [el("p", { class: "note" }, "This area is not classified.")];
    const [whole, part] = [areas.groups[areas.super[id]], areas.groups[areas.sub[id]]];
    const next = areas.groups[areas.byKey.get("sub " + areas.table.second[id])];
    const other = group === whole ? part : whole;
    return [
      chip(group),
      el("dl", { class: "facts" },
        other ? fact(group === whole ? "Segment" : "Group", other.name) : null,
        fact("Certainty", sureness(areas.table.certainty[id]) || "not known"),
        next && next !== part ? fact("Next nearest", next.name) : null),
      ...portrait(group, LEADING),
      el("button", { type: "button", class: "link", on: { click: () => onetown.choose({ kind: "segment", id: group.key }) } }, "All of this " + (group.level === "super" ? "group" : "segment")),
      ...access(group),
    ];
  }

  function area(areas, id) {
    const placed = areas.word("placed", id);
    return [
      el("h2", { id: "panel-title" }, "Area " + areas.table.code[id]),
      el("p", { class: "where" }, areas.whereabouts(id)),
      el("dl", { class: "facts" },
        fact("Residents", onetown.count(areas.table.population[id])),
        fact("Households", onetown.count(areas.table.households[id])),
        onetown.columns.shown().map((column) => fact(column.name, column.words(id))),
        areas.word("ward", id) ? fact(areas.table.ward.one, areas.word("ward", id)) : null,
        placed && placed !== "polygon" ? fact("Placed by", placed) : null),
      ...onetown.notesOf(id),
      reach(id),
      membership(areas, id),
    ];
  }

  function segment(areas, key) {
    const group = areas.groups[areas.byKey.get(key)];
    const share = group.residents / areas.total("population");
    return [
      el("h2", { id: "panel-title" }, group.name),
      el("dl", { class: "facts" },
        fact("Areas", onetown.count(group.areas)),
        fact("Residents", onetown.count(group.residents) + " (" + onetown.figure(100 * share) + "%)")),
      ...portrait(group),
      ...access(group),
    ];
  }

  /** What the opposite would cost, or how to learn it. */
  function opposite(option, sites, id) {
    const words = option.oppositeFor(id);
    if (words === null) return [];
    const how = "Not worked out for this building. To see it, run: onetown run place.toml --why all";
    return [el("h3", {}, "What the opposite would cost"), el("p", { class: words ? "" : "note" }, words || how)];
  }

  function moveLine(option, sites, move, to) {
    const other = to ? option.moves.to[move] : option.moves.from[move];
    const size = option.moves.fte[move];
    const words = [option.word("organisation", move), option.word("service", move)].filter(Boolean).join(", ");
    const fte = size === null ? "" : " (" + onetown.figure(size) + " staff)";
    const away = option.moves.distance[move] === null ? "" : ", " + onetown.distance(option.moves.distance[move]);
    const own = to && option.moves.opposite && option.decisionOf(option.moves.from[move]) !== "release"; // else it is the building's
    const instead = own ? option.word("opposite", move) : "";
    return el("li", {}, words + fte + (to ? " to " : " from ") + sites.name(other) + away, instead ? el("small", {}, ". " + instead) : null);
  }

  function moveList(option, sites, moves, to) {
    if (!moves.length) return [];
    const shown = moves.slice(0, MOST_MOVES).map((move) => moveLine(option, sites, move, to));
    const more = moves.length - shown.length;
    return [
      el("h3", {}, to ? "Moves out" : "Moves in"),
      el("ul", {}, shown, more ? el("li", {}, "and " + more + " more") : null),
    ];
  }

  function decision(sites, id) {
    const option = onetown.options.current();
    const word = option ? option.decisionOf(id) : "";
    if (!word) return [];
    const { out, into } = option.movesOf(id);
    return [
      el("p", { class: "decision " + word }, DECISIONS[word] + " (" + option.name + ")"),
      el("p", {}, option.reasonFor(id)),
      ...opposite(option, sites, id),
      ...moveList(option, sites, out, true),
      ...moveList(option, sites, into, false),
    ];
  }

  function site(sites, id) {
    const figures = FIGURES.filter(([name]) => sites.figure(name, id) !== null);
    const yes = (name) => (sites.figure(name, id) === null ? null : sites.figure(name, id) ? "yes" : "no");
    return [
      el("h2", { id: "panel-title" }, sites.name(id)),
      el("p", { class: "where" }, [sites.word("organisation", id), sites.word("use", id)].filter(Boolean).join(", ")),
      el("p", {}, [sites.text("address", id), sites.text("postcode", id)].filter(Boolean).join(", ")),
      ...decision(sites, id),
      ...onetown.pairsOf(sites, id),
      el("dl", { class: "facts" },
        figures.map(([name, term, words]) => fact(term, words(sites.figure(name, id)), sites.word(name + "_from", id))),
        WORDS.filter(([name]) => sites.word(name, id)).map(([name, term]) => fact(term, sites.word(name, id))),
        DATES.filter(([name]) => sites.text(name, id)).map(([name, term]) => fact(term, sites.text(name, id))),
        yes("public_facing") ? fact("Open to the public", yes("public_facing")) : null,
        yes("step_free") ? fact("Step-free", yes("step_free")) : null,
        sites.text("uprn", id) ? fact("UPRN", sites.text("uprn", id)) : null,
        sites.word("placed_by", id) === "postcode" ? fact("Placed by", "postcode") : null),
      el("p", { class: "note" }, "Figures are as recorded by the body unless marked estimated or assumed."),
    ];
  }

  /** Show what is chosen; the panel takes the focus when asked to, and gives it back when it closes. */
  onetown.startPanel = function (areas, sites) {
    const panel = byId("panel");
    const makers = { area: (id) => area(areas, id), segment: (id) => segment(areas, id), site: (id) => site(sites, id), pair: (id) => onetown.pairPanel(sites, id), note: onetown.notePanel };
    let opener = null;

    function close() {
      store.change({ selected: null });
      if (opener && opener.isConnected) opener.focus({ preventScroll: true });
      opener = null;
    }

    function show() {
      const { selected } = store.state;
      panel.hidden = !selected;
      if (!selected) return panel.replaceChildren();
      const closer = el("button", { type: "button", class: "close", "aria-label": "Close", on: { click: close } }, "×");
      panel.replaceChildren(closer, ...makers[selected.kind](selected.id).flat(3).filter(Boolean));
      panel.scrollTop = 0;
      return onetown.say(byId("panel-title").textContent);
    }

    store.listen((changed) => (changed.has("selected") || (changed.has("option") || changed.has("level") || changed.has("column") || changed.has("pairs")) && store.state.selected) && show());
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && store.state.selected && !byId("table").open) close();
    });

    onetown.choose = function (thing, { focus = false } = {}) {
      if (!store.state.selected) opener = document.activeElement;
      store.change({ selected: thing });
      if (focus) panel.focus({ preventScroll: true });
    };
    onetown.unchoose = close;
  };
})((window.onetown = window.onetown || {}));
