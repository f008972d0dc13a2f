"""Reading a body's list: every row accounted for, on made-up and on real lists."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry.base import BaseGeometry

from estate.intake import ASSET_COLUMNS, SET_ASIDE_COLUMNS, AssetList, ListSettings, read_asset_list
from estate.position import PostcodeTable
from geodata.errors import DataError, SourceError
from geodata.schema import check_assets
from tests.estate.conftest import ReadList, WriteList

HEADER = ["Asset code", "Name", "Post code", "Easting", "Northing", "Use", "Tenure", "GIA", "NIA"]
HALL = ["A1", "Town Hall", "WS1 0AA", 400_050, 300_050, "Office", "Freehold", 1200, 1000]
LIBRARY = ["A2", "Central Library", "WS1 1AB", 400_150, 300_050, "Library", "Leasehold", 300, ""]


def accounted(one: AssetList) -> AssetList:
    """Return the list after checking that no row is lost and that the tables have their shape."""
    assert one.rows_in == len(one.accepted) + len(one.set_aside)
    assert list(one.set_aside.columns) == list(SET_ASIDE_COLUMNS)
    assert set(ASSET_COLUMNS) <= set(one.accepted.columns)
    check_assets(one.accepted)
    assert one.set_aside.reason.ne("").all()
    assert one.set_aside.remedy.ne("").all()
    return one


def rules(one: AssetList) -> dict[int, str]:
    """Return row -> rule of the rows set aside."""
    return dict(zip(one.set_aside.source_row, one.set_aside.rule, strict=True))


# ------------------------------------------------------------------------------------------------------ made-up lists


def test_a_clean_list_is_taken_over_whole(read_list: ReadList, town_postcodes: PostcodeTable) -> None:
    """Recorded numbers are labelled, words translated, the original kept, the identifier is the body's own."""
    one = accounted(read_list([HEADER, HALL, LIBRARY], organisation="Smalltown Council", postcodes=town_postcodes))
    hall = one.accepted.loc["smalltown-council/A1"]
    assert (hall.organisation, hall["name"]) == ("Smalltown Council", "Town Hall")
    assert (hall.use, hall.tenure) == ("office", "freehold")
    assert (hall.gia_m2, hall.nia_m2, hall.gia_m2_from, hall.desks_from) == (1200, 1000, "recorded", "")
    assert (hall.geometry.x, hall.geometry.y, hall.placed_by) == (400_050, 300_050, "coordinates")
    assert (hall.source_file, hall.source_sheet, hall.source_row) == ("assets.csv", "", 2)
    library = one.accepted.loc["smalltown-council/A2"]
    assert (library.services, library.public_facing, library.nia_m2_from) == ("library", True, "")
    assert one.faults == ()


def test_each_fault_sets_aside_its_row_and_no_other(
    read_list: ReadList, town_postcodes: PostcodeTable, town_extent: BaseGeometry
) -> None:
    """Far from its postcode, without any place, listed twice, no property, a sum: five rows, five reasons."""
    rows = [
        HEADER, HALL, LIBRARY,
        ["A3", "Depot", "WS1 2AA", 400_250, 390_000, "Depot", "Freehold", 500, ""],
        ["A4", "Clinic", "", "", "", "Clinic", "Freehold", 500, ""],
        LIBRARY,
        ["A5", "Mayor's chain and civic regalia", "WS1 0AA", 400_050, 300_050, "", "", "", ""],
        ["", "Total", "", "", "", "", "", 2500, ""],
    ]  # fmt: skip
    about = {"postcodes": town_postcodes, "place_extent": town_extent, "place_name": "Smalltown"}
    one = accounted(read_list(rows, organisation="X", **about))
    reasons = ["far_from_postcode", "no_place", "repeated_row", "not_a_property", "not_a_property"]
    assert rules(one) == dict(zip(range(4, 9), reasons, strict=True))
    assert len(one.accepted) == 2
    assert one.set_aside.cells[0] == (
        "Asset code: A3 | Name: Depot | Post code: WS1 2AA | Easting: 400250 | Northing: 390000 | Use: Depot | "
        "Tenure: Freehold | GIA: 500"
    )


