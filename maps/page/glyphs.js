/* The signs of buildings: a shape for each kind, and a mark for what an option decides. Shape says it, colour helps.

   kept      the plain sign
   host      the sign on a white disc with a thick ring, larger
   released  the sign hollow, with a cross through it */
(function (onetown) {
  "use strict";

  const HALO = "#ffffff";
  const RELEASED = "#b3301b";
  const HOST = "#0a7a4b";
  const sprites = new Map();

  /** Corners of a regular figure, the first one at the top. */
  const regular = (n, r) =>
    Array.from({ length: n }, (_, i) => [r * Math.sin((2 * Math.PI * i) / n), -r * Math.cos((2 * Math.PI * i) / n)]);

  const figures = {
    square: (r) => [[-r, -r], [r, -r], [r, r], [-r, r]].map(([x, y]) => [x * 0.84, y * 0.84]),
    diamond: (r) => regular(4, 1.12 * r),
    triangle: (r) => regular(3, 1.2 * r).map(([x, y]) => [x, y + 0.15 * r]),
    pentagon: (r) => regular(5, 1.08 * r),
    hexagon: (r) => regular(6, 1.05 * r),
    bar: (r) => [[-1.1 * r, -0.55 * r], [1.1 * r, -0.55 * r], [1.1 * r, 0.55 * r], [-1.1 * r, 0.55 * r]],
    drop: (r) => [[0, -1.2 * r], [0.85 * r, 0.1 * r], [0.55 * r, 0.9 * r], [-0.55 * r, 0.9 * r], [-0.85 * r, 0.1 * r]],
    cross: (r) => {
      const [a, b] = [0.36 * r, 1.05 * r];
      return [[-a, -b], [a, -b], [a, -a], [b, -a], [b, a], [a, a], [a, b], [-a, b], [-a, a], [-b, a], [-b, -a], [-a, -a]];
    },
  };

  function outline(shape, r) {
    const path = new Path2D();
    if (shape === "dot") path.arc(0, 0, r * 0.8, 0, 2 * Math.PI);
    else figures[shape](r).forEach(([x, y], i) => (i ? path.lineTo(x, y) : path.moveTo(x, y)));
    path.closePath();
    return path;
  }

  function strike(context, r) {
    const path = new Path2D();
    path.moveTo(-r, -r);
    path.lineTo(r, r);
    path.moveTo(r, -r);
    path.lineTo(-r, r);
    context.lineCap = "round";
    context.strokeStyle = HALO;
    context.lineWidth = 5;
    context.stroke(path);
    context.strokeStyle = RELEASED;
    context.lineWidth = 2.4;
    context.stroke(path);
  }

  /** Draw a sign around (0, 0). */
  function draw(context, { shape, colour, decision, radius }) {
    const path = outline(shape, decision === "host" ? radius * 0.72 : radius);
    context.lineJoin = "round";
    if (decision === "host") {
      context.beginPath();
      context.arc(0, 0, radius * 1.32, 0, 2 * Math.PI);
      context.fillStyle = HALO;
      context.fill();
      context.strokeStyle = HALO;
      context.lineWidth = 5;
      context.stroke();
      context.strokeStyle = HOST;
      context.lineWidth = 2.6;
      context.stroke();
    } else {
      context.strokeStyle = HALO;
      context.lineWidth = Math.min(3, radius * 0.7);
      context.stroke(path);
    }
    context.fillStyle = decision === "release" ? HALO : colour;
    context.fill(path);
    if (decision === "release") {
      context.strokeStyle = colour;
      context.lineWidth = 1.4;
      context.stroke(path);
      strike(context, radius * 0.95);
    }
  }

  /** A small canvas with a sign in its middle; every sign is drawn once and then copied. */
  function sprite(sign, sharp) {
    const key = [sign.shape, sign.colour, sign.decision, sign.radius, sharp].join(" ");
    if (!sprites.has(key)) {
      const half = Math.ceil(sign.radius * 1.4 + 5);
      const canvas = document.createElement("canvas");
      canvas.width = canvas.height = 2 * half * sharp;
      const context = canvas.getContext("2d");
      context.scale(sharp, sharp);
      context.translate(half, half);
      draw(context, sign);
      sprites.set(key, { canvas, half });
    }
    return sprites.get(key);
  }

  /** A sign as a picture for a legend entry. */
  const picture = (sign) => "url(" + sprite(sign, 2).canvas.toDataURL() + ")";

  onetown.glyphs = { sprite, picture, RELEASED, HOST };
})((window.onetown = window.onetown || {}));
