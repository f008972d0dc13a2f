"""Write a study into a folder that other tools open: map, GeoPackage, CSV tables, model and run.json."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from estate.account import write_account
from estate.opposite_columns import OF_BUILDINGS, block_table
from estate.option_tables import by_year, option_layers
from estate.options_telling import tell_options
from estate.pipeline import on_the_way
from estate.plans import Plan
from estate.targets import Reached
from geodata.files import sha256_of
from geodata.inputs import shown
from geodata.load import load_notes
from geodata.place import Place
from geodata.write import write_csv, write_geopackage, write_json, write_text
from maps.accessing import AccessStudy, access_of, tell_run, write_summary
from maps.area_columns import all_columns, columns_of, figures_told, most_columns, with_figures
from maps.base import MapSummary, save_map
from maps.base_map import BaseMap
from maps.county import build_map
from maps.named_columns import named_columns
from maps.own_options import scores_of, write_scores
from maps.people import takeup_of, write_lookup, write_portraits, write_takeup
from maps.people_telling import takeup_sentences
from maps.picked import Picked
from maps.plan_report import write_paper
from maps.qgis import area_style, building_style, style_table
from maps.study import Study, answers_of
from maps.surfacing import write_walks
from maps.telling import estate_sentences, notes_of, tell_check, tell_map, tell_segment
from maps.wards import wards_of
from segmentation.segments import Segments

LIBRARIES = ("geopandas", "highspy", "numpy", "osmium", "pandas", "scikit-learn", "scipy", "shapely")
MODEL_FILE = "model.json"
JOINT = "joint"


def write_check(study: Study, folder: Path) -> None:
    """Write the clean register, the rows set aside with reasons, and the account to send back."""
    if study.register is None or study.estate is None:
        return
    write_geopackage({"register": study.estate.assets}, folder / "register.gpkg")
    write_csv(study.register.set_aside, folder / "set_aside.csv", index=False)
    write_account(study.register, folder / "account.html", title=_account_title(study.place))


def _account_title(place: Place) -> str:
    """Return the heading of the account; lists named on the command line belong to no place with a name."""
    named = place.path.suffix == ".toml"
    return f"{place.place.name}: account of the asset lists" if named else "Account of the asset lists"


def write_segments(study: Study, folder: Path) -> None:
    """Write the model, the segment of every area, the portraits, the index scores and the look-up for partners."""
    if study.segments is None:
        return
    segments = study.segments
    write_text(segments.model.to_json(), folder / MODEL_FILE)
    write_csv(segments.table, folder / "segments.csv")
    write_portraits(study, folder)
    write_csv(segments.stands_out, folder / "stands_out.csv", index=False)
    write_csv(segments.index_scores, folder / "index_scores.csv")
    if study.surroundings is not None and study.surroundings.comparison is not None:
        write_csv(study.surroundings.comparison.table, folder / "comparison.csv", index=False)
    write_lookup(study, folder)
    if study.screening is not None:
        write_csv(study.screening.table, folder / "screening.csv")
        write_csv(study.screening.pairs, folder / "screening_pairs.csv", index=False)
        write_csv(study.screening.sums, folder / "screening_sums.csv", index=False)


def write_estate(study: Study, folder: Path) -> None:
    """Write the estate seen as one: funnel, yardsticks, leases, status, clusters, pairs and what was estimated."""
    if study.estate is None:
        return
    estate = study.estate
    write_csv(estate.funnel, folder / "funnel.csv", index=False)
    write_csv(estate.yardsticks, folder / "yardsticks.csv")
    write_csv(estate.leases, folder / "leases.csv", index=False)
    write_csv(estate.pipeline, folder / "pipeline.csv", index=False)
    write_csv(on_the_way(estate.assets), folder / "on_the_way.csv", index=False)
    write_csv(estate.clusters, folder / "clusters.csv", index=False)
    write_csv(estate.pairs, folder / "pairs.csv", index=False)
    write_csv(estate.estimates, folder / "estimates.csv", index=False)


def write_options(
    study: Study, folder: Path, *, front: pd.DataFrame | None = None, reached: Reached | None = None
) -> None:
    """Write the tables of all options, one file a table with the option's name first, and options.gpkg."""
    if not study.plans:
        return
    plans = [*study.plans, *([reached.plan] if reached else [])]
    if study.problem is not None:
        write_geopackage(option_layers(study.problem, plans), folder / "options.gpkg")
    write_csv(by_year(plans), folder / "option_years.csv", index=False)
    if front is not None:
        write_csv(front.assign(minutes=plans[-1].minutes), folder / "option_front.csv", index=False)
    _, blocks = answers_of(study.reasons)
    if blocks:
        write_csv(
            block_table(blocks).assign(minutes=study.plans[-1].minutes), folder / "option_blocks.csv", index=False
        )
    tables = [plan.tables() for plan in plans]
    for name in tables[0]:
        together = [_named(table[name], plan) for plan, table in zip(plans, tables, strict=True)]
        write_csv(pd.concat(together, ignore_index=True), folder / f"option_{name}.csv", index=False)


