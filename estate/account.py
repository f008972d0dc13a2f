"""The account that a partner is sent back: what came in, what is wrong, where, how to mend it, worst first.

One HTML page without scripts or links. All text from lists passes through the template's escaping.
"""

from __future__ import annotations

import tomllib
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import geopandas as gpd
import jinja2
import pandas as pd

from estate.account_faults import SHOWN, fault_groups, row_names
from estate.headings import fields
from estate.identity import is_full_postcode
from estate.numbers import number, origin
from estate.pipeline import NOT_RECORDED, on_the_way, pipeline
from estate.register import Register
from geodata.write import write_text


@dataclass(frozen=True, slots=True)
class Need:
    """One thing the analysis needs of a register, with its weight in the score of 100."""

    column: str
    label: str
    purpose: str
    weight: int


@cache
def needs() -> tuple[Need, ...]:
    """Return what the analysis needs, from ``data/needs.toml``."""
    table = tomllib.loads((files("estate") / "data" / "needs.toml").read_text(encoding="utf-8"))
    return tuple(Need(**entry) for entry in table["need"])


def completeness(assets: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return how complete a register is, need by need; estimates do not count.

    Parameters
    ----------
    assets
        Register, with or without estimates.

    Returns
    -------
    DataFrame
        One row per need: `column`, `label`, `purpose`, `weight`, `share` (0-1 of the rows it applies to, missing where
        it applies to none), `n_missing`.
    """
    rows = []
    for need in needs():
        applies, present = _present(assets, need.column)
        n = int(applies.sum())
        have = int((present & applies).sum())
        rows.append((need.column, need.label, need.purpose, need.weight, have / n if n else float("nan"), n - have))
    return pd.DataFrame(rows, columns=["column", "label", "purpose", "weight", "share", "n_missing"])


def completeness_score(assets: gpd.GeoDataFrame) -> float:
    """Return the completeness of a register, 0 to 100: the mean share, weighted, over the needs that apply to it."""
    table = completeness(assets).dropna(subset="share")
    weight = float(table["weight"].sum())
    return float((table["share"] * table["weight"]).sum() / weight * 100.0) if weight else 0.0


def account_page(register: Register, *, title: str, organisation: str = "") -> str:
    """Return the account as one HTML page.

    Parameters
    ----------
    register
        The register with its account.
    title
        Heading of the page.
    organisation
        Tell one body's rows only; "" tells all.
    """
    mine = of_body(register, organisation) if organisation else register
    table, stages, way = completeness(mine.assets), pipeline(mine.assets), on_the_way(mine.assets)
    known = stages["organisation"].isin(stages.loc[stages["stage"].ne(NOT_RECORDED), "organisation"])
    return _template().render(
        title=title,
        rows_in=int(mine.account["rows_in"].sum()),
        accepted=int(mine.account["accepted"].sum()),
        set_aside=int(mine.account["set_aside"].sum()),
        questions=int(mine.account["questions"].sum()),
        account=[{**row, "file": Path(str(row["file"])).name} for row in mine.account.to_dict("records")],
        groups=fault_groups(mine.faults, row_names(mine)),
        sheeted=bool(mine.account["sheet"].ne("").any()),
        score=f"{completeness_score(mine.assets):.0f}",
        needs=[_shown(row) for row in table.to_dict("records")],
        mapping=_mapping(mine.mapping),
        stages=stages[known].assign(since=stages["since_first"]).to_dict("records"),
        dated=bool(stages["since_first"].ne("").any() or stages["next_steps"].ne("").any()),
        way=way.head(SHOWN).to_dict("records"),
        n_way=len(way),
    )


def write_account(
    register: Register,
    path: str | Path,
    *,
    title: str = "Account of the asset lists",
    organisation: str = "",
    overwrite: bool = False,
) -> None:
    """Write the account as one HTML page.

    Raises
    ------
    SourceError
        If the file exists and `overwrite` is not set, or cannot be written.
    """
    write_text(account_page(register, title=title, organisation=organisation), path, overwrite=overwrite)


def of_body(register: Register, organisation: str) -> Register:
    """Return the part of a register that one body sent: the lists in which it has rows.

    A list of several bodies is told whole, since rows set aside may lack the body's name.
    """
    mine = register.account["file"].isin(
        register.account.loc[register.account["organisation"].eq(organisation), "file"]
    )
    paths = set(register.account.loc[mine, "file"])
    names = {Path(str(path)).name for path in paths}
    return replace(
        register,
        assets=register.assets[register.assets["organisation"].eq(organisation)],
        set_aside=register.set_aside[register.set_aside["source_file"].isin(names)],
        faults=tuple(fault for fault in register.faults if fault.file in paths),
        account=register.account[mine],
        mapping=register.mapping[register.mapping["file"].isin(paths)],
    )


def _present(assets: gpd.GeoDataFrame, column: str) -> tuple[pd.Series, pd.Series]:
    """Return (applies, has a value of its own) for one need."""
    every = pd.Series(data=True, index=assets.index)
    building = ~assets["use"].isin(["land", "car park"])
    dated = assets["lease_end"].notna() | assets["break_date"].notna()
    special = {
        "name": (every, assets["name"].ne("")),
        "uprn": (every, assets["uprn"].notna()),
        "coordinates": (every, assets["placed_by"].isin(["coordinates", "uprn"])),
        "postcode": (every, is_full_postcode(assets["postcode"])),
        "use": (every, assets["use"].ne("other")),
        "tenure": (every, assets["tenure"].ne("unknown")),
        "size": (building, _recorded(assets, "nia_m2") | _recorded(assets, "gia_m2")),
        "lease": (assets["tenure"].isin(["leasehold", "licence"]), dated & _recorded(assets, "rent_gbp_pa")),
        "condition": (building, assets["condition"].ne("") | _recorded(assets, "backlog_gbp")),
    }
    return special[column] if column in special else (building, _recorded(assets, column))


def _recorded(assets: gpd.GeoDataFrame, column: str) -> pd.Series:
    return number(assets, column).notna() & origin(assets, column).eq("recorded")


def _shown(need: Mapping[Hashable, Any]) -> dict[Hashable, Any]:
    known = not pd.isna(need["share"])
    percent, width = (f"{need['share']:.0%}", f"{6 * need['share']:.1f}") if known else ("does not apply", "0")
    return {**need, "percent": percent, "width": width}


def _mapping(mapping: pd.DataFrame) -> list[tuple[str, list[dict[str, str]]]]:
    return [
        (
            Path(str(file)).name,
            [
                {
                    "column": str(row["column"]),
                    "field": _field_words(str(row["field"])),
                    "why": str(row["why"]),
                    "sure": f"{row['confidence']:.0%}",
                }
                for row in columns.to_dict("records")
            ],
        )
        for file, columns in mapping.groupby("file", sort=False)
    ]


def _field_words(field: str) -> str:
    """Return a field in words, with its name in place.toml where that is another."""
    words = next((entry.names[0] for entry in fields() if entry.name == field), field)
    return words if words in {field, field.replace("_", " ")} else f"{words} ({field})"


@cache
def _template() -> jinja2.Template:
    text = (files("estate") / "data" / "account.html").read_text(encoding="utf-8")
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    return environment.from_string(text)
