/* The layer of interview notes: what people said, as a speech mark at the area or place it was said of. */
(function (onetown) {
  "use strict";

  const { store, el, byId } = onetown;
  const INK = "#5b2a86";
  const REACH = 11;

  class Notes {
    constructor(table, areas) {
      Object.assign(this, table);
      this.n = table.text.length;
      this.areas = areas;
      const places = new Map(onetown.placesOf(areas).filter(({ kind }) => kind === "locality").map((place) => [place.name, place]));
      this.spots = table.text.map((_, note) => this.#spot(note, places));
    }

    /** Where a note is drawn: the middle of its area, else of its place; null where neither is known. */
    #spot(note, places) {
      const { coverage } = this.areas;
      if (this.area[note] >= 0) {
        const [west, north, east, south] = coverage.boxes.subarray(4 * this.area[note], 4 * this.area[note] + 4);
        return coverage.toLatLng((west + east) / 2, (north + south) / 2);
      }
      const place = places.get(this.locality[note]);
      return place ? coverage.toLatLng(place.x / place.weight, place.y / place.weight) : null;
    }

    where(note) {
      return this.area[note] >= 0 ? this.areas.whereabouts(this.area[note]) || this.locality[note] : this.locality[note];
    }
  }

  let notes = null;

  /** Draw the notes, those on one spot side by side. */
  onetown.drawNotes = function (overlay) {
    overlay.drawnNotes = [];
    if (!notes || !store.state.notes) return;
    const crowd = new Map();
    notes.spots.forEach((spot, note) => {
      if (!spot) return;
      const { x, y } = overlay.spot(spot);
      const key = Math.round(x / 12) + " " + Math.round(y / 12);
      const turn = crowd.get(key) || 0;
      crowd.set(key, turn + 1);
      const at = { note, x: x + 15 * turn, y };
      bubble(overlay.context, at, store.state.selected && store.state.selected.kind === "note" && store.state.selected.id === note);
      overlay.drawnNotes.push(at);
    });
  };

  function bubble(context, { x, y }, chosen) {
    const path = new Path2D();
    path.roundRect(x - 9, y - 15, 18, 13, 4);
    path.moveTo(x - 3, y - 2.5);
    path.lineTo(x - 4, y + 4);
    path.lineTo(x + 3, y - 2.5);
    context.lineJoin = "round";
    context.strokeStyle = "#ffffff";
    context.lineWidth = chosen ? 6 : 3;
    context.stroke(path);
    context.fillStyle = chosen ? "#101820" : INK;
    context.fill(path);
    context.fillStyle = "#ffffff";
    for (const dx of [-4.5, -0.9, 2.7]) context.fillRect(x + dx, y - 9.5, 1.9, 1.9);
  }

  /** The note under a spot of the canvas, -1 for none. */
  onetown.noteAt = function (overlay, spot) {
    const hit = (overlay.drawnNotes || []).findLast(({ x, y }) => Math.hypot(spot.x - x, spot.y - (y - 7)) <= REACH);
    return hit ? hit.note : -1;
  };

  onetown.notePanel = (note) => [
    el("h2", { id: "panel-title" }, "What people said"),
    el("p", { class: "where" }, [notes.where(note), notes.segment[note], notes.date[note]].filter(Boolean).join(", ")),
    el("blockquote", {}, notes.text[note]),
    notes.area[note] >= 0 ? el("p", {}, el("button", { type: "button", class: "link", on: { click: () => onetown.goToArea(notes.area[note]) } }, "The area it was said of")) : null,
  ];

  /** The notes of an area, as lines of its panel. */
  onetown.notesOf = function (area) {
    const mine = notes ? notes.text.filter((_, note) => notes.area[note] === area) : [];
    return mine.length ? [el("h3", {}, "What people said here"), el("ul", {}, mine.map((text) => el("li", {}, text)))] : [];
  };

  onetown.goToNote = function (note) {
    store.change({ notes: true });
    onetown.choose({ kind: "note", id: note });
    if (notes.spots[note]) onetown.show(L.latLngBounds([notes.spots[note]]), 12);
  };

  onetown.startNotes = function () {
    if (!notes || !notes.n) return;
    const button = byId("notes-switch");
    button.append("Show interview notes", el("small", {}, onetown.count(notes.n)));
    button.addEventListener("click", () => {
      store.change({ notes: !store.state.notes });
      onetown.say(store.state.notes ? "Showing " + onetown.several(notes.n, "note") + "." : "Notes hidden.");
    });
    store.listen((changed) => changed.has("notes") && button.setAttribute("aria-pressed", String(store.state.notes)));
    byId("notes").hidden = false;
    if (notes.open) store.change({ notes: true });
  };

  /** Read the layer of notes. */
  onetown.readNotes = async function (areas) {
    const data = onetown.layerData("notes");
    if (!data) return null;
    notes = new Notes(await onetown.unpackJson(data.table), areas);
    notes.open = data.shown;
    return notes;
  };
})((window.onetown = window.onetown || {}));
