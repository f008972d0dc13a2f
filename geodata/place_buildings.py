"""The part of ``place.toml`` that says of single buildings what no list says."""

from __future__ import annotations

from datetime import date as Date  # noqa: N812 - a setting is called since, not date, but the type reads better so
from typing import Literal

from geodata.section import Section, Text

Status = Literal["in use", "vacant", "under review", "surplus", "transfer", "sold", "closed"]


class BuildingNote(Section):
    """One ``[[buildings]]`` entry: where a building stands on its way out, and what planning says of it.

    Parameters
    ----------
    asset
        Identifier of the building in the register, or its body's own reference.
    organisation
        The body, where a reference alone could be of several.
    status
        The register's word; replaces that of the list.
    since
        Day from which the status holds (a TOML date: 2025-04-01).
    next_step
        What happens next, in words.
    planning
        What planning says of the building, in words: a listing, a conservation area, a use class.
    secure_for
        Classes of work that the building is secure for: custody, safeguarding, restricted records; ``["all"]`` for
        every class, ``[]`` for none whatever the list says.
    """

    asset: Text
    organisation: str = ""
    status: Status | None = None
    since: Date | None = None
    next_step: str = ""
    planning: str = ""
    secure_for: tuple[Text, ...] | None = None