def test_sentence_names_file_row_column_value_and_remedy(read_list: ReadList, town_postcodes: PostcodeTable) -> None:
    """What a partner is sent back can be acted on."""
    swapped = ["A1", "Town Hall", "WS1 0AA", 300_050, 400_050, "Office", "", "", ""]
    one = read_list([HEADER, swapped], postcodes=town_postcodes)
    fault = next(fault for fault in one.faults if fault.severity == "set_aside")
    assert (fault.row, fault.column, fault.value) == (2, "Easting, Northing", "300050, 400050")
    assert fault.sentence().endswith(
        "assets.csv, row 2, column 'Easting, Northing': The point '300050, 400050' lies 141.4 km from its postcode "
        "WS1 0AA. Probably 400050,300050 (easting and northing exchanged; 0.0 km from the postcode). Correct the list "
        "if so."
    )


def test_missing_coordinates_are_filled_from_the_postcode(read_list: ReadList, town_postcodes: PostcodeTable) -> None:
    """And labelled, since the middle of a postcode is not the door."""
    one = accounted(read_list([["Name", "Postcode"], ["Library", "WS1 1AB"]], postcodes=town_postcodes))
    assert one.accepted.placed_by.tolist() == ["postcode"]
    assert one.accepted.geometry.x.tolist() == [400_150.0]


@pytest.mark.parametrize(
    ("postcode", "with_table", "reason"),
    [
        ("WS1 1AB", False, "its postcode WS1 1AB cannot be looked up: no table of postcodes is given."),
        ("WS7 1AB", True, "its postcode WS7 1AB is not in the table of postcodes."),
        ("WS1", True, "'WS1' is only the first part of a postcode."),
        ("", True, "there is no postcode."),
    ],
)
def test_rows_without_a_place_say_what_is_missing(
    read_list: ReadList, town_postcodes: PostcodeTable, postcode: str, *, with_table: bool, reason: str
) -> None:
    """Each lack has its own sentence."""
    rows = [["Name", "Postcode"], ["Library", postcode], ["Clinic", "WS1 0AA"]]
    one = accounted(read_list(rows, postcodes=town_postcodes if with_table else None))
    assert one.set_aside.reason[0] == f"The row has no coordinates, and {reason}"


def test_sentences_for_coordinates_are_quoted(read_list: ReadList) -> None:
    """One county's fire service refers to its website in every cell."""
    words = "Not here, see website"
    one = accounted(read_list([["Name", "Easting", "Northing"], ["Arundel", words, words], ["Town", 400_050, 300_050]]))
    assert one.set_aside.reason[0] == (
        "'Not here, see website, Not here, see website' cannot be used as coordinates, and there is no postcode."
    )


def test_continued_rows_take_the_name_above(read_list: ReadList) -> None:
    """Twelve houses of one site carry its name once."""
    rows = [["Site", "Address", "Postcode", "Easting", "Northing"],
            ["Fire Houses", "No 1", "WS1 0AA", 400_050, 300_050],
            ["", "No 2", "WS1 0AA", 400_060, 300_050]]  # fmt: skip
    one = accounted(read_list(rows))
    assert one.accepted["name"].tolist() == ["Fire Houses", "Fire Houses"]
    assert [fault.rule for fault in one.faults if fault.column == "Site"] == ["name_filled_down"]


def test_a_name_is_not_carried_to_another_site(read_list: ReadList) -> None:
    """A blank name elsewhere is a blank name: the address stands in."""
    rows = [["Site", "Address", "Postcode", "Easting", "Northing"],
            ["Town Hall", "1 High Street", "WS1 0AA", 400_050, 300_050],
            ["", "9 Mill Lane", "WS1 1AB", 400_150, 300_050]]  # fmt: skip
    assert read_list(rows).accepted["name"].tolist() == ["Town Hall", "9 Mill Lane"]


