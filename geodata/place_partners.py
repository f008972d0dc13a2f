"""``[partners]`` of a ``place.toml``: how bodies share what they save together."""

from __future__ import annotations

from pydantic import Field

from geodata.section import Section, Share, Text


class PartnerChoice(Section):
    """``[partners]``: rule of sharing, agreed shares and level of joint working.

    Parameters
    ----------
    share
        Rule: own, space, staff, standalone, agreed, shapley or nucleolus.
    agreed
        Share of each body, adding up to 1, for the rule "agreed".
    level
        Level of joint working: cooperation, coordination, collaboration or co-ownership.
    """

    share: Text = "staff"
    agreed: dict[str, Share] = Field(default_factory=dict)
    level: Text = "collaboration"
