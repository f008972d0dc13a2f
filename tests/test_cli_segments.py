"""Segments by the command: choose a number, build, refresh next year, and refuse in one sentence."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pandas as pd
import pytest

import cli
from geodata.demo import write_demo


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a small made-up county that asks for two super clusters and four sub-clusters."""
    folder = tmp_path_factory.mktemp("small") / "county"
    write_demo(folder, seed=1, n_areas=150)
    place = folder / "place.toml"
    text = place.read_text(encoding="utf-8")
    choice = "\n[segments]\nsuper = 2\nsub = 4\nfloor = 0.03\nresamples = 3\n\n"
    place.write_text(re.sub(r"\n\[segments\]\n[^\[]*", choice, text), encoding="utf-8")
    return place


@pytest.fixture(scope="module")
def last_year(county: Path) -> Path:
    """Return the folder of last year's segments."""
    out = county.parent.parent / "last-year"
    assert run("segment", county, "--out", out, "--quiet") == 0
    return out


def run(*words: str | Path) -> int:
    """Run the command in this process and return its exit code."""
    sys.argv = ["onetown", *map(str, words)]
    try:
        cli.main()
    except SystemExit as stop:
        return int(stop.code or 0)
    return 0


def changed(county: Path, tmp_path: Path, old: str, new: str) -> Path:
    """Return a copy of the place file with another setting, its data where they were."""
    text = county.read_text(encoding="utf-8")
    assert re.search(old, text), old
    text = re.sub(old, new, text, count=1)
    text = re.sub(r"(?m)^data = .*\n", "", text)
    path = tmp_path / "place.toml"
    path.write_text(text.replace("[place]\n", f'[place]\ndata = "{county.parent}"\n', 1), encoding="utf-8")
    return path


