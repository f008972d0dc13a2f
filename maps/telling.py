"""Say a study as plain values (``docs/json.md``) and as sentences for the screen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from estate.numbers import PROVENANCE
from estate.phrases import counted, pounds
from estate.register import Register
from geodata.errors import Fault
from geodata.portable import plain
from maps.base import MapSummary
from maps.study import Study
from segmentation.comparison import Comparison
from segmentation.segments import Segments
from segmentation.smoothness import Smoothness
from segmentation.stability import Stability

FAULT_KEYS = ("row", "column", "value", "rule", "message", "remedy", "sheet", "severity")
SHOWN_FAULTS = 12
SHOWN_PAIRS = 10

Values = dict[str, Any]


def tell_check(study: Study) -> Values:
    """Return the shape of ``onetown check --json``."""
    register = _register(study)
    files = [_tell_file(str(name), rows, register) for name, rows in register.account.groupby("file", sort=False)]
    totals = {key: sum(one[key] for one in files) for key in ("rows_in", "accepted", "set_aside")}
    return {"files": files, **totals}


def tell_segment(study: Study, *, model: Path | None = None) -> Values:
    """Return the shape of ``onetown segment --json``."""
    segments, around = _segments(study), study.surroundings
    told: Values = plain(
        {
            "areas": len(segments.table),
            "variables_used": segments.model.variables,
            "variables_missing": segments.missing,
            "super": int(segments.table["super"].nunique()),
            "sub": int(segments.table["sub"].nunique()),
            "sizes": {level: _sizes(segments, level) for level in ("super", "sub")},
            "inertia": segments.inertia,
            "starts": segments.starts,
            "seed": segments.model.seed,
            "model": model,
            "recipe": {key: getattr(segments.model.recipe, key) for key in ("transform", "scaling", "reference")},
            "certainty": {
                "super": float(segments.table["super_certainty"].mean()),
                "sub": float(segments.table["certainty"].mean()),
            },
            "stability": None if segments.stability is None else _tell_stability(segments.stability),
            "smoothness": {} if around is None else {level: _tell_smooth(one) for level, one in around.smooth.items()},
            "screening": [] if study.screening is None else study.screening.sentences(),
            "comparison": None if around is None or around.comparison is None else _tell_compared(around.comparison),
        }
    )
    return told


def tell_pairs(study: Study) -> Values:
    """Return the shape of ``onetown pairs --json``."""
    if study.estate is None:
        raise ValueError("this study has no estate; call with_register first")
    told: Values = plain({"pairs": study.estate.pairs.to_dict("records"), "clusters": len(study.estate.clusters)})
    return told


def tell_map(summary: MapSummary) -> Values:
    """Return the shape of ``onetown map --json``."""
    told: Values = plain(summary)
    return told


def check_sentences(study: Study) -> list[str]:
    """Return the account of the lists and the first faults, worst first."""
    register = _register(study)
    lines = [
        f"{row.file}{f', sheet {row.sheet!r}' if row.sheet else ''}: {counted(row.rows_in, 'row')} in, "
        f"{row.accepted:,} accepted, {row.set_aside:,} set aside"
        f"{f', {row.questions:,} with a question' if row.questions else ''}."
        for row in _rows(register.account)
    ]
    faults = sorted(register.faults, key=lambda fault: ("set_aside", "question", "note").index(fault.severity))
    lines += [f"  - {fault.sentence()}" for fault in faults[:SHOWN_FAULTS]]
    if len(faults) > SHOWN_FAULTS:
        lines.append(
            f"  - and {counted(len(faults) - SHOWN_FAULTS, 'more finding')}: see account.html with --out FOLDER."
        )
    total = tell_check(study)
    lines.append(
        f"{total['rows_in']:,} rows in = {total['accepted']:,} accepted + {total['set_aside']:,} set aside, "
        f"{counted(len(total['files']), 'file')}."
    )
    return lines


def explain_sentences(study: Study) -> list[str]:
    """Return what each column of each list was taken for, how surely and why, and how to say otherwise."""
    lines: list[str] = []
    for name, rows in _register(study).mapping.groupby("file", sort=False):
        used, unused = rows[rows["field"] != ""], rows[rows["field"] == ""]
        lines.append(f"{name}:")
        lines += [f"  {row.field:<22} <- '{row.column}' ({row.confidence:.0%} sure: {row.why})" for row in _rows(used)]
        if len(unused):
            lines.append(f"  not used: {', '.join(repr(column) for column in unused['column'])}")
    return [*lines, 'To correct a column, write in place.toml under [[assets]]: columns = { field = "heading" }.']


def segment_sentences(study: Study) -> list[str]:
    """Return the super clusters and sub-clusters with name and size, and what is missing."""
    segments = _segments(study)
    lines = []
    portraits = segments.portraits
    supers = portraits[portraits["level"] == "super"]
    for group in _rows(supers):
        lines.append(f"{group.segment}  {group.name}: {group.n_areas:,} areas, {group.population:,.0f} residents")
        subs = portraits[(portraits["level"] == "sub") & (portraits["parent"] == group.segment)]
        lines += [f"     {sub.segment:>2}  {sub.name}: {sub.n_areas:,} areas" for sub in _rows(subs)]
    around = () if study.surroundings is None else study.surroundings.sentences()
    screening = () if study.screening is None else study.screening.sentences()
    return [*lines, *segments.notes(), *around, *screening]


def pair_sentences(study: Study) -> list[str]:
    """Return the first pairs with their reasons, and how many there are."""
    if study.estate is None:
        return []
    pairs = study.estate.pairs
    lines = [
        f"{row.rank:>3}  {row.name_a} ({row.organisation_a}) and {row.name_b} ({row.organisation_b}). {row.why}"
        for row in _rows(pairs.head(SHOWN_PAIRS))
    ]
    clusters = counted(len(study.estate.clusters), "cluster")
    return [*lines, f"{counted(len(pairs), 'pair')} in all; {clusters} of access points."]


def quality_sentences(study: Study) -> list[str]:
    """Return what the money rests on (recorded, estimated, assumed) and how far the minutes may be trusted."""
    lines = []
    if study.estate is not None and study.plans:
        assets = study.assets.loc[study.plans[0].buildings.index]
        cost = assets["running_cost_gbp_pa"]
        by_origin = cost.groupby(assets["running_cost_gbp_pa_from"]).sum()
        parts = [f"{by_origin[kind] / cost.sum():.0%} {kind}" for kind in PROVENANCE if by_origin.get(kind, 0.0) > 0]
        lines.append(
            f"Running costs of these {len(assets):,} buildings: {pounds(cost.sum())} a year, {', '.join(parts)}."
        )
        if by_origin.get("recorded", 0.0) < cost.sum() / 2:
            lines.append(
                "Most of this money is not recorded in any list: the options show where to look, not what to sign. "
                "Ask the bodies for costs, areas and staff, and run again."
            )
    return lines + ([] if study.travel is None else [study.travel.sentence()])


def estate_sentences(study: Study) -> list[str]:
    """Return the funnel and the best pair."""
    if study.estate is None:
        return []
    estate = study.estate
    steps = " -> ".join(f"{row.stage} {row.n_assets:,}" for row in _rows(estate.funnel))
    lines = [f"Estate: {steps}."]
    if len(estate.pairs):
        best = estate.pairs.iloc[0]
        both = f"'{best['name_a']}' ({best['organisation_a']}) and '{best['name_b']}' ({best['organisation_b']})"
        close = f"{counted(len(estate.pairs), 'pair')} of buildings of different bodies stand close."
        lines.append(f"{close} The first: {both}. {best['why']}")
    return lines


def notes_of(study: Study) -> list[str]:
    """Return what a reader of the map or of run.json must know: gaps, estimates, quality of the minutes."""
    notes = [] if study.geography is None else [*study.geography.report.sentences(), *study.geography.notes]
    notes += [] if study.segments is None else list(study.segments.notes())
    notes += [] if study.walks is None else list(study.walks.notes)
    return notes + quality_sentences(study)


def _tell_file(name: str, rows: pd.DataFrame, register: Register) -> Values:
    mapping = register.mapping[register.mapping["file"] == name]
    told: Values = plain(
        {
            "path": name,
            **{key: int(rows[key].sum()) for key in ("rows_in", "accepted", "set_aside")},
            "faults": [_tell_fault(fault) for fault in register.faults if fault.file == name],
            "mapping": mapping.drop(columns="file").to_dict("records"),
        }
    )
    return told


def _tell_fault(fault: Fault) -> Values:
    values = fault.to_dict()
    return {key: values[key] for key in FAULT_KEYS}


def _sizes(segments: Segments, level: str) -> dict[str, int]:
    portraits = segments.portraits[segments.portraits["level"] == level]
    return {str(row.name): int(row.n_areas) for row in _rows(portraits)}


def _tell_stability(stability: Stability) -> Values:
    return {
        "seeds": stability.n_seeds,
        "super": stability.super,
        "sub": stability.subs.get(stability.asked),
        "holds": stability.holds,
    }


def _tell_smooth(smooth: Smoothness) -> Values:
    return {"neighbours": smooth.n_pairs, "same": smooth.same, "expected": smooth.expected}


def _tell_compared(comparison: Comparison) -> Values:
    return {
        "source": comparison.source,
        "areas": comparison.n_areas,
        "adjusted_rand": comparison.agreement.to_dict("index"),
    }


def _rows(table: pd.DataFrame) -> list[Any]:
    """Return the rows as named tuples, without the index."""
    return list(table.itertuples(index=False))


def _register(study: Study) -> Register:
    if study.register is None:
        raise ValueError("this study has no register; call with_register first")
    return study.register


def _segments(study: Study) -> Segments:
    if study.segments is None:
        raise ValueError("this study has no segments; call with_segments first")
    return study.segments