def test_original_words_are_kept_beside_the_registers(read_list: ReadList) -> None:
    """Nobody loses what their list said."""
    one = read_list([HEADER, ["A1", "Depot", "", 400_050, 300_050, "Highways depot", "L/H in", "", ""]])
    asset = one.accepted.iloc[0]
    assert (asset.use, asset.use_recorded, asset.tenure_recorded) == ("depot", "Highways depot", "L/H in")


def test_setting_of_the_use_fills_and_exceptions_stay(read_list: ReadList) -> None:
    """A list of fire stations still holds houses and a headquarters."""
    rows = [["Name", "Easting", "Northing"], ["Glossop", 400_050, 300_050], ["Service Houses", 400_060, 300_050],
            ["Brigade Headquarters", 400_070, 300_050], ["Manor House", 400_080, 300_050]]  # fmt: skip
    one = read_list(rows, use="fire station")
    assert one.accepted.use.tolist() == ["fire station", "house", "office", "fire station"]


def test_closed_buildings_say_so(read_list: ReadList) -> None:
    """A library with a closing year is kept, with its status."""
    header = ["Library name", "Easting", "Northing", "Year closed"]
    rows = [header, ["Old", 400_050, 300_050, 2018], ["New", 400_060, 300_050, ""]]
    assert read_list(rows).accepted.status.tolist() == ["closed", ""]


def test_unreadable_number_is_a_question_and_the_row_stays(read_list: ReadList) -> None:
    """One bad cell does not cost the building."""
    one = accounted(read_list([HEADER, [*HALL[:7], "see plan", "1,000"]]))
    assert one.accepted.gia_m2.isna().all()
    assert one.accepted.questions.tolist() == ["'see plan' is not an area."]
    assert [fault.rule for fault in one.faults if fault.severity == "question"] == ["not_a_area"]


def test_workbook_with_notes_and_two_sheets(tmp_path: Path) -> None:
    """Sheets of assets are read, each row numbered within its sheet; a sheet of notes is named and passed over."""
    path = tmp_path / "estate.xlsx"
    with pd.ExcelWriter(path) as book:
        pd.DataFrame({"Read me": ["Contact the estates team"]}).to_excel(book, sheet_name="Notes", index=False)
        for sheet, row in (("Offices", HALL), ("Libraries", LIBRARY)):
            pd.DataFrame([row], columns=HEADER).to_excel(book, sheet_name=sheet, index=False)
    one = accounted(read_asset_list(ListSettings(path, organisation="Council")))
    assert one.accepted.source_sheet.tolist() == ["Offices", "Libraries"]
    assert one.accepted.source_row.tolist() == [2, 2]
    assert [fault.sheet for fault in one.faults if fault.rule == "sheet_without_places"] == ["Notes"]
    assert len(read_asset_list(ListSettings(path, sheet="Offices")).accepted) == 1


def test_hostile_text_is_only_text(read_list: ReadList, town_postcodes: PostcodeTable) -> None:
    """Formulas, markup and template code pass through as they are."""
    evil = '=HYPERLINK("x")<script>${7*7}{{7*7}}</script>'
    row = [evil, evil, "WS1 0AA", 400_050, 300_050, evil, evil, evil, evil]
    one = accounted(read_list([HEADER, row], postcodes=town_postcodes))
    assert one.accepted["name"].tolist() == [evil]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.lists(
            st.text(st.characters(exclude_categories=("C",), exclude_characters="|;^~\u00ac"), max_size=12),
            min_size=3,
            max_size=6,
        ),
        max_size=8,
    )
)
def test_no_row_is_lost_whatever_stands_in_it(write_list: WriteList, rows: list[list[str]]) -> None:
    """Random cells give no traceback, and the account holds."""
    path = write_list([["Name", "Postcode", "Easting", "Northing", "GIA", "UPRN"], *rows])
    one = read_asset_list(ListSettings(path, organisation="X"))
    assert one.rows_in == len(one.accepted) + len(one.set_aside)


