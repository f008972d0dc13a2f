/* The layer of columns: figures of every area, in classes with units; as they are, or as an index of the whole place. */
(function (onetown) {
  "use strict";

  const { store, el, byId } = onetown;
  const UNKNOWN = "#d5d9de";
  let layer = { columns: [], shown: -1 };

  class Column {
    constructor(told, values, index) {
      Object.assign(this, told);
      this.index = index;
      const times = 10 ** told.decimals;
      this.values = values.map((value) => (value === null ? null : value / times));
      this.recut();
    }

    /** Put every area in its class, by figures or by index. */
    recut() {
      this.asIndex = store.state.asIndex && this.base > 0;
      const cut = this.asIndex ? this.index : this;
      this.legend = cut.classes;
      const worth = (value) => (this.asIndex ? (100 * value) / this.base : value);
      this.codes = Int8Array.from(this.values, (value) => (value === null ? -1 : cut.breaks.filter((border) => worth(value) >= border).length));
    }

    classOf(area) {
      return this.codes[area];
    }

    colourOf(area) {
      return this.codes[area] < 0 ? UNKNOWN : this.legend[this.codes[area]].colour;
    }

    /** "12.3 % of households (index 84)" */
    words(area) {
      const value = this.values[area];
      if (value === null) return "not known";
      const unit = this.unit.startsWith("%") ? this.unit : " " + this.unit;
      const index = this.base > 0 ? " (index " + onetown.count((100 * value) / this.base) + ")" : "";
      return onetown.figure(value) + unit + index;
    }
  }

  const opened = new Map();
  let current = null;

  /** Unpack a column when it is first wanted; the others stay packed. */
  async function open(position) {
    const { values, ...told } = layer.columns[position];
    if (!opened.has(position)) opened.set(position, new Column(told, await onetown.unpackJson(values), layer.index));
    return opened.get(position);
  }

  /** Colour the areas by a column, or by segments where it is -1. */
  async function show(position, asIndex = store.state.asIndex) {
    const column = position < 0 ? null : await open(position);
    store.state.asIndex = asIndex;
    opened.forEach((one) => one.recut()); // also the one left of the divider
    current = column;
    store.change({ column: position, asIndex, classes: new Set() });
    onetown.say(column ? "Areas coloured by " + column.name + ", " + column.unit + "." : "Areas coloured by segment.");
  }

  /** The columns as entries of a list, by their groups. */
  function options() {
    const groups = new Map();
    layer.columns.forEach(({ name, group }, position) => {
      if (!groups.has(group)) groups.set(group, el("optgroup", { label: group }));
      groups.get(group).append(el("option", { value: position }, name));
    });
    return [...groups.values()];
  }

  function entries(areas) {
    return current.legend.map(({ label, colour }, code) => {
      const found = Array.from({ length: areas.n }, (_, area) => area).filter((area) => current.codes[area] === code);
      const residents = found.reduce((sum, area) => sum + (areas.table.population[area] || 0), 0);
      return onetown.legendEntry({
        name: "classes",
        value: code,
        label,
        count: onetown.several(found.length, "area") + ", " + onetown.several(residents, "resident"),
        style: { "--swatch": colour },
      });
    });
  }

  function showLegend(areas) {
    const byColumn = Boolean(current);
    byId("column-figures").hidden = !byColumn;
    byId("level-choice").hidden = byId("community-legend").hidden = byColumn;
    if (!byColumn) return;
    byId("index-choice").hidden = !(current.base > 0);
    byId("column-legend").replaceChildren(...entries(areas));
    const unknown = current.codes.filter((code) => code < 0).length;
    byId("column-note").textContent = [current.note, unknown ? onetown.several(unknown, "area") + " not known (grey)." : ""].join(" ");
  }

  onetown.startColumns = function (areas) {
    const list = byId("column-choice");
    if (layer.columns.length) {
      byId("column-part").hidden = false;
      list.append(el("option", { value: -1 }, areas.classified ? "Segments" : "Nothing"), ...options());
    }
    list.addEventListener("change", () => show(Number(list.value)));
    onetown.choice(byId("index-choice"), "asIndex", ["Figures", "Index (place = 100)"], 0, (i) => show(store.state.column, i === 1));
    store.listen((changed) => {
      if (!changed.has("column") && !changed.has("asIndex")) return;
      list.value = String(store.state.column);
      byId("index-choice").querySelectorAll("input").forEach((input, i) => (input.checked = Boolean(i) === store.state.asIndex));
      showLegend(areas);
    });
    return layer.shown >= 0 ? show(layer.shown) : null;
  };

  /** Read the layer of columns: the figures themselves stay packed until they are looked at. */
  onetown.readColumns = function () {
    layer = onetown.layerData("columns") || layer;
  };

  onetown.columns = {
    /** The column that colours the areas of the side being worked out; null for segments. */
    current: () => onetown.leftAreas.column(current),
    /** The columns on show, left of the divider and right of it. */
    shown: () => [...new Set(["left", "right"].map((side) => onetown.swipe.during(side, () => onetown.columns.current())))].filter(Boolean),
    chosen: () => current, // the one on show right of the divider, and on the whole map where there is none
    show, open, options, all: () => layer.columns,
  };
})((window.onetown = window.onetown || {}));
