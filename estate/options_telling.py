"""Say options in sentences and as the plain values of ``docs/json.md``; read pins as users write them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Protocol, cast

import pandas as pd

from estate.every_opposite import EveryOpposite
from estate.options import OPTIONS
from estate.phrases import listed, pounds
from estate.plans import Plan
from estate.targets import Reached
from geodata.errors import DataError, did_you_mean
from geodata.place_options import Pin
from geodata.portable import plain

Values = dict[str, Any]

#: Rules of pins and what follows them on the command line.
PINS = {
    "keep": ("asset",),
    "release": ("asset",),
    "stay": ("team",),
    "move": ("team", "asset"),
    "together": ("team", "other"),
    "apart": ("team", "other"),
}
KEYS = ("name", "annual_cost_gbp", "saving_gbp_pa", "npv_gbp", "bound_gbp", "gap", "status", "released", "moved")
MORE = ("built", "cost_gbp", "one_off_gbp", "n_years")


class Reason(Protocol):
    """Something that was asked about a plan, answered."""

    def sentences(self) -> tuple[str, ...]:
        """Return the answer in words."""


def option_sentences(plans: Sequence[Plan]) -> list[str]:
    """Return each option in its own words."""
    return [f"{plan.name.capitalize()}: {plan.sentence()}" for plan in plans]


def front_sentences(front: pd.DataFrame | None) -> list[str]:
    """Return the front of saving against access, a line for each point."""
    if front is None:
        return []
    lines = [
        f"  {row.served:,.0f} served ({row.served_share:.2%}): saves {pounds(row.saving_gbp, rounding='down')}, "
        f"no plan more than {pounds(row.saving_bound_gbp, rounding='up')}"
        for row in cast("Any", front.itertuples(index=False))
    ]
    return [
        "Saving against access (residents served, added over services; money over the horizon; each line proved):",
        *lines,
    ]


def option_named(words: str) -> str:
    """Return the option that may be asked for besides.

    Raises
    ------
    DataError
        There is none of that name.
    """
    if words in OPTIONS:
        return words
    raise DataError(
        f"--option {words}: there is no such option.{did_you_mean(words, OPTIONS)} Choose {listed(OPTIONS)}."
    )


def tell_options(
    plans: Sequence[Plan],
    *,
    seed: int,
    reasons: Sequence[Reason] = (),
    reached: Reached | None = None,
    front: pd.DataFrame | None = None,
) -> Values:
    """Return the shape of ``onetown options --json``."""
    told: Values = {"options": [tell_plan(plan) for plan in plans], "seed": seed}
    if reasons:
        each: list[Reason] = []
        for one in reasons:
            each += (*one.found, *one.blocks) if isinstance(one, EveryOpposite) else (one,)
        told["why"] = [{**plain(_values(one)), "sentences": list(one.sentences())} for one in each]
    if reached is not None:
        told["target"] = {
            "target": reached.target.sentence(),
            **{
                name: _finite(getattr(reached, name))
                for name in ("points", "bound_points", "saving_share", "served_change")
            },
            "released": list(reached.plan.released),
            "moved": reached.plan.moved,
            "cost_gbp": reached.plan.cost_gbp,
            "sentences": list(reached.sentences()),
        }
    if front is not None:
        told["front"] = plain(front.to_dict("records"))
    return told


def _values(reason: Reason) -> Values:
    """Return the numbers of an answer; what is infinite is missing."""
    return {key: _finite(value) for key, value in asdict(cast("Any", reason)).items()}


def _finite(value: object) -> object:
    """Return a value, or None for a number that is not finite; lists and what is in them likewise."""
    if isinstance(value, Mapping):
        return {key: _finite(part) for key, part in value.items()}
    if isinstance(value, tuple | list):
        return [_finite(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def tell_plan(plan: Plan) -> Values:
    """Return one option as plain values."""
    return {**{key: plain(getattr(plan, key)) for key in KEYS + MORE}, "sentence": plan.sentence()}


def pin_named(words: str) -> Pin:
    """Return the pin that a user wrote as ``rule:id`` or ``rule:id:id``.

    Raises
    ------
    DataError
        The rule is unknown, or too much or too little follows it.

    Examples
    --------
    >>> pin_named("move:T3:A1").asset
    'A1'
    """
    rule, *ids = words.split(":")
    if rule not in PINS:
        raise DataError(f"--pin {words}: '{rule}' is not a rule.{did_you_mean(rule, PINS)} Write {_forms()}.")
    if len(ids) != len(PINS[rule]) or not all(ids):
        raise DataError(f"--pin {words}: write {rule}:{':'.join(name.upper() for name in PINS[rule])}.")
    named = dict(zip(PINS[rule], ids, strict=True))
    return Pin.model_validate({"rule": rule, **named, "reason": "asked on the command line"})


def _forms() -> str:
    return ", ".join(f"{rule}:{':'.join(name.upper() for name in names)}" for rule, names in PINS.items())
