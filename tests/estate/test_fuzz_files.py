"""Good and real files broken at random, each case by its number; the long run is ``python -m bench.fuzz``."""

from __future__ import annotations

import itertools
import warnings
from pathlib import Path

import pytest

from tests.conftest import REAL_DATA
from tests.estate.broken_files import Files, case, good_files, zipped
from tests.estate.conftest import ReadList
from tests.estate.reading_oracle import try_files


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> list[Files]:
    """Return the good files."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a Shapefile shortens its headings
        return good_files(tmp_path_factory.mktemp("good"), REAL_DATA if REAL_DATA.is_dir() else None)


def test_good_files_are_read(whole: list[Files], tmp_path: Path) -> None:
    """What is broken below was whole: without this, every case could be a refusal."""
    made_here = [files for files in whole[:12] if files != whole[7]]
    assert [try_files(tmp_path, files) for files in made_here] == [""] * 11
    assert "password" in try_files(tmp_path, whole[7])


@pytest.mark.parametrize("first", range(0, 60, 15))
def test_broken_files_end_in_a_sentence_or_an_account(whole: list[Files], tmp_path: Path, first: int) -> None:
    """Sixty numbered cases: no traceback, no lost row, no library that talks."""
    for number in range(first, first + 15):
        try_files(tmp_path, case("suite", number, whole))


def test_a_case_is_its_seed_and_number(whole: list[Files]) -> None:
    """A case that failed in a long run can be had again."""
    one, again = (case(1, 7, whole) for _ in range(2))
    assert one == again


def test_an_archive_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    """A kilobyte that unpacks to gigabytes: the parts of the workbook state 2 GiB and hold little."""
    parts = {"xl/workbook.xml": b"<workbook/>", "xl/worksheets/sheet1.xml": b"<worksheet/>"}
    content = bytearray(zipped(parts))
    entry = content.rfind(b"PK\x01\x02")
    content[entry + 24 : entry + 28] = (2 << 30).to_bytes(4, "little")
    assert "unpacks to more than 1 GiB" in try_files(tmp_path, {".xlsx": bytes(content)})


def test_entities_that_unfold_to_gigabytes_are_not_unfolded(whole: list[Files], tmp_path: Path) -> None:
    """Nine lines of XML can stand for a thousand million letters; the memory limit of the suite is not met."""
    names = "abcdefghi"
    inner = "".join(f'<!ENTITY {b} "{10 * f"&{a};"}">' for a, b in itertools.pairwise(names))
    bomb = f'<!DOCTYPE x [<!ENTITY a "{"lol" * 10}">{inner}]>'.encode()
    kml = next(files[".kml"] for files in whole if ".kml" in files)
    kml = kml.replace(b"?>", b"?>" + bomb, 1).replace(b"Town Hall 1", b"&i;", 1)
    assert "declares XML entities" in try_files(tmp_path, {".kml": kml})


def test_a_number_far_off_the_map_is_no_cause_for_talk(read_list: ReadList) -> None:
    """A UPRN in the column of northings once made NumPy print a warning about an overflow."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        one = read_list([["Name", "Easting", "Northing"], ["Hall", "400500", "300500"], ["Shed", "9e11", "9e11"]])
    assert one.rows_in == 2
