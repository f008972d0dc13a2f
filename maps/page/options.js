/* The options: which one is shown, and what it comes to. */
(function (onetown) {
  "use strict";

  const { store, el, byId } = onetown;
  let all = [];

  let drawn = null; // the option of the half of the map being drawn, where two are compared

  const current = () => all[drawn === null ? store.state.option : drawn] || null;

  /** Do something as if another option were on show. */
  function during(position, work) {
    drawn = position;
    try {
      work();
    } finally {
      drawn = null;
    }
  }

  /** One entry of the figures: a term and its value. */
  const fact = (term, value) => [el("dt", {}, term), el("dd", {}, value)];

  function certainty(option) {
    if (option.status === "as today") return "as today, nothing to prove";
    if (option.status === "optimal") return "proved best";
    if (option.gap === null) return option.status;
    return "within " + onetown.figure(Math.ceil(1000 * option.gap) / 10) + "% of the best possible"; // rounded up: never better than proved
  }

  function figures(option) {
    const facts = [
      ...fact("Costs", onetown.money(option.annual) + " a year"),
      ...fact("Saves", onetown.money(option.saving) + " a year"),
      ...fact("One-off cost", onetown.money(option.oneOff)),
      ...fact("Net cash, discounted", onetown.money(option.npv)),
      ...fact("Certainty", certainty(option)),
      ...fact("Changes", onetown.several(option.count.release, "building") + " released, " + onetown.several(option.moved, "team") + " moved"),
    ];
    return el("dl", { class: "facts" }, facts);
  }

  /** How many residents are within the limit of each service, before and after. Minutes always say how good they are. */
  onetown.accessTable = function (rows) {
    const qualities = [...new Set(rows.map((row) => row.quality))].join(", ");
    const body = rows.map((row) =>
      el("tr", {},
        el("th", { scope: "row" }, onetown.sentence(row.service) + (row.limit === null ? "" : ", " + row.limit + " min")),
        el("td", {}, onetown.figure(row.before) + "%"),
        el("td", {}, onetown.figure(row.after) + "%"),
      ));
    return el("table", { class: "access" },
      el("caption", {}, "Residents within the limit. Travel times are " + qualities + "."),
      el("tr", {}, ["Service", "Now", "Then"].map((head) => el("th", { scope: "col" }, head))),
      body);
  };

  /** Access of one segment, or of everyone, under the option on show. */
  onetown.accessOf = function (segment) {
    const option = current();
    return option ? option.access.filter((row) => row.segment === segment) : [];
  };

  function fold(option) {
    const rows = onetown.accessOf("all");
    const details = el("details", { class: "fold" }, el("summary", {}, "Figures, access and assumptions"));
    details.addEventListener("toggle", () => {
      [...details.children].slice(1).forEach((child) => child.remove()); // there only while someone looks
      if (!details.open) return;
      details.append(figures(option));
      if (rows.length) details.append(onetown.accessTable(rows));
      if (option.assumptions.length) details.append(el("p", { class: "lines" }, option.assumptions.join("\n")));
    });
    return details;
  }

  /** What the option comes to, its first sentence standing out. */
  function told({ sentence }) {
    const end = sentence.indexOf(". ") + 1;
    return el("p", { class: "sentence" }, el("strong", {}, end ? sentence.slice(0, end) : sentence), end ? sentence.slice(end) : null);
  }

  function show() {
    const option = current();
    byId("option-figures").replaceChildren(...(option ? [told(option), fold(option)] : []));
  }

  /** A row of choices of which exactly one holds: radio buttons that look like one switch. */
  onetown.choice = function (holder, name, labels, chosen, choose) {
    labels.forEach((label, i) => {
      const input = el("input", { type: "radio", name, value: i, checked: i === chosen, on: { change: () => choose(i) } });
      holder.append(el("label", {}, input, el("span", {}, label)));
    });
  };

  onetown.startOptions = function (plans) {
    all = plans;
    if (!plans.length) return;
    onetown.choice(byId("option-choice"), "option", plans.map((plan) => onetown.sentence(plan.name)), plans.length - 1, (i) => {
      store.change({ option: i, decisions: new Set(), year: null });
      onetown.say(plans[i].sentence);
    });
    byId("options").hidden = false;
    store.listen((changed) => {
      if (!changed.has("option")) return;
      byId("option-choice").querySelectorAll("input").forEach((input, i) => (input.checked = i === store.state.option));
      show();
    });
    store.change({ option: plans.length - 1 });
  };

  onetown.options = { current, during, all: () => all };
})((window.onetown = window.onetown || {}));
