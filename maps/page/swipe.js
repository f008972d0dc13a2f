/* The divider: left of it one thing, right of it another. What is compared is chosen elsewhere; here are the bar that
   the reader moves, and the layers of the map that are cut off at it. */
(function (onetown) {
  "use strict";

  const { store, byId } = onetown;
  const STEP = 0.02;
  const LEAST = 0.02; // of the width of the map that stays on either side
  const FAR = 1e6; // pixels
  const LONGEST = 60; // letters of a label
  const layers = []; // what is cut: element, side, and whether its kind is compared
  let dragged = null; // where the divider is while it is being moved; the store hears of it at rest
  let side = "right"; // the side that is being worked out

  const usual = () => (window.innerWidth > 720 ? 0.62 : 0.5);
  const share = () => dragged ?? store.state.share ?? usual();

  /** What is compared: the words left and right of the divider, one pair for each thing that differs. */
  function differences() {
    const { state } = store;
    const all = onetown.options.all();
    const found = [];
    if (state.against >= 0 && state.against !== state.option) found.push([state.against, state.option].map((at) => onetown.sentence(all[at].name)));
    if (onetown.leftAreas.differ()) found.push(onetown.leftAreas.names());
    if (onetown.surfaces.differ()) found.push(onetown.surfaces.names());
    return found;
  }

  const words = (found, at) => found.map((pair) => pair[at]).join(" · ");
  const shortened = (text) => (text.length > LONGEST ? text.slice(0, LONGEST - 1).trimEnd() + "…" : text);

  /** Cut the layers at the divider that show something else on the other side of it. */
  function cut(map) {
    const { x } = map.containerPointToLayerPoint([share() * map.getSize().x, 0]);
    for (const { element, side: whose, differ } of layers) {
      const [from, to] = whose === "left" ? [-FAR, x] : [x, FAR];
      const shape = "polygon(" + [[from, -FAR], [to, -FAR], [to, FAR], [from, FAR]].map((corner) => corner.join("px ") + "px").join(",") + ")";
      element.dataset.cut = differ() ? whose : "";
      element.style.setProperty("clip-path", differ() ? shape : "none");
    }
  }

  function place() {
    const found = differences();
    const bar = byId("divider");
    bar.hidden = !found.length;
    if (bar.hidden) return;
    const [left, right] = [words(found, 0), words(found, 1)];
    bar.style.setProperty("left", 100 * share() + "%");
    bar.setAttribute("aria-valuenow", String(Math.round(100 * share())));
    bar.setAttribute("aria-valuetext", Math.round(100 * share()) + " % of the map shows " + left + ", the rest " + right);
    byId("divider-left").textContent = shortened(left);
    byId("divider-right").textContent = shortened(right);
  }

  function startBar(draw) {
    const bar = byId("divider");
    const moveTo = (wanted) => {
      dragged = Math.max(LEAST, Math.min(1 - LEAST, wanted));
      draw();
    };
    const rest = () => {
      if (dragged === null) return;
      const settled = Math.round(1000 * dragged) / 1000;
      dragged = null;
      store.change({ share: settled });
    };
    bar.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      event.stopPropagation();
      bar.focus({ preventScroll: true });
      bar.setPointerCapture(event.pointerId);
    });
    bar.addEventListener("pointermove", (event) => {
      if (bar.hasPointerCapture(event.pointerId)) moveTo(event.clientX / window.innerWidth);
    });
    bar.addEventListener("keydown", (event) => {
      const to = { ArrowLeft: share() - STEP, ArrowDown: share() - STEP, ArrowRight: share() + STEP, ArrowUp: share() + STEP,
        PageDown: share() - 5 * STEP, PageUp: share() + 5 * STEP, Home: 0, End: 1 }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      event.stopPropagation();
      moveTo(to);
    });
    for (const end of ["pointerup", "pointercancel", "keyup", "blur"]) bar.addEventListener(end, rest);
  }

  onetown.swipe = {
    share,
    /** Whether anything differs left and right. */
    on: () => differences().length > 0,
    labels: () => [0, 1].map((at) => words(differences(), at)),
    side: () => side,

    /** The side that a point of the screen lies on. */
    sideAt: (x) => (onetown.swipe.on() && x < share() * window.innerWidth ? "left" : "right"),

    /** Do something as if the map were that of one side; what the sides share is the same for both. */
    during(whose, work) {
      const before = side;
      side = whose;
      try {
        return work();
      } finally {
        side = before;
      }
    },

    /** Have an element of the map cut off at the divider, where its kind differs: it shows on one side. */
    add(element, whose, differ) {
      layers.push({ element, side: whose, differ });
      onetown.swipe.cut();
    },

    remove(element) {
      const at = layers.findIndex((layer) => layer.element === element);
      if (at >= 0) layers.splice(at, 1);
    },

    cut: () => {},
  };

  onetown.startSwipe = function (map, redraw) {
    const cutNow = () => cut(map);
    onetown.swipe.cut = cutNow;
    startBar(() => {
      place();
      cutNow();
      redraw();
    });
    store.listen((changed) => {
      if (!["against", "option", "year", "leftAreas", "leftSurface", "surface", "column", "level", "share"].some((name) => changed.has(name))) return;
      place();
      cutNow();
    });
    map.on("move zoom viewreset resize", cutNow);
    place();
    cutNow();
  };

  /** The options to draw and where: [position, from, to] as shares of the width of the map. */
  onetown.scenes = function () {
    const { against, option } = store.state;
    return against >= 0 && against !== option ? [[against, 0, share()], [option, share(), 1]] : [[option, 0, 1]];
  };
})((window.onetown = window.onetown || {}));