def test_same_list_twice_gives_the_same_tables(write_list: WriteList) -> None:
    """Nothing depends on chance or on the clock."""
    path = write_list([HEADER, HALL, LIBRARY])
    first, second = (read_asset_list(ListSettings(path)) for _ in range(2))
    pd.testing.assert_frame_equal(pd.DataFrame(first.accepted), pd.DataFrame(second.accepted))
    assert first.faults == second.faults


# --------------------------------------------------------------------------------------------- sentences for bad input


def test_list_without_places_names_its_headings(write_list: WriteList) -> None:
    """The user sees what was found and how to point at the right column."""
    path = write_list([["Name", "Owner", "Size"], ["Town Hall", "Council", "12"]])
    with pytest.raises(DataError) as error:
        read_asset_list(ListSettings(path))
    assert str(error.value) == (
        f"{path}: has no column with coordinates, postcodes or UPRNs, so its buildings cannot be placed. Headings "
        "found: 'Name', 'Owner', 'Size'. Add such a column, or name it in place.toml, for example "
        'columns = { postcode = "Zip" }.'
    )


def test_missing_file_is_one_sentence(tmp_path: Path) -> None:
    """The file system's own words do not reach the user."""
    with pytest.raises(SourceError, match=r"nothere\.csv"):
        read_asset_list(ListSettings(tmp_path / "nothere.csv"))


def test_missing_sheet_is_named_with_those_there_are(tmp_path: Path) -> None:
    """With the nearest name."""
    path = tmp_path / "estate.xlsx"
    pd.DataFrame([HALL], columns=HEADER).to_excel(path, sheet_name="Assets", index=False)
    with pytest.raises(DataError, match=r"there is no sheet 'Asets'\. Did you mean 'Assets'\? It has 'Assets'\."):
        read_asset_list(ListSettings(path, sheet="Asets"))


def test_unknown_use_is_refused_with_the_nearest_word() -> None:
    """A slip in place.toml is found before any file is read."""
    with pytest.raises(DataError, match=r"use 'libary' is not known\. Did you mean 'library'\? Use one of: fire"):
        ListSettings("x.csv", use="libary")


def test_header_without_rows_is_said(read_list: ReadList) -> None:
    """An empty delivery is no fault of the reader, but someone should know."""
    one = accounted(read_list([HEADER]))
    assert one.rows_in == 0
    assert [fault.message for fault in one.faults] == ["The list has a header and no rows."]


# --------------------------------------------------------------------------------------------------------- real lists

LISTS = [
    *(f"derbyshire/assets/{name}" for name in (
        "fire_rescue_land_and_assets_2016.xlsx", "home_office_fire_stations_england.ods", "libraries_derby_city.csv",
        "libraries_derbyshire_county.csv", "libraries_england_2023_enhanced.csv", "nhs_choices_2014_Clinics.csv",
        "nhs_choices_2014_GPPractices.csv", "nhs_choices_2014_Hospital.csv", "nhs_choices_2014_WIC.csv")),
    *(f"trafford/{name}" for name in (
        "trafford_land_and_building_assets.csv", "gm_libraries.csv", "gm_jobcentreplus.csv", "gm_probation_offices.csv",
        "trafford_childrens_centres.csv", "trafford_community_hubs.csv", "trafford_general_practices.csv",
        "trafford_leisure_centres.csv", "trafford_schools_and_colleges.csv", "trafford_fire_stations.geojson",
        "trafford_hospitals.geojson")),
    "registers/cheltenham_2021.csv", "registers/police_stations_england.tsv",
]  # fmt: skip


@pytest.mark.real
@pytest.mark.parametrize("name", LISTS)
def test_real_list_reads_without_settings(real_data: Path, name: str) -> None:
    """None raises, none loses a row, and rows with coordinates are placed.

    One row of a list may fail: Belfast, which is on another grid.
    """
    one = accounted(read_asset_list(ListSettings(real_data / name)))
    unplaced = one.set_aside[one.set_aside.rule.eq("no_place")].cells.str.lower()
    assert unplaced.str.contains(r"easting: \d|latitude: \d|geox: \d").sum() <= 1


