/* What the signs of buildings tell: use, body, status or size. Each by shape as well as by colour, size by size. */
(function (onetown) {
  "use strict";

  const { store } = onetown;
  const SHAPES = ["square", "diamond", "triangle", "cross", "drop", "pentagon", "hexagon", "bar"];
  const INKS = ["#16324f", "#8f1d14", "#00566b", "#7a4100", "#5b2a86", "#2f4a12", "#6b1145", "#3d3d3d"];
  const UNKNOWN = { shape: "dot", colour: "#59636e" };
  const SIZES = [250, 1000, 2500, 10000]; // borders of the classes of size (m² net)
  const RADII = [0.6, 0.85, 1.1, 1.4, 1.75];

  /** The i-th of many: no two of the first 64 share both shape and colour, neighbours share neither. */
  const nth = (i) => ({ shape: SHAPES[i % 8], colour: INKS[(i + 3 * Math.floor(i / 8)) % 8] });

  /** A sign for each word of a column, the most frequent first. */
  function byWord(sites, name, blank) {
    const { words, codes } = sites.table[name];
    const counts = words.map((_, code) => codes.filter((other) => other === code).length);
    const order = words.map((_, code) => code).filter((code) => words[code]).sort((a, b) => counts[b] - counts[a] || a - b);
    const place = new Map(order.map((code, i) => [code, i]));
    const classes = order.map((code, i) => ({ label: words[code], ...nth(i) }));
    return { classes: [...classes, { label: blank, ...UNKNOWN }], codeOf: (site) => place.get(codes[site]) ?? order.length };
  }

  function bySize(sites) {
    const [first, last] = [SIZES[0], SIZES[SIZES.length - 1]];
    const labels = ["under " + first + " m²", ...SIZES.slice(1).map((border, i) => onetown.count(SIZES[i]) + " to " + onetown.count(border)), onetown.count(last) + " m² or more"];
    const classes = labels.map((label, i) => ({ label, shape: "square", colour: INKS[0], times: RADII[i] }));
    const codeOf = (site) => {
      const size = sites.figure("nia_m2", site);
      return size === null ? labels.length : SIZES.filter((border) => size >= border).length;
    };
    return { classes: [...classes, { label: "size not known", ...UNKNOWN }], codeOf };
  }

  const makers = {
    use: (sites) => ({ classes: sites.families.map(({ name, shape, colour }) => ({ label: name, shape, colour })), codeOf: (site) => sites.table.family[site] }),
    body: (sites) => byWord(sites, "organisation", "No body named"),
    status: (sites) => byWord(sites, "status", "Status not known"),
    size: bySize,
  };
  const NEEDS = { use: "family", body: "organisation", status: "status", size: "nia_m2" };
  const made = new Map();

  /** What the signs tell at the moment: classes, and the class of each building. */
  onetown.signing = function (sites) {
    const by = store.state.signs;
    if (!made.has(by)) made.set(by, makers[by](sites));
    return made.get(by);
  };

  onetown.SIGNS = Object.keys(makers);
  onetown.signsOf = (sites) => onetown.SIGNS.filter((by) => sites.has(NEEDS[by]));
})((window.onetown = window.onetown || {}));
