"""`onetown options` through its front door: years, pins, questions, targets, files and refusals."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from tests.test_refusals import _first_office, _replace, _run, county  # noqa: F401 - a fixture is used by its name

RULES = """uses = ['office']
years = 3
capital_gbp = [500_000, 250_000]
releases_per_town = 2
also = ['do minimum']
"""


@pytest.fixture
def place(county: Path, tmp_path: Path) -> Path:  # noqa: F811
    """Return a small county with years, budgets, town limits and an access standard."""
    folder = shutil.copytree(county, tmp_path / "county")
    _replace(r"uses = \['office'\]\n", RULES)(folder)
    _replace(r"\n\[options\]\n", "\n[access]\nstandards = [{ service = 'library', limit_min = 20 }]\n\n[options]\n")(
        folder
    )
    _replace(r"\[travel\]\n[^\[]*", "[travel]\nmode = 'drive'\n\n")(folder)
    return folder / "place.toml"


def test_options_over_years_are_told_and_written(
    place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Options, a question, a target and the front in one go; every table is there and can be read."""
    office = _first_office(place.parent)
    capsys.readouterr()
    words = [
        "--json",
        "--quiet",
        "--seconds",
        "5",
        "--why",
        office,
        "--why",
        f"team:{office}#desks",
        "--why",
        "all",
        "--target",
        "access:0",
        "--front",
        "3",
    ]
    code = _run("options", place, *words, "--out", tmp_path / "out")
    printed = capsys.readouterr()
    assert code == 0, printed.err
    told = json.loads(printed.out)
    names = [option["name"] for option in told["options"]]
    assert names == ["do nothing", "do minimum", "each alone", "joint"]
    costs = [option["cost_gbp"] for option in told["options"]]
    assert costs == sorted(costs, reverse=True)
    assert told["why"][0]["asset"] == office
    buildings = pd.read_csv(tmp_path / "out" / "option_buildings.csv", dtype={"asset_id": str}).set_index("option")
    assert buildings.loc["joint", "opposite"].isin(["found", "impossible", "none found", "against a rule"]).all()
    assert buildings.drop(index="joint")["opposite"].isna().all()
    blocks = pd.read_csv(tmp_path / "out" / "option_blocks.csv")
    assert told["why"][1]["teams"] == [f"{office}#desks"]
    assert len(told["why"]) == 1 + len(buildings.loc[["joint"]]) + len(blocks)
    assert blocks["reason"].notna().all()
    assert len(told["front"]) == 3
    assert told["target"]["sentences"]
    years = pd.read_csv(tmp_path / "out" / "option_years.csv")
    assert set(years["option"]) >= set(names)
    assert {"buildings"} <= set(gpd.list_layers(tmp_path / "out" / "options.gpkg")["name"])
    assert (tmp_path / "out" / "option_front.csv").exists()


def test_slips_on_the_command_line_are_refused(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One sentence each, before the long work."""
    for words, part in (
        (("--pin", "kep:A1"), "Did you mean 'keep'"),
        (("--pin", "move:T1"), "write move:TEAM:ASSET"),
        (("--option", "do minimun"), "Did you mean 'do minimum'"),
        (("--target", "saving:200"), "write saving:20"),
    ):
        assert _run("options", place, "--quiet", *words) == 1
        assert part in capsys.readouterr().err


def test_a_table_of_moves_is_one_more_option_and_all_are_scored(
    place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A committee's own list of moves stands beside the plans that were sought; one framework holds them all."""
    table = tmp_path / "committee.csv"
    table.write_text("team,to\n", encoding="utf-8")
    words = ["--json", "--quiet", "--seconds", "3", "--years", "1", "--moves", table]
    code = _run("options", place, *words, "--out", tmp_path / "out")
    printed = capsys.readouterr()
    assert code == 0, printed.err
    told = json.loads(printed.out)
    assert [option["name"] for option in told["options"]][-2:] == ["committee", "joint"]
    ranks = {row["option"]: row["rank"] for row in told["scores"]["options"]}
    assert set(ranks) == {option["name"] for option in told["options"]}
    scores = pd.read_csv(tmp_path / "out" / "option_scores.csv", index_col="option")
    assert scores["rank"].to_dict() == ranks
    table.write_text("building\nNowhere House\n", encoding="utf-8")
    assert _run("options", place, "--quiet", "--seconds", "3", "--moves", table) == 1
    assert "No building 'Nowhere House' is decided about" in capsys.readouterr().err


def test_a_new_hub_is_drawn_walked_to_and_appraised(
    place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A candidate site stands in no list, yet on the map, in the tables and in the paper of a run."""
    hub = """
[[options.hubs]]
id = "HUB1"
name = "Town gateway"
organisation = "Peakshire County Council"
easting = 405_000
northing = 372_000
desks = 500
nia_m2 = 6_000
capital_gbp = 1
running_cost_gbp_pa = 1
value_gbp = 900_000
"""
    place.write_text(place.read_text(encoding="utf-8") + hub, encoding="utf-8")
    code = _run("run", place, "--quiet", "--seconds", "3", "--out", tmp_path / "out")
    printed = capsys.readouterr()
    assert code == 0, printed.err
    buildings = gpd.read_file(tmp_path / "out" / "results.gpkg", layer="buildings").set_index("asset_id")
    assert buildings.loc["HUB1", "decision"] in {"build", "not built"}
    assert (tmp_path / "out" / "report.docx").exists()
