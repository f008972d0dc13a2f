# ruff: noqa: F811 - fixtures are imported by name
"""`onetown register`: a county's register over years, from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import psycopg
import pytest

from tests.postgres_server import PASSWORD, database, server  # noqa: F401 - fixtures
from tests.test_cli import LIST, Onetown, onetown  # noqa: F401 - fixture

SECOND = LIST.replace("1,250", "1,300").replace("T-02,=HYPERLINK(1),Low Street", "T-09,New Library,Mill Lane")


@pytest.fixture
def lists(tmp_path: Path) -> tuple[Path, Path]:
    """Return the council's list of two years."""
    paths = (tmp_path / "2026.csv", tmp_path / "2027.csv")
    for path, text in zip(paths, (LIST, SECOND), strict=True):
        path.write_bytes(text.encode())
    return paths


@pytest.fixture(params=["file", "database"])
def register(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the name of a register of each kind."""
    return str(tmp_path / "county.gpkg") if request.param == "file" else request.getfixturevalue("database")


def test_two_years_of_a_register(onetown: Onetown, register: str, lists: tuple[Path, Path], tmp_path: Path) -> None:
    """Add, look, add again, look back: the whole of a county's year on one page."""
    council = ("--organisation", "Council", "--quiet")
    first = onetown("register", "add", register, lists[0], *council, "--who", "Ann", "--json").values
    assert (first["version"]["rows_in"], first["version"]["accepted"], first["version"]["set_aside"]) == (3, 2, 1)
    looked = onetown("register", "diff", register, lists[1], *council)
    assert looked.code == 0
    assert "2 before, 2 now: 1 new, 1 gone, 1 changed (nia_m2 1), 0 as before." in looked.out
    added = onetown(
        "register", "add", register, lists[1], *council, "--who", "Bob", "--note", "return", "--expect", "1"
    )
    assert added.code == 0, added.err
    shown = onetown("register", "show", register, "--json").values
    assert [(one["number"], one["who"], one["note"]) for one in shown["versions"]] == [
        (1, "Ann", ""),
        (2, "Bob", "return"),
    ]
    out = tmp_path / "first.csv"
    earlier = onetown("register", "show", register, "--version", "1", "--out", out, "--json").values
    assert (earlier["buildings"], earlier["bodies"]) == (2, {"Council": 2})
    assert "'=HYPERLINK(1)" in out.read_text(encoding="utf-8-sig")
    changes = onetown("register", "diff", register, "--from", "1", "--to", "2", "--json").values
    assert [one["asset_id"] for one in changes["new"]] == ["council/T-09"]


def test_who_comes_second_is_told_with_exit_code_1(onetown: Onetown, register: str, lists: tuple[Path, Path]) -> None:
    """One sentence; the register is as it was."""
    onetown("register", "add", register, lists[0], "--organisation", "Council", "--who", "Ann", "-q")
    ran = onetown("register", "add", register, lists[1], "--organisation", "Council", "--expect", "0", "-q")
    assert ran.code == 1
    assert "Ann saved version 1" in ran.err
    assert ran.err.strip().count("\n") == 0
    assert PASSWORD not in ran.err
    assert len(onetown("register", "show", register, "--json").values["versions"]) == 1


def test_wrong_calls(onetown: Onetown, tmp_path: Path) -> None:
    """Nothing to compare, and a name that is no register."""
    assert onetown("register", "diff", tmp_path / "county.gpkg").code == 2
    ran = onetown("register", "show", tmp_path / "county.csv")
    assert (ran.code, "is no name for a register" in ran.err) == (1, True)


def test_check_reads_a_table_of_a_database(onetown: Onetown, database: str, tmp_path: Path) -> None:
    """A partner's GIS is as good as a file; its password is in no result."""
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA assets")
        connection.execute(
            "CREATE TABLE assets.sites (ref text, name text, postcode text, use text, p geometry(Point, 27700))"
        )
        connection.execute(
            "INSERT INTO assets.sites VALUES ('1', 'Hall', 'DE1 2AB', 'Office', 'SRID=27700;POINT(435200 336300)')"
        )
    ran = onetown(
        "check", f"{database}#assets.sites", "--organisation", "Council", "--out", tmp_path / "out", "--json", "-q"
    )
    assert ran.code == 0, ran.err
    assert (ran.values["rows_in"], ran.values["accepted"]) == (1, 1)
    secret = database.partition("estates:")[2].partition("@")[0]
    written = b"".join(path.read_bytes() for path in (tmp_path / "out").iterdir() if path.is_file())
    for text in (secret, PASSWORD):
        assert text not in ran.out + ran.err
        assert text.encode() not in written
    assert json.loads(ran.out)["files"][0]["path"].endswith("#assets.sites")
