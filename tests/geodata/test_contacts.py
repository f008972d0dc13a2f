"""Contacts are placed, counted and accounted for; what is wrong with a list is said in one sentence."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from geodata.contacts import read_contacts
from geodata.errors import DataError, SchemaError
from geodata.place_people import ContactSource
from geodata.whereabouts import Gazetteer, areas_at, gazetteer_of

HEAD = "Post code,OA code,Easting,Northing,Service,Channel,Kind,Date\r\n"


@pytest.fixture
def gazetteer(town_areas: gpd.GeoDataFrame) -> Gazetteer:
    """Return the town with one postcode in T01, one in T12 and one outside."""
    postcodes = pd.DataFrame(
        {"easting": [400_500.0, 403_500.0, 500_000.0], "northing": [300_500.0, 302_500.0, 300_000.0]},
        index=pd.Index(["DE1 0AA", "DE1 0AB", "DE1 0AD"], name="postcode"),
    )
    return gazetteer_of(town_areas, postcodes)


def contacts(tmp_path: Path, *rows: str, head: str = HEAD) -> Path:
    path = tmp_path / "contacts.csv"
    path.write_text(head + "\r\n".join(rows) + "\r\n", encoding="utf-8")
    return path


def test_rows_are_placed_by_area_postcode_or_coordinates(tmp_path: Path, gazetteer: Gazetteer) -> None:
    """Any spelling of a postcode; the area code goes first, coordinates last."""
    path = contacts(
        tmp_path,
        "de10aa,,,,library,web,use,2025-04-01",
        " DE1 OAB ,,,,Library,web,Complaint,01/05/2025",
        ",t05,,,library,,use,",
        'DE1 0AA,T03,,,library,web,use,"2025-04-01 10:30"',
        'nonsense,,"401,500","300,500",library,web,use,2025-04-01',
    )
    found = read_contacts(path, gazetteer)
    assert found.counts.groupby("oa_code")["contacts"].sum().to_dict() == {
        "T01": 1,
        "T02": 1,
        "T03": 1,
        "T05": 1,
        "T12": 1,
    }
    assert found.services == ("library",)
    assert set(found.channels) == {"web", "not said"}
    assert found.counts.loc[found.counts["oa_code"] == "T12", "kind"].tolist() == ["complaint"]
    assert (found.rows_in, found.contacts_in, found.placed, found.not_used) == (5, 5, 5, {})


def test_what_cannot_be_placed_is_counted_by_reason(tmp_path: Path, gazetteer: Gazetteer) -> None:
    """Contacts in = counted + not."""
    path = contacts(
        tmp_path,
        "DE1 0AA,,,,a,,,", ",,,,a,,,", "DE1,,,,a,,,", "garbage,,,,a,,,", "DE9 9ZZ,,,,a,,,", "DE1 0AD,,,,a,,,",
        ",X99,,,a,,,", ",,52.9,-1.4,a,,,", ",,450000,300500,a,,,",
    )  # fmt: skip
    found = read_contacts(path, gazetteer)
    assert found.placed == 1
    assert sum(found.not_used.values()) == 8
    assert len(found.not_used) == 8
    text = " ".join(found.not_used)
    for words in ("first half", "not a postcode", "not in the look-up", "outside the areas", "not among the areas",
                  "not eastings", "no postcode"):  # fmt: skip
        assert words in text


def test_counts_periods_and_services_are_obeyed(tmp_path: Path, gazetteer: Gazetteer) -> None:
    """A table of counts; a year; two services of three."""
    head = "area,service,n,date\r\n"
    rows = (
        "T01,a,10,2025-04-01",
        "T01,b,5,2024-04-01",
        "T02,c,7,2025-05-01",
        "T02,a,2,soon",
        'T03,A,"1,000",2025-06-30',
    )
    choice = ContactSource(file="x", services=("a", "b"), after=date(2025, 1, 1))
    found = read_contacts(contacts(tmp_path, *rows, head=head), gazetteer, choice=choice)
    assert found.counts["contacts"].sum() == 1010
    assert found.contacts_in == 1024
    assert found.not_used == {
        "a service not asked for": 7,
        "outside the period asked for": 5,
        "a date that cannot be read": 2,
    }


def test_a_complaint_is_what_the_place_calls_one(tmp_path: Path, gazetteer: Gazetteer) -> None:
    """Some say grievance."""
    path = contacts(tmp_path, "DE1 0AA,,,,a,,grievance,", "DE1 0AA,,,,a,,Complaint,")
    kinds = read_contacts(path, gazetteer, choice=ContactSource(file="x", complaints=("Grievance",))).counts
    assert kinds.set_index("kind")["contacts"].to_dict() == {"use": 1, "complaint": 1}


REFUSED = {
    "no column of places": (
        "Name,Service\r\nAnn,a\r\n",
        {},
        "no column says where a customer lives. It has Name, Service",
    ),
    "a negative count": ("area,count\r\nT01,-3\r\n", {}, "'count': a count of contacts is negative: '-3' in row 2"),
    "a broken count": ("area,count\r\nT01,many\r\n", {}, "not a whole number: 'many' in row 2"),
    "an unknown service": ("area,service\r\nT01,library\r\n", {"services": ("libary",)}, "Did you mean 'library'"),
    "an unknown column": ("area,x\r\nT01,1\r\n", {"columns": {"service": "Servce"}}, "no column 'Servce'"),
    "an unknown field": ("area,x\r\nT01,1\r\n", {"columns": {"servise": "x"}}, "Did you mean 'service'"),
    "no dates": ("area\r\nT01\r\n", {"after": date(2025, 1, 1)}, "no column holds dates"),
    "dates that are none": ("area,date\r\nT01,soon\r\n", {"after": date(2025, 1, 1)}, "no date can be read"),
    "nothing placed": ("area\r\nE01\r\n", {}, "none of its 1 rows can be used"),
    "no rows": ("area,service\r\n", {}, "has no rows below its headings"),
}


@pytest.mark.parametrize("fault", REFUSED)
def test_a_faulty_list_is_refused_in_one_sentence(fault: str, tmp_path: Path, gazetteer: Gazetteer) -> None:
    """The sentence names the file, what is wrong and what to do."""
    text, choice, sentence = REFUSED[fault]
    path = tmp_path / "contacts.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises((DataError, SchemaError, OSError)) as error:
        read_contacts(path, gazetteer, choice=ContactSource(file="x", **choice))
    assert sentence in str(error.value)
    assert "contacts.csv" in str(error.value)


def test_postcodes_without_a_table_of_postcodes_are_refused(tmp_path: Path, town_areas: gpd.GeoDataFrame) -> None:
    """The remedy is named."""
    with pytest.raises(SchemaError, match=r"there is no table of postcodes.*\[postcodes\]"):
        read_contacts(contacts(tmp_path, "DE1 0AA,a", head="postcode,service\r\n"), gazetteer_of(town_areas))


def test_a_period_that_ends_before_it_begins_is_refused() -> None:
    """Told when place.toml is read."""
    with pytest.raises(ValueError, match="later than"):
        ContactSource(file="x", after=date(2026, 1, 1), before=date(2025, 1, 1))


def test_a_point_on_a_border_is_in_the_first_area_in_code_order(town_areas: gpd.GeoDataFrame) -> None:
    """The order of the areas does not matter."""
    x, y = pd.Series([401_000.0]).to_numpy(), pd.Series([301_000.0]).to_numpy()
    for areas in (town_areas, town_areas.iloc[::-1]):
        assert areas_at(x, y, areas.geometry).tolist() == ["T01"]
