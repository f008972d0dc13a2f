"""The clustergram and the paper of ``onetown choose``: how groups split as their number grows (Schonlau 2002)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from geodata.write import write_csv, write_json, write_text
from maps.paper import Part, figure, paper, table
from maps.picture import Axes, Figure, band, drawing, svg_text, write_png, write_svg
from segmentation.choose import Choice
from segmentation.choose_telling import choice_sentences, tell_choice

TITLE = "How groups of areas split as their number grows"
CAPTION = (
    "Each column is a number of super clusters, each bar a group, as thick as it has areas; bands are the areas that "
    "go from one group to another. Height is the direction in which areas differ most. Bands that hold together show "
    "groups that are there whatever number is asked for; bands that cross show groups that are dealt anew."
)
FILL, MARK, INK = "#4f83bd", "#c7657c", "#1d2733"
THICKEST = 0.55
"""Share of the height of the picture that all areas together take."""


def draw_clustergram(choice: Choice) -> Figure:
    """Return the clustergram above a chart of how far each number holds."""
    with drawing(width=10, height=7.5, rows=2) as (whole, (gram, holds)):
        _draw_groups(gram, choice)
        _draw_holding(holds, choice.supers)
    return whole


def write_choice(choice: Choice, folder: Path, *, place: str, versions: str) -> None:
    """Write the measures, the picture and the paper into an existing folder.

    Parameters
    ----------
    choice
        What was measured.
    folder
        Where to.
    place
        Name of the place.
    versions
        What made it, for the foot of the page.
    """
    write_json(tell_choice(choice), folder / "choose.json")
    write_csv(choice.supers, folder / "choose_super.csv")
    write_csv(choice.subs, folder / "choose_sub.csv")
    write_csv(choice.nodes, folder / "clustergram_groups.csv", index=False)
    write_csv(choice.flows, folder / "clustergram_flows.csv", index=False)
    picture = draw_clustergram(choice)
    write_svg(picture, folder / "clustergram.svg", title=TITLE)
    write_png(picture, folder / "clustergram.png")
    write_text(choice_page(choice, place=place, versions=versions), folder / "choose.html")


def choice_page(choice: Choice, *, place: str, versions: str) -> str:
    """Return the paper: the recommendation, the picture, and the measures of every number."""
    supers, subs = _table(choice.supers, "Super clusters"), _table(choice.subs, "Sub-clusters")
    marked = [at for at, k in enumerate(choice.supers.index) if k == choice.recommended]
    held = [at for at, k in enumerate(choice.subs.index) if k == choice.recommended_sub]
    return paper(
        f"{place}: how many segments?",
        [
            Part("In short", choice_sentences(choice)),
            Part(TITLE, (), figure(svg_text(draw_clustergram(choice), title=TITLE), caption=CAPTION)),
            Part(
                "Super clusters, number by number",
                _legend(),
                table(supers, caption="The recommended number is marked", marked=marked),
            ),
            Part(
                f"Sub-clusters below {choice.asked_super} super clusters",
                (),
                table(subs, caption="The most that hold are marked", marked=held),
            ),
        ],
        footer=f"{choice.n_areas:,} areas; seed {choice.seed}; {versions}.",
    )


def _legend() -> tuple[str, ...]:
    return (
        (
            "Inertia: squared distances of the areas to the middle of their group; it always falls. Silhouette: 1 "
            "where groups lie far apart, 0 where they touch."
        ),
        (
            "Seeds agree: the least adjusted Rand index between three searches (1 the same, 0 chance). Drawn anew: "
            "its mean between these groups and those found when areas are drawn anew. Weakest: how far the group that "
            "comes back least comes back then (Jaccard index). Smallest: areas in the smallest group."
        ),
    )


def _table(measures: pd.DataFrame, first: str) -> pd.DataFrame:
    shown = {
        first: [str(number) for number in measures.index],
        "Inertia": measures["inertia"].to_numpy(),
        "Silhouette": measures.get("silhouette", pd.Series(np.nan, index=measures.index)).to_numpy(),
        "Seeds agree": measures["seeds"].to_numpy(),
        "Drawn anew": measures["resamples"].to_numpy(),
        "Weakest": measures.get("weakest", pd.Series(np.nan, index=measures.index)).to_numpy(),
        "Smallest": measures["smallest"].astype("int64").to_numpy(),
    }
    return pd.DataFrame(shown).dropna(axis=1, how="all")


def _draw_groups(axes: Axes, choice: Choice) -> None:
    heights = choice.nodes["height"]
    reach = float(heights.max() - heights.min()) or 1.0
    thick = THICKEST * reach / choice.n_areas
    middle = choice.nodes.set_index(["k", "group"])
    low = middle["height"] - middle["n_areas"] * thick / 2
    _draw_flows(axes, choice, low, thick)
    for k, group, n_areas in choice.nodes[["k", "group", "n_areas"]].itertuples(index=False):
        colour = MARK if k == choice.recommended else FILL
        axes.bar(k, n_areas * thick, bottom=low[k, group], width=0.14, color=colour, edgecolor=INK, linewidth=0.4)
    axes.set_xticks(sorted(set(choice.nodes["k"])))
    axes.set_xlabel("number of super clusters" + (f" ({choice.recommended} recommended)" if choice.recommended else ""))
    axes.set_ylabel("main direction of difference")
    axes.set_title(TITLE, loc="left")


def _draw_flows(axes: Axes, choice: Choice, low: pd.Series, thick: float) -> None:
    """Draw bands, stacked at both ends in the order of the groups that they join."""
    order = choice.nodes.set_index(["k", "group"])["height"]
    following = dict(zip(choice.supers.index[:-1], choice.supers.index[1:], strict=True))
    left, right = low.to_dict(), low.to_dict()
    flows = choice.flows.assign(
        to_k=choice.flows["k"].map(following),
        from_height=[order[k, group] for k, group in zip(choice.flows["k"], choice.flows["from"], strict=True)],
    )
    flows["to_height"] = [order[k, group] for k, group in zip(flows["to_k"], flows["to"], strict=True)]
    ends: dict[int, tuple[float, float]] = {}
    for at, row in flows.sort_values(["k", "from_height", "to_height"]).iterrows():
        ends[int(str(at))] = (left[row["k"], row["from"]], np.nan)
        left[row["k"], row["from"]] += row["n_areas"] * thick
    for at, row in flows.sort_values(["k", "to_height", "from_height"]).iterrows():
        start = ends[int(str(at))][0]
        end, size = right[row["to_k"], row["to"]], row["n_areas"] * thick
        right[row["to_k"], row["to"]] += size
        axes.add_patch(band((row["k"], start, start + size), (row["to_k"], end, end + size), colour=FILL, alpha=0.35))


def _draw_holding(axes: Axes, supers: pd.DataFrame) -> None:
    axes.plot(supers.index, supers["seeds"], marker="s", color=INK, label="seeds agree")
    axes.plot(supers.index, supers["resamples"], marker="o", color=MARK, label="areas drawn anew")
    axes.plot(supers.index, supers["silhouette"], marker="^", color=FILL, linestyle="--", label="silhouette")
    axes.set_ylim(min(0.0, float(supers["silhouette"].fillna(0.0).min())), 1.05)
    axes.set_xticks(list(supers.index))
    axes.set_xlabel("number of super clusters")
    axes.set_title("How far each number holds (1 is the same each time, 0 is chance)", loc="left")
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.2), ncol=3, frameon=False)
