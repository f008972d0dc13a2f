"""The table of speeds: readable, replaceable, and refused where it makes no sense."""

from __future__ import annotations

from pathlib import Path

import pytest

from geodata.errors import DataError, SourceError
from geodata.road_speeds import TO_THE_ROAD, read_speeds

HEAD = "class\tdrive_kmh\tshare_of_limit\twalk_kmh\tcycle_kmh\n"


def test_a_places_own_rows_replace_those_that_come_with_onetown(tmp_path: Path) -> None:
    """A county that knows its lanes better writes one row, not thirty."""
    path = tmp_path / "speeds.tsv"
    path.write_text(HEAD + "unclassified\t44\t0.6\t4.8\t15\n")
    own, usual = read_speeds(path), read_speeds()
    assert own.classes["unclassified"].drive_kmh == 44
    assert own.classes["motorway"] == usual.classes["motorway"]
    assert own.digest() != usual.digest()
    assert TO_THE_ROAD in usual.classes


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    """One look, one mending."""
    path = tmp_path / "speeds.tsv"
    path.write_text(HEAD + "residental\t20\t0.6\t4.8\t15\nmotorway\tfast\t0.9\t0\t0\ntrunk\t70\t7\t0\t-1\n")
    with pytest.raises(DataError) as told:
        read_speeds(path)
    message = str(told.value)
    assert "Row 2: 'residental' is no class of road. Did you mean 'residential'?" in message
    assert "Row 3, column 'drive_kmh': 'fast' is no number between 0 and 200." in message
    assert "Row 4, column 'share_of_limit': '7' is no number between 0 and 1." in message
    assert "Row 4, column 'cycle_kmh': '-1'" in message


def test_a_table_without_its_columns_and_no_table_are_refused(tmp_path: Path) -> None:
    """The sentence says how the table is headed."""
    path = tmp_path / "speeds.tsv"
    path.write_text("class,drive_kmh\nmotorway,90\n")
    with pytest.raises(DataError, match="there is no column class, drive_kmh"):
        read_speeds(path)
    with pytest.raises(SourceError, match="cannot be read"):
        read_speeds(tmp_path / "none.tsv")
