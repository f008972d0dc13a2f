"""Load what a ``place.toml`` says about buildings: lists, register, teams, rules and prices."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any

import geopandas as gpd
import pandas as pd
from shapely.geometry.base import BaseGeometry

from estate.access import AccessStandard
from estate.building_notes import add_building_notes
from estate.costs import CostRules, cost_rules
from estate.intake import AssetList, ListSettings, read_asset_list
from estate.limits import Budget, Perception, Presence
from estate.newcomers import ASSUMPTIONS as NEWCOMER_ASSUMPTIONS
from estate.newcomers import NEW_SPACE_GBP_PER_DESK_PA, with_hubs, with_new_teams
from estate.position import postcode_table
from estate.register import Register, build_register
from estate.rules import Pin, Rules
from estate.segment_losses import SegmentLoss
from estate.standard import ASSUMPTIONS as SPACE_ASSUMPTIONS
from estate.teams import default_teams, read_teams
from geodata.errors import DataError, Fault, ToolkitError
from geodata.inputs import input_named
from geodata.place import AssetSource, Place, Standard
from geodata.place_options import OptionChoice
from geodata.uprns import UprnTable

#: Numbers of :class:`estate.rules.Rules` that ``[assumptions]`` may set.
RULE_ASSUMPTIONS = tuple(
    field.name
    for field in fields(Rules)
    if field.type == "float" and field.name not in ("max_move_km", "recycled_share")
)


@dataclass(frozen=True, slots=True)
class Prices:
    """How an option is to be judged: the rules no plan may break, and what things cost."""

    rules: Rules
    costs: CostRules


def load_register(
    place: Place,
    *,
    postcodes: pd.DataFrame | None = None,
    extent: BaseGeometry | None = None,
    uprns: UprnTable | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Register:
    """Read every asset list of the place and join them into one register.

    Parameters
    ----------
    place
        The place; ``[[assets]]`` names the lists.
    postcodes
        Centres of postcodes (BNG), as :func:`geodata.postcodes.read_postcodes` gives them.
    extent
        Outline of the place (BNG); None asks nothing about rows outside.
    uprns
        Points of UPRNs, as :func:`geodata.uprns.read_uprns` gives them.
    say
        Told what is being read.

    Raises
    ------
    DataError
        No list is named, or lists cannot be read or joined; all lists at fault are told at once.
    """
    if not place.assets:
        raise DataError(f'{place.path}: no asset list is named. Add an [[assets]] entry with file = "...".')
    table = None if postcodes is None else postcode_table(postcodes)
    lists: list[AssetList] = []
    errors: list[ToolkitError] = []
    for settings in (one for source in place.assets for one in list_settings(place, source)):
        say(f"Reading {settings.path}")
        try:
            one = read_asset_list(
                settings, postcodes=table, place_extent=extent, place_name=place.place.name, uprns=uprns
            )
        except ToolkitError as error:
            errors.append(error)
        else:
            lists.append(one)
    if errors:
        raise _joined(errors)
    register = build_register(lists)
    noted = add_building_notes(register.assets, place.buildings, source=str(place.path))
    return replace(register, assets=noted)


def list_settings(place: Place, source: AssetSource) -> list[ListSettings]:
    """Return the settings of each file of an ``[[assets]]`` entry."""
    return [
        ListSettings(
            path=input_named(path, base=place.base),
            organisation=source.organisation,
            use=source.use,
            services=source.services,
            columns=source.columns,
            sheet=source.sheet,
            national=source.national,
            only=source.only,
        )
        for path in source.paths
    ]


def load_teams(place: Place, assets: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the teams of the place: those listed, and assumed ones for buildings in service use without any.

    Parameters
    ----------
    place
        The place; ``[teams]`` names the list, which may be absent.
    assets
        Register with its gaps filled, indexed by ``asset_id``.

    Returns
    -------
    DataFrame
        The teams table, indexed by ``team_id``, with the column ``from`` ("recorded" or "assumed").
    """
    assumed = default_teams(assets)
    if place.teams is None:
        return assumed
    listed = read_teams(place.find(place.teams.file), assets).assign(**{"from": "recorded"})
    return pd.concat([listed, assumed[~assumed["asset_id"].isin(listed["asset_id"])]])


