"""The command: help, exit codes, JSON shapes, nothing half-written."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import typer.main

import cli

README = Path(__file__).resolve().parents[1] / "README.md"
JSON_DOC = README.parent / "docs" / "json.md"


def _commands(group: Any, before: str = "") -> Iterator[str]:
    """Yield the words of every command, such as "check" and "register add"."""
    for name, command in group.commands.items():
        words = f"{before} {name}".strip()
        yield from _commands(command, words) if hasattr(command, "commands") else (words,)


COMMANDS = tuple(_commands(typer.main.get_group(cli.app)))

LIST = (
    "UPRN,Asset reference,Property name,Address,Postcode,Easting,Northing,Tenure,Use,NIA m2\r\n"
    '100030001234,T-01,Town Hall,High Street,DE1 2AB,435200,336300,Freehold,Office,"1,250"\r\n'
    ",T-02,=HYPERLINK(1),Low Street,DE1 2AC,435300,336200,Leasehold,Library,400\r\n"
    ",T-03,Mayor's chain,,,,,,,\r\n"
)


class Ran(NamedTuple):
    """What one call gave."""

    code: int
    out: str
    err: str

    @property
    def values(self) -> Any:
        """Standard output as JSON."""
        return json.loads(self.out)


Onetown = Callable[..., Ran]


@pytest.fixture
def onetown(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Onetown:
    """Return a function that runs the command in this process, as a user would."""

    def run(*words: str | Path) -> Ran:
        monkeypatch.setattr(sys, "argv", ["onetown", *map(str, words)])
        try:
            cli.main()
            code = 0
        except SystemExit as stop:
            code = int(stop.code or 0)
        told = capsys.readouterr()
        return Ran(code, told.out, told.err)

    return run


@pytest.fixture
def asset_list(tmp_path: Path) -> Path:
    """Return a small list: an office, a library with a hostile name, and a thing that is no property."""
    path = tmp_path / "council.csv"
    path.write_bytes(LIST.encode())
    return path


def test_there_are_commands() -> None:
    """The tests below walk over them; an empty walk would prove nothing."""
    assert set(COMMANDS) >= {"check", "segment", "pairs", "options", "map", "run", "demo", "register add"}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example_first(name: str, onetown: Onetown) -> None:
    """People learn a command from its example."""
    ran = onetown(*name.split(), "--help")
    assert ran.code == 0
    assert re.search(rf"Example:\s+onetown {name}", ran.out)
    assert ran.out.index("Example:") < ran.out.index("Options")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_speaks_json_and_is_documented(name: str, onetown: Onetown) -> None:
    """Other programs rely on --json; its shape is in docs/json.md and the command in the README."""
    assert "--json" in onetown(*name.split(), "--help").out
    group = f"onetown {name.split(maxsplit=1)[0]}"
    assert group in JSON_DOC.read_text()
    assert group in README.read_text()
    assert name.rsplit(maxsplit=1)[-1] in README.read_text()


def test_wrong_call_is_exit_code_2(onetown: Onetown) -> None:
    """A slip of the keyboard is not a fault of the data."""
    assert onetown("chekc").code == 2
    assert onetown("segment").code == 2


def test_version_is_told(onetown: Onetown) -> None:
    """Every paper says which version made it."""
    assert onetown("--version").out.startswith("onetown ")


def test_check_accounts_for_every_row(onetown: Onetown, asset_list: Path) -> None:
    """Rows in = accepted + set aside, per file and in all."""
    told = onetown("check", asset_list, "--organisation", "Council", "--json").values
    assert (told["rows_in"], told["accepted"], told["set_aside"]) == (3, 2, 1)
    assert set(told["files"][0]) >= {"path", "rows_in", "accepted", "set_aside", "faults"}
    fault = told["files"][0]["faults"][0]
    assert set(fault) >= {"row", "column", "value", "rule", "message", "remedy"}
    assert (fault["row"], fault["severity"]) == (4, "set_aside")


def test_check_writes_register_rows_set_aside_and_account(onetown: Onetown, asset_list: Path, tmp_path: Path) -> None:
    """What a partner is sent back."""
    ran = onetown("check", asset_list, "--organisation", "Council", "--out", tmp_path / "checked")
    assert ran.code == 0
    assert {"register.gpkg", "set_aside.csv", "account.html"} <= {p.name for p in (tmp_path / "checked").iterdir()}


def test_check_without_out_writes_nothing(onetown: Onetown, asset_list: Path, tmp_path: Path) -> None:
    """A look costs nothing."""
    before = sorted(tmp_path.iterdir())
    onetown("check", asset_list, "--organisation", "Council")
    assert sorted(tmp_path.iterdir()) == before


def test_results_are_not_overwritten_unless_told(onetown: Onetown, asset_list: Path, tmp_path: Path) -> None:
    """Last month's results are somebody's work."""
    call = ("check", asset_list, "--organisation", "Council", "--out", tmp_path / "checked")
    assert onetown(*call).code == 0
    again = onetown(*call)
    assert again.code == 1
    assert "--overwrite" in again.err
    assert onetown(*call, "--overwrite").code == 0


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "does not exist"),
        (b"", "empty"),
        (b"PK\x03\x04 broken", r"broken workbook"),
        (b"Name,Colour\r\nTown Hall,red\r\n", "no column with coordinates, postcodes or UPRNs"),
    ],
    ids=["missing", "empty", "broken", "without places"],
)
def test_bad_list_gets_one_sentence_and_writes_nothing(
    content: bytes | None, sentence: str, onetown: Onetown, tmp_path: Path
) -> None:
    """Exit 1, one line that names the file, no traceback, no folder."""
    path = tmp_path / "list.csv"
    if content is not None:
        path.write_bytes(content)
    ran = onetown("check", path, "--quiet", "--out", tmp_path / "checked")
    assert ran.code == 1
    assert re.search(sentence, ran.err), ran.err
    assert "list.csv" in ran.err
    assert ran.err.strip().count("\n") == 0
    assert not (tmp_path / "checked").exists()


def test_hostile_text_cannot_steer_the_terminal(onetown: Onetown, tmp_path: Path) -> None:
    """Escape sequences from a file are shown, not obeyed."""
    path = tmp_path / "list.csv"
    path.write_bytes(b"Name,Postcode,Easting,Northing\r\n\x1b[2J\x1b]0;owned\x07Hall,DE1 2AB,1,1\r\n")
    ran = onetown("check", path, "--organisation", "Council")
    assert "\x1b" not in ran.out + ran.err
