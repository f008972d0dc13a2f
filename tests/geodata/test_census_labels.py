"""Cells by their published labels: every source's spelling finds the same cell, and none finds another."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from geodata.census_labels import cells_of_table, match_labels, read_cells, table_titled
from geodata.variables import cells_of, read_variables


@pytest.mark.parametrize("vintage", [2011, 2021])
def test_the_list_has_every_cell_of_the_registry(vintage: int) -> None:
    """A cell without a label could not be fetched."""
    assert cells_of(read_variables(vintage)) <= {cell.name for cell in read_cells(vintage)}


@pytest.mark.parametrize("vintage", [2011, 2021])
def test_labels_find_their_cells_with_and_without_the_title(vintage: int) -> None:
    """Files put the title of the table in front, services do not."""
    for code in {cell.table_code for cell in read_cells(vintage)}:
        cells = cells_of_table(code, vintage)
        bare = {cell.label: cell.name for cell in cells}
        titled = {f"{cell.table}: {cell.label}; measures: Value": cell.name for cell in cells}
        assert match_labels(bare, cells) == bare
        assert match_labels(titled, cells) == titled


def test_hyphens_and_totals_of_services_are_understood() -> None:
    """Nomis writes "One-person household" and "Total: All households" where the file has neither."""
    labels = ["Total: All households", "One-person household", "Lone parent family: With dependent children"]
    found = match_labels(labels, cells_of_table("ts003", 2021))
    assert list(found.values()) == ["ts0030001", "ts0030002", "ts0030016"]


def test_what_is_not_a_category_finds_nothing() -> None:
    """An ending that several cells share is none of them."""
    cells = cells_of_table("ts003", 2021)
    assert match_labels(["No children", "All children non-dependent", "Households", ""], cells) == {}
    assert match_labels(["-1", "+1", "1"], cells_of_table("ts053", 2021)) == {"-1": "ts0530005", "+1": "ts0530003"}


def test_a_table_is_known_by_its_title() -> None:
    """Topic summaries head their columns with the title and the number of categories."""
    assert table_titled("Number of cars or vans (5 categories)", 2021) == "ts045"
    assert table_titled("Ethnic group", 2011) == "ks201ew"


@pytest.mark.real
def test_every_published_heading_of_the_bulk_files_is_known(real_data: Path) -> None:
    """The headings as Nomis publishes them, for all tables of the registry."""
    with (real_data / "derbyshire" / "census2021_table_metadata.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for code in {cell.table_code for cell in read_cells(2021)}:
        published = {row["old_names"]: row["new_names"] for row in rows if row["new_names"][:-4] == code}
        assert match_labels(published, cells_of_table(code, 2021)) == published
