"""What contacts are expected in proportion to: residents, households, or those whom a service is for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from geodata.census import Census
from geodata.errors import CoverageError, DataError, did_you_mean, examples
from geodata.variables import Variable


@dataclass(frozen=True, slots=True, eq=False)
class Bases:
    """What contacts are expected in proportion to.

    Parameters
    ----------
    table
        Counts, indexed by ``oa_code``, one column per service.
    words
        What is counted, by service.
    """

    table: pd.DataFrame
    words: dict[str, str]


def expected_bases(
    census: Census,
    variables: tuple[Variable, ...],
    *,
    services: tuple[str, ...],
    general: str = "population",
    special: Mapping[str, str] | None = None,
) -> Bases:
    """Return what each service's contacts are expected in proportion to.

    Parameters
    ----------
    census
        Counts of the areas.
    variables
        The registry, for bases such as ``age_65_84``.
    services
        Services of the contacts.
    general
        ``population``, ``households`` or the name of a variable: the people or households it counts.
    special
        The same for single services.

    Raises
    ------
    DataError
        A service is not in the contacts, or a base is none of these.
    CoverageError
        The census lacks the counts of a base.
    """
    own = {key.casefold(): (key, base) for key, base in (special or {}).items()}
    known = {service.casefold() for service in services}
    strange = [key for word, (key, _) in own.items() if word not in known]
    if strange:
        hint = did_you_mean(strange[0], services)
        raise DataError(
            f"[contacts] bases: no contact has the service '{strange[0]}'.{hint} There are {', '.join(services)}."
        )
    chosen = {service: own.get(service.casefold(), ("", general))[1] for service in services}
    counts = {base: _base(census, variables, base) for base in dict.fromkeys(chosen.values())}
    return Bases(
        pd.DataFrame({service: counts[base][0] for service, base in chosen.items()}, index=census.counts.index),
        {service: counts[base][1] for service, base in chosen.items()},
    )


def _base(census: Census, variables: tuple[Variable, ...], name: str) -> tuple[pd.Series, str]:
    """Return the people or households that a base counts, by area, and what they are in words."""
    if name == "population":
        return census.population(), "residents"
    if name == "households":
        found, words = census.households(), "households"
    else:
        known = {variable.name: variable for variable in variables if variable.is_share}
        if name not in known:
            hint = did_you_mean(name, [*known, "population", "households"])
            raise DataError(
                f"[contacts] expected: '{name}' is no base.{hint} Use population, households, or a census variable "
                f"such as {', '.join(list(known)[:3])}."
            )
        variable = known[name]
        lacking = [cell for cell in variable.numerator if cell not in census.counts]
        if lacking:
            raise CoverageError(
                f"[contacts] expected: the census table has no {examples(lacking)} to count '{name}' with. "
                "Add that table, or choose another base."
            )
        found = census.counts[list(variable.numerator)].sum(axis=1, skipna=False)
        words = (
            f"{variable.base} who {variable.says}" if variable.base != "households" else f"households: {variable.label}"
        )
    if found.isna().all():
        raise CoverageError(f"[contacts] expected: the census table does not count {words}. Choose another base.")
    return found, words
