/* What areas left of the divider are coloured by: groups, segments or a column, beside what is on show right of it. */
(function (onetown) {
  "use strict";

  const { store, el, byId } = onetown;
  const LEVELS = { super: "Groups", sub: "Segments" };
  let column = null; // the column left of the divider
  let groups = []; // the portraits, for their colours

  const isLevel = (choice) => choice in LEVELS;

  /** Whether areas are coloured differently left and right. */
  function differ() {
    const { leftAreas, column: right, level } = store.state;
    if (leftAreas === "") return false;
    return isLevel(leftAreas) ? right >= 0 || level !== leftAreas : leftAreas !== right;
  }

  const nameOf = (choice) => (isLevel(choice) ? LEVELS[choice] : onetown.columns.all()[choice].name);
  const rightChoice = () => (store.state.column >= 0 ? store.state.column : store.state.level);

  /** Colour the areas left of the divider by something: a level, the position of a column, "" for as right of it. */
  async function show(choice) {
    column = typeof choice === "number" ? await onetown.columns.open(choice) : null;
    store.change({ leftAreas: choice });
  }

  const onLeft = () => onetown.swipe.side() === "left" && store.state.leftAreas !== "";

  onetown.leftAreas = {
    differ,
    show,
    names: () => [nameOf(store.state.leftAreas), nameOf(rightChoice())],
    segments: () => isLevel(store.state.leftAreas),
    /** The level and the column that colour the areas of the side being worked out. */
    level: () => (onLeft() && isLevel(store.state.leftAreas) ? store.state.leftAreas : store.state.level),
    column: (right) => (onLeft() ? column : right),
  };

  function classes() {
    if (column) return column.legend;
    return groups.filter((group) => group.level === store.state.leftAreas && group.areas).map(({ name, colour }) => ({ label: name, colour }));
  }

  const alike = (one, other) => one.length === other.length && one.every(({ label, colour }, i) => label === other[i].label && colour === other[i].colour);

  function legend() {
    if (!differ()) return [];
    const right = onetown.columns.chosen();
    const heading = el("p", { class: "heading" }, "Left of the divider: " + nameOf(store.state.leftAreas));
    if (column && right && alike(column.legend, right.legend)) return [heading, el("p", { class: "note" }, "In the same classes as on the right.")];
    const rows = classes().map(({ label, colour }) => el("li", {}, el("span", { class: "swatch", "aria-hidden": "true", style: { "--swatch": colour } }), label));
    return [heading, el("ul", { class: column ? "classes" : "classes whole" }, rows)];
  }

  /** A fold with a list of what can stand left of the divider. The list is there only while the fold is open. */
  onetown.leftFold = function (fold, { id, options, value, choose, legend: rows }) {
    const list = el("select", { id });
    const holder = el("div", { class: "legend" });
    const label = el("p", { class: "pick" }, el("label", { for: id }, "Left of it"), list);
    list.addEventListener("change", () => choose(list.value));
    const show = () => {
      if (value() && !fold.open) fold.open = true; // told by the address, or by the other ways to choose
      if (!fold.open) return;
      if (!label.isConnected) {
        list.replaceChildren(el("option", { value: "" }, "the same as right of it"), ...options());
        fold.append(label, holder);
      }
      list.value = value();
      holder.replaceChildren(...rows());
    };
    fold.addEventListener("toggle", () => {
      if (fold.open) return show();
      label.remove();
      holder.remove();
      return value() && choose("");
    });
    return show;
  };

  /** The column that shows the same before, where the one on show is of after; -1 where there is none. */
  const before = () => {
    const right = onetown.columns.chosen();
    return right && right.before ? onetown.columns.all().findIndex(({ name }) => name === right.before) : -1;
  };

  /** Redraw the tiles left of the divider, or take them away where both sides are the same. */
  function startTiles(areas, map, repaints) {
    const tiles = new onetown.AreaTiles(areas, "left");
    const opacity = onetown.layerData("base") ? onetown.ABOVE_BASE : 1;
    store.listen((changed) => {
      if (!differ()) tiles.remove();
      else if (!map.hasLayer(tiles)) tiles.setOpacity(opacity).addTo(map);
      else if (repaints.some((name) => changed.has(name)) || changed.has("leftAreas")) tiles.redraw();
    });
  }

  onetown.startLeft = function (areas, map, repaints) {
    groups = areas.groups;
    const levels = areas.classified ? Object.entries(LEVELS) : [];
    byId("left-part").hidden = levels.length + onetown.columns.all().length < 2;
    const choose = async (text) => {
      await show(isLevel(text) || !text ? text : Number(text));
      onetown.say(differ() ? "Left of the divider: " + nameOf(store.state.leftAreas) + ". Right: " + nameOf(rightChoice()) + "." : "The same colours on the whole map.");
    };
    const options = () => [...levels.map(([value, label]) => el("option", { value }, label)), ...onetown.columns.options()];
    const fold = onetown.leftFold(byId("left-part"), { id: "left-areas", options, value: () => String(store.state.leftAreas), choose, legend });
    byId("before-after").addEventListener("click", () => choose(String(before())));
    store.listen((changed) => {
      if (!["leftAreas", "column", "level", "asIndex"].some((name) => changed.has(name))) return;
      byId("before-after").hidden = before() < 0 || store.state.leftAreas === before();
      fold();
    });
    startTiles(areas, map, repaints);
  };
})((window.onetown = window.onetown || {}));