def write_run(study: Study, folder: Path) -> dict[str, Any]:
    """Write everything into an empty folder and return what ``onetown run --json`` prints.

    Parameters
    ----------
    study
        A whole study, as :func:`maps.study.study_place` gives it; of a place without lists, its areas and segments.
    folder
        An existing, empty folder.

    Returns
    -------
    dict
        The content of ``run.json``, documented in docs/json.md.
    """
    write_check(study, folder)
    write_segments(study, folder)
    takeup = None if study.place.contacts is None else takeup_of(study)
    if takeup is not None:
        write_takeup(study, takeup, folder)
    write_estate(study, folder)
    write_options(study, folder)
    if (scores := scores_of(study)) is not None:
        write_scores(scores, study.plans, folder)
    write_layers(study, folder)
    write_walks(study.walks, folder)
    reached = _access(study)
    if reached is not None:
        write_summary(reached, folder)
    summary = draw(study, folder / "map.html")
    write_paper(study, folder, version=version("onetown"))
    told = {
        "place": study.place.place.name,
        "made_up": study.place.place.made_up,
        "seed": study.place.place.seed,
        "versions": _versions(),
        "inputs": _inputs(study.place),
        "files": [*sorted(path.name for path in folder.iterdir()), "run.json"],
        "check": None if study.register is None else tell_check(study),
        "segment": tell_segment(study, model=Path(MODEL_FILE)),
        "takeup": None if takeup is None else takeup_sentences(takeup),
        "options": tell_options(study.plans, seed=study.place.place.seed, reasons=study.reasons),
        "access": None if reached is None else tell_run(reached),
        "map": {**tell_map(summary), "path": "map.html"},
        "estate": estate_sentences(study),
        "notes": notes_of(study),
        "assumptions": [] if not study.plans else list(study.plans[-1].assumptions),
        "timings": study.timings,
    }
    write_json(told, folder / "run.json")
    return told


def _access(study: Study) -> AccessStudy | None:
    """Return access today and under the joint option, where the place has standards and that option."""
    if not study.place.access.standards or JOINT not in [plan.name for plan in study.plans]:
        return None
    return access_of(study, option=JOINT)


