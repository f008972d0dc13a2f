"""Districts by name: how people write them, and what they are told where there is none."""

from __future__ import annotations

import pytest

from geodata.catalogue import read_catalogue
from geodata.districts import find_districts, read_districts
from geodata.errors import DataError
from geodata.new_place import place_text


def names(*words: str, vintage: int = 2021) -> list[str]:
    """Return the names of the districts found."""
    return [one.name for one in find_districts(words, vintage=vintage)]


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("amber valley", "Amber Valley"),
        ("E07000032", "Amber Valley"),
        ("Hull", "Kingston upon Hull, City of"),
        ("Bristol City Council", "Bristol, City of"),
        ("kings lynn & west norfolk", "King's Lynn and West Norfolk"),
        ("St Helens", "St. Helens"),
        ("E07000100", "St Albans"),
    ],
)  # fmt: skip
def test_a_district_is_found_as_people_write_it(word: str, name: str) -> None:
    """Case, commas, "Council" and older codes do not matter."""
    assert names(word) == [name]


def test_a_county_stands_for_its_districts_and_a_new_authority_for_its_parts() -> None:
    """Nobody should have to list eight districts, or to know what Cumberland was at the census."""
    assert len(names("Derbyshire")) == 8
    assert names("Derbyshire", "Derby", "Bolsover")[0] == "Derby"
    assert names("Cumberland") == ["Allerdale", "Carlisle", "Copeland"]
    assert len(names("Buckinghamshire", vintage=2011)) == 4
    assert names("Buckinghamshire") == ["Buckinghamshire"]
    assert names("West Northamptonshire", vintage=2011) == ["Daventry", "Northampton", "South Northamptonshire"]
    assert len(names("London")) == 33


@pytest.mark.parametrize(
    ("word", "vintage", "sentence"),
    [
        ("Derbyshire Dale", 2021, r"no district of the 2021 Census\. Did you mean 'Derbyshire Dales'"),
        ("Corby", 2021, r"is a district of the 2011 Census, not of the 2021 Census\. Use --vintage 2011"),
        ("S12000005", 2021, "Scotland or Northern Ireland"),
        ("xyzzy", 2021, r"'xyzzy' is no district of the 2021 Census\. Give names or codes"),
    ],
)  # fmt: skip
def test_what_is_no_district_is_told_with_the_nearest(word: str, vintage: int, sentence: str) -> None:
    """Each word says what to do instead."""
    with pytest.raises(DataError, match=sentence):
        names(word, vintage=vintage)


def test_all_unknown_words_are_told_at_once() -> None:
    """Nobody wants to mend a list one run at a time."""
    with pytest.raises(DataError) as caught:
        names("Amber Vally", "Derby", "Erewosh")
    assert [fault.value for fault in caught.value.faults] == ["Amber Vally", "Erewosh"]


def test_the_list_is_complete_and_codes_are_unique() -> None:
    """348 districts counted in 2011 and 331 in 2021, with 22 in Wales each time."""
    for vintage, number in ((2011, 348), (2021, 331)):
        districts = read_districts(vintage)
        assert len({one.code for one in districts}) == number
        assert len({one.name for one in districts}) == number
        assert sum(one.code.startswith("W") for one in districts) == 22


def test_hostile_names_stay_texts_in_the_place_file() -> None:
    """A name with quotation marks or line breaks must not become a setting."""
    import tomllib  # noqa: PLC0415

    text = place_text(
        find_districts(["Derby"], vintage=2021),
        vintage=2021,
        catalogue=read_catalogue(),
        name='Der"by\n[assets]\nx = 1',
    )
    place = tomllib.loads(text)
    assert place["place"]["name"] == 'Der"by [assets] x = 1'
    assert "assets" not in place


def test_a_place_that_is_a_county_is_called_by_it() -> None:
    """Nobody says 'Amber Valley, Bolsover and 6 more districts'; a part of a county is its districts."""

    def named(*words: str) -> str:
        text = place_text(find_districts(words, vintage=2021), vintage=2021, catalogue=read_catalogue())
        return next(line for line in text.splitlines() if line.startswith("name = "))

    assert named("Derbyshire") == 'name = "Derbyshire"'
    assert named("Derbyshire", "Derby") == 'name = "Derby and Derbyshire"'
    assert named("Erewash", "High Peak") == 'name = "Erewash and High Peak"'
    assert named("London").count("London") == 1
