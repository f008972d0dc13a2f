"""Colours stay apart for every reader, and shapes say the same as colours."""

from __future__ import annotations

import pytest

from maps.style import (
    COLOUR_VISION,
    FAMILIES,
    GROUP_COLOURS,
    contrast,
    distance,
    family_of,
    group_colours,
    nearest_pair,
    shades,
)

USES = ["office", "library", "fire station", "police station", "clinic", "hospital", "general practice",
        "children and family centre", "job centre", "court", "leisure centre", "community centre", "depot",
        "ambulance station", "school", "house", "car park", "land", "other"]  # fmt: skip


@pytest.mark.parametrize("vision", [None, *COLOUR_VISION])
def test_four_groups_stay_apart_for_every_reader(vision: str | None) -> None:
    """Four super segments are what a place has; 20 is clearly apart side by side, 2.3 is just noticeable."""
    assert nearest_pair(group_colours(4), vision=vision) > 20


@pytest.mark.parametrize("vision", [None, *COLOUR_VISION])
def test_shades_of_a_group_can_be_told(vision: str | None) -> None:
    """Five parts of one group are told by lightness, which no colour vision takes away."""
    for colour in GROUP_COLOURS[:4]:
        assert nearest_pair(shades(colour, 5), vision=vision) > 6


def test_simulation_confuses_what_it_should() -> None:
    """Red and green of one lightness fall together without green cones; else the tests above would prove nothing."""
    assert distance("#b58a00", "#7fa000") > 2 * distance("#b58a00", "#7fa000", vision="deuteranopia")


def test_signs_stand_out_from_their_halo() -> None:
    """WCAG asks 3 to 1 of graphics; every sign has a white edge, so its surroundings do not matter."""
    assert min(contrast(family.colour, "#ffffff") for family in FAMILIES) > 4.5


def test_every_use_has_one_family_and_every_family_one_shape() -> None:
    """A building is told by its shape even in black and white."""
    listed = [use for family in FAMILIES for use in family.uses]
    assert sorted(listed) == sorted(USES)
    assert len({family.shape for family in FAMILIES}) == len(FAMILIES)
    assert FAMILIES[family_of("a word nobody knows")].name == "Other property"


def test_more_groups_than_colours_are_refused() -> None:
    """A thirteenth colour could not be told from the others."""
    with pytest.raises(ValueError, match="can tell 12 groups apart, not 13"):
        group_colours(13)
