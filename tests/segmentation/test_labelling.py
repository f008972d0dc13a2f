"""Partners label their own customers from a model and a look-up; names are what people chose."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box

from geodata.errors import DataError, SchemaError
from geodata.write import write_csv, write_geopackage
from segmentation.applied import apply_model, read_model
from segmentation.bases import place_base, read_base
from segmentation.describe import index_scores
from segmentation.interviews import notes_by_segment
from segmentation.labelling import label_customers
from segmentation.lookup import area_segments, mark_of, postcode_segments, read_lookup
from segmentation.naming import rename, rename_model
from segmentation.portrait import build_portraits
from segmentation.segments import Segments, build_segments
from tests.segmentation.conftest import VARIABLES, planted_census

CENSUS, KINDS = planted_census(60)


@pytest.fixture(scope="module")
def made() -> Segments:
    """Return three kinds of community, grouped."""
    return build_segments(CENSUS, n_super=2, n_sub=3, floor=0.05, variables=VARIABLES, n_resamples=2, place="Planted")


@pytest.fixture
def lookup(made: Segments, tmp_path: Path) -> Path:
    """Return the look-up as CSV: two postcodes in E0000, one in E0001."""
    areas = area_segments(made.table, made.model)
    postcodes = pd.Series({"DE1 0AB": "E0000", "DE1 0AA": "E0000", "DE1 0AD": "E0001", "DE1 0AE": ""})
    write_csv(postcode_segments(areas, postcodes), tmp_path / "postcode_segments.csv", index=False)
    return tmp_path / "postcode_segments.csv"


def customers(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "customers.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_customers_get_their_segment_by_any_spelling_of_a_postcode(
    made: Segments, lookup: Path, tmp_path: Path
) -> None:
    """Rows in = labelled + not, and the row number is the one that a spreadsheet shows."""
    path = customers(tmp_path, "Name,Postcode\nAnn,de10aa\nBob,DE1 OAB\nCyd,DE1\n,\nDot,DE9 9ZZ\nEve,de1-0ad\n")
    found = label_customers(path, made.model, read_lookup(lookup))
    subs = made.table["sub"]
    assert found.table["segment"].dropna().to_dict() == {2: subs["E0000"], 3: subs["E0000"], 7: subs["E0001"]}
    assert found.table.loc[2, "name"] == made.names()["sub", subs["E0000"]]
    assert found.table.loc[2, "certainty"] == made.table.loc["E0000", "certainty"]
    assert found.rows_in == 5 == found.labelled + sum(found.not_labelled.values())
    assert len(found.not_labelled) == 2


def test_no_personal_column_comes_out_unless_asked_for(made: Segments, lookup: Path, tmp_path: Path) -> None:
    """Neither names nor postcodes; with keep, the one that was named."""
    path = customers(tmp_path, "Name,Ref,Postcode\nAnn Archer,007,DE1 0AA\n")
    plain = label_customers(path, made.model, read_lookup(lookup))
    assert not any(word in plain.table.to_csv() for word in ("Ann", "007", "DE1"))
    kept = label_customers(path, made.model, read_lookup(lookup), keep=["Ref"])
    assert kept.table["Ref"].tolist() == ["007"]
    assert "Ann" not in kept.table.to_csv()
    with pytest.raises(SchemaError, match="Did you mean 'Ref'"):
        label_customers(path, made.model, read_lookup(lookup), keep=["Reff"])


def test_the_geopackage_places_coordinates_and_area_codes(made: Segments, tmp_path: Path) -> None:
    """Customers known by easting and northing only."""
    areas = area_segments(made.table, made.model).set_index("oa_code")
    squares = [box(400_000 + 100 * at, 300_000, 400_100 + 100 * at, 300_100) for at in range(len(areas))]
    layers = {
        "areas": gpd.GeoDataFrame(areas, geometry=squares, crs="EPSG:27700"),
        "postcodes": pd.DataFrame({"postcode": ["DE1 0AA"], "oa_code": ["E0000"]}).rename_axis("row"),
    }
    write_geopackage(layers, tmp_path / "segments_lookup.gpkg")
    path = customers(tmp_path, "oa_code,easting,northing\n,400150,300050\nE0002,,\n,1,1\n")
    found = label_customers(path, made.model, read_lookup(tmp_path / "segments_lookup.gpkg"))
    assert found.table["placed_by"].tolist() == ["coordinates", "area code", ""]
    assert found.table["segment"].dropna().tolist() == made.table.loc[["E0001", "E0002"], "sub"].tolist()


def test_a_look_up_of_another_model_or_year_is_refused(made: Segments, lookup: Path, tmp_path: Path) -> None:
    """New names are no other model; new centroids are."""
    path = customers(tmp_path, "postcode\nDE1 0AA\n")
    renamed = rename_model(made.model, {"sub 0": "Village edges"})
    assert mark_of(renamed) == mark_of(made.model)
    name = label_customers(path, renamed, read_lookup(lookup)).table["name"]
    assert (name == "Village edges").all() == (made.table.loc["E0000", "sub"] == 0)
    with pytest.raises(SchemaError, match="another model"):
        label_customers(path, replace(made.model, seed=99), read_lookup(lookup))
    with pytest.raises(SchemaError, match=r"2021 Census, and the model is of 2011"):
        label_customers(path, replace(made.model, vintage=2011), read_lookup(lookup))
    with pytest.raises(SchemaError, match="is no look-up of segments"):
        read_lookup(path)


def test_names_go_into_the_model_and_everything_made_of_it(made: Segments, tmp_path: Path) -> None:
    """By number or by the proposed name; the model keeps them when it is saved and read."""
    proposed = made.names()["sub", 1]
    changed = rename(made, {"Sub 2": "Student streets", proposed: "  Mill   terraces "})
    assert changed.names()["sub", 2] == "Student streets"
    told = changed.portraits.set_index(["level", "segment"])["name"]
    assert (told["sub", 1], told["sub", 2]) == ("Mill terraces", "Student streets")
    (tmp_path / "model.json").write_text(changed.model.to_json(), encoding="utf-8")
    again = apply_model(CENSUS, read_model(tmp_path / "model.json"), place="Planted")
    assert again.names() == changed.names()
    assert again.table[["super", "sub"]].equals(made.table[["super", "sub"]])


def test_a_proposed_name_that_was_changed_in_an_earlier_run_is_no_fault(made: Segments) -> None:
    """The key is gone from the saved model, and its segment has the wanted name already."""
    wanted = {made.names()["sub", 1]: "Mill terraces"}
    once = rename(made, wanted)
    assert rename(once, wanted).names() == once.names()


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        ({"sub 9": "X people"}, "there is no segment 'sub 9'"),
        ({"sub 0": "B2"}, "'B2' is a code, not a name"),
        ({"sub 0": "Segment 3"}, "is a code"),
        ({"sub 0": " "}, "a name is empty"),
        ({"sub 0": "x" * 101}, "has 101 signs"),
        ({"sub 0": "Same", "sub 1": "same"}, "two sub segments would be called"),
        ({"super 0": "Same", "sub 1": "same"}, "'super 0' and a sub-cluster would both be called 'Same'"),
    ],
)
def test_names_that_tell_nothing_are_refused(made: Segments, wanted: dict[str, str], sentence: str) -> None:
    """No segment is named by a code alone."""
    with pytest.raises(DataError, match=sentence):
        rename_model(made.model, wanted)


def test_the_base_against_itself_is_exactly_100(made: Segments, tmp_path: Path) -> None:
    """The place as its own base, and the same counts read from a file as a wider base."""
    from geodata.shares import compute_shares  # noqa: PLC0415

    shares = compute_shares(CENSUS, made.model.definitions)
    whole = made.table.assign(super=0, sub=0)
    CENSUS.counts.rename_axis("oa21cd").reset_index().to_csv(tmp_path / "county.csv", index=False)
    wider = read_base(tmp_path / "county.csv", name="County", variables=made.model.definitions, vintage=2021)
    for base in (place_base(shares, "Planted"), wider):
        scores = index_scores(shares, whole, base=base.shares.reindex(shares.table.columns))
        assert (scores.to_numpy() == 100.0).all()


def test_a_base_may_be_a_table_of_shares_and_lack_some(made: Segments, tmp_path: Path) -> None:
    """What it lacks has no index; what is no share is refused."""
    path = tmp_path / "country.csv"
    path.write_text("variable,percent\nowned,62.5\ndetached,22\n", encoding="utf-8")
    base = read_base(path, name="Country", variables=made.model.definitions, vintage=2021)
    assert base.shares["owned"] == 0.625
    assert set(base.missing()) == {"density", "social_rented", "students"}
    path.write_text("variable,share\nowned,62.5\n", encoding="utf-8")
    with pytest.raises(SchemaError, match="percent"):
        read_base(path, name="Country", variables=made.model.definitions, vintage=2021)


def test_a_portrait_says_whom_each_percentage_is_of(made: Segments) -> None:
    """And nobody is lost: super clusters add up to the place, sub-clusters to their super cluster."""
    from geodata.shares import compute_shares  # noqa: PLC0415

    shares = compute_shares(CENSUS, made.model.definitions)
    areas = pd.DataFrame({"locality": "Here", "population": CENSUS.population()})
    notes = pd.DataFrame({"note": ["The bus!", "A door."], "oa_code": ["E0000", ""], "segment": ["", "sub 1"]})
    told = build_portraits(made, shares, areas, place_base(shares, "Planted"), notes=notes_by_segment(notes, made))
    supers = [one for one in told if one.level == "super"]
    assert sum(one.residents for one in supers) == CENSUS.population().sum()
    assert sum(one.n_areas for one in told if one.level == "sub") == 60
    for one in told:
        assert all("% of " in line and "% in " in line for line in one.sentences)
        assert all(row.of for row in (*one.more, *one.fewer))
        assert all(row.difference_pp > 0 for row in one.more)
        assert sum(bar.share for bar in one.tenures) == pytest.approx(1.0) or not one.tenures
    assert sum("The bus!" in note for one in told for note in one.notes) == 2
    by_number = {one.number: one.notes for one in told if one.level == "sub"}
    assert "A door." in by_number[1]


def test_a_note_about_nobody_is_refused(made: Segments) -> None:
    """With row, word and remedy, all at once."""
    notes = pd.DataFrame({"note": ["a", "b"], "oa_code": ["E9999", ""], "segment": ["", "sub 77"]})
    with pytest.raises(DataError, match=r"row 2.*E9999.*row 3.*sub 77"):
        notes_by_segment(notes, made, source="notes.csv")


def test_a_place_of_one_locality_does_not_say_where_a_segment_is_found(made: Segments) -> None:
    """'Trafford (40 % of its residents)' tells nobody of Trafford anything."""
    from geodata.shares import compute_shares  # noqa: PLC0415

    shares = compute_shares(CENSUS, made.model.definitions)
    areas = pd.DataFrame({"locality": "Here", "population": CENSUS.population()})
    one = build_portraits(made, shares, areas, place_base(shares, "Planted"))
    assert {portrait.places for portrait in one} == {()}
    assert not any("Here" in code for portrait in one for code in portrait.typical)
    areas.iloc[:30, 0] = "There"
    several = build_portraits(made, shares, areas, place_base(shares, "Planted"))
    assert all(portrait.places for portrait in several)
    assert all(portrait.compared.startswith(("Compared with Planted: ", "Much like Planted")) for portrait in several)
