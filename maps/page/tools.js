/* Tools: measure a way, find where one is, fill the screen. */
(function (onetown) {
  "use strict";

  const { el, byId } = onetown;
  const state = { measuring: false, points: [], here: null };

  const length = (map) => state.points.slice(1).reduce((sum, point, i) => sum + map.distance(state.points[i], point), 0);

  /** Show a line of talk below the buttons, and say it. */
  function tell(text) {
    byId("tool-talk").textContent = text;
    byId("tool-talk").hidden = !text;
    onetown.say(text);
  }

  function startMeasure(map, redraw) {
    const button = byId("measure");
    const stop = () => {
      Object.assign(state, { measuring: false, points: [] });
      button.setAttribute("aria-pressed", "false");
      map.getContainer().classList.remove("measuring");
      tell("");
      redraw();
    };
    button.addEventListener("click", () => {
      if (state.measuring) return stop();
      state.measuring = true;
      button.setAttribute("aria-pressed", "true");
      map.getContainer().classList.add("measuring");
      map.getContainer().focus({ preventScroll: true });
      return tell("Click along the way, or press Enter for the middle of the map. Escape ends it.");
    });
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !state.measuring || byId("table").open) return;
      stop();
      button.focus();
    });
    onetown.measureAt = function (latLng) {
      if (!state.measuring) return false;
      state.points.push(latLng);
      const metres = length(map);
      tell(state.points.length === 1 ? "From here: choose the next point." : onetown.distance(metres) + " in a straight line" + (state.points.length > 2 ? "s." : "."));
      redraw();
      return true;
    };
  }

  function startLocate(redraw) {
    const button = byId("locate");
    if (!navigator.geolocation) return;
    button.hidden = false;
    button.addEventListener("click", () => {
      tell("Asking the browser where you are.");
      navigator.geolocation.getCurrentPosition(({ coords }) => {
        state.here = L.latLng(coords.latitude, coords.longitude);
        const inside = onetown.areas.coverage.at(state.here, 14) >= 0;
        if (inside) onetown.show(L.latLngBounds([state.here]), 14);
        tell(inside ? "You are here, to about " + onetown.distance(coords.accuracy) + "." : "You are outside this map.");
        redraw();
      }, () => tell("The browser does not say where you are."), { timeout: 10000 });
    });
  }

  function startScreen() {
    const button = byId("full-screen");
    if (!document.fullscreenEnabled) return;
    button.hidden = false;
    button.addEventListener("click", () => (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen()));
    document.addEventListener("fullscreenchange", () => button.setAttribute("aria-pressed", String(Boolean(document.fullscreenElement))));
  }

  /** Draw the way measured and the place one is at. */
  onetown.drawTools = function (overlay) {
    const { context } = overlay;
    const spots = state.points.map((point) => overlay.spot(point));
    for (const [ink, width] of [["#ffffff", 6], ["#101820", 2.4]]) {
      context.strokeStyle = context.fillStyle = ink;
      context.lineWidth = width;
      context.beginPath();
      spots.forEach(({ x, y }, i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
      context.stroke();
      spots.forEach(({ x, y }) => {
        context.beginPath();
        context.arc(x, y, width + 1, 0, 2 * Math.PI);
        context.fill();
      });
    }
    if (!state.here) return;
    const { x, y } = overlay.spot(state.here);
    for (const [ink, radius] of [["#ffffff", 10], ["#0b5394", 7]]) {
      context.beginPath();
      context.arc(x, y, radius, 0, 2 * Math.PI);
      context.fillStyle = ink;
      context.fill();
    }
  };

  onetown.startTools = function (map, redraw) {
    startMeasure(map, redraw);
    startLocate(redraw);
    startScreen();
    byId("picture").addEventListener("click", async () => {
      const blob = await onetown.picture(map);
      const link = el("a", { download: "map.png", href: URL.createObjectURL(blob) });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 1000);
      tell("The picture is among your downloads.");
    });
  };
})((window.onetown = window.onetown || {}));
