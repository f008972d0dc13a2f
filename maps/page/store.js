/* What the reader has chosen, in one place. Whoever shows something listens here; nobody keeps a copy.

   An empty set of picks means that nothing is filtered out. */
(function (onetown) {
  "use strict";

  const listeners = [];

  const state = {
    level: "super", // colour areas by super or sub segment
    column: -1, // position of the column areas are coloured by, -1 for segments
    asIndex: false, // that column as an index of the whole place
    classes: new Set(), // picked classes of that column
    unsure: "", // how areas unsure of their segment are drawn: "" like the others, "fade" or "hatch"
    places: new Set(["locality"]), // kinds of places drawn with outline and name: locality, ward
    segments: new Set(), // picked segments, as "super 2" or "sub 7"
    families: new Set(), // picked kinds of buildings
    bodies: new Set(), // picked organisations
    decisions: new Set(), // picked decisions of the option
    signs: "use", // what the signs of buildings tell: use, body, status or size
    kinds: new Set(), // picked kinds of body, status or size
    pairs: false, // whether pairs that could share are drawn
    notes: false, // whether interview notes are drawn
    option: -1, // position of the option shown, -1 for none
    year: null, // how far the option has got, null for its end
    against: -1, // position of the option left of the divider, -1 for none
    surface: -1, // position of the surface on show, -1 for none
    leftAreas: "", // what areas left of the divider are coloured by: "super", "sub", position of a column, "" as right
    leftSurface: -2, // position of the surface left of the divider, -1 for none, -2 as right
    share: null, // where the divider stands, as a share of the width of the map; null where it stands at first
    selected: null, // {kind: "area" | "site" | "segment", id}
  };

  /** Change some of the choices and tell everyone which. */
  function change(patch) {
    Object.assign(state, patch);
    listeners.forEach((listener) => listener(new Set(Object.keys(patch))));
  }

  /** Add or take away one pick. */
  function toggle(name, value) {
    const picks = new Set(state[name]);
    if (!picks.delete(value)) picks.add(value);
    change({ [name]: picks });
  }

  /** Whether nothing is picked, or this is. */
  const picked = (name, value) => state[name].size === 0 || state[name].has(value);

  onetown.store = { state, change, toggle, picked, listen: (listener) => listeners.push(listener) };
})((window.onetown = window.onetown || {}));
