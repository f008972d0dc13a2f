"""The reader's account of every real list: each row comes out once, under its own number, with its own words.

The files are read here a second time, by nothing but the standard library and calamine, so that the reader is not its
own witness.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from estate.intake import AssetList, ListSettings, read_asset_list
from estate.values import mend_mojibake

ASSETS = "derbyshire/assets/"
NHS = ("cp1252", "¬")
FORMS = {  # encoding and delimiter of each text file; ("", "") is a workbook or a layer
    f"{ASSETS}fire_rescue_land_and_assets_2016.xlsx": ("", ""),
    f"{ASSETS}home_office_fire_stations_england.ods": ("", ""),
    f"{ASSETS}libraries_derby_city.csv": ("utf-8-sig", ","),
    f"{ASSETS}libraries_derbyshire_county.csv": ("utf-8-sig", ","),
    f"{ASSETS}libraries_england_2023_enhanced.csv": ("utf-8-sig", ","),
    f"{ASSETS}nhs_choices_2014_Clinics.csv": NHS,
    f"{ASSETS}nhs_choices_2014_GPPractices.csv": NHS,
    f"{ASSETS}nhs_choices_2014_Hospital.csv": NHS,
    f"{ASSETS}nhs_choices_2014_WIC.csv": NHS,
    "registers/cheltenham_2021.csv": ("cp1252", ","),
    "registers/police_stations_england.tsv": ("utf-8", "\t"),
    "trafford/gm_jobcentreplus.csv": ("utf-8-sig", ","),
    "trafford/gm_libraries.csv": ("utf-8-sig", ","),
    "trafford/gm_probation_offices.csv": ("utf-8-sig", ","),
    "trafford/trafford_childrens_centres.csv": ("utf-8-sig", ","),
    "trafford/trafford_community_hubs.csv": ("utf-8-sig", ","),
    "trafford/trafford_fire_stations.geojson": ("", ""),
    "trafford/trafford_general_practices.csv": ("utf-8-sig", ","),
    "trafford/trafford_hospitals.geojson": ("", ""),
    "trafford/trafford_land_and_building_assets.csv": ("utf-8-sig", ","),
    "trafford/trafford_leisure_centres.csv": ("utf-8-sig", ","),
    "trafford/trafford_schools_and_colleges.csv": ("utf-8-sig", ","),
}
HEADER_ROW = {f"{ASSETS}fire_rescue_land_and_assets_2016.xlsx": 2}
OWN_REFERENCES = ("registers/cheltenham_2021.csv", "trafford/trafford_land_and_building_assets.csv",
                  "trafford/trafford_schools_and_colleges.csv", f"{ASSETS}nhs_choices_2014_Clinics.csv")  # fmt: skip


def squeezed(text: object) -> str:
    """Return a cell as it can be compared: one space between words, whole numbers without a point."""
    if isinstance(text, float) and text.is_integer():
        text = int(text)
    return " ".join(str("" if text is None else text).replace("\u200b", "").replace("\ufeff", "").split())


@dataclass(frozen=True)
class Raw:
    """The rows of a file below its header, by number, blank ones left out."""

    header: list[str]
    rows: dict[int, list[str]]


@cache
def raw(path: Path, encoding: str, delimiter: str, header_row: int) -> Raw:
    """Read a file without the reader."""
    if path.suffix == ".geojson":
        features = json.loads(path.read_text(encoding="utf-8"))["features"]
        names = list(features[0]["properties"])
        table = [names, *([feature["properties"][name] for name in names] for feature in features)]
    elif encoding:
        text = path.read_bytes().decode(encoding)
        quoting = csv.QUOTE_NONE if delimiter == "\t" else csv.QUOTE_MINIMAL
        table = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quoting=quoting))
    else:
        table = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python(skip_empty_area=False)
    cells = {number: [squeezed(cell) for cell in row] for number, row in enumerate(table, start=1)}
    return Raw(cells[header_row], {number: row for number, row in cells.items() if number > header_row and any(row)})


Witness = Callable[[str], tuple[AssetList, Raw]]


@pytest.fixture(scope="module")
def witness(real_data: Path) -> Witness:
    """Return a function that gives a list as read, and as it stands in the file; each file is read once."""

    @cache
    def both(name: str) -> tuple[AssetList, Raw]:
        path = real_data / name
        encoding, delimiter = FORMS[name]
        return read_asset_list(ListSettings(path)), raw(path, encoding, delimiter, HEADER_ROW.get(name, 1))

    return both


every_list = pytest.mark.parametrize("name", FORMS)


@pytest.mark.real
@every_list
def test_every_row_comes_out_once_under_its_number(witness: Witness, name: str) -> None:
    """No row is lost, none is made up, none is counted twice; the numbers are those a spreadsheet shows."""
    one, file = witness(name)
    numbers = [*one.accepted["source_row"].astype(int), *one.set_aside["source_row"].astype(int)]
    assert one.rows_in == len(one.accepted) + len(one.set_aside) == len(file.rows)
    assert sorted(numbers) == sorted(file.rows)


@pytest.mark.real
@every_list
def test_rows_set_aside_keep_all_their_words(witness: Witness, name: str) -> None:
    """Every cell of the row stands in the account, as it was written, so that it can be found and mended."""
    one, file = witness(name)
    for number, cells in zip(one.set_aside["source_row"], one.set_aside["cells"], strict=True):
        lost = [cell for cell in file.rows[number] if cell and cell not in squeezed(cells)]
        assert lost == [], (number, lost)


@pytest.mark.real
@every_list
def test_accepted_rows_keep_names_and_addresses(witness: Witness, name: str) -> None:
    """The words of the name and of every address column stand in the register, with at most broken letters mended."""
    one, file = witness(name)
    fields = {match.column: match.field for match in one.mapping}
    kept = {place: fields.get(heading, "") for place, heading in enumerate(file.header)}
    name_at = [place for place, field in kept.items() if field == "name"]
    address_at = [place for place, field in kept.items() if field == "address"]
    for asset in one.accepted.itertuples():
        cells = file.rows[int(asset.source_row)]
        for text, places in ((asset.name, name_at), (f"{asset.name} {asset.address}", address_at)):
            words = {word for place in places for word in words_of(cells[place])}
            assert words <= words_of(str(text)) | {"n", "a", "unknown"}, (asset.source_row, words, text)


def words_of(text: str) -> set[str]:
    """Return the words of a text, broken letters mended."""
    mended = mend_mojibake(pd.Series([text])).value.iloc[0] if re.search("[ÂÃâ]", text) else text
    return set(re.sub(r"[\W_]+", " ", mended.lower()).split())


@pytest.mark.real
@every_list
def test_identifiers_are_unique_and_the_same_every_time(witness: Witness, real_data: Path, name: str) -> None:
    """An asset must be found again under its name tomorrow."""
    one, _ = witness(name)
    again = read_asset_list(ListSettings(real_data / name))
    assert one.accepted.index.is_unique
    assert (one.accepted.index != "").all()
    pd.testing.assert_index_equal(one.accepted.index, again.accepted.index)
    pd.testing.assert_frame_equal(one.set_aside, again.set_aside)


@pytest.mark.real
@pytest.mark.parametrize("name", OWN_REFERENCES)
def test_own_references_name_the_same_building_in_any_order(witness: Witness, tmp_path: Path, name: str) -> None:
    """Sorting a spreadsheet changes neither the identifier of a building nor what is accepted."""
    one, file = witness(name)
    encoding, delimiter = FORMS[name]
    rows = pd.Series(list(file.rows.values())).sample(frac=1.0, random_state=3).tolist()
    path = tmp_path / Path(name).name
    with path.open("w", newline="", encoding=encoding) as stream:
        csv.writer(stream, delimiter=delimiter).writerows([file.header, *rows])
    shuffled = read_asset_list(ListSettings(path))
    once = ~one.accepted["reference"].duplicated(keep=False)
    assert once.mean() > 0.99
    assert set(one.accepted.index[once]) <= set(shuffled.accepted.index)
    assert len(one.accepted) == len(shuffled.accepted)
    same = one.accepted[once].index
    pd.testing.assert_series_equal(one.accepted.loc[same, "reference"], shuffled.accepted.loc[same, "reference"])


def test_sheets_that_use_the_same_references_keep_every_row(tmp_path: Path) -> None:
    """A workbook often has a sheet of land and one of buildings, each counted from 1."""
    path = tmp_path / "estate.xlsx"
    with pd.ExcelWriter(path) as book:
        for sheet, name, east in (("Buildings", "Town Hall", 400_500), ("Land", "Town Field", 401_500)):
            rows = {"Asset code": ["A1"], "Name": [name], "Easting": [east], "Northing": [300_500]}
            pd.DataFrame(rows).to_excel(book, sheet_name=sheet, index=False)
    one = read_asset_list(ListSettings(path, organisation="Council"))
    assert one.rows_in == len(one.accepted) == 2
    assert one.accepted.index.is_unique


@pytest.mark.parametrize(
    ("written", "meant"),
    [("Â£62 p.a.", "£62 p.a."), ("CafÃ©", "Café"), ("St Johnâ€™s", "St John\u2019s"), ("M\u00c3\u00b4n", "Môn")],
)
def test_broken_letters_are_mended_where_only_one_reading_makes_sense(written: str, meant: str) -> None:
    """UTF-8 that someone saved as Windows-1252."""
    assert mend_mojibake(pd.Series([written])).value.tolist() == [meant]


@pytest.mark.parametrize(
    "written",
    ["Ynys Môn", "Café", "SÃO PAULO", "Ângela", "Â", "16½ St. Peter's Street", "£62 and Â£3 \u2013 paid", "Århus"],
)
def test_letters_that_may_be_meant_stay(written: str) -> None:
    """What is no certain damage is left alone: a mended name that was right is a lost name."""
    assert mend_mojibake(pd.Series([written])).value.tolist() == [written]