@pytest.mark.real
def test_derbyshire_fire_register(real_data: Path, derbyshire: dict[str, object]) -> None:
    """Two stations lie tens of kilometres out; both corrections are proposed, neither is applied."""
    path = real_data / "derbyshire" / "assets" / "fire_rescue_land_and_assets_2016.xlsx"
    one = accounted(read_asset_list(ListSettings(path, organisation="Derbyshire Fire and Rescue"), **derbyshire))  # type: ignore[arg-type]
    assert (one.rows_in, len(one.accepted)) == (56, 54)
    assert rules(one) == {17: "far_from_postcode", 33: "far_from_postcode"}
    assert "435678,377946 (two digits exchanged in the easting" in one.set_aside.remedy[0]
    assert "401252,381327 (two digits exchanged in the northing" in one.set_aside.remedy[1]
    assert one.accepted.use.value_counts().to_dict() == {"fire station": 29, "house": 24, "office": 1}
    assert one.accepted.uprn.isna().all()
    headquarters = one.accepted.loc["derbyshire-fire-and-rescue/54000"]
    assert (headquarters.use, headquarters.site_area_m2) == ("office", 19_090.0)


@pytest.mark.real
def test_trafford_register(real_data: Path, trafford: dict[str, object]) -> None:
    """The swapped pair is found and read; the two assets that truly lie outside are kept."""
    path = real_data / "trafford" / "trafford_land_and_building_assets.csv"
    one = accounted(read_asset_list(ListSettings(path), **trafford))  # type: ignore[arg-type]
    swapped = [fault.row for fault in one.faults if fault.rule == "swapped_coordinates"]
    assert swapped == [387]
    centre = one.accepted[one.accepted["name"].eq("Davyhulme Youth Centre")].iloc[0]
    assert (round(centre.geometry.x, -2), round(centre.geometry.y, -2)) == (375_800, 395_700)
    outside = [fault for fault in one.faults if fault.rule == "outside_place"]
    assert {(fault.row, fault.severity) for fault in outside} == {(123, "question"), (124, "question")}
    assert set(one.set_aside.rule) == {"no_place", "not_a_property"}


@pytest.mark.real
def test_home_office_stations(real_data: Path) -> None:
    """Without any table of postcodes: the Cornish easting with a lost digit, and the 25 rows of sentences.

    And slips nobody had told us of: Wheathampstead in Wales and Lowestoft South in Suffolk's south are set aside; Hawes
    and Ashby stand right, with postcodes of Doncaster and Llandrindod; two stations 20 km apart share one point.
    """
    path = real_data / "derbyshire" / "assets" / "home_office_fire_stations_england.ods"
    one = accounted(read_asset_list(ListSettings(path)))
    far = one.set_aside[one.set_aside.rule.eq("far_from_area")]
    assert far.source_row.tolist() == [148, 521, 986]
    asked = {fault.row: fault.remedy for fault in one.faults if fault.rule == "far_from_area"}
    assert sorted(row for row in asked if row not in {148, 521, 986}) == [549, 685, 787]
    assert "DL8 is meant" in asked[787]
    assert "LE65 is meant" in asked[685]
    assert far.cells.iloc[0].startswith("FRS_FULLNAME: Cornwall")
    assert "a digit lost in the easting" in far.remedy.iloc[0]
    assert one.set_aside.rule.eq("no_place").sum() == 25
    assert [fault.row for fault in one.faults if fault.rule == "shared_point"] == [516, 517]
    assert one.accepted.organisation.nunique() == 44


@pytest.mark.real
def test_remote_places_are_accepted(real_data: Path) -> None:
    """Kielder, and the police office and hospital of the Isles of Scilly, stand where their lists say."""
    lists = {"derbyshire/assets/libraries_england_2023_enhanced.csv": 2243,
             "registers/police_stations_england.tsv": 132,
             "derbyshire/assets/nhs_choices_2014_Hospital.csv": 39}  # fmt: skip
    for name, row in lists.items():
        one = read_asset_list(ListSettings(real_data / name))
        asset = one.accepted[one.accepted["source_row"].eq(row)]
        assert len(asset) == 1, name
        assert "Probably" not in asset["questions"].iloc[0]


