"""``onetown map`` beyond drawing the page: checking one, and refusing what it cannot draw."""

from __future__ import annotations

from pathlib import Path

from tests.test_cli import Onetown, onetown

__all__ = ["onetown"]
PAGE = '<!DOCTYPE html><html lang="en"><head><meta http-equiv="Content-Security-Policy" content="default-src \'none\'">'
PAGE += "<title>Town</title></head><body><h1>Town</h1></body></html>"


def test_check_exits_with_the_verdict(onetown: Onetown, tmp_path: Path) -> None:
    """Scripts of a web team read the exit code; people read the sentences."""
    good, bad = tmp_path / "good.html", tmp_path / "bad.html"
    good.write_text(PAGE, encoding="utf-8")
    bad.write_text(PAGE.replace(' lang="en"', ""), encoding="utf-8")
    ran = onetown("map", "--check", good)
    assert (ran.code, "no fault" in ran.out) == (0, True)
    ran = onetown("map", "--check", good, "--check", bad, "--json")
    assert ran.code == 1
    assert [page["ok"] for page in ran.values["pages"]] == [True, False]
    assert ran.values["pages"][1]["faults"][0]["rule"] == "access"


def test_check_and_a_place_do_not_go_together(onetown: Onetown, tmp_path: Path) -> None:
    """A wrong call says what is wrong with it."""
    ran = onetown("map", "place.toml", "--check", tmp_path / "a.html")
    assert ran.code == 2
    assert onetown("map").code == 2
    ran = onetown("map", "--check", tmp_path / "none.html")
    assert (ran.code, ran.err.count("\n")) == (1, 1)
