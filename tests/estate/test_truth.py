"""The reader against the truth: what people found who read the real lists themselves, row by row.

``truth/columns.tsv`` says which field a heading means ("-": none; "a|b": either), ``truth/rows.tsv`` what single rows
are, ``truth/places.tsv`` how many rows of a list carry a usable place. All three were made from the raw files and by
judgement, never from what the reader said. An empty cell claims nothing, "none" claims that nothing may stand there. A
use is claimed only where it is beyond dispute; rows marked as drawn at random keep the choice honest.

The word in the column ``outcome`` is what should become of the row: "accepted", "swapped" (read the other way round and
asked about), "asked" (accepted or set aside, but someone must be asked), "wrong_place" (the same, and the true point
stands beside it), or the reason for setting it aside.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from estate.intake import AssetList, ListSettings, read_asset_list

pytestmark = pytest.mark.real

TRUTH = Path(__file__).parent / "truth"
Row = dict[str, str]
RULES = {"no_place": "no_place", "repeated": "repeated_row", "not_a_property": "not_a_property"}
OF_PLACE = {"no_place", "far_from_postcode", "far_from_area", "outside_place", "outside_britain"}
METRES = 100.0

FIRE = "derbyshire/assets/fire_rescue_land_and_assets_2016.xlsx"
STATIONS = "derbyshire/assets/home_office_fire_stations_england.ods"
TRAFFORD = "trafford/trafford_land_and_building_assets.csv"
CHELTENHAM = "registers/cheltenham_2021.csv"
POLICE = "registers/police_stations_england.tsv"
OWN_LISTS = {FIRE: "derbyshire", TRAFFORD: "trafford"}  # lists of one body, checked against the outline of their place
BY_POSTCODE = {"derbyshire/assets/libraries_derby_city.csv", "derbyshire/assets/libraries_derbyshire_county.csv"}


def truth(name: str) -> list[Row]:
    """Return the rows of a table of the truth."""
    with (TRUTH / f"{name}.tsv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))


COLUMNS, ROWS, PLACES = truth("columns"), truth("rows"), truth("places")
LISTS = sorted({row["file"] for row in PLACES})


@dataclass(frozen=True)
class Reading:
    """One list as read, its rows found by number."""

    accepted: pd.DataFrame
    aside: pd.DataFrame
    asked: dict[int, set[str]]
    of: AssetList

    def rule(self, row: int) -> str:
        """Return why the row was set aside, or ""."""
        return str(self.aside["rule"].get(row, ""))


@pytest.fixture(scope="module")
def readings(real_data: Path, derbyshire: dict[str, object], trafford: dict[str, object]) -> dict[str, Reading]:
    """Return all lists, read once without any setting; those of one place with what that place knows."""
    places = {"derbyshire": derbyshire, "trafford": trafford}
    found = {}
    for name in LISTS:
        about = dict(places[OWN_LISTS[name]]) if name in OWN_LISTS else {}
        if name in BY_POSTCODE:
            about["postcodes"] = derbyshire["postcodes"]
        one = read_asset_list(ListSettings(real_data / name), **about)  # type: ignore[arg-type]
        asked: dict[int, set[str]] = {}
        for fault in one.faults:
            if fault.row is not None and fault.severity != "note":
                asked.setdefault(fault.row, set()).add(fault.rule)
        accepted = pd.DataFrame(one.accepted).reset_index().set_index("source_row")
        found[name] = Reading(accepted, one.set_aside.set_index("source_row"), asked, one)
    return found


def said(value: object) -> str:
    """Return a cell of the register as the truth writes it."""
    return "" if pd.isna(value) else " ".join(str(value).split()).strip(" ,;.")  # type: ignore[call-overload]


def rows_of(readings: dict[str, Reading], column: str) -> list[tuple[Row, pd.Series]]:
    """Return the rows of truth that claim something of a column and are accepted, with what was read."""
    claimed = [row for row in ROWS if row[column]]
    return [
        (row, readings[row["file"]].accepted.loc[int(row["row"])])
        for row in claimed
        if int(row["row"]) in readings[row["file"]].accepted.index
    ]


def test_truth_is_large_enough() -> None:
    """More than 700 rows of every list that has rows, and more than 560 judged uses."""
    assert len(ROWS) > 700
    assert {row["file"] for row in ROWS} == {row["file"] for row in PLACES if row["rows"] != "0"}
    assert sum(row["use"] != "" for row in ROWS) > 560


@pytest.mark.parametrize("name", LISTS)
def test_columns_are_taken_for_what_they_are(readings: dict[str, Reading], name: str) -> None:
    """All of them; and a heading that no one has judged is not used."""
    meant = {row["heading"]: row["field"].split("|") for row in COLUMNS if row["file"] == name}
    taken = {match.column: match.field or "-" for match in readings[name].of.mapping}
    assert set(meant) <= set(taken)
    wrong = {
        heading: (field, meant.get(heading)) for heading, field in taken.items() if field not in meant.get(heading, "-")
    }
    assert wrong == {}


@pytest.mark.parametrize("name", LISTS)
def test_rows_with_a_place_are_placed_without_any_setting(readings: dict[str, Reading], name: str) -> None:
    """At least 95 in a hundred; and the reader saw as many rows as the file has."""
    counted = next(row for row in PLACES if row["file"] == name)
    one = readings[name]
    unplaced = one.aside["rule"].isin(OF_PLACE).sum()
    assert one.of.rows_in == int(counted["rows"])
    assert one.of.rows_in - unplaced >= 0.95 * int(counted["places"])


def test_points_are_right(readings: dict[str, Reading]) -> None:
    """To 100 m, for every row that is accepted and not known to be wrong."""
    off = [
        (row["file"], row["row"], round(metres))
        for row, read in rows_of(readings, "easting")
        if row["outcome"] != "wrong_place"
        and not (metres := np.hypot(read.geometry.x - float(row["easting"]), read.geometry.y - float(row["northing"])))
        <= METRES
    ]
    assert off == []


def test_uses_are_right(readings: dict[str, Reading]) -> None:
    """For at least 98 in a hundred of all rows whose use is beyond dispute."""
    pairs = rows_of(readings, "use")
    wrong = [
        (row["file"], row["row"], read["use"], row["use"])
        for row, read in pairs
        if read["use"] not in row["use"].split("|")
    ]
    assert len(wrong) <= 0.02 * len(pairs), wrong


@pytest.mark.parametrize("column", ["name", "postcode", "tenure", "reference", "uprn", "status"])
def test_words_are_right(readings: dict[str, Reading], column: str) -> None:
    """Names, postcodes, tenures, references and UPRNs are those of the cells, or rightly missing."""
    wrong = [
        (row["file"], row["row"], said(read[column]), row[column])
        for row, read in rows_of(readings, column)
        if said(read[column]) != said(row[column].removeprefix("none") if row[column] == "none" else row[column])
    ]
    assert wrong == []


@pytest.mark.parametrize("column", ["gia_m2", "site_area_m2"])
def test_areas_are_right(readings: dict[str, Reading], column: str) -> None:
    """In square metres, hectares and decimal commas reckoned, missing where the cell says nothing."""
    for row, read in rows_of(readings, column):
        expected = np.nan if row[column] == "none" else float(row[column])
        assert read[column] == pytest.approx(expected, abs=1.0, nan_ok=True), (row["file"], row["row"])


def test_rows_become_what_they_should(readings: dict[str, Reading]) -> None:
    """Buildings are accepted; repeats, rent charges, vans and rows without a place are set aside for that reason."""
    wrong = []
    for row in ROWS:
        one, number = readings[row["file"]], int(row["row"])
        rule, asked = one.rule(number), number in one.asked
        fits = {
            "accepted": number in one.accepted.index,
            "swapped": number in one.accepted.index and "swapped_coordinates" in one.asked.get(number, ()),
            "asked": asked,
            "wrong_place": asked and (rule in OF_PLACE or number in one.accepted.index),
        }
        outcomes = row["outcome"].split("|")
        if not any(fits[outcome] if outcome in fits else rule == RULES[outcome] for outcome in outcomes):
            wrong.append((row["file"], number, row["outcome"], rule or "accepted"))
    assert wrong == []


# ------------------------------------------------------------------------------------------------ the faults we know of


def test_slips_of_the_keyboard_are_put_right_in_the_proposal(readings: dict[str, Reading]) -> None:
    """Two Derbyshire stations to the metre; Fowey, whose lost digit no one can know, to 500 m."""
    near = {(FIRE, 17): 0.5, (FIRE, 33): 0.5, (STATIONS, 148): 500.0, (STATIONS, 521): 0.5}
    for (name, number), metres in near.items():
        row = next(row for row in ROWS if (row["file"], row["row"]) == (name, str(number)))
        remedy = str(readings[name].aside["remedy"][number])
        east, north = map(float, re.findall(r"\d+", remedy)[:2])
        assert np.hypot(east - float(row["easting"]), north - float(row["northing"])) <= metres, remedy


def test_assets_outside_the_place_raise_no_alarm(readings: dict[str, Reading]) -> None:
    """Two assets of Trafford lie in Warrington and Wigan: kept, and asked about once; nothing else is set aside."""
    one = readings[TRAFFORD]
    assert [number for number, rules in one.asked.items() if "outside_place" in rules] == [123, 124]
    assert {123, 124} <= set(one.accepted.index)
    assert set(one.aside["rule"]) == {"no_place", "not_a_property"}


def test_sentences_for_coordinates_are_found(readings: dict[str, Reading]) -> None:
    """West Sussex wrote where to look instead of where its 25 stations are."""
    aside = readings[STATIONS].aside
    told = aside[aside["rule"].eq("no_place")]
    assert told.index.tolist() == list(range(1042, 1067))
    assert told["reason"].str.contains("Not available here").all()


def test_rounded_uprns_name_nothing(readings: dict[str, Reading]) -> None:
    """A spreadsheet made 100121000000 of two UPRNs: neither is used, and the one on the map is asked about."""
    one = readings[CHELTENHAM]
    assert "100121000000" not in set(one.accepted["uprn"].dropna())
    assert "uprn_rounded" in one.asked[328]
    assert one.rule(428) == "no_place"


def test_postcodes_with_line_breaks_are_read(readings: dict[str, Reading]) -> None:
    """Nearly every postcode of Cheltenham ends with one."""
    assert "not_a_postcode" not in {fault.rule for fault in readings[CHELTENHAM].of.faults}


def test_police_stations_stand_once(readings: dict[str, Reading], real_data: Path) -> None:
    """The list has a row for every neighbourhood: of those on the map, each station stays once for its address."""
    raw = pd.read_csv(real_data / POLICE, sep="\t", dtype="str", keep_default_na=False, quoting=csv.QUOTE_NONE)
    placed = raw[raw["latitude"].ne("")]
    keys = ["force_id", "station_name", "postcode", "address"]
    plain = placed[keys].apply(lambda text: text.str.lower().str.replace(r"[^0-9a-z]+", "", regex=True))
    assert abs(int(plain.duplicated().sum()) - int(readings[POLICE].aside["rule"].eq("repeated_row").sum())) <= 10
    stations = readings[POLICE].accepted
    assert not stations.duplicated(["organisation", "name", "postcode", "address"]).any()


def test_repeated_trusts_stand_once(readings: dict[str, Reading]) -> None:
    """The NHS lists repeat a site for each of its telephone numbers: codes are unique afterwards."""
    for kind, repeats in (("Clinics", 129), ("Hospital", 1_157)):
        one = readings[f"derbyshire/assets/nhs_choices_2014_{kind}.csv"]
        assert one.accepted["reference"].is_unique
        assert one.aside["rule"].eq("repeated_row").sum() == repeats
