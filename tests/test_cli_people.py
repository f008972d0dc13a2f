"""Portraits, names, labels and take-up as a user meets them: from place.toml to files, and what is refused."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

import cli
from geodata.demo import write_demo

LISTS = re.compile(r"\[\[assets\]\]\nfile[^\n]+\norganisation[^\n]+\n")


def run(*words: str | Path) -> int:
    """Run the command in this process."""
    before, sys.argv = sys.argv, ["onetown", *map(str, words)]
    try:
        cli.main()
    except SystemExit as stop:
        return int(stop.code or 0)
    finally:
        sys.argv = before
    return 0


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a small made-up county without its asset lists, segmented once."""
    folder = tmp_path_factory.mktemp("small") / "county"
    write_demo(folder, seed=1, n_areas=120)
    place = folder / "place.toml"
    text = LISTS.sub("", place.read_text(encoding="utf-8"))
    text = re.sub(r"\[segments\]\n[^\[]*", "[segments]\nsuper = 2\nsub = 3\nfloor = 0.05\nresamples = 2\n\n", text)
    place.write_text(text, encoding="utf-8")
    assert run("segment", place, "--quiet", "--out", folder.parent / "segments") == 0
    return folder


@pytest.fixture
def quiet(capsys: pytest.CaptureFixture[str]) -> Iterator[pytest.CaptureFixture[str]]:
    """Return the captured streams, emptied."""
    capsys.readouterr()
    return capsys


def test_a_partner_labels_customers_with_two_files(
    county: Path, tmp_path: Path, quiet: pytest.CaptureFixture[str]
) -> None:
    """Model and look-up, nothing else; names changed in the model come out."""
    for name in ("model.json", "postcode_segments.csv", "postcode_segments.txt", "segments_lookup.gpkg"):
        shutil.copy(county.parent / "segments" / name, tmp_path / name)
    assert "Peakshire is made up" in (tmp_path / "postcode_segments.txt").read_text(encoding="utf-8")
    model, lookup = tmp_path / "model.json", tmp_path / "postcode_segments.csv"
    table = pd.read_csv(lookup)
    assert not [name for name in table.columns if re.match(r"ts\d", name)]
    assert run("names", model, "--set", "sub 0=Village edges") == 0
    first = table[table["sub"] == 0].iloc[0]
    (tmp_path / "customers.csv").write_text(
        f"Customer,Postcode\nAnn Archer,{first['postcode'].lower().replace(' ', '')}\nBob,none\n", encoding="utf-8"
    )
    out = tmp_path / "labelled.csv"
    quiet.readouterr()
    call = ("label", tmp_path / "customers.csv", "--model", model, "--postcodes", lookup, "--out", out)
    assert run(*call, "--json") == 0
    told = json.loads(quiet.readouterr().out)
    assert (told["rows_in"], told["labelled"], told["not_labelled"]) == (2, 1, {"not a postcode": 1})
    assert told["segments"] == [{"segment": 0, "name": "Village edges", "customers": 1}]
    assert "Ann" not in out.read_text(encoding="utf-8-sig")
    assert pd.read_csv(out)["row"].tolist() == [2, 3]
    assert run(*call) == 1
    assert run(*call, "--overwrite", "--keep", "Customer") == 0
    assert "Ann Archer" in out.read_text(encoding="utf-8-sig")


def test_take_up_finds_the_areas_that_never_ring_and_writes_no_personal_column(
    county: Path, tmp_path: Path, quiet: pytest.CaptureFixture[str]
) -> None:
    """What was planted is found; no postcode and no number of a contact is in any file."""
    contacts = pd.read_csv(county / "contacts.csv", dtype="str").assign(customer="Ann Archer")
    contacts.to_csv(tmp_path / "contacts.csv", index=False)
    out, model = tmp_path / "takeup", county.parent / "segments" / "model.json"
    call = ("takeup", county / "place.toml", "--contacts", tmp_path / "contacts.csv", "--model", model, "--quiet")
    assert run(*call, "--json", "--out", out) == 0
    told = json.loads(quiet.readouterr().out)
    truth = pd.read_parquet(county / "truth" / "areas.parquet")
    assert {row["oa_code"] for row in told["never"]} >= set(truth.index[truth["silent"]])
    assert told["contacts_in"] == told["placed"] + sum(told["not_used"].values()) == len(contacts)
    whole = [row for row in told["segments"] if (row["level"], row["service"]) == ("place", "all services")]
    assert {row["index_score"] for row in whole} == {100.0}
    assert {path.name for path in out.iterdir()} >= {
        "takeup.html", "takeup.gpkg", "takeup_segments.csv", "takeup_areas.csv", "takeup_never.csv",
    }  # fmt: skip
    secret = ("Ann Archer", contacts["postcode"][0], contacts["contact_id"][0])
    for path in out.iterdir():
        content = path.read_bytes()
        assert not any(word.encode() in content for word in secret), path.name
    counts = pd.read_csv(out / "takeup_areas.csv")["uses"].dropna()
    assert not counts.between(1, 4).any()


