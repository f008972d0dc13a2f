"""Lists of kinds that no published file of ours has: health trusts, schools, farms, Wales, parishes, addresses."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import Point

from estate.columns import match_columns
from estate.degree_slips import likely_degrees
from estate.grid import grid_below
from estate.headings import aliases_of
from estate.identity import read_uprns
from estate.intake import AssetList, ListSettings, read_asset_list
from estate.values import read_dates, read_money
from estate.words import not_a_property, recognise
from geodata.errors import DataError
from geodata.files import Sheet
from tests.estate.conftest import ReadList, WriteList

CODES = ["DE1 2FS", "DE24 9DA", "DE56 2JQ", "DE5 3QS", "DE7 8AA", "DE22 1GB"]


def fields(headings: list[str], *rows: list[str]) -> dict[str, str]:
    """Return heading -> field for a list of one header and some rows."""
    sheet = Sheet("list.csv", "", (tuple(headings), *map(tuple, rows)))
    found = match_columns(grid_below(sheet, header=headings, first_row=1))
    return {match.column: match.field for match in found if match.field}


def asked(one: AssetList, rule: str) -> dict[int, str]:
    """Return row -> remedy of the questions and rows set aside under a rule."""
    return {int(fault.row or 0): fault.remedy for fault in one.faults if fault.rule == rule}


def test_floor_areas_with_thousands_are_no_coordinates(read_list: ReadList) -> None:
    """A second floor area "5,647" of a health trust placed its hospitals in the sea, or set them aside."""
    rows = [["Site Name", "Post Code", "Gross internal floor area (m²)", "Occupied floor area (m²)"]]
    rows += [[f"Clinic {place}", code, f"{6_000 + place:,}", f"{5_640 + place:,}"] for place, code in enumerate(CODES)]
    got = fields(rows[0], *rows[1:])
    assert got == {"Site Name": "name", "Post Code": "postcode", "Gross internal floor area (m²)": "gia_m2"}
    rows = [["Name", "Coordinates"], ["Town Hall", "435400,336400"], ["Library", "437,000 332,500"], ["Depot", "5,647"]]
    one = read_list(rows)
    assert one.accepted.geometry.x.tolist() == [435_400, 437_000]
    assert one.set_aside["source_row"].tolist() == [4]


def test_short_codes_are_no_postcodes() -> None:
    """Holdings F1 to F16 are no postcodes, though M1 is half of one; only whole postcodes name a column."""
    rows = [[f"F{place}", f"Farm {place}", "SK 407 543"] for place in range(1, 8)]
    assert "postcode" not in fields(["Lot", "Farm Name", "Grid ref"], *rows).values()
    whole = fields(["Lot", "Farm Name"], *([code, f"Farm {place}"] for place, code in enumerate(CODES)))
    assert whole["Lot"] == "postcode"


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("Cod Post / Postcode", "postcode"), ("Defnydd / Use", "use"), ("Deiliadaeth | Tenure", "tenure"),
        ("Arwynebedd Llawr (m²) / Floor Area (m²)", "gia_m2"), ("Dwyreiniad / Easting", "easting"),
        ("Gwerth / Value (£)", "value_gbp"), ("Enw'r Eiddo", "name"), ("Cyfeiriad", "address"),
        ("Station No.", "reference"), ("Bldg No", "reference"), ("Prop Ref", "reference"), ("X,Y", "coordinates"),
        ("Location (lat, lng)", "coordinates"), ("Sq Ft", "gia_m2"), ("Occupancy (FTE)", "fte"),
        ("Estimated Backlog £m", "backlog_gbp"), ("TypeOfEstablishment (name)", "use"), ("CLASS", "use"),
        ("OPERATIONAL_RATING_BAND", "epc"), ("DEPENDENT_THOROUGHFARE", "address"), ("EstablishmentName", "name"),
    ],
)  # fmt: skip
def test_headings_of_other_lists(heading: str, field: str) -> None:
    """Each is known by its heading alone, in two languages, cut short or spelt as its trade does."""
    (alias, closeness, _), *_ = aliases_of(heading)
    assert closeness >= 0.9, alias
    assert field in fields([heading]).values()


@pytest.mark.parametrize(
    "heading",
    ["Rateable Value", "Insurance value", "Reinstatement value (£)", "Purchase price", "Rent receivable", "Market rent",
     "Rent review date", "Backlog maintenance \u2013 High risk (£)", "Cost per FTE", "Area / FTE", "m2/FTE", "Country",
     "POSTCODE_TYPE", "Landlord name", "Parish Name"],
)  # fmt: skip
def test_headings_that_only_resemble_a_field(heading: str) -> None:
    """A rateable value is no market value, a rent received none paid, a part of the backlog not all of it."""
    assert fields([heading]) == {}


def test_a_column_that_gives_way_says_to_which() -> None:
    """The first of two floor areas is used; the other says so instead of "no known heading"."""
    headings = ["GIA", "Gross floor area"]
    sheet = Sheet("list.csv", "", (tuple(headings), ("100", "110")))
    found = match_columns(grid_below(sheet, header=headings, first_row=1))
    assert found[1].why == "looks like gia_m2, which 'GIA' gives already"


def test_welsh_words() -> None:
    """Uses and tenures of a Welsh list, with accents."""
    assert recognise(_series("Rhydd-ddaliad", "Prydles", "Trwydded"), "tenure").tolist() == [
        "freehold", "leasehold", "licence",
    ]  # fmt: skip


def _series(*cells: str) -> pd.Series:
    return pd.Series(list(cells), dtype="str")


def test_a_welsh_list(read_list: ReadList) -> None:
    """Uses are read in Welsh alone."""
    rows = [["Enw", "Dwyreiniad", "Gogleddiad", "Defnydd"], ["A", "330580", "188330", "Swyddfa"],
            ["B", "331160", "188080", "Llyfrgell"], ["C", "332400", "188700", "Gorsaf Dân"],
            ["D", "334900", "188500", "Ysgol Gynradd"], ["E", "330800", "188500", "Maes Parcio"]]  # fmt: skip
    assert read_list(rows).accepted["use"].tolist() == ["office", "library", "fire station", "school", "car park"]


def test_schools_extract_goes_by_type_and_status(read_list: ReadList) -> None:
    """A "Park House" and "Bennerley Fields" are schools where the list says so; closed ones are closed."""
    rows = [["URN", "EstablishmentName", "TypeOfEstablishment (name)", "EstablishmentStatus (name)", "Easting",
             "Northing"],
            ["112517", "Park House", "Academy converter", "Open", "435400", "336400"],
            ["112518", "Bennerley Fields", "Community special school", "Open, but proposed to close",
             "435500", "336400"],
            ["112519", "Waingroves Primary", "Community school", "Closed", "435600", "336400"]]  # fmt: skip
    one = read_list(rows)
    assert one.accepted["use"].tolist() == ["school"] * 3
    assert one.accepted["status"].tolist() == ["in use", "under review", "closed"]


def test_what_has_floors_is_no_land(read_list: ReadList) -> None:
    """An "Ash Green Unit" with 11,792 m2 is no green; the green beside it, without floors, is."""
    rows = [["Name", "GIA", "Easting", "Northing"], ["Ash Green Unit", "11,792", "435400", "336400"],
            ["Village Green", "", "435500", "336400"]]  # fmt: skip
    assert read_list(rows).accepted["use"].tolist() == ["other", "land"]


def test_occupiers_name_the_rows_of_an_address_product(read_list: ReadList) -> None:
    """Where most buildings have no name but an organisation each, that is what the row is called."""
    rows = [["UPRN", "ORGANISATION", "BUILDING_NAME", "THOROUGHFARE", "POST_TOWN", "X_COORDINATE", "Y_COORDINATE",
             "CLASS"]]  # fmt: skip
    bodies = ["RIPLEY LIBRARY", "TOWN COUNCIL", "HEALTH CENTRE", "JOBCENTRE PLUS", "ST JOHNS SCHOOL", "CENTRAL DEPOT"]
    kinds = ["CL03", "CO01", "CM02", "CC12", "CE03", "CI04"]
    rows += [[str(10_010_000_001 + place), body, "", "GROSVENOR ROAD", "RIPLEY", str(435_400 + place), "336400", kind]
             for place, (body, kind) in enumerate(zip(bodies, kinds, strict=True))]  # fmt: skip
    got = read_list(rows).accepted
    assert got["name"].tolist() == bodies
    assert got["use"].tolist() == ["library", "office", "general practice", "job centre", "school", "depot"]


def test_parish_assets_that_are_no_property() -> None:
    """Bins and mowers have no place on a map; a memorial hall has."""
    cells = ["Grit bins (12)", "Ride-on mower", "Notice board x 4", "Laptop and printer", "Bench - Jubilee", "Benches",
             "Street light columns 1-24", "Memorial Hall", "Bench Road Depot", "Printer's Yard"]  # fmt: skip
    assert not_a_property(_series(*cells)).ne("").tolist() == [True] * 7 + [False] * 3


def local_list(*odd: list[str]) -> list[list[str]]:
    """Return a police list in one cell without postcodes: twelve good rows, then odd ones."""
    rows = [["Premises", "X,Y"]]
    rows += [[f"Station {place}", f"{430_000 + 1_500 * place},{336_000 + 900 * place}"] for place in range(12)]
    return [*rows, *odd]


def test_slips_in_a_local_list_without_postcodes(read_list: ReadList) -> None:
    """Nothing but the other rows can tell: the slip is asked about with the likely correction, and never applied."""
    one = read_list(local_list(["Swapped", "342321,447000"], ["Lost", "43905,336774"], ["Good", "445123,341567"]))
    found = asked(one, "far_from_peers")
    assert sorted(found) == [14, 15]
    assert found[14].startswith("Probably near 447000,342321 (easting and northing exchanged).")
    assert found[15].startswith("Probably near 43")
    assert "a digit lost in the easting" in found[15]
    assert one.accepted.geometry.x.tolist()[-3:] == [342_321, 43_905, 445_123]


def test_a_national_list_has_no_middle(read_list: ReadList) -> None:
    """A list from Cornwall to Northumberland asks nothing about its far rows."""
    rows = [["Premises", "X,Y"], *([f"Site {n}", f"{180_000 + 20_000 * n},{60_000 + 45_000 * n}"] for n in range(12))]
    assert not asked(read_list(rows), "far_from_peers")


def test_two_numbers_without_a_comma_are_proposed(read_list: ReadList) -> None:
    """Twelve digits are an easting and a northing run together."""
    one = read_list(local_list(["Glued", "436857337381"]))
    assert one.set_aside["remedy"].tolist() == [
        "Probably 436857,337381 (two numbers without a comma between them). Correct it if so."
    ]


@pytest.mark.parametrize(
    ("written", "likely"),
    [
        ("1.4834, 53.0532", "-1.4834, 53.0532 (the minus sign of the longitude lost"),
        ("-1.4834, 35.0532", "-1.4834, 53.0532 (two digits exchanged in the latitude"),
        ("-1.4834, 50.0532", "-1.4834, 53.0532 (one digit wrong in the latitude"),
        ("-4.1834, 53.0532", "-1.4834, 53.0532 (two digits exchanged in the longitude"),
    ],
)
def test_slips_in_degrees_are_proposed_in_degrees(written: str, likely: str) -> None:
    """What is proposed can be typed where it stands: no easting for a list of longitudes."""
    found = likely_degrees(written, "degrees", places=np.array([[434_700.0, 351_000.0]]))
    assert found is not None
    assert f"{found[0]} ({found[2]}" == likely


def test_acres_roods_and_perches(read_list: ReadList) -> None:
    """Terriers of county farms count in them: 160 perches an acre."""
    rows = [["Farm", "Acreage", "Easting", "Northing"], ["Manor Farm", "45a 2r 10p", "435400", "336400"],
            ["Hill Farm", "10 acres 1 rood", "435500", "336400"]]  # fmt: skip
    got = read_list(rows).accepted["site_area_m2"] / 4_046.8564224
    assert got.round(4).tolist() == [45.5625, 10.25]


def test_a_far_row_of_a_local_list_is_asked_about_where_no_table_knows_its_postcode(read_list: ReadList) -> None:
    """A large postcode area hides a point 54 km off; the list's own rows do not."""
    found = asked(read_list(local_list(["Transposed", "493743,342066"])), "far_from_peers")
    assert found[14].startswith("Probably near 4")
    assert not asked(read_list(local_list(["Beyond the border", "438000,368000"])), "far_from_peers")


