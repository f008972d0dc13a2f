"""What must hold of any file that is read: a sentence, or an account in which no row is lost."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np

from estate.account import account_page
from estate.grid import cell_text
from estate.intake import AssetList, ListSettings, read_asset_list
from estate.register import build_register
from geodata.errors import ToolkitError
from geodata.files import read_sheets
from geodata.write import write_csv
from tests.estate.broken_files import Files


def try_files(folder: Path, files: Files, **about: object) -> str:
    """Write the files of a list, read it and check what comes of it; return what the reader said, or "".

    Raises
    ------
    AssertionError
        If a row is lost, told twice or without a reason, the refusal is no sentence, or a library talks.
    """
    with warnings.catch_warnings(record=True) as talk:
        warnings.simplefilter("always")
        said = _tried(folder, write_files(folder, files), **about)
    assert not talk, f"a library talks: {talk[0].filename}:{talk[0].lineno}: {talk[0].message}"
    return said


def _tried(folder: Path, path: Path, **about: object) -> str:
    try:
        one = read_asset_list(ListSettings(path, organisation="Body"), **about)  # type: ignore[arg-type]
    except ToolkitError as error:
        said = str(error)
        assert said.strip(), "an error without a word"
        assert "\n" not in said, f"more than one line: {said!r}"
        assert len(said) < 2_000, f"too long: {said[:300]!r}"
        return said
    check_account(one)
    check_rows(one, path)
    register = build_register([one])
    account_page(register, title="Account")
    write_csv(register.set_aside, folder / "set_aside.csv", overwrite=True, index=False)
    return ""


def write_files(folder: Path, files: Files) -> Path:
    """Write the files side by side as list.*; return the first."""
    for old in folder.glob("list*"):
        old.unlink()
    for suffix, content in files.items():
        (folder / f"list{suffix}").write_bytes(content)
    return folder / f"list{next(iter(files))}"


def check_account(one: AssetList) -> None:
    """Check that every row comes out once, placed or with a reason."""
    numbers = [
        (sheet, row)
        for part in (one.accepted, one.set_aside)
        for sheet, row in zip(part["source_sheet"], part["source_row"], strict=True)
    ]
    assert one.rows_in == len(numbers) == len(set(numbers)), "rows in are not rows out"
    assert one.accepted.index.is_unique, "two rows have one identifier"
    assert np.isfinite(one.accepted.geometry.x).all(), "a point is nowhere"
    assert np.isfinite(one.accepted.geometry.y).all(), "a point is nowhere"
    assert (one.set_aside["reason"] != "").all(), "a row is set aside without a reason"
    assert (one.set_aside["rule"] != "").all(), "a row is set aside without a rule"


def check_rows(one: AssetList, path: Path) -> None:
    """Check that below the first row of each sheet that was read, every filled row of the file is in the account."""
    told: dict[str, set[int]] = {}
    for part in (one.accepted, one.set_aside):
        for sheet, row in zip(part["source_sheet"], part["source_row"], strict=True):
            told.setdefault(str(sheet), set()).add(int(row))
    for sheet in read_sheets(path):
        rows = told.get(sheet.name, set())
        filled = {place for place, row in enumerate(sheet.rows, start=1) if any(map(cell_text, row))}
        lost = sorted(row for row in filled - rows if rows and row > min(rows))
        assert not lost, f"rows {lost[:5]} of sheet '{sheet.name}' are lost"