def draw(
    study: Study,
    path: Path,
    *,
    picked: Picked | None = None,
    base_map: BaseMap | None = None,
    overwrite: bool = False,
) -> MapSummary:
    """Draw the study as one HTML page.

    Parameters
    ----------
    study
        A study with geography.
    path
        The file to write.
    picked
        Columns that were named: they alone are on the page, the first of them shown; None for those that tell most.
    base_map
        Tiles below the areas, only where they were asked for.
    overwrite
        Replace a file that is there.

    Raises
    ------
    DataError
        The place has no attribution, a column is unknown, or nothing can be drawn.
    SourceError
        The file exists and `overwrite` is off.
    """
    if study.geography is None:
        raise ValueError("draw needs a study with geography")
    estate, place, boundaries = study.estate, study.place.place, study.place.boundaries
    wanted = () if picked is None else picked.columns
    columns = named_columns(study, wanted, picked.n_classes) if picked and wanted else columns_of(study)
    page = build_map(
        title=place.name,
        areas=study.geography.areas,
        segments=study.segments,
        assets=None if estate is None else study.assets,
        plans=study.plans,
        pairs=None if estate is None else estate.pairs,
        pairs_shown=study.segments is None,
        attribution="" if boundaries is None else _attribution(boundaries.attribution, study),
        made_up=place.made_up,
        today=f"Census and areas of {place.vintage}",
        notes=notes_of(study),
        columns=columns,
        column_shown=0 if wanted else -1,
        interviews=load_notes(study.place),
        wards=wards_of(study.geography.areas, study.place),
        surfaces=() if study.walks is None else study.walks.surfaces,
        base_map=base_map,
    )
    return save_map(page, path, overwrite=overwrite)


def _attribution(boundaries: str, study: Study) -> str:
    """Return the line of the boundaries, and that of the roads where minutes were measured on them."""
    roads = "" if study.travel is None else study.travel.attribution
    return f"{boundaries.rstrip('. ')}. Roads: {roads}." if boundaries and roads else boundaries


def write_layers(study: Study, folder: Path) -> None:
    """Write ``results.gpkg`` with the styles that QGIS takes by itself, and the same beside it as ``.qml``."""
    layers: dict[str, pd.DataFrame] = dict(_layers(study))
    if study.geography is not None:
        layers["columns"] = figures_told(all_columns(study), on_page=most_columns(study))
    styles = {} if study.segments is None else {"areas": area_style(study.segments)}
    styles |= {"buildings": building_style()} if "buildings" in layers else {}
    if styles:
        layers["layer_styles"] = style_table(styles)
    write_geopackage(layers, folder / "results.gpkg")
    for name, text in styles.items():
        write_text(text, folder / f"{name}.qml")


def _layers(study: Study) -> Iterator[tuple[str, gpd.GeoDataFrame]]:
    """Yield the layers of results.gpkg: areas with segments and figures, buildings with what is decided."""
    if study.geography is not None:
        areas = study.geography.areas
        joined = areas if study.segments is None else areas.join(_with_names(study.segments))
        yield "areas", with_figures(joined, all_columns(study))
    if study.estate is not None:
        assets = study.assets
        for plan in study.plans[-1:]:
            told = [name for name in ("decision", "reason", *OF_BUILDINGS) if name in plan.buildings]
            assets = assets.join(plan.buildings[told])
        yield "buildings", assets


def _with_names(segments: Segments) -> pd.DataFrame:
    """Return the segment of each area, with the names of super cluster and sub-cluster."""
    named = segments.table.copy()
    for level, rows in segments.portraits.groupby("level"):
        named[f"{level}_name"] = named[str(level)].map(rows.set_index("segment")["name"])
    return named


def _named(table: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """Return the table with the option's name as its first column, and as its last how far its minutes may be trusted.

    So no row of an option that was judged by the straight line can be copied without the word.
    """
    flat = (table.reset_index() if table.index.name else table).drop(columns="option", errors="ignore")
    flat.insert(0, "option", plan.name)
    return flat.assign(minutes=plan.minutes)


def _versions() -> dict[str, str]:
    return {
        "onetown": version("onetown"),
        "python": platform.python_version(),
        **{name: version(name) for name in LIBRARIES},
    }


def _inputs(place: Place) -> list[dict[str, str | None]]:
    """Return every input with its checksum; a table of a database has none, and is named without its password."""
    files = set(place.files())
    return [
        {"path": shown(name), "sha256": sha256_of(place.find(name)) if name in files else None}
        for name in place.inputs()
    ]