def load_choice(place: Place, assets: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Return register and teams with what is not there yet: candidate hubs and new teams of ``[options]``.

    Parameters
    ----------
    place
        The place.
    assets
        Register with its gaps filled and with ``locality``, indexed by ``asset_id``.

    Raises
    ------
    DataError
        An id is taken, or a town is unknown.
    """
    choice = place.options
    use = choice.uses[0] if choice.uses else "office"
    teams = load_teams(place, assets)
    price = place.assumptions.get(NEWCOMER_ASSUMPTIONS[0], NEW_SPACE_GBP_PER_DESK_PA)
    more = with_hubs(assets, choice.hubs, use=use)
    return with_new_teams(more, teams, choice.new_teams, use=use, gbp_per_desk_pa=price)


def load_prices(place: Place) -> Prices:
    """Return rules and costs of the place: ``[access]``, ``[options]`` and ``[assumptions]``.

    Raises
    ------
    DataError
        An assumption is unknown (with the nearest known name), or a value is out of range.
    """
    choice, assumptions = place.options, dict(place.assumptions)
    costs = cost_rules(
        {"horizon_years": choice.horizon_years, **assumptions},
        known_elsewhere=(*SPACE_ASSUMPTIONS, *RULE_ASSUMPTIONS, *NEWCOMER_ASSUMPTIONS),
    )
    limits = {name: assumptions[name] for name in RULE_ASSUMPTIONS if name in assumptions}
    if choice.max_move_km is not None:
        limits["max_move_km"] = choice.max_move_km
    rules = Rules(
        uses=choice.uses,
        standards=tuple(map(_standard, place.access.standards)),
        pins=tuple(Pin(pin.rule, pin.asset or "", pin.team or "", pin.reason, pin.other or "") for pin in choice.pins),
        never_together=choice.never_together,
        **_limits_of(choice),
        **limits,  # type: ignore[arg-type]
    )
    return Prices(rules, costs)


def _standard(one: Standard) -> AccessStandard:
    """Return an access standard of the place; its segments are still called as the user calls them."""
    losses = tuple(SegmentLoss(name, loss) for name, loss in one.max_loss_by_segment.items())
    return AccessStandard(one.service, one.limit_min, one.max_loss, losses)


def _limits_of(choice: OptionChoice) -> dict[str, Any]:
    """Return years, budgets and limits of ``[options]`` as rules."""
    budgets = [Budget(choice.capital_gbp)] if choice.capital_gbp else []
    budgets += [Budget(one.capital_gbp, one.body) for one in choice.budgets]
    same = (
        "years", "releases_per_town", "recycled_share", "recycling_years", "carry_over", "separate_classes",
        "secure_classes", "step_free_desks", "no_body_worse", "relax_first",
    )  # fmt: skip
    return {
        **{name: getattr(choice, name) for name in same},
        "budgets": tuple(budgets),
        "presence": tuple(Presence(one.town, one.body, one.fte) for one in choice.presence),
        "perceptions": tuple(
            Perception(one.service, one.beside, one.share_away, one.segment) for one in choice.perceptions
        ),
    }


def _joined(errors: list[ToolkitError]) -> ToolkitError:
    """Return one error that says what all of them say."""
    if len(errors) == 1:
        return errors[0]
    faults: list[Fault] = [fault for error in errors for fault in error.faults]
    told = " ".join(f"({number}) {error}" for number, error in enumerate(errors, start=1))
    return DataError(f"{len(errors)} lists cannot be read. {told}", faults=faults)
