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

  /** Everything drawn on the map, in the order it lies: tiles, surfaces, signs. */
  function drawMap(context, map) {
    const frame = map.getContainer().getBoundingClientRect();
    const layers = map.getContainer().querySelectorAll(".leaflet-tile-pane canvas, .leaflet-tile-pane img, .leaflet-image-layer, .leaflet-overlay-pane canvas");
    for (const layer of layers) {
      const box = layer.getBoundingClientRect();
      context.globalAlpha = Number(getComputedStyle(layer).opacity);
      context.drawImage(layer, box.left - frame.left, box.top - frame.top, box.width, box.height);
    }
    context.globalAlpha = 1;
  }

  /** What the legend shows at the moment: heading or entry, with swatch or sign. */
  function legendLines() {
    const lines = [];
    for (const holder of document.querySelectorAll("#community-legend, #column-legend, #decision-legend, #family-legend")) {
      if (holder.closest("[hidden]") || !holder.children.length) continue;
      for (const entry of holder.children) {
        const pressed = entry.getAttribute("aria-pressed") === "true";
        const filtered = holder.querySelector("[aria-pressed=true]");
        if (filtered && !pressed) continue;
        lines.push({ text: entry.firstChild.textContent, swatch: entry.style.getPropertyValue("--swatch"), sign: entry.style.getPropertyValue("--sign") });
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

  async function drawLegend(context, title, subtitle) {
    context.font = "600 16px " + FACES;
    const heads = wrapped(context, title, WIDEST - 2 * MARGIN);
    context.font = "13px " + FACES;
    const below = subtitle.filter(Boolean).flatMap((text) => wrapped(context, text, WIDEST - 2 * MARGIN));
    const lines = legendLines().map((line) => ({ ...line, rows: wrapped(context, line.text, WIDEST - 2 * MARGIN - 28) }));
    const height = 2 * MARGIN + 22 * heads.length + LINE * (below.length + lines.reduce((sum, { rows }) => sum + rows.length, 0)) + 8;
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
    for (const { rows, swatch, sign } of lines) {
      if (swatch) {
        context.fillStyle = swatch;
        context.fillRect(2 * MARGIN, y - 7, 18, 14);
        context.strokeStyle = INK;
        context.lineWidth = 0.6;
        context.strokeRect(2 * MARGIN, y - 7, 18, 14);
      } else if (sign) context.drawImage(await pictured(sign), 2 * MARGIN - 3, y - 12, 24, 24);
      write("13px " + FACES, rows, 2 * MARGIN + 28, LINE);
    }
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
    drawMap(context, map);
    const option = onetown.options.current();
    const column = onetown.columns.current();
    const made = document.querySelector(".made-up");
    await drawLegend(context, document.querySelector("h1").textContent,
      [made && made.textContent, option && "Option: " + option.name, column && column.name + ", " + column.unit]);
    drawScale(context, map, width, height);
    drawCredit(context, document.querySelector(".credit").textContent.trim(), width, height);
    return new Promise((done) => canvas.toBlob(done, "image/png"));
  };
})((window.onetown = window.onetown || {}));