def test_portraits_are_written_from_a_saved_model_with_the_names_of_place_toml(county: Path, tmp_path: Path) -> None:
    """Same files, same bytes, twice; a wider base by name."""
    folder = shutil.copytree(county, tmp_path / "county")
    place = folder / "place.toml"
    shares = "variable,share\nno_car,0.2\nowned,0.6\n"
    (folder / "country.csv").write_text(shares, encoding="utf-8")
    extra = '\n[names]\n"sub 1" = "Hill farms & more"\n[portraits.country]\nname = "Albion"\nfile = "country.csv"\n'
    place.write_text(place.read_text(encoding="utf-8") + extra, encoding="utf-8")
    model = county.parent / "segments" / "model.json"
    for out in ("one", "two"):
        call = ("portraits", place, "--model", model, "--base", "country", "--quiet", "--out", tmp_path / out)
        assert run(*call) == 0
    html = (tmp_path / "one" / "portraits.html").read_text(encoding="utf-8")
    assert html == (tmp_path / "two" / "portraits.html").read_text(encoding="utf-8")
    assert "Hill farms &amp; more" in html
    assert "More than in Albion" in html
    table = pd.read_csv(tmp_path / "one" / "portraits.csv")
    assert len(table) == 5
    assert (table["base"] == "Albion").all()


def test_labels_that_a_refresh_kept_are_used_with_its_model(county: Path, tmp_path: Path) -> None:
    """An area on a border stays where segments.csv has it; by its centroid alone it would be somewhere else."""
    for name in ("model.json", "segments.csv"):
        shutil.copy(county.parent / "segments" / name, tmp_path / name)
    labels = pd.read_csv(tmp_path / "segments.csv", index_col="oa_code")
    parents = labels.groupby("sub")["super"].first()
    area = labels.index[0]
    sub = next(one for one in parents.index if one != labels.loc[area, "sub"])
    labels.loc[area, ["super", "sub"]] = (parents[sub], sub)
    labels.to_csv(tmp_path / "segments.csv")
    args = ("portraits", county / "place.toml", "--model", tmp_path / "model.json", "--quiet")
    assert run(*args, "--out", tmp_path / "kept") == 0
    (tmp_path / "segments.csv").unlink()
    assert run(*args, "--out", tmp_path / "predicted") == 0
    kept, predicted = (
        pd.read_csv(tmp_path / folder / "portraits.csv").set_index(["level", "segment"])["n_areas"]
        for folder in ("kept", "predicted")
    )
    assert kept["sub", sub] == predicted["sub", sub] + 1


def test_take_up_without_contacts_is_refused_before_the_long_work(
    county: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody waits for segments only to hear that there is no list."""
    place = tmp_path / "place.toml"
    text = re.sub(r"\[contacts\]\n[^\[]*", "", (county / "place.toml").read_text(encoding="utf-8"))
    place.write_text(text, encoding="utf-8")
    capsys.readouterr()
    assert run("takeup", place, "--data", county) == 1
    err = capsys.readouterr().err
    assert "no contacts are named" in err
    assert "Reading census" not in err


REFUSED = {
    "an unknown base": (("portraits", "--base", "contry"), "", "Did you mean 'country'"),
    "a base without a table": (("portraits", "--base", "county"), "", r"\[portraits.county\]"),
    "an unknown service": (("takeup", "--service", "libary"), "", "Did you mean 'library'"),
    "an unknown expected": (("takeup",), "expected = 'popultion'", "Did you mean 'population'"),
    "a service without contacts": (("takeup",), "bases = { libary = 'households' }", "Did you mean 'library'"),
    "an unknown key": (("takeup",), "supress_below = 3", "Did you mean 'suppress_below'"),
    "a period that is none": (("takeup",), "after = 2026-01-01\nbefore = 2025-01-01", "later than"),
    "no list": (("takeup", "--contacts", "nowhere.csv"), "", "nowhere.csv: does not exist"),
    "a name that is a code": (("portraits",), "\n[names]\n'sub 1' = 'B2'", "is a code, not a name"),
    "a segment that is not there": (("portraits",), "\n[names]\n'sub 7' = 'People'", "no segment 'sub 7'"),
}


@pytest.mark.parametrize("fault", REFUSED)
def test_what_is_wrong_is_said_in_one_sentence(
    fault: str, county: Path, tmp_path: Path, quiet: pytest.CaptureFixture[str]
) -> None:
    """Exit 1, no traceback, nothing written."""
    (command, *options), extra, sentence = REFUSED[fault]
    folder = shutil.copytree(county, tmp_path / "county")
    place = folder / "place.toml"
    text = place.read_text(encoding="utf-8")
    place.write_text(text.replace('file = "contacts.csv"\n', f'file = "contacts.csv"\n{extra}\n'), encoding="utf-8")
    model = county.parent / "segments" / "model.json"
    assert run(command, place, "--model", model, *options, "--quiet", "--out", tmp_path / "out") == 1
    err = quiet.readouterr().err
    assert re.search(sentence, err), err
    assert err.strip().count("\n") == 0, err
    assert not (tmp_path / "out").exists()


def test_a_model_of_another_census_is_refused(county: Path, tmp_path: Path, quiet: pytest.CaptureFixture[str]) -> None:
    """Both years are named."""
    text = (county.parent / "segments" / "model.json").read_text(encoding="utf-8")
    (tmp_path / "model.json").write_text(text.replace('"vintage": 2021', '"vintage": 2011', 1), encoding="utf-8")
    assert run("takeup", county / "place.toml", "--model", tmp_path / "model.json", "--quiet") == 1
    assert re.search(r"2011 Census and cannot be applied to 2021", quiet.readouterr().err)
