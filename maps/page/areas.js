/* The layer of areas: what is known of each, which segment it is in, and its colour. */
(function (onetown) {
  "use strict";

  const { store } = onetown;
  const UNCLASSIFIED = "#d5d9de";
  const FILTERED_OUT = "#eceff2";

  class Areas {
    constructor(table, groups, coverage) {
      this.table = table;
      this.groups = groups;
      this.coverage = coverage;
      this.n = coverage.nAreas;
      this.byKey = new Map(groups.map((group, position) => [group.level + " " + group.segment, position]));
      groups.forEach((group) => Object.assign(group, { key: group.level + " " + group.segment, areas: 0, residents: 0 }));
      this.classified = Boolean(table.sub) && groups.length > 0;
      for (const level of ["super", "sub"]) this.#place(level);
    }

    #place(level) {
      const column = this.table[level];
      this[level] = new Int32Array(this.n).fill(-1);
      for (let area = 0; this.classified && area < this.n; area += 1) {
        const position = this.byKey.get(level + " " + column[area]);
        if (position === undefined) continue;
        this[level][area] = position;
        this.groups[position].areas += 1;
        this.groups[position].residents += this.table.population[area] || 0;
      }
    }

    /** Position in `groups` of the segment an area is coloured by, -1 for none. */
    groupOf(area) {
      return this[onetown.leftAreas.level()][area];
    }

    /** Whether the filter lets an area through: the same areas on both sides of the divider. */
    shown(area) {
      const column = onetown.columns.chosen();
      if (column && !store.picked("classes", column.classOf(area))) return false;
      if (store.state.segments.size === 0) return true;
      return [this.super[area], this.sub[area]].some(
        (position) => position >= 0 && store.state.segments.has(this.groups[position].key),
      );
    }

    colourOf(area) {
      if (!this.shown(area)) return FILTERED_OUT;
      const column = onetown.columns.current();
      if (column) return column.colourOf(area);
      const group = this.groupOf(area);
      if (group < 0) return UNCLASSIFIED;
      const { colour } = this.groups[group];
      return store.state.unsure === "fade" ? onetown.faded(colour, this.table.certainty[area]) : colour;
    }

    /** Colour and kind of every area on the side being worked out: found once, until the reader chooses otherwise. */
    painted() {
      const side = onetown.swipe.side();
      this.known = this.known || {};
      if (!this.known[side]) {
        const all = Array.from({ length: this.n }, (_, area) => area);
        this.known[side] = { colours: all.map((area) => this.colourOf(area)), kinds: Int32Array.from(all, (area) => this.kindOf(area)) };
      }
      return this.known[side];
    }

    /** Forget colours and kinds: what the reader chose has changed them. */
    forget() {
      this.known = null;
    }

    /** How an area is hatched for being unsure of its segment: 0 not, 1 single lines, 2 crossed lines. */
    hatchOf(area) {
      const unclassified = onetown.columns.current() || this.groupOf(area) < 0 || !this.shown(area);
      return unclassified ? 0 : onetown.hatching(this.table.certainty[area]);
    }

    /** Areas of one kind have no line between them: one class of the column on show, or one segment. */
    kindOf(area) {
      const column = onetown.columns.current();
      return column ? column.classOf(area) : this.groupOf(area);
    }

    word(name, area) {
      return (this.table[name] && this.table[name].words[this.table[name].codes[area]]) || "";
    }

    /** "Buxton, High Peak" */
    whereabouts(area) {
      return [...new Set([this.word("locality", area), this.word("district", area)])].filter(Boolean).join(", ");
    }

    total(name) {
      return this.table[name].reduce((sum, value) => sum + (value || 0), 0);
    }
  }

  onetown.Areas = Areas;

  /** Read the layer of areas. */
  onetown.readAreas = async function () {
    const data = onetown.layerData("areas");
    const [outlines, table, groups] = await Promise.all([
      onetown.unpack(data.geometry.data).then(onetown.decodeOutlines),
      onetown.unpackJson(data.table),
      onetown.unpackJson(data.groups),
    ]);
    return new Areas(table, groups, new onetown.Coverage(outlines, data.geometry));
  };
})((window.onetown = window.onetown || {}));
