"""Say which column of a list is which field of the register, how surely and why.

A heading is compared with the aliases of ``data/headings.toml``; the values below it have the second word. A column of
postcodes is a postcode column whatever it is called, and a column called "Organisation name" that never repeats itself
holds the names of the sites.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from estate.evidence import SURE_BY_VALUES, Evidence, evidence_of, told_by_values, weak_halves
from estate.grid import Grid
from estate.headings import Field, aliases, aliases_of, fields
from estate.shapes import strict_shape
from geodata.errors import DataError, did_you_mean
from geodata.rows import plain_heading

WEAK = 0.35  # below this the values contradict the heading
TRUSTED = 8  # unless it is one of the first so many names of its field: then the values are asked about, one by one
BY_VALUES = " of its values look like it"  # how a match ends that no heading made
USER_SAID = "you said so in place.toml"
OF_WORDS = frozenset({"use", "use_detail", "tenure", "tenure_detail", "holding", "status"})
PLACE_FIELDS = ("easting", "northing", "longitude", "latitude", "x", "y", "coordinates", "grid_reference", "postcode",
                "uprn")  # fmt: skip


@dataclass(frozen=True, slots=True)
class ColumnMatch:
    """What one column of a list was taken for.

    Parameters
    ----------
    column
        Heading as the file spells it.
    field
        Field of the register, or "" for a column that is not used.
    confidence
        0 to 1; 1 is an exact heading with fitting values, or the user's own word.
    why
        The reason in words.
    """

    column: str
    field: str
    confidence: float
    why: str


def match_columns(grid: Grid, *, overrides: Mapping[str, str] | None = None) -> tuple[ColumnMatch, ...]:
    """Say which column is which field.

    Parameters
    ----------
    grid
        Rows below the header.
    overrides
        Field -> heading as the file spells it, from place.toml; they win over everything else.

    Raises
    ------
    DataError
        If an override names a field or a heading that does not exist; all slips at once.
    """
    chosen = _override(grid, overrides or {})
    evidence = {name: evidence_of(grid.cells[name]) for name in grid.names}
    options = sorted(
        (option for name in grid.names if name not in chosen for option in _options(name, evidence[name])),
        key=lambda option: (-option.confidence, grid.names.index(option.column)),
    )
    taken = {match.field for match in chosen.values()}
    several = {field.name for field in fields() if field.several}
    for option in options:
        if option.column not in chosen and (option.field not in taken or option.field in several):
            chosen[option.column] = option
            taken.add(option.field)
    halves = weak_halves({name: (match.field, match.confidence) for name, match in chosen.items()})
    chosen = {name: match for name, match in chosen.items() if name not in halves}
    for option in [*_by_values(grid, chosen, evidence), *_names_of_bodies(chosen, options)]:
        chosen[option.column] = option
    ordered = [chosen.get(name, ColumnMatch(name, "", 0.0, _why_not(name, options, chosen))) for name in grid.names]
    return tuple(_not_used(match) for match in ordered)


def _why_not(name: str, options: Sequence[ColumnMatch], chosen: Mapping[str, ColumnMatch]) -> str:
    """Say why a column is not used: another gives the same, or nothing tells what it is."""
    meant = next((option.field for option in options if option.column == name), "")
    other = next((match.column for match in chosen.values() if match.field == meant), "")
    return (
        f"looks like {meant}, which '{other}' gives already"
        if other
        else "no known heading, and its values say nothing"
    )


def columns_of(matches: Sequence[ColumnMatch], field: str) -> list[str]:
    """Return the headings matched to a field, in file order."""
    return [match.column for match in matches if match.field == field]


def _override(grid: Grid, overrides: Mapping[str, str]) -> dict[str, ColumnMatch]:
    known = {field.name for field in fields()}
    slips, chosen = [], {}
    for field, heading in overrides.items():
        found = [name for name in grid.names if plain_heading(name) == plain_heading(heading)]
        if field not in known:
            slips.append(f"columns: '{field}' is no field of the register.{did_you_mean(field, known)}")
        elif not found:
            slips.append(
                f"columns: the list has no heading '{heading}' for {field}.{did_you_mean(heading, grid.names)}"
            )
        else:
            chosen[found[0]] = ColumnMatch(found[0], field, 1.0, USER_SAID)
    if slips:
        raise DataError(f"{grid.file}: {' '.join(slips)}")
    return chosen


def _options(heading: str, seen: Evidence) -> list[ColumnMatch]:
    """Return every field the heading may mean, with the confidence that name and values give together."""
    options = []
    vocabulary = seen.vocabulary()
    for alias, closeness, how in aliases_of(heading):
        for field_name, rank in aliases()[alias]:
            if field_name in OF_WORDS and vocabulary and field_name not in (vocabulary, f"{vocabulary}_detail"):
                why = f"{seen.words[vocabulary]:.0%} of its values are words of {vocabulary}, whatever it is called"
                options.append(ColumnMatch(heading, vocabulary, round(0.85 * closeness, 4), why))
                continue
            field = next(entry for entry in fields() if entry.name == _degrees_instead(field_name, seen))
            share = _fit(field, seen)
            if seen.filled and strict_shape(field.shape) and share < WEAK and (rank >= TRUSTED or closeness < 0.9):
                continue
            worth = closeness * (0.6 + 0.4 * share if seen.filled else 0.8) - 0.0005 * rank
            fit = f"; {share:.0%} of its values fit" if seen.filled and strict_shape(field.shape) else ""
            options.append(ColumnMatch(heading, field.name, round(max(worth, 0.01), 4), f"{how}{fit}"))
    return options


def _degrees_instead(field_name: str, seen: Evidence) -> str:
    """Return the field that "North" or "East" means: degrees where the values are degrees beyond doubt."""
    if field_name in {"easting", "northing"}:
        return next(
            (name for name in ("latitude", "longitude") if seen.shares[f"sure_{name}"] >= SURE_BY_VALUES), field_name
        )
    return field_name


def _fit(field: Field, seen: Evidence) -> float:
    """Return how well values fit a field, 0 to 1."""
    share = seen.shares[field.shape]
    if field.name == "reference":
        return share * seen.distinct if seen.distinct >= 0.5 else 0.0
    if field.name == "organisation":
        return share * (1.0 - 0.9 * seen.distinct) if seen.filled > 5 else share
    if field.name == "name":
        return share * (0.3 + 0.7 * seen.distinct) if seen.filled > 5 else share
    return share


def _by_values(grid: Grid, chosen: Mapping[str, ColumnMatch], evidence: Mapping[str, Evidence]) -> list[ColumnMatch]:
    """Return matches that the values alone make, for places and tenures that no heading named."""
    taken = {match.field for match in chosen.values()}
    free = [name for name in grid.names if name not in chosen and evidence[name].filled]
    told = told_by_values(grid.names, taken, free, evidence)
    found = [
        ColumnMatch(name, field, round(0.6 * share, 4), f"{share:.0%}{BY_VALUES}")
        for name, (field, share) in told.items()
    ]
    if "name" not in taken:
        _claim_name([name for name in free if name not in told], evidence, found)
    return found


def _names_of_bodies(chosen: Mapping[str, ColumnMatch], options: Sequence[ColumnMatch]) -> list[ColumnMatch]:
    """Return the exchange for a list without names whose "organisation name" stands beside another body.

    Health lists head the sites "OrganisationName" and the bodies "ParentName"; with no rows, values cannot tell.
    """
    bodies = [match for match in chosen.values() if match.field == "organisation"]
    if not bodies or any(match.field == "name" for match in chosen.values()):
        return []
    sites = next((option for option in options if option.column == bodies[0].column and option.field == "name"), None)
    other = next((option for option in options if option.field == "organisation" and option.column not in chosen), None)
    return [sites, other] if sites is not None and other is not None else []


def _claim_name(free: list[str], evidence: Mapping[str, Evidence], found: list[ColumnMatch]) -> None:
    for name in free:
        seen = evidence[name]
        if seen.shares["text"] >= SURE_BY_VALUES and seen.distinct >= 0.5 and seen.shares["postcode"] < 0.5:
            found.append(ColumnMatch(name, "name", 0.4, "the first column of words that differ"))
            return


def _not_used(match: ColumnMatch) -> ColumnMatch:
    return (
        ColumnMatch(match.column, "", match.confidence, "known, and not needed") if match.field == "ignored" else match
    )
