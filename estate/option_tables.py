"""Options as layers and tables for other programs: buildings and moves on the map, and what happens year by year."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import linestrings

from estate.colocation import Problem
from estate.plans import Plan


def option_layers(problem: Problem, plans: Sequence[Plan]) -> dict[str, gpd.GeoDataFrame]:
    """Return the layers ``buildings`` (points) and ``moves`` (lines) of all options, BNG.

    Parameters
    ----------
    problem
        What the options were sought in.
    plans
        The options.
    """
    east, north = problem.register.geometry.x, problem.register.geometry.y
    buildings, moves = [], []
    for plan in plans:
        table = plan.buildings.reset_index().assign(option=plan.name, minutes=plan.minutes)
        at = plan.buildings.index
        buildings.append(table.assign(geometry=gpd.points_from_xy(east.reindex(at), north.reindex(at))))
        ends = plan.moves.reset_index().assign(option=plan.name, minutes=plan.minutes)
        corners = [
            np.column_stack([part.reindex(ends[at]) for part in (east, north)]) for at in ("from_asset", "to_asset")
        ]
        lines = np.asarray(linestrings(np.stack(corners, axis=1)) if len(ends) else [], dtype=object)
        moves.append(ends.assign(geometry=lines))
    layers = {"buildings": pd.concat(buildings, ignore_index=True), "moves": pd.concat(moves, ignore_index=True)}
    return {
        name: gpd.GeoDataFrame(table, geometry="geometry", crs=problem.register.crs).rename_axis("row")
        for name, table in layers.items()
        if len(table)
    }


def by_year(plans: Sequence[Plan]) -> pd.DataFrame:
    """Return what happens in each year of each option: releases, moves, capital, receipts and cash by body.

    Returns
    -------
    pandas.DataFrame
        ``option``, ``year`` (0 is the start), ``body``, ``released`` (its buildings), ``moved`` (its teams),
        ``capital_gbp`` (paid is negative), ``receipts_gbp``, ``revenue_gbp``, all real; ``minutes`` (how far those of
        the option's access may be trusted).
    """
    return pd.concat([_years_of(plan) for plan in plans], ignore_index=True)


def _years_of(plan: Plan) -> pd.DataFrame:
    flows = plan.cash_flows[plan.cash_flows["line"] != "value kept"]
    receipt = flows["line"].eq("receipts")
    parts = {
        "capital_gbp": flows[flows["kind"].eq("capital") & ~receipt],
        "receipts_gbp": flows[receipt],
        "revenue_gbp": flows[flows["kind"].eq("revenue")],
    }
    columns = {name: part.groupby(["body", "year"])["gbp"].sum() for name, part in parts.items()}
    gone = plan.buildings[plan.buildings["decision"] == "release"].rename(columns={"organisation": "body"})
    moved = plan.moves.rename(columns={"organisation": "body"})
    columns["released"] = gone.groupby(["body", "year"]).size()
    columns["moved"] = moved.groupby(["body", "year"]).size()
    table = pd.DataFrame(columns).fillna(0.0).rename_axis(["body", "year"]).reset_index()
    table[["released", "moved"]] = table[["released", "moved"]].astype(int)
    table.insert(0, "option", plan.name)
    table["minutes"] = plan.minutes
    order = ["option", "year", "body", "released", "moved", "capital_gbp", "receipts_gbp", "revenue_gbp", "minutes"]
    return table.sort_values(["year", "body"])[order]
