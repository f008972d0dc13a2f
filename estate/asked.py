"""What a user asks about: buildings and blocks of teams, by id, by name, or by what they do and where."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from estate.colocation import Problem
from estate.phrases import counted, listed
from geodata.errors import DataError, did_you_mean

#: Written before a name where a building and a team have the same.
KINDS = ("building", "team")
SHOWN = 4
REMEDY = (
    "Name a building or a team by an id or a name of option_buildings.csv or the teams list; or write all or rules."
)


@dataclass(frozen=True, slots=True)
class Subject:
    """A building or a block that was asked about, by its row in the problem; it has one or the other."""

    building: int = -1
    block: int = -1


def subjects(problem: Problem, names: Sequence[str]) -> list[Subject]:
    """Return what each name stands for: a building, or the block that a team belongs to.

    Parameters
    ----------
    problem
        The facts.
    names
        Ids of buildings or teams, names of buildings, a service, or a body with its service; letter case does not
        matter where only one is meant. ``building:`` or ``team:`` before a name says which of the two.

    Raises
    ------
    DataError
        A name stands for nothing that is decided about, or for several things; all are named at once.
    """
    known = _known(problem)
    found = [_meant(problem, known, name) for name in names]
    faults = [one for one in found if isinstance(one, str)]
    if faults:
        raise DataError(f"--why: {' '.join(faults)} {REMEDY}")
    return [one for one in found if isinstance(one, Subject)]


def block_name(problem: Problem, row: int) -> str:
    """Return what a block is called: its body and service, and its id."""
    block = problem.blocks.iloc[row]
    return f"{block['organisation']} {block['service']} ({problem.blocks.index[row]})"


Known = list[tuple[str, str, Subject]]


def _known(problem: Problem) -> Known:
    """Return every name with its kind and what it stands for: ids first, then names."""
    buildings, blocks = problem.buildings, problem.blocks
    known: Known = [("building", str(asset), Subject(building=row)) for row, asset in enumerate(buildings.index)]
    known += [("team", str(team), Subject(block=row)) for row, teams in enumerate(blocks["teams"]) for team in teams]
    known += [("building", str(name), Subject(building=row)) for row, name in enumerate(buildings["name"]) if name]
    for row, (body, service) in enumerate(zip(blocks["organisation"], blocks["service"], strict=True)):
        known += [("team", name, Subject(block=row)) for name in (str(service), f"{body} {service}")]
    return known


def _meant(problem: Problem, known: Known, name: str) -> Subject | str:
    """Return what a name stands for, or why that cannot be said."""
    kind, _, rest = name.partition(":")
    kinds, wanted = (KINDS, name) if kind not in KINDS or not rest.strip() else ((kind,), rest.strip())
    among = [(text, subject) for of, text, subject in known if of in kinds]
    exact = _one_each(subject for text, subject in among if text == wanted)
    found = exact or _one_each(subject for text, subject in among if text.casefold() == wanted.casefold())
    if len(found) == 1:
        return found[0]
    if found:
        shown = [_told(problem, subject) for subject in found[:SHOWN]]
        more = [f"{len(found) - SHOWN} more"] if len(found) > SHOWN else []
        return (
            f"'{name}' is the name of {counted(len(found), 'thing')}: {listed([*shown, *more])}. Say which by its id."
        )
    return _unknown(problem, wanted, kinds, [text for text, _ in among])


def _one_each(found: Iterable[Subject]) -> list[Subject]:
    return list(dict.fromkeys(found))


def _told(problem: Problem, subject: Subject) -> str:
    """Return a candidate in words that say how to ask for it."""
    if subject.building >= 0:
        building = problem.buildings.iloc[subject.building]
        asset = problem.buildings.index[subject.building]
        return f"building:{asset} ({building['name'] or asset}, {building['organisation'] or 'body not known'})"
    block = problem.blocks.iloc[subject.block]
    home = problem.buildings["name"].iloc[int(block["home"])] or block["asset_id"]
    return f"team:{problem.blocks.index[subject.block]} ({block['organisation']} {block['service']} in {home})"


def _unknown(problem: Problem, name: str, kinds: Sequence[str], known: Sequence[str]) -> str:
    """Say that nothing of a name is decided about, and what is known of it otherwise."""
    if "team" in kinds and name in problem.teams.index:
        at = str(problem.teams.loc[name, "asset_id"])
        return f"Team '{name}' works in '{at}', a building that is not decided about."
    if "building" in kinds and name in problem.register.index:
        use = problem.register.loc[name].get("use", "")
        return f"Building '{name}' is not decided about (its use is '{use}'; see [options] uses)."
    hint = did_you_mean(name, np.unique(known).tolist())
    return f"No {' and no '.join(kinds)} '{name}' is decided about.{hint}"
