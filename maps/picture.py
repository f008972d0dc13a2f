"""Pictures for papers and pages: the one door to matplotlib. The same picture gives the same bytes.

Text in an SVG stays text, so that it can be read, searched and enlarged; the picture names no date and no program.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path as FilePath
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from geodata.write import write_text, writing

__all__ = [
    "Axes",
    "Figure",
    "PathPatch",
    "band",
    "drawing",
    "filling",
    "png_bytes",
    "sheet",
    "sign",
    "svg_text",
    "write_png",
    "write_svg",
]

SETTINGS: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "onetown",
    "font.family": "sans-serif",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "text.parse_math": False,
}
_USED = re.compile(r"""(?<=href="#)[\w-]+|(?<=url\(#)[\w-]+""")
_NAME = re.compile(r"""(<\w+(?: [^<>]*?)?) id="([^"<>]*)\"""")
NO_DATE = {"Date": None, "Creator": None, "Format": None, "Type": None}


@contextmanager
def drawing(*, width: float, height: float, rows: int = 1) -> Iterator[tuple[Figure, list[Axes]]]:
    """Give a figure and its axes, one above the other.

    Parameters
    ----------
    width, height
        Inches.
    rows
        Number of axes.
    """
    with mpl.rc_context(SETTINGS):
        figure = Figure(figsize=(width, height), layout="constrained")
        yield figure, [figure.add_subplot(rows, 1, at + 1) for at in range(rows)]


@contextmanager
def sheet(*, width: float, height: float) -> Iterator[Figure]:
    """Give an empty figure of so many inches, on which the caller places everything."""
    with mpl.rc_context(SETTINGS):
        yield Figure(figsize=(width, height))


def filling(
    rings: Sequence[Sequence[tuple[float, float]]], *, colour: str, edge: str = "none", line: float = 0.0
) -> PathPatch:
    """Return closed rings as one filled shape; rings that run against the others are holes.

    Parameters
    ----------
    rings
        Closed rings of x and y, the first point repeated at the end.
    colour, edge, line
        Filling, edge ("none" for none) and width of the edge (points).
    """
    points = [point for ring in rings for point in ring]
    codes = [code for ring in rings for code in (Path.MOVETO, *[Path.LINETO] * (len(ring) - 2), Path.CLOSEPOLY)]
    return PathPatch(Path(points, codes), facecolor=colour, edgecolor=edge, linewidth=line, joinstyle="round")


def sign(corners: Sequence[tuple[float, float]]) -> Path:
    """Return a sign for points, from corners around (0, 0)."""
    codes = [Path.MOVETO, *[Path.LINETO] * (len(corners) - 1), Path.CLOSEPOLY]
    return Path([*corners, corners[0]], codes)


def svg_text(figure: Figure, *, title: str) -> str:
    """Return the figure as an SVG element with a title, to stand in a page or in a file."""
    stream = io.StringIO()
    with mpl.rc_context(SETTINGS):
        canvas: Any = FigureCanvasSVG(figure)
        canvas.print_svg(stream, metadata={**NO_DATE, "Title": title})
    text = stream.getvalue()
    return _own_names(text[text.index("<svg") :], title)


def _own_names(svg: str, title: str) -> str:
    """Return the SVG with names of its own, so that several can stand in one page; names that nobody uses go."""
    used = set(_USED.findall(svg))
    own = hashlib.sha256(f"{title}\n{svg}".encode()).hexdigest()[:8]
    named = _NAME.sub(lambda found: f'{found[1]} id="{found[2]}-{own}"' if found[2] in used else found[1], svg)
    return _USED.sub(lambda found: f"{found[0]}-{own}", named)


def write_svg(figure: Figure, path: FilePath, *, title: str, overwrite: bool = False) -> None:
    """Write the figure as SVG."""
    write_text(f'<?xml version="1.0" encoding="utf-8"?>\n{svg_text(figure, title=title)}', path, overwrite=overwrite)


def png_bytes(figure: Figure, *, dots_per_inch: int = 150) -> bytes:
    """Return the figure as PNG, for documents that know no SVG."""
    stream = io.BytesIO()
    with mpl.rc_context(SETTINGS):
        FigureCanvasAgg(figure)
        figure.savefig(stream, format="png", dpi=dots_per_inch, metadata={"Software": None})
    return stream.getvalue()


def write_png(figure: Figure, path: FilePath, *, dots_per_inch: int = 150, overwrite: bool = False) -> None:
    """Write the figure as PNG, for programs that know no SVG."""
    with mpl.rc_context(SETTINGS), writing(path, overwrite=overwrite) as partial:
        FigureCanvasAgg(figure)
        figure.savefig(partial, dpi=dots_per_inch, metadata={"Software": None})


def band(
    left: tuple[float, float, float], right: tuple[float, float, float], *, colour: str, alpha: float = 0.45
) -> PathPatch:
    """Return a band that swings from one upright line to another.

    Parameters
    ----------
    left, right
        x, lower y and upper y of each end.
    colour, alpha
        Filling.
    """
    (x0, low0, high0), (x1, low1, high1) = left, right
    middle = (x0 + x1) / 2
    points = [(x0, low0), (middle, low0), (middle, low1), (x1, low1), (x1, high1), (middle, high1), (middle, high0),
              (x0, high0), (x0, low0)]  # fmt: skip
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    return PathPatch(Path(points, codes), facecolor=colour, edgecolor="none", alpha=alpha)
