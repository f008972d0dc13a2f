/* Two options side by side: a divider on the map, left of it one option, right of it the other, and their figures. */
(function (onetown) {
  "use strict";

  const { store, el, byId } = onetown;
  const STEP = 0.02;
  let share = window.innerWidth > 720 ? 0.62 : 0.5; // where the divider stands, as a share of the width of the map

  const comparing = () => store.state.against >= 0 && store.state.against !== store.state.option;

  function place() {
    const bar = byId("divider");
    bar.hidden = !comparing();
    if (bar.hidden) return;
    bar.style.setProperty("left", 100 * share + "%");
    bar.setAttribute("aria-valuenow", String(Math.round(100 * share)));
    const [left, right] = [store.state.against, store.state.option].map((at) => onetown.sentence(onetown.options.all()[at].name));
    bar.setAttribute("aria-valuetext", Math.round(100 * share) + " % of the map shows " + left + ", the rest " + right);
    byId("divider-left").textContent = left;
    byId("divider-right").textContent = right;
  }

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

  function moveTo(wanted, redraw) {
    share = Math.max(0.02, Math.min(0.98, wanted));
    place();
    redraw();
  }

  function startBar(redraw) {
    const bar = byId("divider");
    bar.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      event.stopPropagation();
      bar.focus();
      bar.setPointerCapture(event.pointerId);
    });
    bar.addEventListener("pointermove", (event) => {
      if (bar.hasPointerCapture(event.pointerId)) moveTo(event.clientX / window.innerWidth, redraw);
    });
    bar.addEventListener("keydown", (event) => {
      const to = { ArrowLeft: share - STEP, ArrowRight: share + STEP, Home: 0, End: 1 }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      event.stopPropagation();
      moveTo(to, redraw);
    });
  }

  onetown.startCompare = function (plans, redraw) {
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
      place();
      figures();
    });
    startBar(redraw);
  };

  /** The options to draw and where: [position, from, to] as shares of the width of the map. */
  onetown.scenes = () => (comparing() ? [[store.state.against, 0, share], [store.state.option, share, 1]] : [[store.state.option, 0, 1]]);
})((window.onetown = window.onetown || {}));
