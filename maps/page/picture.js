/* A picture of the current view: map, title, legend, scale, north and whose data they are, as one PNG. */
(function (onetown) {
  "use strict";

  const INK = "#14202b";
  const FACES = 'system-ui, "Segoe UI", Roboto, Arial, sans-serif';
  const PAPER = "rgba(255, 255, 255, 0.94)";
  const MARGIN = 14;
  const LINE = 19;
  const WIDEST = 330;

  /** Lines that fit a width, broken between words. */
  function wrapped(context, text, width) {
    const lines = [];
    for (const word of text.split(" ")) {
      const longer = lines.length ? lines[lines.length - 1] + " " + word : word;
      if (lines.length && context.measureText(longer).width <= width) lines[lines.length - 1] = longer;
      else lines.push(word);
    }
    return lines;
  }

  /** Everything drawn on the map, in the order it lies: tiles, surfaces, signs; cut at the divider where the map is. */
  function drawMap(context, map, width, height) {
    const frame = map.getContainer().getBoundingClientRect();
    const layers = [...map.getContainer().querySelectorAll(".leaflet-tile-pane canvas, .leaflet-tile-pane img, .leaflet-image-layer, .leaflet-overlay-pane canvas")];
    const depth = (layer) => (layer.closest("[data-cut]") ? layer.closest("[data-cut]").style.zIndex : 0);
    const panes = (layer) => (layer.closest(".leaflet-tile-pane") ? 0 : layer.closest(".leaflet-overlay-pane") ? 2 : 1);
    layers.sort((a, b) => panes(a) - panes(b) || depth(a) - depth(b));
    const middle = onetown.swipe.share() * width;
    for (const layer of layers) {
      const box = layer.getBoundingClientRect();
      const side = layer.closest("[data-cut]") && layer.closest("[data-cut]").dataset.cut;
      context.save();
      context.beginPath();
      context.rect(side === "right" ? middle : 0, 0, side === "left" ? middle : width, height);
      context.clip();
      context.globalAlpha = Number(getComputedStyle(layer).opacity);
      context.drawImage(layer, box.left - frame.left, box.top - frame.top, box.width, box.height);
      context.restore();
    }
  }

  /** The divider, and what is compared at its foot. */
  function drawDivider(context, width, height) {
    if (!onetown.swipe.on()) return;
    const middle = onetown.swipe.share() * width;
    for (const [ink, breadth] of [["#ffffff", 7], [INK, 3]]) {
      context.fillStyle = ink;
      context.fillRect(middle - breadth / 2, 0, breadth, height);
    }
    context.font = "600 13px " + FACES;
    onetown.swipe.labels().forEach((text, right) => {
      const rows = wrapped(context, text, 220);
      const wide = Math.max(...rows.map((row) => context.measureText(row).width)) + 20;
      const left = right ? middle + 14 : middle - 14 - wide;
      const top = height - 84 - LINE * rows.length;
      context.fillStyle = INK;
      context.fillRect(left, top, wide, LINE * rows.length + 6);
      context.fillStyle = "#ffffff";
      rows.forEach((row, i) => context.fillText(row, left + 10, top + 12 + LINE * i));
    });
  }

  const HOLDERS = "#community-legend, #unsure-legend, #column-legend, #left-part .legend, #surface-legend, #left-surface-part .legend, #decision-legend, #family-legend";

  /** What the legend shows at the moment: headings, and entries with swatch or sign. */
  function legendLines() {
    const lines = [];
    for (const holder of document.querySelectorAll(HOLDERS)) {
      if (holder.closest("[hidden]")) continue;
      if (holder.id === "surface-legend" && holder.children.length) lines.push({ text: onetown.surfaces.names()[1], heading: true });
      const filtered = holder.querySelector("[aria-pressed=true]");
      for (const entry of holder.querySelectorAll(".heading, .entry, .classes li")) {
        if (entry.matches(".heading")) lines.push({ text: entry.textContent, heading: true });
        else if (entry.matches(".classes li")) lines.push({ text: entry.querySelector("span:not(.swatch)")?.textContent || entry.textContent, swatch: entry.firstChild.style.getPropertyValue("--swatch"), hatch: Number(entry.firstChild.dataset.hatch || 0) });
        else if (!filtered || entry.getAttribute("aria-pressed") === "true") lines.push({ text: entry.firstChild.textContent, swatch: entry.style.getPropertyValue("--swatch"), sign: entry.style.getPropertyValue("--sign") });
      }
    }
    return lines;
  }

  async function pictured(address) {
    const image = new Image();
    image.src = address.replace(/^url\(["']?|["']?\)$/g, "");
    await image.decode();
    return image;
  }

  /** The legend, drawn smaller where it would be longer than the picture. */
  async function drawLegend(context, title, subtitle, room) {
    context.font = "600 16px " + FACES;
    const heads = wrapped(context, title, WIDEST - 2 * MARGIN);
    context.font = "13px " + FACES;
    const below = subtitle.filter(Boolean).flatMap((text) => wrapped(context, text, WIDEST - 2 * MARGIN));
    const lines = legendLines().map((line) => ({ ...line, rows: wrapped(context, line.text, WIDEST - 2 * MARGIN - (line.heading ? 0 : 28)) }));
    const height = 2 * MARGIN + 22 * heads.length + LINE * (below.length + lines.reduce((sum, { rows }) => sum + rows.length, 0)) + 8;
    const times = Math.min(1, room / height);
    context.save();
    context.translate(MARGIN * (1 - times), MARGIN * (1 - times));
    context.scale(times, times);
    context.fillStyle = PAPER;
    context.fillRect(MARGIN, MARGIN, WIDEST, height);
    let y = 2 * MARGIN + 8;
    const write = (font, rows, x, step) => {
      context.font = font;
      context.fillStyle = INK;
      for (const row of rows) {
        context.fillText(row, x, y);
        y += step;
      }
    };
    write("600 16px " + FACES, heads, 2 * MARGIN, 22);
    write("13px " + FACES, below, 2 * MARGIN, LINE);
    y += 8;
    for (const { rows, swatch, sign, hatch, heading } of lines) {
      if (heading) {
        write("600 13px " + FACES, rows, 2 * MARGIN, LINE);
        continue;
      }
      if (swatch) {
        for (const filling of [swatch, hatch ? onetown.hatch(context, hatch) : ""].filter(Boolean)) {
          context.fillStyle = filling;
          context.fillRect(2 * MARGIN, y - 7, 18, 14);
        }
        context.strokeStyle = INK;
        context.lineWidth = 0.6;
        context.strokeRect(2 * MARGIN, y - 7, 18, 14);
      } else if (sign) context.drawImage(await pictured(sign), 2 * MARGIN - 3, y - 12, 24, 24);
      write("13px " + FACES, rows, 2 * MARGIN + 28, LINE);
    }
    context.restore();
  }

  /** A bar of a round length, and an arrow to the north. */
  function drawScale(context, map, width, height) {
    const middle = height / 2;
    const metres = map.distance(map.containerPointToLatLng([0, middle]), map.containerPointToLatLng([100, middle])) / 100;
    const longest = 140 * metres;
    const power = 10 ** Math.floor(Math.log10(longest));
    const round = [5, 2, 1].find((digit) => digit * power <= longest) * power;
    const [right, y] = [width - 24, height - 52];
    const left = right - round / metres;
    context.fillStyle = PAPER;
    context.fillRect(left - 10, y - 22, right - left + 20, 34);
    context.strokeStyle = context.fillStyle = INK;
    context.lineWidth = 1.6;
    context.beginPath();
    context.moveTo(left, y - 4);
    context.lineTo(left, y + 4);
    context.lineTo(right, y + 4);
    context.lineTo(right, y - 4);
    context.stroke();
    context.font = "12px " + FACES;
    context.textAlign = "center";
    context.fillText(onetown.distance(round).replace(".0 ", " "), (left + right) / 2, y - 10);
    context.beginPath();
    [[0, -22], [8, 4], [0, -1], [-8, 4]].forEach(([dx, dy], i) => (i ? context.lineTo(right - 10 + dx, 50 + dy) : context.moveTo(right - 10, 28)));
    context.fill();
    context.fillText("N", right - 10, 66);
    context.textAlign = "left";
  }

  function drawCredit(context, text, width, height) {
    context.font = "11px " + FACES;
    const rows = wrapped(context, text, width - 2 * MARGIN);
    context.fillStyle = PAPER;
    context.fillRect(0, height - 8 - 15 * rows.length, width, 8 + 15 * rows.length);
    context.fillStyle = INK;
    rows.forEach((row, i) => context.fillText(row, MARGIN, height - 15 * (rows.length - i) + 4));
  }

  /** Return the current view as a PNG. */
  onetown.picture = async function (map) {
    const { x: width, y: height } = map.getSize();
    const sharp = Math.min(window.devicePixelRatio || 1, 2);
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [width * sharp, height * sharp];
    const context = canvas.getContext("2d");
    context.scale(sharp, sharp);
    context.textBaseline = "middle";
    context.fillStyle = getComputedStyle(document.body).backgroundColor;
    context.fillRect(0, 0, width, height);
    drawMap(context, map, width, height);
    drawDivider(context, width, height);
    const option = onetown.options.current();
    const column = onetown.columns.current();
    const made = document.querySelector(".made-up");
    await drawLegend(context, document.querySelector("h1").textContent,
      [made && made.textContent, option && "Option: " + option.name, column && column.name + ", " + column.unit], height - 2 * MARGIN - 46);
    drawScale(context, map, width, height);
    drawCredit(context, document.querySelector(".credit").textContent.trim(), width, height);
    return new Promise((done) => canvas.toBlob(done, "image/png"));
  };
})((window.onetown = window.onetown || {}));
