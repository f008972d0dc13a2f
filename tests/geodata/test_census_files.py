"""Census files as people have them: zips of several geographies, tables in words, long tables; and hostile archives."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from geodata.census import read_census
from geodata.errors import CoverageError, SchemaError, SourceError
from geodata.shares import compute_shares
from geodata.variables import read_variables
from geodata.zips import names_in, unpack
from tests.geodata.census_services import N_AREAS, area_codes, bulk_zip, count

TABLES = ("ts001", "ts045")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with the published zips of two tables."""
    for table in TABLES:
        (tmp_path / f"census2021-{table}.zip").write_bytes(bulk_zip(table))
    return tmp_path


def test_a_folder_of_published_zips_is_read(folder: Path) -> None:
    """Of several geographies the output areas; cells by the words of their headings."""
    census = read_census(folder, vintage=2021)
    assert census.counts.index.tolist() == [*area_codes(2021), "E00999999"]
    assert census.counts["ts0450002"].tolist() == [*(count(2021, "ts0450002", at) for at in range(N_AREAS)), 1]


def test_one_zip_is_read(folder: Path) -> None:
    """Whoever has the one table gives its file."""
    census = read_census(folder / "census2021-ts045.zip", vintage=2021)
    assert {"ts0450001", "ts0450005"} <= set(census.counts.columns)
    assert census.sources == ("census2021-ts045.zip: census2021-ts045-oa.csv",)


def test_a_zip_of_2011_is_read_beside_its_metadata(tmp_path: Path) -> None:
    """The archives of 2011 hold a table and what its columns are."""
    (tmp_path / "ks404ew_2011_oa.zip").write_bytes(bulk_zip("ks404ew"))
    census = read_census(tmp_path / "ks404ew_2011_oa.zip", vintage=2011)
    assert census.counts.loc[area_codes(2011)[1], "ks404ew0002"] == count(2011, "ks404ew0002", 1)


def test_a_table_headed_in_words_is_read(tmp_path: Path) -> None:
    """A download from a data explorer, opened and saved."""
    table = pd.DataFrame(
        {
            "geography code": ["E00000001", "E00000002"],
            "Residence type: Total; measures: Value": [10, 20],
            "Residence type: Lives in a household; measures: Value": [9, 18],
        }
    )
    table.to_csv(tmp_path / "mine.csv", index=False)
    census = read_census(tmp_path / "mine.csv", vintage=2021)
    assert census.counts["ts0010002"].tolist() == [9, 18]


LONG = pd.DataFrame(
    {
        "Output Areas Code": ["E00000001"] * 5 + ["E00000002"] * 5,
        "Output Areas": ["E00000001"] * 5 + ["E00000002"] * 5,
        "Number of cars or vans (5 categories) Code": [0, 1, 2, 3, -8] * 2,
        "Number of cars or vans (5 categories)": [
            "No cars or vans in household", "1 car or van in household", "2 cars or vans in household",
            "3 or more cars or vans in household", "Does not apply",
        ] * 2,
        "Observation": [1, 2, 3, 4, 0, 5, 6, 7, 8, 0],
    }
)  # fmt: skip


def test_a_long_topic_summary_is_turned_round_and_totalled(tmp_path: Path) -> None:
    """One row per area and category, without a total: it is added up where the categories are parts of one whole."""
    LONG.to_csv(tmp_path / "TS045-2021-3.csv", index=False)
    census = read_census(tmp_path / "TS045-2021-3.csv", vintage=2021)
    assert census.counts.loc["E00000002"].to_dict() == {
        "ts0450001": 26, "ts0450002": 5, "ts0450003": 6, "ts0450004": 7, "ts0450005": 8,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        (pd.concat([LONG, LONG.head(1)]), "areas appear twice: E00000001"),
        (LONG.replace("1 car or van in household", "One"), "'One' is no category of the published table"),
    ],
)
def test_faults_of_long_tables_are_told(tmp_path: Path, table: pd.DataFrame, sentence: str) -> None:
    """A category of one's own would be lost without a word."""
    table.to_csv(tmp_path / "TS045-2021-3.csv", index=False)
    with pytest.raises(SchemaError, match=sentence):
        read_census(tmp_path / "TS045-2021-3.csv", vintage=2021)


