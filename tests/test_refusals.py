"""What a whole run refuses: one sentence that names the fault and the remedy, exit 1, nothing written."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest

import cli
from geodata.demo import write_demo

Spoil = Callable[[Path], None]


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a small made-up county with the lists of two bodies only, so that a run takes seconds."""
    folder = tmp_path_factory.mktemp("small") / "county"
    write_demo(folder, seed=1, n_areas=150)
    place = folder / "place.toml"
    text = place.read_text(encoding="utf-8")
    lists = re.findall(r"\[\[assets\]\]\nfile[^\n]+\norganisation[^\n]+\n", text)
    for entry in lists[2:]:
        text = text.replace(entry, "")
    text = re.sub(r"\[teams\]\n[^\[]*", "", text)
    text = re.sub(r"\n\[options\]\n.*?(?=\n\[[a-z]+\]\n|\Z)", "\n[options]\nuses = ['office']\n", text, flags=re.DOTALL)
    text = re.sub(r"\n\[access\]\n.*?(?=\n\[[a-z]+\]\n|\Z)", "\n", text, flags=re.DOTALL)
    text = re.sub(r"\n\[segments\]\n[^\[]*", "\n[segments]\nsuper = 2\nsub = 3\nfloor = 0.05\n\n", text)
    place.write_text(text, encoding="utf-8")
    return folder


def _replace(old: str, new: str) -> Spoil:
    def spoil(folder: Path) -> None:
        place = folder / "place.toml"
        text = place.read_text(encoding="utf-8")
        assert re.search(old, text), old
        place.write_text(re.sub(old, new, text, count=1), encoding="utf-8")

    return spoil


def _break(name: str, content: bytes) -> Spoil:
    def spoil(folder: Path) -> None:
        assert (folder / name).exists()
        (folder / name).write_bytes(content)

    return spoil


def _first_office(folder: Path) -> str:
    """Return the id of an office of the county, read from the register that the check writes."""
    out = folder.parent / "register"
    assert _run("check", folder / "place.toml", "--quiet", "--out", out) == 0
    register = gpd.read_file(out / "register.gpkg")
    return str(register.loc[register["use"] == "office", "asset_id"].iloc[0])


def _run(*words: str | Path) -> int:
    before, sys.argv = sys.argv, ["onetown", *map(str, words)]
    try:
        cli.main()
    except SystemExit as stop:
        return int(stop.code or 0)
    finally:
        sys.argv = before
    return 0


REFUSALS = {
    "a file is missing": (_replace("census2021.parquet", "census.parquet"), r"'census\.parquet'.*--data"),
    "a file cannot be read": (_break("census2021.parquet", b"PAR1 broken PAR1"), r"census2021\.parquet"),
    "a census of another year": (_replace("vintage = 2021", "vintage = 2011"), r"2011.*2021|2021.*2011"),
    "areas that do not join": (_replace('areas_code = "oa21cd"', 'areas_code = "lsoa21cd"'), r"areas\.gpkg"),
    "a column that is not there": (_replace('areas_code = "oa21cd"', 'areas_code = "oa21"'), r"[Dd]id you mean"),
    "a body named twice": (
        _replace(r'(\[\[assets\]\]\nfile[^\n]+\norganisation = )"([^"]+)"', r'\1"\2"\n\n\g<0>'),
        "named twice",
    ),
    "a district that does not exist": (_replace(r'districts = \["P07000001"', 'districts = ["E07000099"'), "E07000099"),
    "more segments than areas allow": (_replace("sub = 3", "sub = 99"), r"99|floor|segments"),
    "an unknown assumption": (
        lambda folder: _append(folder, "[assumptions]\nmove_gbp_per_ft = 3\n"),
        r"move_gbp_per_ft.*Did you mean 'move_gbp_per_fte'",
    ),
    "a pin on an unknown building": (
        _replace(r"uses = \['office'\]\n", "uses = ['office']\npins = [{ asset = 'nowhere/1', rule = 'keep' }]\n"),
        "nowhere/1",
    ),
}


def _append(folder: Path, text: str) -> None:
    place = folder / "place.toml"
    place.write_text(place.read_text(encoding="utf-8") + "\n" + text, encoding="utf-8")


@pytest.mark.parametrize("fault", REFUSALS)
def test_a_faulty_place_is_refused_in_one_sentence(
    fault: str, county: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No traceback, no half-written folder, and the words that tell what to do."""
    spoil, told = REFUSALS[fault]
    folder = shutil.copytree(county, tmp_path / "county")
    spoil(folder)
    code = _run("run", folder / "place.toml", "--quiet", "--out", tmp_path / "out")
    err = capsys.readouterr().err
    assert code == 1, err
    assert re.search(told, err), err
    assert err.startswith("onetown: ")
    assert err.strip().count("\n") == 0, err
    assert not (tmp_path / "out").exists()
    assert not list(tmp_path.glob("*.partial"))


def test_rules_that_no_plan_satisfies_are_named(
    county: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A building pinned to be released whose people may move nowhere: the rule that bites is said."""
    folder = shutil.copytree(county, tmp_path / "county")
    office = _first_office(folder)
    pins = f"pins = [{{ asset = '{office}', rule = 'release' }}]\nmax_move_km = 0.001\n"
    _replace(r"uses = \['office'\]\n", f"uses = ['office']\n{pins}")(folder)
    capsys.readouterr()
    code = _run("options", folder / "place.toml", "--quiet", "--out", tmp_path / "out")
    err = capsys.readouterr().err
    assert code == 1, err
    assert office in err
    assert "released" in err
    assert not (tmp_path / "out").exists()


def test_the_small_county_itself_runs(county: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is refused above is refused for its fault and nothing else."""
    code = _run("run", county / "place.toml", "--quiet", "--seconds", "5", "--out", tmp_path / "out")
    assert code == 0, capsys.readouterr().err
    assert (tmp_path / "out" / "map.html").exists()
