"""The picture of a refresh: bands from last year's sub-clusters to this year's (an alluvial diagram)."""

from __future__ import annotations

import textwrap

import pandas as pd

from maps.picture import Axes, Figure, band, drawing
from maps.style import GROUP_COLOURS
from segmentation.refresh import Refresh

TITLE = "Which areas moved to another sub-cluster"
CAPTION = (
    "Left: the sub-clusters as they were; right: as they are now, each as tall as it has areas, in the colour of its "
    "super cluster. Pale bands are areas that stayed, strong bands areas that moved."
)
GAP = 0.022
"""Room between two segments, as a part of all areas."""
WIDTH = 0.03
LINE = 44


def draw_transitions(made: Refresh) -> Figure:
    """Return the picture."""
    parents = made.segments.model.hierarchy.parents
    order = sorted(range(len(parents)), key=lambda sub: (parents[sub], sub))
    moves = made.transitions[made.transitions["level"] == "sub"]
    names = {number: name for (level, number), name in made.segments.names().items() if level == "sub"}
    colours = {sub: GROUP_COLOURS[parents[sub] % len(GROUP_COLOURS)] for sub in order}
    with drawing(width=11, height=max(4.0, 0.42 * len(order) + 1)) as (whole, (axes,)):
        left, right = (_stack(moves, side, order) for side in ("from", "to"))
        _bars(axes, left, 0.0, names, colours)
        _bars(axes, right, 1.0, names, colours)
        _bands(axes, moves, (left, right), colours)
        axes.set_xlim(-0.75, 1.75)
        axes.set_axis_off()
        axes.set_title(TITLE, loc="left")
        axes.invert_yaxis()
    return whole


def _stack(moves: pd.DataFrame, side: str, order: list[int]) -> pd.DataFrame:
    """Return where each segment begins and ends, one below the other."""
    sizes = moves.groupby(side)["n_areas"].sum().reindex(order, fill_value=0)
    gap = GAP * sizes.sum()
    ends = (sizes + gap).cumsum()
    return pd.DataFrame({"begin": ends - sizes - gap, "end": ends - gap, "n": sizes})


def _bars(axes: Axes, stack: pd.DataFrame, x: float, names: dict[int, str], colours: dict[int, str]) -> None:
    outwards = -1 if x == 0.0 else 1
    for sub, begin, end, n in stack.itertuples():
        axes.bar(x, end - begin, bottom=begin, width=WIDTH, color=colours[sub], edgecolor="#1d2733", linewidth=0.4)
        label = "\n".join(textwrap.wrap(f"{sub}  {names[sub]} ({n:,})", LINE)[:2])
        axes.text(
            x + outwards * WIDTH,
            (begin + end) / 2,
            label,
            ha="right" if outwards < 0 else "left",
            va="center",
            fontsize=7,
        )


def _bands(axes: Axes, moves: pd.DataFrame, stacks: tuple[pd.DataFrame, pd.DataFrame], colours: dict[int, str]) -> None:
    """Draw a band for each pair, stacked at both ends in the order of the segments."""
    left, right = stacks
    place = {sub: at for at, sub in enumerate(left.index)}
    sides = [(row["from"], row["to"], row["n_areas"]) for row in moves.to_dict("records")]
    start, end = left["begin"].to_dict(), right["begin"].to_dict()
    begins: dict[tuple[int, int], float] = {}
    for one, two, n in sorted(sides, key=lambda move: (place[move[0]], place[move[1]])):
        begins[one, two] = start[one]
        start[one] += n
    for one, two, n in sorted(sides, key=lambda move: (place[move[1]], place[move[0]])):
        low, at = begins[one, two], end[two]
        end[two] += n
        alpha = 0.22 if one == two else 0.8
        half = WIDTH / 2
        axes.add_patch(band((half, low, low + n), (1 - half, at, at + n), colour=colours[one], alpha=alpha))