def zipped(path: Path, **files: str) -> Path:
    """Write an archive with these files, `__` in a name standing for a stroke."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name.replace("__", "/").replace("DOT", "."), text)
    return path


def test_an_archive_that_leads_out_of_itself_is_refused(tmp_path: Path) -> None:
    """A path such as ../../x must never be followed."""
    path = zipped(tmp_path / "census2021-ts001.zip", DOTDOT__ts001DOTcsv="a")
    with pytest.raises(SourceError, match="leads out of the archive"):
        read_census(path, vintage=2021)


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    """Ten megabytes of noughts in ten kilobytes."""
    path = zipped(tmp_path / "bomb.zip", ts001DOTcsv="0" * 10_000_000)
    with pytest.raises(SourceError, match="unpacks to more than 3 MB, which no census table does"):
        unpack(path, "ts001.csv", tmp_path / "out.csv")


@pytest.mark.parametrize("content", [b"PK\x03\x04 broken", b"", b"<html>"])
def test_a_broken_archive_is_told(tmp_path: Path, content: bytes) -> None:
    """Half a download."""
    (tmp_path / "census2021-ts001.zip").write_bytes(content)
    with pytest.raises(SourceError, match="is a broken zip archive"):
        names_in(tmp_path / "census2021-ts001.zip")


def test_a_damaged_member_is_told(tmp_path: Path) -> None:
    """The archive opens and its table does not."""
    whole = bytearray(bulk_zip("ts001"))
    at = whole.find(b"census2021-ts001-oa.csv") + 40
    whole[at : at + 30] = b"\xff" * 30
    (tmp_path / "census2021-ts001.zip").write_bytes(bytes(whole))
    with pytest.raises(SourceError, match=r"is broken|broken zip"):
        read_census(tmp_path / "census2021-ts001.zip", vintage=2021)


def test_an_archive_without_output_areas_is_told(tmp_path: Path) -> None:
    """Wider areas only, or another file altogether."""
    text = "date,geography,geography code,Residence type: Total; measures: Value\n2021,x,E01000001,5\n"
    with pytest.raises(SchemaError, match="no row is an output area"):
        read_census(zipped(tmp_path / "ts001.zip", **{"census2021-ts001DOTcsv": text}), vintage=2021)
    with pytest.raises(SourceError, match="none of the tables that the variables need"):
        read_census(zipped(tmp_path / "x.zip", noteDOTtxt="hello"), vintage=2021)


def test_the_same_table_twice_is_told(folder: Path) -> None:
    """A zip beside its unpacked table."""
    with zipfile.ZipFile(io.BytesIO(bulk_zip("ts045"))) as archive:
        (folder / "census2021-ts045-oa.csv").write_bytes(archive.read("census2021-ts045-oa.csv"))
    with pytest.raises(SchemaError, match=r"ts0450001.* is in two files\. Keep one"):
        read_census(folder, vintage=2021)


def test_an_all_zero_table_is_told(read_counts: Callable[[pd.DataFrame], Path]) -> None:
    """A download that failed quietly: every total is 0."""
    path = read_counts(pd.DataFrame({"oa21cd": ["E1", "E2"], "ts0450001": [0, 0], "ts0450002": [0, 0]}))
    variables = [one for one in read_variables(2021) if one.name == "no_car"]
    with pytest.raises(CoverageError, match="cannot be computed for any area: every total is 0"):
        compute_shares(read_census(path, vintage=2021), variables)


@pytest.fixture
def read_counts(tmp_path: Path) -> Callable[[pd.DataFrame], Path]:
    """Return a function that writes a table and returns its path."""

    def write(table: pd.DataFrame) -> Path:
        table.to_csv(tmp_path / "counts.csv", index=False)
        return tmp_path / "counts.csv"

    return write
