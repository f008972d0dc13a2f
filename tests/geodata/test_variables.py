"""The registry of census variables: complete, named alike in both censuses, and in words that make sentences."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd
import pytest

from geodata.census_cells import CELLS
from geodata.errors import DataError
from geodata.variables import Variable, choose_variables, read_stand_ins, read_variables

HERE = Path(__file__).parent


def expected(column: str) -> dict[str, str]:
    """Return what the published list says of each variable."""
    with (HERE / f"expected_{column}.tsv").open(encoding="utf-8") as file:
        return {row["name"]: row[column] for row in csv.DictReader(file, delimiter="\t")}


@pytest.mark.parametrize(("vintage", "column"), [(2011, "camden_share"), (2021, "in_derbyshire_extract")])
def test_each_census_has_the_64_variables_of_the_published_list(vintage: int, column: str) -> None:
    """A variable lost or renamed would silently change every classification."""
    assert [variable.name for variable in read_variables(vintage)] == list(expected(column))
    assert len(read_variables(vintage)) == 64


@pytest.mark.parametrize("vintage", [2011, 2021])
def test_every_cell_is_a_cell_of_its_census(vintage: int) -> None:
    """A cell of the other census would be called missing for ever."""
    assert all(CELLS[vintage].fullmatch(cell) for variable in read_variables(vintage) for cell in variable.cells)


@pytest.mark.parametrize("vintage", [2011, 2021])
def test_labels_tell_the_variables_apart(vintage: int) -> None:
    """Two bars of a portrait with one label cannot be read."""
    labels = [variable.label for variable in read_variables(vintage)]
    assert len(set(labels)) == len(labels)


def test_names_that_both_censuses_share_mean_the_same() -> None:
    """The domain of a shared name is the same; only its base may differ between censuses."""
    old, new = ({variable.name: variable for variable in read_variables(year)} for year in (2011, 2021))
    shared = set(old) & set(new)
    assert len(shared) > 30
    assert all(old[name].domain == new[name].domain for name in shared)


def test_a_share_becomes_a_sentence_with_its_base() -> None:
    """A percentage without a base says nothing."""
    (no_car,) = choose_variables(["no_car"], read_variables(2021))
    assert no_car.sentence(0.192) == "19.2 % of households have no car or van"
    (density,) = choose_variables(["density"], read_variables(2011))
    assert density.sentence(137.7) == "138 residents per hectare"


def test_stand_ins_are_for_variables_of_the_registry_and_say_what_differs() -> None:
    """A stand-in for nothing, or without a note, would pass for a count."""
    names = {variable.name for variable in read_variables(2021)}
    assert {one.variable for one in read_stand_ins(2021)} <= names
    assert all(one.note for one in read_stand_ins(2021))
    assert read_stand_ins(2011) == ()


def test_a_census_without_registry_is_refused() -> None:
    """2001 had other tables."""
    with pytest.raises(DataError, match="not for 2001"):
        read_variables(2001)


def test_a_name_that_is_no_variable_is_refused_with_the_nearest() -> None:
    """Somebody who writes `flats` means `flat`."""
    with pytest.raises(DataError, match=r"no 'flats'\. Did you mean 'flat'"):
        choose_variables(["flats", "owned"], read_variables(2021))


def test_a_variable_is_a_share_or_a_density() -> None:
    """A share without a whole cannot be computed."""
    with pytest.raises(ValueError, match="a share has a denominator"):
        Variable("x", "d", "X", "residents", "are x", ("a",))


@pytest.mark.real
def test_rooms_to_spare_are_two_or_more_and_are_not_called_by_the_code_of_one_or_more(real_data: Path) -> None:
    """The published v40 counts one room or more; a wrong code would put one measure on the scale of the other."""
    counts = pd.read_parquet(real_data / "derbyshire" / "census2021_oa_counts.parquet").set_index("oa21cd")
    published = real_data / "census" / "oac2021" / "derived_ew_oac2021_inputs_pct_partial.parquet"
    v40 = pd.read_parquet(published, columns=["oa21cd", "v40"]).set_index("oa21cd")["v40"].reindex(counts.index) / 100
    (ours,) = choose_variables(["spare_rooms"], read_variables(2021))
    two = counts["ts0530002"] / counts["ts0530001"]
    one = (counts["ts0530002"] + counts["ts0530003"]) / counts["ts0530001"]
    assert ours.source == "ts0530002 / ts0530001"
    assert ours.code == "v40 (there one room or more)"
    assert (one - v40).abs().max() < 1e-6
    assert (two - v40).abs().mean() > 0.25
