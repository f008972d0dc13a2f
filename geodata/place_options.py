"""``[options]`` of a ``place.toml``: what the optimiser may look at and decide, and under which rules."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator

from geodata.section import Positive, Section, Share, Text

Relaxable = Literal[
    "distance",
    "neighbours",
    "security",
    "services",
    "front desks",
    "room",
    "access",
    "budget",
    "town limit",
    "presence",
    "no body worse",
]
Amount = Annotated[float, Field(ge=0)]


class Pin(Section):
    """One decision taken beforehand about a building or a team, with the reason to show.

    Parameters
    ----------
    rule
        ``keep`` or ``release`` a building; ``stay``: a team, or everyone in a building, remains; ``move``: a team goes
        to a building; ``together`` or ``apart``: a team and the ``other`` one share a building, or never do.
    asset, team, other
        The building and the teams that it is about.
    reason
        Shown with the plan.
    """

    asset: str | None = None
    team: str | None = None
    other: str | None = None
    rule: Literal["keep", "release", "stay", "move", "together", "apart"]
    reason: str = ""


class BodyBudget(Section):
    """``[[options.budgets]]``: capital that one body may spend in each year (GBP, real); the last amount holds on.

    Parameters
    ----------
    body
        The body.
    capital_gbp
        Pounds a year, one number or one for each year.
    """

    body: Text
    capital_gbp: tuple[Amount, ...]

    @field_validator("capital_gbp", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        return listed(value)


class TownPresence(Section):
    """``[[options.presence]]``: people (FTE) that a body, or every body, keeps in a town at least.

    Parameters
    ----------
    town
        The town.
    body
        The body; every body where not given.
    fte
        Full-time equivalent staff.
    """

    town: Text
    body: str = ""
    fte: Positive


class KeptAway(Section):
    """``[[options.perceptions]]``: a share of a segment that stays away from a service beside some neighbour.

    Parameters
    ----------
    service
        The service that they stay away from.
    beside
        Class of work, or service, that it would stand beside.
    share_away
        Share who stay away (0 to 1).
    segment
        Name of a segment, number of a sub-cluster, ``"super 2"``, or "all".
    """

    service: Text
    beside: Text
    share_away: Share
    segment: str = "all"


class Hub(Section):
    """``[[options.hubs]]``: a candidate site that stands only if the plan builds it.

    Parameters
    ----------
    id, name, organisation
        How it is called, and who would own it.
    easting, northing
        Where it would stand (metres, British National Grid).
    desks, nia_m2
        Its size.
    capital_gbp
        What building it costs, in the year in which it is ready, before optimism bias.
    running_cost_gbp_pa, rent_gbp_pa, rates_gbp_pa
        What it costs a year from then on.
    value_gbp
        What it is worth at the end of the horizon; owned where above 0.
    ready_year
        The first year in which somebody may move in; 0 is the start of the plan.
    town
        The town it would stand in.
    public_facing, step_free
        Whether front desks may move in.
    secure_for
        Classes of work that it would be secure for; ``["all"]`` for every class.
    """

    id: Text
    name: Text
    organisation: Text
    easting: float
    northing: float
    desks: Positive
    nia_m2: Positive
    capital_gbp: Amount
    running_cost_gbp_pa: Amount
    rent_gbp_pa: Amount = 0.0
    rates_gbp_pa: Amount = 0.0
    value_gbp: Amount = 0.0
    ready_year: Annotated[int, Field(ge=0)] = 1
    town: str = ""
    public_facing: bool = True
    step_free: bool = True
    secure_for: tuple[Text, ...] = ()


class NewTeam(Section):
    """``[[options.new_teams]]``: a team that is new in a town and needs desks there.

    Doing nothing rents space for it at ``new_space_gbp_per_desk_pa``; the plan may find it room in a building instead.

    Parameters
    ----------
    team, organisation
        How it is called, and whose it is.
    service
        What it does.
    fte
        Full-time equivalent staff.
    town
        The town it is needed in; it goes into no building elsewhere.
    desks_per_fte
        Desks for each of them.
    front_desk
        Whether the public comes to it.
    security_class
        Class of work, for neighbours that are never together and for secure buildings.
    """

    team: Text
    organisation: Text
    service: Text = "office"
    fte: Positive
    town: Text
    desks_per_fte: Positive = 0.8
    front_desk: bool = False
    security_class: str = "standard"


class OptionChoice(Section):
    """``[options]``: which buildings the optimiser may look at, and under which rules.

    Parameters
    ----------
    uses
        Uses of the buildings to decide about.
    pins, hubs, new_teams, budgets, presence, perceptions
        Decisions taken beforehand; candidate sites; teams to be placed; budgets of bodies; least presence in towns;
        neighbours that keep people away.
    never_together, separate_classes
        Pairs of classes of work that share no building; classes that share with no other.
    secure_classes
        Classes of work or services that move only into buildings that the lists, ``[[buildings]]`` or
        ``[[options.hubs]]`` say are secure for them (``secure_for``): custody, safeguarding, restricted records.
    max_move_km
        How far a team may move in a straight line (km).
    horizon_years
        Years over which costs are counted.
    years
        Years at whose start moves and releases may happen: 1 is at once.
    releases_per_town
        Most buildings released in one town and year.
    capital_gbp
        Capital that all bodies together may spend in each year: one number, or a list by year.
    recycled_share, recycling_years, carry_over
        Share of receipts that may be spent again; how many years after they come in; whether what is not spent may be
        spent later.
    step_free_desks
        True where front desks may only move into step-free buildings.
    no_body_worse
        True where the joint plan may cost no body more than its plan alone.
    relax_first
        Which rules to give up first where they cannot all be kept, in order: ``distance``, ``neighbours``,
        ``security``, ``services``, ``front desks``, ``room``, ``access``, ``budget``, ``town limit``, ``presence``.
    seconds
        Processor time for all options.
    also
        Options beside doing nothing, each alone and joint: ``do minimum``, ``joint within towns``.
    weights
        Weight of each criterion in the scores of the options: money, access, staff travel, disruption, carbon, risk,
        perception, appetite.
    willing
        Bodies that are willing to share, for the appetite.
    """

    uses: tuple[str, ...] = ("office",)
    pins: tuple[Pin, ...] = ()
    hubs: tuple[Hub, ...] = ()
    new_teams: tuple[NewTeam, ...] = ()
    budgets: tuple[BodyBudget, ...] = ()
    presence: tuple[TownPresence, ...] = ()
    perceptions: tuple[KeptAway, ...] = ()
    never_together: tuple[tuple[str, str], ...] = ()
    separate_classes: tuple[str, ...] = ()
    secure_classes: tuple[Text, ...] = ()
    max_move_km: Positive | None = None
    horizon_years: Annotated[int, Field(ge=1, le=60)] = 10
    years: Annotated[int, Field(ge=1, le=20)] = 1
    releases_per_town: Annotated[int, Field(ge=0)] | None = None
    capital_gbp: tuple[Amount, ...] = ()
    recycled_share: Share = 1.0
    recycling_years: Annotated[int, Field(ge=0)] = 1
    carry_over: bool = True
    step_free_desks: bool = False
    no_body_worse: bool = False
    relax_first: tuple[Relaxable, ...] = ()
    seconds: Positive = 20.0
    also: tuple[Literal["do minimum", "joint within towns"], ...] = ()
    weights: dict[str, Annotated[float, Field(ge=0)]] = Field(default_factory=dict)
    willing: tuple[str, ...] = ()

    @field_validator("capital_gbp", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        return listed(value)


def listed(value: object) -> object:
    """Return one number as a list of one, anything else as it is."""
    return (value,) if isinstance(value, int | float) else value