def test_two_points_of_one_row_that_differ_are_asked_about(read_list: ReadList) -> None:
    """Easting and northing exchanged in an inland row lie in Britain too; its longitude and latitude tell."""
    rows = [["Name", "Easting", "Northing", "Latitude", "Longitude"],
            ["Right", "435400", "336400", "52.9237", "-1.4748"],
            ["Exchanged", "336400", "435400", "52.9237", "-1.4748"],
            ["Only one", "435400", "336400", "", ""]]  # fmt: skip
    one = read_list(rows)
    found = [fault for fault in one.faults if fault.rule == "two_places"]
    assert [fault.row for fault in found] == [3]
    assert "140.0 km from '-1.4748, 52.9237' in the columns Longitude and Latitude" in found[0].message
    assert one.rows_in == 3


def test_a_net_area_larger_than_the_gross_one_is_asked_about(read_list: ReadList) -> None:
    """The two columns are exchanged, or one is in square feet; equal ones are nothing to ask about."""
    rows = [["Name", "GIA", "NIA", "Easting", "Northing"], ["Hall", "100", "900", "435400", "336400"],
            ["Library", "100", "100", "435500", "336400"], ["Depot", "", "90", "435600", "336400"]]  # fmt: skip
    assert list(asked(read_list(rows), "net_over_gross")) == [2]