def test_choose_recommends_and_draws(county: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A number in words, a table, a picture and a page."""
    assert run("choose", county, "--k", "2-4", "--out", tmp_path / "choose", "--json", "--quiet") == 0
    told = json.loads(capsys.readouterr().out)
    assert [row["k"] for row in told["super"]] == [2, 3, 4]
    assert told["says"]
    assert {path.name for path in (tmp_path / "choose").iterdir()} >= {"choose.html", "clustergram.svg", "choose.json"}


@pytest.mark.parametrize("k", ["12-2", "two", "0-4", "2-99"])
def test_choose_refuses_a_range_that_is_none(county: Path, k: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 1, one sentence, how to write it."""
    assert run("choose", county, "--k", k, "--quiet") == 1
    assert "--k 2-12" in capsys.readouterr().err


def test_a_refresh_on_the_same_counts_changes_nothing(
    county: Path, last_year: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The model file comes out byte for byte, and so do the labels."""
    out = tmp_path / "this-year"
    assert run("segment", county, "--refresh", last_year / "model.json", "--out", out, "--json", "--quiet") == 0
    told = json.loads(capsys.readouterr().out)["refresh"]
    assert (told["chosen"], told["areas_changed"]) == ("assign", {"super": 0, "sub": 0})
    assert told["compared_with"] == "last year's labels"
    for name in ("model.json", "segments.csv", "portraits.csv"):
        assert (out / name).read_bytes() == (last_year / name).read_bytes(), name
    assert {path.name for path in out.iterdir()} >= {"transitions.csv", "transitions.svg", "refresh.html", "ways.csv"}
    page = (out / "refresh.html").read_text(encoding="utf-8")
    assert "centroids still fit" in page
    assert "<script" not in page


def test_names_that_people_gave_carry_over(
    county: Path, last_year: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A name given last year under the proposed one is borne already; one by number can be given this year."""
    names = pd.read_csv(last_year / "portraits.csv").query("level == 'sub'").set_index("segment")["name"]
    entries = f'\n[names]\n"{names[1]}" = "Riverside"\n"sub 2" = "The hills"\n'
    place = changed(county, tmp_path, r"resamples = 3", "resamples = 3")
    place.write_text(place.read_text(encoding="utf-8") + entries, encoding="utf-8")
    first, second = tmp_path / "first", tmp_path / "second"
    assert run("segment", place, "--out", first, "--quiet") == 0
    assert run("segment", place, "--refresh", first / "model.json", "--out", second, "--quiet") == 0
    capsys.readouterr()
    again = pd.read_csv(second / "portraits.csv").query("level == 'sub'").set_index("segment")["name"]
    assert (again[1], again[2]) == ("Riverside", "The hills")
    assert (second / "model.json").read_bytes() == (first / "model.json").read_bytes()


def test_boundaries_that_changed_need_a_look_up(
    county: Path, last_year: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without one the codes are named; with one that lacks codes too; with a whole one all labels carry over."""
    labels = pd.read_csv(last_year / "segments.csv", dtype="str")
    first, second = labels["oa_code"].iloc[0], labels["oa_code"].iloc[1]
    before = tmp_path / "before"
    before.mkdir()
    (before / "model.json").write_bytes((last_year / "model.json").read_bytes())
    labels["oa_code"] = labels["oa_code"].replace({first: "OLD1", second: "OLD2"})
    labels.to_csv(before / "segments.csv", index=False)
    assert run("segment", county, "--refresh", before / "model.json", "--quiet") == 1
    said = capsys.readouterr().err
    assert f"no earlier area for {first}, {second}" in said
    assert "OLD1, OLD2" in said
    assert 'lookup = "codes.csv"' in said
    codes = tmp_path / "codes.csv"
    codes.write_text(f"old,new\nOLD1,{first}\n")
    place = changed(county, tmp_path, r"resamples = 3", f'resamples = 3\nlookup = "{codes}"')
    assert run("segment", place, "--refresh", before / "model.json", "--quiet") == 1
    assert "Add these codes to the look-up" in capsys.readouterr().err
    codes.write_text(f"old,new\nOLD1,{first}\nOLD2,{second}\n")
    assert run("segment", place, "--refresh", before / "model.json", "--json", "--quiet") == 0
    told = json.loads(capsys.readouterr().out)["refresh"]
    assert told["boundaries"] == {"same": 148, "renamed": 2}
    assert told["areas_changed"]["sub"] == 0


@pytest.mark.parametrize(
    "slip",
    [
        (r"floor = 0.03", "floor = 0.3", "4 clusters of at least 45 areas"),
        (r"sub = 4", "sub = 400", "400 clusters were asked for, and there are 150 areas"),
        (r"resamples = 3", 'transform = "log"', "'segments.transform' is 'log'"),
        (r"resamples = 3", 'skaling = "z"', "Did you mean 'scaling'"),
        (r"resamples = 3", 'compare = "nowhere.csv"', "'nowhere.csv'"),
    ],
)
def test_what_place_toml_asks_for_is_checked(
    county: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], slip: tuple[str, str, str]
) -> None:
    """Exit 1, one sentence, nothing written."""
    old, new, sentence = slip
    place = changed(county, tmp_path, old, new)
    assert run("segment", place, "--out", tmp_path / "out", "--quiet") == 1
    assert sentence in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(None, "does not exist. Write a model with"), (b"\xff\xfe\x00", "is no model file"), (b"{}", "no segment model")],
)
def test_a_model_that_is_none_is_refused(
    county: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes | None, sentence: str
) -> None:
    """One sentence, no traceback."""
    path = tmp_path / "model.json"
    if content is not None:
        path.write_bytes(content)
    assert run("segment", county, "--refresh", path, "--quiet") == 1
    assert sentence in capsys.readouterr().err


def test_how_goes_with_refresh(county: Path, last_year: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Alone it is a wrong call; with another word a plain refusal."""
    assert run("segment", county, "--how", "warm") == 2
    assert run("segment", county, "--refresh", last_year / "model.json", "--how", "guess", "--quiet") == 1
    assert "Take assign, warm or refit" in capsys.readouterr().err


@pytest.mark.parametrize(("transform", "scaling"), [("box-cox", "robust"), ("none", "z")])
def test_recipes_can_be_chosen(county: Path, tmp_path: Path, transform: str, scaling: str) -> None:
    """The model file says which, and predicts its own labels."""
    place = changed(
        county, tmp_path, r"resamples = 3", f'resamples = 3\ntransform = "{transform}"\nscaling = "{scaling}"'
    )
    assert run("segment", place, "--out", tmp_path / "out", "--quiet") == 0
    recipe = json.loads((tmp_path / "out" / "model.json").read_text(encoding="utf-8"))["recipe"]
    assert (recipe["transform"], recipe["scaling"]) == (transform, scaling)
