/* Two options side by side: which one is left of the divider, and the figures of both. */
(function (onetown) {
  "use strict";

  const { store, el, byId } = onetown;

  const comparing = () => store.state.against >= 0 && store.state.against !== store.state.option;

  function figures() {
    const holder = byId("compare-figures");
    if (!comparing()) return holder.replaceChildren();
    const both = [store.state.against, store.state.option].map((at) => onetown.options.all()[at]);
    const row = (head, words) => el("tr", {}, el("th", { scope: "row" }, head), both.map((option) => el("td", {}, words(option))));
    return holder.replaceChildren(el("table", { class: "access" },
      el("caption", {}, "Left and right of the divider"),
      el("tr", {}, el("td", {}), both.map(({ name }) => el("th", { scope: "col" }, onetown.sentence(name)))),
      row("Costs a year", (option) => onetown.money(option.annual)),
      row("Saves a year", (option) => onetown.money(option.saving)),
      row("One-off cost", (option) => onetown.money(option.oneOff)),
      row("Net cash, discounted", (option) => onetown.money(option.npv)),
      row("Released", (option) => onetown.count(option.count.release)),
      row("Teams moved", (option) => onetown.count(option.moved))));
  }

  onetown.startCompare = function (plans) {
    const list = byId("against");
    if (plans.length < 2) return;
    byId("against-part").hidden = false;
    list.append(el("option", { value: -1 }, "nothing"), ...plans.map(({ name }, i) => el("option", { value: i }, onetown.sentence(name))));
    list.addEventListener("change", () => {
      store.change({ against: Number(list.value) });
      onetown.say(comparing() ? "Left of the divider: " + plans[store.state.against].name + ". Right: " + plans[store.state.option].name + "." : "One option on the map.");
    });
    store.listen((changed) => {
      if (!["against", "option", "year"].some((name) => changed.has(name))) return;
      list.value = String(store.state.against);
      figures();
    });
  };
})((window.onetown = window.onetown || {}));