def test_a_total_under_the_references_is_no_building(read_list: ReadList) -> None:
    """The last row of many workbooks."""
    rows = [["Asset Ref", "Name", "Easting", "Northing", "GIA"], ["A1", "Hall", "435400", "336400", "100"],
            ["Total", "", "", "", "100"]]  # fmt: skip
    one = read_list(rows)
    assert one.set_aside["rule"].tolist() == ["not_a_property"]
    assert one.set_aside["reason"].tolist() == ["'Total' is no land or building (total)."]


def test_nothing_in_a_file_is_said(write_list: WriteList) -> None:
    """Commas alone are no list without postcodes: they are no list."""
    with pytest.raises(DataError, match="there is not one filled cell in it"):
        read_asset_list(ListSettings(path=write_list([["", ""], ["", ""]])))


def test_a_shape_abroad_is_quoted(tmp_path: Path) -> None:
    """Paris is not "no coordinates": the row says where it stands."""
    path = tmp_path / "abroad.geojson"
    shapes = [Point(2.35, 48.85), Point(-1.47, 52.92)]
    gpd.GeoDataFrame({"Name": ["Paris", "Derby"]}, geometry=shapes, crs="EPSG:4326").to_file(path)
    one = read_asset_list(ListSettings(path=path))
    assert one.set_aside["reason"].tolist() == [
        "'2.35, 48.85' cannot be used as coordinates, and there is no postcode."
    ]


