"""Refresh the segments of a place from last year's model file, and write what moved."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from geodata.code_changes import Carried, carry_over, read_changes
from geodata.errors import SchemaError, examples
from geodata.files import read_table
from geodata.load import Geography
from geodata.place import Place, said
from geodata.schema import check_segments
from geodata.write import write_csv, write_json, write_text
from maps.paper import Part, figure, paper, table
from maps.picture import svg_text, write_png, write_svg
from maps.segmenting import Say, progress_of
from maps.transitions import CAPTION, TITLE, draw_transitions
from segmentation.applied import read_model
from segmentation.model import SegmentModel
from segmentation.naming import names_of, rename_model
from segmentation.refresh import WORDS, How, Refresh, refresh
from segmentation.refresh_telling import refresh_sentences, tell_refresh, ways_table

LABELS_FILE = "segments.csv"


def refresh_place(place: Place, geography: Geography, model_file: Path, *, how: How | None, say: Say) -> Refresh:
    """Apply last year's model to the counts of a place.

    Last year's labels are read from ``segments.csv`` beside the model, where that is there.

    Raises
    ------
    ToolkitError
        Model, labels, look-up or counts are at fault.
    """
    model = read_model(model_file)
    model.check_vintage(geography.census.vintage)
    model = rename_model(model, _not_yet_named(place, model), source=f"{place.path} [names]")
    choice = place.segments
    kept = (len(model.super_names), len(model.sub_names))
    if (choice.super, choice.sub) != kept:
        asked = f"{place.path.name} asks for {choice.super} and {choice.sub}"
        say(f"The model's {kept[0]} and {kept[1]} segments are kept; {asked}. To change numbers, leave --refresh away.")
    earlier = _earlier(place, geography, model_file.with_name(LABELS_FILE), say)
    return refresh(
        model,
        geography.census,
        earlier=earlier,
        how=how,
        seed=place.place.seed,
        n_resamples=choice.resamples,
        place=said(place.place.name),
        progress=progress_of(say),
    )


def labels_beside(model_file: Path) -> pd.DataFrame | None:
    """Return the labels of ``segments.csv`` beside a model file, None where there is none.

    Raises
    ------
    SchemaError
        As :func:`read_labels`.
    """
    path = model_file.with_name(LABELS_FILE)
    return read_labels(path) if path.exists() else None


def read_labels(path: Path) -> pd.DataFrame:
    """Return the earlier labels ``super`` and ``sub``, whole numbers, indexed by ``oa_code``.

    Raises
    ------
    SchemaError
        A column is not there, a label is no whole number from 0, or an area appears twice.
    """
    found = read_table(path)
    lacking = [name for name in ("oa_code", "super", "sub") if name not in found]
    if lacking:
        raise SchemaError(f"{path}: it has no column {' or '.join(lacking)}. Give the segments.csv as it was written.")
    labels = found.set_index(found["oa_code"].astype("str"))[["super", "sub"]].apply(pd.to_numeric, errors="coerce")
    wrong = labels.isna().any(axis=1) | (labels % 1 != 0).any(axis=1)
    if wrong.any():
        raise SchemaError(
            f"{path}: the labels of {examples(list(labels.index[wrong]))} are no whole numbers. Mend them."
        )
    twice = labels.index[labels.index.duplicated()].unique()
    if len(twice):
        raise SchemaError(f"{path}: {examples(list(twice))} appear twice. Keep one row for each area.")
    return check_segments(pd.DataFrame(labels.astype("int64").rename_axis("oa_code")), source=str(path))


def write_refresh(made: Refresh, folder: Path, *, place: str, versions: str) -> None:
    """Write who moved, the ways compared, the picture and the paper into an existing folder."""
    write_csv(made.transitions, folder / "transitions.csv", index=False)
    write_csv(made.areas, folder / "changes.csv")
    write_csv(ways_table(made), folder / "ways.csv", index=False)
    write_json(tell_refresh(made), folder / "refresh.json")
    picture = draw_transitions(made)
    write_svg(picture, folder / "transitions.svg", title=TITLE)
    write_png(picture, folder / "transitions.png")
    write_text(refresh_page(made, place=place, versions=versions), folder / "refresh.html")


def refresh_page(made: Refresh, *, place: str, versions: str) -> str:
    """Return the drift report on one page."""
    ways = ways_table(made)
    shown = pd.DataFrame(
        {
            "Way": [WORDS[how] for how in ways["how"]],
            "Inertia above the best": [f"{100 * excess:.1f} %" for excess in ways["excess"]],
            "Smallest segment (areas)": ways["smallest"],
            **{
                label: [f"{100 * share:.1f} %" for share in ways[column]]
                for label, column in (
                    ("Super clusters changed", "changed_super"),
                    ("Sub-clusters changed", "changed_sub"),
                    ("… by bare nearest centroid", "changed_nearest_sub"),
                    ("… numbered anew", "changed_raw_sub"),
                )
            },
        }
    )
    marked = [at for at, taken in enumerate(ways["taken"]) if taken]
    names = made.renamed.rename(columns={"name": "Name kept", "proposed": "Would now be proposed"})
    parts = [
        Part("In short", refresh_sentences(made)),
        Part(TITLE, (), figure(svg_text(draw_transitions(made), title=TITLE), caption=CAPTION)),
        Part("The three ways", (), table(shown, caption="The way taken is marked; shares are of areas", marked=marked)),
    ]
    if made.drift.outside:
        beyond = pd.DataFrame(made.drift.outside, columns=["Variable", "Areas beyond what the model has seen"])
        parts.append(
            Part("Values the model has never seen", (), table(beyond, caption=f"{made.drift.n_outside:,} areas"))
        )
    if len(names):
        parts.append(Part("Names to look at", (), table(names, caption="What stands out in them has changed")))
    model = made.segments.model
    return paper(
        f"{place}: segments refreshed",
        parts,
        footer=f"{made.drift.n_areas:,} areas; seed {model.seed}; {versions}; model of the {model.vintage} Census.",
    )


def _not_yet_named(place: Place, model: SegmentModel) -> dict[str, str]:
    """Return the names of place.toml that the model does not bear already (they were given last year)."""
    borne = set(names_of(model).values())
    return {said: name for said, name in place.names.items() if " ".join(name.split()) not in borne}


def _earlier(place: Place, geography: Geography, path: Path, say: Say) -> Carried | None:
    """Return last year's labels on this year's areas; None where they are not there."""
    changes = place.segments.changes
    if not path.exists():
        say(f"No {path.name} beside the model: labels are compared with what the model says of the new counts"
            + (f", and {changes.file} is not needed" if changes else ""))  # fmt: skip
        return None
    pairs = None if changes is None else read_changes(place.find(changes.file), old=changes.old, new=changes.new)
    codes = geography.census.counts.index
    return carry_over(read_labels(path), codes, pairs, source=changes.file if changes else path.name)
