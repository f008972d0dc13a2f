"""The words of lists and the register's own."""

from __future__ import annotations

import pandas as pd
import pytest

from estate.words import file_use_of, not_a_property, recognise, recognise_uses, use_of, uses

CONTRACT_USES = {
    "office", "library", "fire station", "police station", "clinic", "hospital", "general practice",
    "children and family centre", "job centre", "court", "leisure centre", "community centre", "depot",
    "ambulance station", "school", "house", "car park", "land", "other",
}  # fmt: skip


def test_the_uses_are_the_registers() -> None:
    """Everything else in the house speaks of these nineteen."""
    assert set(uses()) == CONTRACT_USES


@pytest.mark.parametrize(
    ("text", "use"),
    [("Glossop Fire Station", "fire station"), ("Buxton Fire & Rescue Centre", "fire station"),
     ("Fire Service Houses - Glossop", "house"), ("Service HQ", "office"), ("Altrincham Town Hall", "office"),
     ("Partington Children's Centre", "children and family centre"), ("Jobcentre Plus", "job centre"),
     ("Magistrates' Court", "court"), ("Tamworth Court", ""), ("Sale Leisure Centre", "leisure centre"),
     ("Land rear of the library", "land"), ("Site of 1/25 The Avenue", "land"), ("Bath Parade Car Park", "car park"),
     ("Newark Ambulance Station", "ambulance station"), ("Davyhulme Medical Centre", "general practice"),
     ("Timperley Health Centre", "clinic"), ("Village Hall", "community centre"), ("Navigation School", "school"),
     ("School Road", ""), ("Hale Library Site", "land"), ("Former Lostock Library", ""),
     ("Scouts - Former Lostock Library", "community centre"),
     ("Imperial Gardens Public Conveniences", "other"), ("Marlborough Allotments (Community Building)", "land"),
     ("Artichoke Lane", ""), ("Sociable Housing", "")],
)  # fmt: skip
def test_use_is_recognised_by_whole_words(text: str, use: str) -> None:
    """Words inside words do not count."""
    assert use_of(text) == use


def test_codes_count_only_as_a_whole_cell() -> None:
    """'LAL' is a local authority library in a use column and nothing in a name."""
    assert recognise_uses(pd.Series(["LAL", "HQ"]), whole=True).tolist() == ["library", "office"]
    assert use_of("Lal Lane") == ""


def test_file_names_promise_a_use() -> None:
    """A list of libraries rarely says in each row that it is one."""
    assert file_use_of("libraries_derby_city") == "library"
    assert file_use_of("police_stations_england") == "police station"
    assert file_use_of("nhs_choices_2014_GPPractices") == "general practice"
    assert file_use_of("trafford_land_and_building_assets") == ""


@pytest.mark.parametrize(
    ("cell", "tenure"),
    [("Freehold", "freehold"), ("F/H", "freehold"), ("Owned", "freehold"), ("Leasehold In", "leasehold"),
     ("LH", "leasehold"), ("Licence to occupy", "licence"), ("PFI (leasehold)", "PFI"), ("Undocumented", "")],
)  # fmt: skip
def test_tenures(cell: str, tenure: str) -> None:
    """Every list has its own words for the same four things."""
    assert recognise(pd.Series([cell]), "tenure")[0] == tenure


def test_how_a_fire_station_is_crewed_is_no_status_to_ask_about() -> None:
    """W (wholetime), RDS (retained) and DS (day staffed) stand in the status column of a fire service's own list."""
    assert recognise(pd.Series(["W", "RDS", "DS", "W - for sale"]), "status").tolist() == [*["in use"] * 3, "surplus"]


def test_holding_condition_and_status() -> None:
    """Original words go to the register's."""
    assert recognise(pd.Series(["Land/Buildings", "Building", "Land"]), "holding").tolist() == [
        "land and buildings", "buildings", "land",
    ]  # fmt: skip
    assert recognise(pd.Series(["B - Satisfactory", "Poor", "D", "1"]), "condition").tolist() == ["B", "C", "D", "A"]
    assert recognise(pd.Series(["Vacant", "Occupied by Local Authority", "Sold"]), "status").tolist() == [
        "vacant", "in use", "sold",
    ]  # fmt: skip


def test_what_is_no_property() -> None:
    """Registers carry rent charges, regalia, vans and sums."""
    cells = pd.Series(
        ["Sale of a Rent Charge of £62", "Civic regalia", "Mobile Library 3", "TOTAL", "Total Gym", "Library"]
    )
    assert not_a_property(cells).ne("").tolist() == [True, True, True, True, False, False]


@pytest.mark.parametrize(
    ("name", "building", "use"),
    [
        ("Denzell Gardens, House semi derelict", True, "house"),
        ("Gorse Hill Centre PRU - (Incorporated in Gorse Hill Youth Centre)", True, "school"),
        ("Sale West Development Centre (Integrated with Manor High School)", False, ""),
        ("Humphrey Park, Centre", True, ""),
        ("William Wroe Golf Course", False, "leisure centre"),
        ("Kingsway Park", True, ""),
        ("Longford Park Library", True, "library"),
        ("Civic Amenity Site", False, "depot"),
        ("Town Hall (Register Office)", False, "office"),
        ("Delamere Toy and Tape Library", False, "other"),
    ],
)
def test_surroundings_and_neighbours_are_no_use(name: str, use: str, *, building: bool) -> None:
    """A building in a park is no park, and what it is joined to is not what it is."""
    assert use_of(name, building=building) == use