@pytest.mark.parametrize(
    ("written", "tenure"),
    [
        ("Freehold (leased out)", "freehold"), ("Freehold/Leasehold", "unknown"), ("Not owned", "unknown"),
        ("Leased out", "unknown"), ("F", "freehold"), ("L", "leasehold"), ("Freehold - let", "freehold"),
    ],
)  # fmt: skip
def test_tenures_that_say_two_things(read_list: ReadList, written: str, tenure: str) -> None:
    """A freehold that is let is no leasehold, what is not owned no freehold, and what says both is asked about."""
    one = read_list([["Name", "Tenure", "Easting", "Northing"], ["Hall", written, "435400", "336400"]])
    assert one.accepted["tenure"].tolist() == [tenure]
    assert len(asked(one, "tenure_unknown")) == (tenure == "unknown")


@pytest.mark.parametrize(
    ("written", "pounds"),
    [
        ("£12,400 pa excl VAT", 12_400), ("12400 (est)", 12_400), ("£12,400 plus VAT", 12_400),
        ("£12,400 per annum exclusive", 12_400), ("c £12,000", 12_000), ("approx. £9,000 p.a.", 9_000),
        ("£3,100 per quarter", 12_400), ("Nil - peppercorn", 0), ("circa 500", 500),
    ],
)  # fmt: skip
def test_rents_with_words_beside_them(written: str, pounds: float) -> None:
    """The words are told with the sum; a quarter's rent is a quarter of the year's."""
    reading = read_money(_series(written))
    assert reading.value.tolist() == [pounds]
    assert len(reading.mends) == 1


@pytest.mark.parametrize("written", ["£5 psf", "POA", "12400-", "est", "plus VAT", "£1,000 - £2,000"])
def test_what_is_no_rent_stays_a_question(written: str) -> None:
    """Nothing is guessed."""
    reading = read_money(_series(written))
    assert reading.value.isna().all()
    assert len(reading.questions) == 1


def test_dates_with_words_beside_them() -> None:
    """A note in brackets, a year cut short, a quarter; "Mar 29" may be a day of March and is asked about."""
    reading = read_dates(_series("29 September 2027 (tenant break)", "March '29", "Q4 2029", "Mar 29", "31/2/2029"))
    assert reading.value.dt.strftime("%Y-%m-%d").fillna("").tolist() == [
        "2027-09-29",
        "2029-03-31",
        "2029-12-31",
        "",
        "",
    ]
    assert len(reading.questions) == 2


def test_uprns_with_letters_and_several_in_one_cell() -> None:
    """The letters before are told and dropped; two UPRNs name two buildings."""
    read = read_uprns(_series("UPRN 100031234567", "U100031234572", "100031234570;100031234571", "10012345678A"))
    assert read.uprn.fillna("").tolist() == ["100031234567", "100031234572", "", ""]
    assert read.found["rule"].tolist() == ["uprn_lettered", "uprn_lettered", "not_a_uprn", "not_a_uprn"]
    assert "holds several UPRNs" in read.found["message"].iloc[2]