@pytest.mark.real
def test_cheltenham_and_police(real_data: Path) -> None:
    """A UPRN rounded by Excel and a reference used twice; police stations repeated for every neighbourhood."""
    one = read_asset_list(ListSettings(real_data / "registers" / "cheltenham_2021.csv"))
    spoiled = one.set_aside[one.set_aside.cells.str.contains("UPRN: 100121000000")]
    assert spoiled.rule.tolist() == ["no_place"]
    assert (one.rows_in, one.set_aside.rule.eq("repeated_row").sum()) == (498, 4)
    police = read_asset_list(ListSettings(real_data / "registers" / "police_stations_england.tsv"))
    assert police.set_aside.rule.eq("repeated_row").sum() == 1_109
    assert police.accepted.organisation.nunique() > 10


@pytest.mark.real
def test_national_lists_give_the_county(real_data: Path, derbyshire: dict[str, object]) -> None:
    """Thousands of rows elsewhere are one fault, the county's buildings remain."""
    path = real_data / "derbyshire" / "assets" / "libraries_england_2023_enhanced.csv"
    one = accounted(read_asset_list(ListSettings(path, national=True), **derbyshire))  # type: ignore[arg-type]
    assert (one.rows_in, len(one.accepted)) == (3_539, 64)
    assert sum(fault.rule == "outside_place" for fault in one.faults) == 1
    bodies = one.accepted.organisation.value_counts().to_dict()
    assert bodies == {"Derbyshire County Council": 46, "Derby City Council": 18}


def test_sheets_that_overlap_list_each_building_once(tmp_path: Path) -> None:
    """'All assets' and 'Offices' name the town hall twice; another building with its number stays, told apart."""
    path = tmp_path / "estate.xlsx"
    other = ["A1", "Market Hall", "WS1 2AA", 400_250, 300_050, "Other", "Freehold", 700, 600]
    with pd.ExcelWriter(path) as book:
        pd.DataFrame([HALL, LIBRARY], columns=HEADER).to_excel(book, sheet_name="All", index=False)
        pd.DataFrame([HALL, other], columns=HEADER).to_excel(book, sheet_name="Offices", index=False)
    one = accounted(read_asset_list(ListSettings(path, organisation="Council")))
    assert list(one.accepted.index[:2]) == ["council/A1", "council/A2"]
    assert re.fullmatch(r"council/A1-[0-9a-f]{6}", one.accepted.index[2])
    assert one.set_aside.reason.tolist() == [
        "The row repeats row 2 of sheet 'All': the same reference, name and address."
    ]
    assert one.accepted.questions.tolist()[2] == "The reference 'A1' stands at several different rows."


def test_first_row_of_a_layer_is_never_lost(tmp_path: Path) -> None:
    """Attributes called "Foo" and "2023" are headings of a layer, not its first row."""
    point = {"type": "Point", "coordinates": [-2.3, 53.4]}
    feature = {"type": "Feature", "properties": {"Foo": "Town Hall", "2023": "x"}, "geometry": point}
    path = tmp_path / "layer.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature, feature]}), encoding="utf-8")
    one = read_asset_list(ListSettings(path, organisation="Council"))
    assert one.rows_in == 2
    assert one.rows_in == len(one.accepted) + len(one.set_aside)


def test_two_unnamed_columns_of_metres_are_easting_then_northing(write_list: WriteList) -> None:
    """Nobody writes them the other way round without saying so."""
    rows = [["Town Hall", "DE1 2FS", 435400, 336400], ["Library", "DE22 2QN", 433900, 340000]]
    rows += [["Depot", "DE24 8QP", 438400, 333600], ["Office", "S40 1QN", 438200, 371100]]
    one = read_asset_list(ListSettings(write_list(rows), organisation="Council"))
    assert one.accepted.geometry.x.tolist() == [435400, 433900, 438400, 438200]
