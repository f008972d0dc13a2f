"""The people of the made-up county: counts that obey the census, and planted types that can be found again."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from geodata.demo_contacts import make_contacts, make_notes
from geodata.demo_land import Land, build_land
from geodata.demo_names import read_table
from geodata.demo_people import People, read_types, settle_people
from geodata.demo_places import name_areas, scatter_postcodes
from geodata.variables import read_variables


@pytest.fixture(scope="module")
def land() -> Land:
    """Return the county at its full size."""
    return build_land(seed=0, n_areas=2600)


@pytest.fixture(scope="module")
def people(land: Land) -> People:
    """Return its people."""
    return settle_people(land, seed=0)


def test_counts_are_whole_and_never_negative(people: People) -> None:
    """Counts, not shares: everything but the density is an integer."""
    counts = people.counts.drop(columns="ts0060001")
    assert all(dtype.kind == "i" for dtype in counts.dtypes)
    assert counts.to_numpy().min() >= 0


def test_all_64_variables_can_be_computed(people: People) -> None:
    """Every numerator and denominator of the registry is there, and no share is above 1."""
    counts = people.counts
    variables = read_variables(2021)
    assert len(variables) == 64
    for variable in variables:
        part = counts[list(variable.numerator)].sum(axis=1)
        if variable.denominator is not None:
            assert (part <= counts[variable.denominator]).all(), variable.name
        assert part.sum() > 0, variable.name


def test_parent_cells_are_the_sum_of_their_children(people: People) -> None:
    """Whoever adds up a table finds its total, down every level."""
    cells = pd.DataFrame(read_table("demo_cells.tsv"))
    for parent, children in cells[cells["parent"] != ""].groupby("parent")["cell"]:
        assert (people.counts[parent] == people.counts[list(children)].sum(axis=1)).all(), parent
    assert (people.counts["ts0010001"] == people.counts["ts0010002"] + people.counts["ts0010003"]).all()


def test_tables_agree_with_each_other(people: People) -> None:
    """Totals of one population are the same in every table, and nobody is counted who is not there."""
    counts = people.counts
    for table in ("ts004", "ts007a", "ts019", "ts021", "ts030", "ts037", "ts038"):
        assert (counts[f"{table}0001"] == counts["ts0010001"]).all(), table
    for table in ("ts023", "ts044", "ts045", "ts053", "ts054"):
        assert (counts[f"{table}0001"] == counts["ts0030001"]).all(), table
    for table in ("ts059", "ts063"):
        assert (counts[f"{table}0001"] == counts["ts0660003"] + counts["ts0660015"]).all(), table
    assert (counts["ts0620010"] == counts["ts0660014"] + counts["ts0660028"]).all()
    assert (counts["ts0230002"] == counts["ts0030002"]).all()
    older = counts[[f"ts007a{band:04d}" for band in range(15, 20)]].sum(axis=1)
    assert (counts["ts0030003"] <= older).all()
    assert (counts["ts0020001"] <= counts["ts0010001"]).all()


def test_areas_have_the_size_of_output_areas(people: People) -> None:
    """100 to 625 residents and 40 to 250 households each, about 310 and 130 in the middle."""
    residents, households = people.counts["ts0010001"], people.counts["ts0030001"]
    assert residents.between(100, 625).all()
    assert households.between(40, 250).all()
    assert 290 < residents.median() < 330
    assert 120 < households.median() < 145
    assert (people.counts["ts0010002"] >= households).all()


def test_density_is_residents_over_the_area_as_drawn(land: Land, people: People) -> None:
    """The one statistic that is not a count follows from the outline."""
    expected = people.counts["ts0010001"] / (land.areas.area / 1e6)
    assert np.allclose(people.counts["ts0060001"], expected, atol=0.051)


def test_every_type_is_planted_often_enough(people: People) -> None:
    """Eighteen types in four families; none is rarer than the floor of 2 % that segmentation is asked to keep."""
    share = people.types["type"].value_counts(normalize=True)
    assert sorted(share.index) == list(range(1, 19))
    assert share.min() > 0.02
    assert people.types["family"].nunique() == 4


def test_planted_types_cluster_in_space(land: Land, people: People) -> None:
    """Neighbours are of one type several times as often as chance would have it, yet not always."""
    kind = people.types["type"].to_numpy()
    left, right = land.neighbours.T
    alike = (kind[left] == kind[right]).mean()
    chance = float((people.types["type"].value_counts(normalize=True) ** 2).sum())
    assert 4 * chance < alike < 0.8


def test_planted_types_show_in_the_counts(people: People) -> None:
    """An area's shares alone tell its type: centroids of one half name nine in ten of the other half rightly."""
    cells = pd.DataFrame(read_table("demo_cells.tsv"))
    leaves = cells[cells["percent"] != ""]
    total = people.counts[[f"{cell[:-4]}0001" for cell in leaves["cell"]]].to_numpy()
    shares = np.arcsinh(100 * people.counts[leaves["cell"].to_list()].to_numpy() / total)
    kind, odd = people.types["type"].to_numpy(), np.arange(len(total)) % 2 == 1
    centroids = np.array([shares[odd & (kind == number)].mean(axis=0) for number in range(1, 19)])
    nearest = ((shares[~odd][:, None] - centroids) ** 2).sum(axis=2).argmin(axis=1) + 1
    assert (nearest == kind[~odd]).mean() > 0.9


def test_contacts_follow_the_type_of_community(land: Land, people: People) -> None:
    """Areas in high need ask for jobs and benefits far more than leafy suburbs; silent areas never do."""
    postcodes = scatter_postcodes(land, name_areas(land), seed=0)
    contacts, silent = make_contacts(people, postcodes, seed=0)
    area = contacts["postcode"].map(postcodes.set_index("pcd")["area"])
    kind = people.types["type_name"].reindex(area).to_numpy()
    asks = contacts["service"].isin(["jobs", "benefits"]).to_numpy()
    need, leafy = ((asks & (kind == name)).sum() for name in ("Flats in high need", "Leafy professional suburbs"))
    assert 20_000 < len(contacts) < 60_000
    assert need > 3 * leafy
    assert len(silent) > 10
    assert not set(area.dropna()) & set(silent)
    assert set(contacts["kind"]) == {"use", "complaint"}
    unplaced = area.isna().mean()
    assert 0.01 < unplaced < 0.05


def test_notes_stand_at_areas_of_the_county(land: Land) -> None:
    """A note without a place could not be shown."""
    codes = name_areas(land)
    notes = make_notes(codes, seed=0)
    assert set(notes["oa_code"]) <= set(codes["oa21cd"])
    assert notes["note"].str.len().min() > 20


def test_types_name_traits_that_exist() -> None:
    """Eighteen types, each with its ten traits and a wanted share."""
    types = read_types()
    assert [kind.number for kind in types] == list(range(1, 19))
    assert all(len(kind.traits) == 10 and kind.share > 0 for kind in types)
