"""Headings found below a title, and the rows below them with the numbers a spreadsheet shows."""

from __future__ import annotations

from pathlib import Path

from geodata.rows import rows_below_headings

ALIASES = {"team": ("team", "team id"), "to": ("to", "moves to"), "building": ("building", "release")}
NEEDED = (frozenset({"team", "to"}), frozenset({"building"}))


def written(folder: Path, text: str) -> Path:
    """Return a CSV file of the text."""
    path = folder / "moves.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_rows_keep_their_numbers_below_a_title(tmp_path: Path) -> None:
    """A fault is told with the row that a spreadsheet shows; blank rows are none; a short row has blanks."""
    path = written(tmp_path, "Our option,,\n,,\nTeamID,Note,Moves to\nT1,x,A2\n,,\nT2\n,only a note,\n")
    assert rows_below_headings(path, ALIASES, needed=NEEDED) == [
        (4, {"team": "T1", "to": "A2"}), (6, {"team": "T2", "to": ""}),
    ]  # fmt: skip


def test_the_first_of_two_columns_alike_counts(tmp_path: Path) -> None:
    """An export that repeats a heading keeps the first."""
    path = written(tmp_path, "Building,Release\nTown Hall,Library\n")
    assert rows_below_headings(path, ALIASES, needed=NEEDED) == [(2, {"building": "Town Hall"})]


def test_no_headings_is_none(tmp_path: Path) -> None:
    """Half of what is needed is not enough, and a file without a row is none."""
    assert rows_below_headings(written(tmp_path, "Team,Note\nT1,x\n"), ALIASES, needed=NEEDED) is None
