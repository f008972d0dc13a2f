/* The legend: every entry is a button that filters the map and says how much it stands for. */
(function (onetown) {
  "use strict";

  const { store, el, byId } = onetown;
  const DECISIONS = [["host", "Takes others in"], ["release", "Released"], ["keep", "Kept as it is"]];

  const picks = new WeakMap(); // what each button picks

  /** A button that is pressed while its pick is picked. */
  function entry({ name, value, label, count, style }) {
    const pressed = String(store.state[name].has(value));
    const button = el("button", { type: "button", class: "entry", "aria-pressed": pressed, style }, label, el("small", {}, count));
    button.addEventListener("click", () => {
      store.toggle(name, value);
      announce(name, label, value, count);
    });
    picks.set(button, { name, value });
    return button;
  }

  onetown.legendEntry = entry;

  function press() {
    document.querySelectorAll("button.entry").forEach((button) => {
      if (!picks.has(button)) return; // the switch of the pairs picks nothing
      const { name, value } = picks.get(button);
      button.setAttribute("aria-pressed", String(store.state[name].has(value)));
    });
  }

  function announce(name, label, value, count) {
    const chosen = store.state[name];
    if (chosen.has(value)) onetown.say("Showing " + label + ": " + count + ".");
    else onetown.say(chosen.size ? label + " hidden." : "Showing everything.");
  }

  const swatch = (colour) => ({ "--swatch": colour });
  const sign = (picture) => ({ "--sign": picture });

  function communities(areas) {
    const holder = byId("community-legend");
    const groups = areas.groups.filter((group) => group.level === store.state.level && group.areas);
    holder.replaceChildren(...groups.map((group) => entry({
      name: "segments",
      value: group.key,
      label: group.name,
      count: onetown.several(group.areas, "area") + ", " + onetown.several(group.residents, "resident"),
      style: swatch(group.colour),
    })));
  }

  /** What the map cannot show by colour: areas drawn as dots, areas without a segment. */
  function remarks(areas) {
    const dots = areas.coverage.dotArea.length;
    const blank = areas.classified ? areas.super.filter((group) => group < 0).length : 0;
    return [
      onetown.several(areas.n, "area") + ", " + onetown.several(areas.total("population"), "resident") + ".",
      dots ? onetown.several(dots, "area") + " without an outline " + (dots === 1 ? "is drawn as a dot." : "are drawn as dots.") : "",
      blank ? onetown.several(blank, "area") + (blank === 1 ? " is" : " are") + " not classified (grey)." : "",
    ].filter(Boolean).join(" ");
  }

  function startCommunities(areas) {
    byId("communities").hidden = false;
    byId("community-note").textContent = remarks(areas);
    if (!areas.classified) return;
    const levels = ["super", "sub"];
    const sizes = levels.map((level) => areas.groups.filter((group) => group.level === level && group.areas).length);
    onetown.choice(byId("level-choice"), "level", [sizes[0] + " groups", sizes[1] + " segments"], 0, (i) => {
      store.change({ level: levels[i], segments: new Set() });
    });
    store.listen((changed) => {
      if (!changed.has("level")) return;
      byId("level-choice").querySelectorAll("input").forEach((input, i) => (input.checked = levels[i] === store.state.level));
      communities(areas);
    });
    communities(areas);
    onetown.startUnsure(areas);
  }

  /** What the signs of buildings tell, with how many buildings each stands for. */
  function kinds(sites) {
    const { classes, codeOf } = onetown.signing(sites);
    const counts = new Array(classes.length).fill(0);
    for (let site = 0; site < sites.n; site += 1) counts[codeOf(site)] += 1;
    return classes.map(({ label, shape, colour, times = 1 }, i) => counts[i] && entry({
      name: store.state.signs === "use" ? "families" : "kinds",
      value: i,
      label,
      count: onetown.count(counts[i]),
      style: sign(onetown.glyphs.picture({ shape, colour, decision: "", radius: 6.5 * Math.min(times, 1.3) })),
    })).filter(Boolean);
  }

  function startSigns(sites) {
    const holder = byId("family-legend");
    const fill = () => holder.replaceChildren(...kinds(sites));
    const choices = onetown.signsOf(sites);
    const list = byId("signs");
    byId("signs-part").hidden = choices.length < 2;
    list.append(...choices.map((by) => el("option", { value: by }, onetown.sentence(by))));
    list.addEventListener("change", () => {
      store.change({ signs: list.value, kinds: new Set(), families: new Set() });
      onetown.say("Signs tell the " + list.value + " of buildings.");
    });
    store.listen((changed) => {
      if (!changed.has("signs")) return;
      list.value = store.state.signs;
      fill();
    });
    fill();
  }

  function decisions(sites) {
    const option = onetown.options.current();
    const colour = sites.families[0].colour;
    return DECISIONS.filter(([decision]) => option && option.count[decision]).map(([decision, label]) => entry({
      name: "decisions",
      value: decision,
      label,
      count: onetown.count(option.count[decision]),
      style: sign(onetown.glyphs.picture({ shape: "square", colour, decision, radius: decision === "host" ? 6.5 : 7 })),
    }));
  }

  function bodies(sites) {
    const names = sites.has("organisation") ? sites.table.organisation.words : [];
    const counts = names.map((_, code) => sites.table.organisation.codes.filter((other) => other === code).length);
    return names.map((name, code) => entry({ name: "bodies", value: name, label: name || "No body named", count: onetown.count(counts[code]) }))
      .sort((a, b) => a.textContent.localeCompare(b.textContent, "en-GB"));
  }

  function startBuildings(sites) {
    byId("buildings").hidden = false;
    startSigns(sites);
    const folded = byId("bodies");
    folded.addEventListener("toggle", () => {
      const list = folded.querySelector("div");
      if (folded.open && !list) folded.append(el("div", { class: "legend plain", role: "group", "aria-label": "Bodies" }, bodies(sites)));
      else if (!folded.open && list) list.remove(); // picks stay, the page stays small
    });
    const redecide = () => byId("decision-legend").replaceChildren(...decisions(sites));
    store.listen((changed) => (changed.has("option") || changed.has("year")) && redecide());
    redecide();
  }

  const FILTERS = ["segments", "classes", "families", "kinds", "bodies", "decisions"];

  function startReset() {
    const button = byId("show-all");
    const clear = Object.fromEntries(FILTERS.map((name) => [name, new Set()]));
    button.addEventListener("click", () => {
      store.change({ ...clear });
      onetown.say("Showing everything.");
      byId("search").focus();
    });
    store.listen(() => (button.hidden = FILTERS.every((name) => store.state[name].size === 0)));
  }

  onetown.startLegend = function (areas, sites) {
    startCommunities(areas);
    if (sites && sites.n) startBuildings(sites);
    startReset();
    store.listen(press);
  };
})((window.onetown = window.onetown || {}));
