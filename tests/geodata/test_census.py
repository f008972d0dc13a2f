"""Census tables: recognised, checked once, and every fault told in a sentence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geodata.census import Census, read_census, read_census_pack
from geodata.errors import CoverageError, SchemaError, SourceError
from geodata.variables import read_variables

COUNTS = pd.DataFrame(
    {
        "OA21CD": ["E1", "E2", "E3"],
        "lad22nm": ["Smalltown"] * 3,
        "TS0010001": [100, 200, 300],
        "ts0450001": [40, 80, 0],
        "ts0450002": [10, 0, 0],
    }
)
ALONE = "pct_hh_size_5a-001"


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Census]:
    """Return a function that writes a table and reads it as a census."""

    def write_and_read(table: pd.DataFrame, **options: object) -> Census:
        path = tmp_path / "census.csv"
        table.to_csv(path, index=False)
        return read_census(path, **({"vintage": 2021} | options))

    return write_and_read


def test_cells_are_found_by_name_in_either_case(read: Callable[..., Census]) -> None:
    """Column order and case differ between downloads."""
    census = read(COUNTS[COUNTS.columns[::-1]])
    assert census.counts.index.tolist() == ["E1", "E2", "E3"]
    assert census.counts.loc["E2"].to_dict() == {"ts0010001": 200.0, "ts0450001": 80.0, "ts0450002": 0.0}
    assert census.columns["lad22nm"].eq("Smalltown").all()
    assert (census.vintage, census.sources) == (2021, ("census.csv",))


@pytest.mark.parametrize(
    "heading", ["oa21cd", "OA21CD", "geography code", "GeographyCode", "oa_code", "2021 output area"]
)
def test_the_column_of_codes_is_recognised(read: Callable[..., Census], heading: str) -> None:
    """Every source calls it something else."""
    assert read(COUNTS.rename(columns={"OA21CD": heading})).counts.index.tolist() == ["E1", "E2", "E3"]


def test_the_column_of_codes_can_be_named(read: Callable[..., Census]) -> None:
    """`code` in place.toml goes first."""
    census = read(COUNTS.rename(columns={"OA21CD": "where"}), code="Where")
    assert census.counts.index.tolist() == ["E1", "E2", "E3"]


def test_zero_missing_and_suppressed_are_three_things(read: Callable[..., Census]) -> None:
    """0 is a count; an empty cell and ".." are not, each for its own reason."""
    table = COUNTS.assign(ts0450002=["0", "", ".."])
    census = read(table)
    assert census.counts.loc["E1", "ts0450002"] == 0.0
    assert census.counts["ts0450002"].isna().tolist() == [False, True, True]
    assert census.blanks.to_dict("records") == [
        {"oa_code": "E2", "cell": "ts0450002", "kind": "missing"},
        {"oa_code": "E3", "cell": "ts0450002", "kind": "suppressed"},
    ]


def test_only_wanted_cells_are_kept(read: Callable[..., Census]) -> None:
    """A national download has hundreds of columns."""
    wanted = [variable for variable in read_variables(2021) if variable.name == "no_car"]
    assert set(read(COUNTS, variables=wanted).counts.columns) == {"ts0450001", "ts0450002"}


def test_population_and_households_come_from_their_tables(read: Callable[..., Census]) -> None:
    """Households fall back on NaN; without residents there is no census to speak of."""
    census = read(COUNTS.assign(ts0540001=[41, 81, 1]))
    assert census.population().tolist() == [100.0, 200.0, 300.0]
    assert census.households().tolist() == [41.0, 81.0, 1.0]
    assert read(COUNTS).households().isna().all()
    with pytest.raises(CoverageError, match="no count of residents"):
        read(COUNTS.drop(columns="TS0010001")).population()


def test_some_areas_can_be_taken_in_any_order(read: Callable[..., Census]) -> None:
    """Districts are cut out of larger tables."""
    census = read(COUNTS.assign(ts0450002=["1", "..", ""])).of_areas(["E3", "E1"])
    assert census.counts.index.tolist() == census.columns.index.tolist() == ["E3", "E1"]
    assert census.blanks["oa_code"].tolist() == ["E3"]
    with pytest.raises(CoverageError, match="it has no area E9"):
        census.of_areas(["E9"])


@pytest.mark.parametrize(
    ("table", "options", "sentence"),
    [
        (COUNTS, {"vintage": 2011}, "the place says 2011, and TS0010001, .* belong to the 2021 Census. Give the 2011"),
        (COUNTS.rename(columns={"OA21CD": "OA11CD"}), {}, "and OA11CD belong to the 2011 Census"),
        (COUNTS[["OA21CD", "lad22nm"]], {}, "no column is a cell of the 2021 Census; cells are called ts0010001"),
        (COUNTS.assign(ts0010001=1), {}, "ts0010001: two columns each. Keep one column per cell"),
        (COUNTS.rename(columns={"OA21CD": "place"}), {}, 'no column holds the codes of output areas .*code = "oa21cd"'),
        (COUNTS, {"code": "OA21"}, "there is no column 'OA21' with area codes. Did you mean 'OA21CD'"),
        (COUNTS.assign(OA21CD=["E1", "E2", "E1"]), {}, r"areas appear twice: E1 \(1 of 2\). Keep one row per area"),
        (COUNTS.assign(OA21CD=["E1", "", "E3"]), {}, r"1 rows have no area code \(row 3\)"),
        (COUNTS.assign(ts0450002=[-1, 0, 0]), {}, r"'ts0450002' is negative for E1 \(1 of 3\)"),
        (COUNTS.assign(ts0450002=[1.5, 0, 0]), {}, "is not a whole number for E1 .*percentages are no counts"),
        (COUNTS.assign(ts0450002=["ten", "0", "0"]), {}, "'ts0450002' is not a number: 'ten'"),
        (COUNTS.assign(ts0450002=[np.inf, 0, 0]), {}, "'ts0450002' is infinite for E1"),
        (COUNTS, {"vintage": 1991}, "not for 1991"),
    ],
)  # fmt: skip
def test_a_fault_is_told_in_one_sentence(
    read: Callable[..., Census], table: pd.DataFrame, options: dict[str, object], sentence: str
) -> None:
    """Whoever reads it should know what to do next."""
    with pytest.raises((SchemaError, ValueError), match=sentence):
        read(table, **options)


def test_all_faults_are_told_at_once(read: Callable[..., Census]) -> None:
    """Nobody wants to mend a file one run at a time."""
    with pytest.raises(SchemaError) as caught:
        read(COUNTS.assign(OA21CD=["E1", "", "E1"], ts0010001=1))
    assert {fault.rule for fault in caught.value.faults} == {"cell_twice", "code_empty", "area_twice"}
    with pytest.raises(SchemaError) as caught:
        read(COUNTS.assign(ts0450002=[-1.0, 0, 0], ts0450001=[0.5, 0, 0]))
    assert {fault.rule for fault in caught.value.faults} == {"negative", "broken"}
    with pytest.raises(SchemaError) as caught:
        read(COUNTS.assign(OA21CD=["E1", "", "E3"], ts0450002=["-1", "ten", "0"]))
    assert {fault.rule for fault in caught.value.faults} == {"code_empty", "not_a_number", "negative"}


def percentages(**columns: list[float]) -> pd.DataFrame:
    """Return a table of published percentages for the areas E1, E2 and E3."""
    return pd.DataFrame({"oa21cd": ["E3", "E2", "E1"], **columns})


def test_percentages_become_shares_in_the_order_of_the_counts(read: Callable[..., Census], tmp_path: Path) -> None:
    """They are published as 0 to 100, in an order of their own."""
    path = tmp_path / "percent.csv"
    percentages(**{"pct_hh_family_composition_4a-002": [30.0, 20.0, 10.0]}).to_csv(path, index=False)
    census = read(COUNTS, percentages=path)
    assert census.percentages is not None
    assert census.percentages["one_person"].to_dict() == pytest.approx({"E1": 0.1, "E2": 0.2, "E3": 0.3})
    assert census.sources == ("census.csv", "percent.csv")


@pytest.mark.parametrize(
    ("table", "error", "sentence"),
    [
        (percentages(**{ALONE: [1.0, 2.0, 300.0]}), SchemaError, "'pct_hh_size_5a-001' is no percentage for E1"),
        (percentages(other=[1.0, 2.0, 3.0]), SchemaError, "no column can stand in for a count"),
        (percentages(**{ALONE: [1.0, 2.0, 3.0]}).iloc[:2], CoverageError, r"lacks areas of the counts: E1 \(1 of 3\)"),
    ],
)  # fmt: skip
def test_faults_of_percentages_are_told(
    read: Callable[..., Census], tmp_path: Path, table: pd.DataFrame, error: type[Exception], sentence: str
) -> None:
    """A table of another district would leave areas without a value."""
    path = tmp_path / "percent.csv"
    table.to_csv(path, index=False)
    with pytest.raises(error, match=sentence):
        read(COUNTS, percentages=path)


def test_a_pack_needs_its_tables_to_have_the_same_areas(tmp_path: Path) -> None:
    """Half a download must not pass for a borough."""
    with pytest.raises(SourceError, match="it has no census table such as"):
        read_census_pack(tmp_path)
    pd.DataFrame({"GeographyCode": ["E1", "E2"], "KS101EW0001": [5, 6]}).to_csv(
        tmp_path / "KS101EW_oa11.csv", index=False
    )
    pd.DataFrame({"GeographyCode": ["E1"], "KS404EW0001": [5]}).to_csv(tmp_path / "KS404EW_oa11.csv", index=False)
    with pytest.raises(CoverageError, match=r"its areas are not those of KS101EW_oa11\.csv: E2"):
        read_census_pack(tmp_path)


@pytest.mark.real
def test_camden_is_read_from_its_pack(real_data: Path) -> None:
    """749 areas and 220,338 people, as published."""
    census = read_census(real_data / "census" / "camden2011", vintage=2011)
    assert len(census.counts) == 749
    assert census.population().sum() == 220_338
    assert census.blanks.empty


@pytest.mark.real
def test_derbyshire_is_read_whole(real_data: Path) -> None:
    """3,447 areas; densities are not held to be broken counts."""
    census = read_census(
        real_data / "derbyshire" / "census2021_oa_counts.parquet",
        vintage=2021,
        percentages=real_data / "derbyshire" / "census2021_oa_percentages.parquet",
    )
    assert len(census.counts) == 3_447
    assert census.columns["lad22nm"].nunique() == 9
    assert census.percentages is not None
    assert {"white", "unemployed", "one_person"} <= set(census.percentages.columns)
    assert census.counts["ts0060001"].ne(census.counts["ts0060001"].round()).any()
