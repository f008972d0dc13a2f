"""A radial plot as SVG: indices of a segment round a circle that stands for the base."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from html import escape

from segmentation.portrait import Spoke

CENTRE, RADIUS = (210.0, 165.0), 105.0
MOST = 200.0
"""Index at the rim; what is more stands on the rim, and its number in the table says how much."""
RINGS = (50.0, 100.0, 150.0, 200.0)
LINE = 11.0


def radial_plot(spokes: Sequence[Spoke], *, title: str) -> str:
    """Return the plot: rings at 50, 100 (the base, drawn heavier), 150 and 200 or more; the super cluster dashed.

    Parameters
    ----------
    spokes
        Three at least; fewer give no picture.
    title
        What the picture shows, for those who cannot see it; the numbers stand in a table beside it.
    """
    if len(spokes) < 3:
        return ""
    angles = [2 * math.pi * at / len(spokes) - math.pi / 2 for at in range(len(spokes))]
    parts = [_ring(value) for value in RINGS]
    parts += [_line(angle) for angle in angles]
    if any(spoke.parent is not None for spoke in spokes):
        parts.append(_shape("parent", [spoke.parent or 0.0 for spoke in spokes], angles))
    parts.append(_shape("own", [spoke.index for spoke in spokes], angles))
    parts += [_label(spoke.label, angle) for spoke, angle in zip(spokes, angles, strict=True)]
    parts += [_number(value, angles[0] + math.pi / len(spokes)) for value in RINGS[1::2]]
    return f'<svg class="radial" role="img" aria-label="{escape(title)}" viewBox="0 22 420 286">{"".join(parts)}</svg>'


def _ring(value: float) -> str:
    kind = "base" if value == 100 else "grid"
    return f'<circle class="{kind}" cx="{CENTRE[0]:g}" cy="{CENTRE[1]:g}" r="{RADIUS * value / MOST:g}"/>'


def _number(value: float, angle: float) -> str:
    """Return the index that a ring stands for, where no spoke is."""
    x, y = _point(value, angle)
    return f'<text class="ring" x="{x + 2:.0f}" y="{y:.0f}">{value:g}{"+" if value == MOST else ""}</text>'


def _line(angle: float) -> str:
    x, y = _point(MOST, angle)
    return f'<line class="grid" x1="{CENTRE[0]:g}" y1="{CENTRE[1]:g}" x2="{x:.1f}" y2="{y:.1f}"/>'


def _shape(kind: str, values: Sequence[float], angles: Sequence[float]) -> str:
    points = " ".join(
        "{:.1f},{:.1f}".format(*_point(value, angle)) for value, angle in zip(values, angles, strict=True)
    )
    return f'<polygon class="{kind}" points="{points}"/>'


def _point(value: float, angle: float) -> tuple[float, float]:
    length = RADIUS * min(max(value, 0.0), MOST) / MOST
    return CENTRE[0] + length * math.cos(angle), CENTRE[1] + length * math.sin(angle)


def _label(text: str, angle: float) -> str:
    """Return the label of a spoke outside the rim, in lines that fit beside it."""
    x = CENTRE[0] + (RADIUS + 9) * math.cos(angle)
    y = CENTRE[1] + (RADIUS + 9) * math.sin(angle)
    side = "start" if math.cos(angle) > 0.2 else "end" if math.cos(angle) < -0.2 else "middle"
    lines = textwrap.wrap(text, 20)
    top = y + 3 - LINE * (len(lines) - 1) * (1 - math.sin(angle)) / 2
    spans = "".join(
        f'<tspan x="{x:.0f}" y="{top + LINE * at:.0f}">{escape(line)}</tspan>' for at, line in enumerate(lines)
    )
    return f'<text class="spoke" text-anchor="{side}">{spans}</text>'
