/* Year by year: the slider that shows how far an option has got, where its moves have years. */
(function (onetown) {
  "use strict";

  const { store, byId } = onetown;

  function told(option) {
    const { year } = store.state;
    if (year === null || year >= option.years) return "In the end";
    const { release } = option.count;
    const moved = option.moves.year.filter((when) => when <= year).length;
    return "Year " + (year + 1) + " of " + option.years + ": " + onetown.several(release, "building") + " released, " + onetown.several(moved, "team") + " moved";
  }

  function show() {
    const option = onetown.options.current();
    const many = Boolean(option) && option.years > 1;
    byId("year-part").hidden = !many;
    if (!many) return;
    const slider = byId("year");
    slider.max = option.years;
    slider.value = store.state.year === null ? option.years : store.state.year;
    byId("year-told").textContent = told(option);
    slider.setAttribute("aria-valuetext", told(option));
  }

  onetown.startYears = function () {
    const slider = byId("year");
    slider.addEventListener("input", () => {
      const last = onetown.options.current().years;
      store.change({ year: Number(slider.value) >= last ? null : Number(slider.value) });
      onetown.say(byId("year-told").textContent);
    });
    store.listen((changed) => (changed.has("option") || changed.has("year")) && show());
    show();
  };
})((window.onetown = window.onetown || {}));
