"""A building in two files of one body is counted once, and nothing that only looks like it is dropped."""

from __future__ import annotations

from estate.intake import AssetList
from estate.register import Register, build_register
from estate.repeats import RULE
from tests.estate.conftest import ReadList

HEADER = ["Ref", "UPRN", "Name", "Post code", "Easting", "Northing", "Use", "NIA m2"]
HALL = ["1", "100012345678", "Town Hall", "WS1 0AA", 400_050, 300_050, "Office", ""]


def joined(
    read_list: ReadList, second: list[object], *, first: list[object] | None = None, body: str = "B"
) -> Register:
    """Return the register of two files: the hall, and another row of the same body."""

    def read(row: list[object], name: str, organisation: str) -> AssetList:
        return read_list([HEADER, row], name, organisation=organisation)

    return build_register([read(first or HALL, "land.csv", "B"), read(second, "offices.csv", body)])


def test_the_row_that_says_more_stays(read_list: ReadList) -> None:
    """The second file knows the size; the first row is set aside with its cells, and the account still adds up."""
    register = joined(read_list, ["X9", *HALL[1:7], 900])
    assert register.assets.nia_m2.tolist() == [900.0]
    assert register.assets.source_file.tolist() == ["offices.csv"]
    row = register.set_aside.iloc[0]
    assert (row.rule, row.source_file, row.source_row) == (RULE, "land.csv", 2)
    assert (
        row.reason == "The row repeats row 2 of offices.csv, which says as much or more: the same name, use and place."
    )
    assert "name: Town Hall" in row.cells
    assert register.account[["rows_in", "accepted", "set_aside"]].to_numpy().tolist() == [[1, 0, 1], [1, 1, 0]]
    assert [fault.row for fault in register.faults if fault.rule == RULE] == [2]


def test_of_equal_rows_the_first_file_stays(read_list: ReadList) -> None:
    """By postcode and nearness where a UPRN is missing; capitals and points do not matter."""
    register = joined(read_list, ["X9", "", "TOWN HALL.", "WS1 0AA", 400_090, 300_050, "Office", ""])
    assert register.assets.source_file.tolist() == ["land.csv"]


def test_what_differs_is_not_dropped(read_list: ReadList) -> None:
    """Another use, size, UPRN, name or place is another part or another building; another body shares."""
    other = "100012349999"
    assert len(joined(read_list, ["X9", *HALL[1:6], "Library", ""]).assets) == 2
    assert len(joined(read_list, ["X9", other, *HALL[2:]]).assets) == 2
    assert len(joined(read_list, ["X9", "", "Town Hall", "WS1 0AA", 400_350, 300_050, "Office", ""]).assets) == 2
    assert len(joined(read_list, ["X9", HALL[1], "Annexe", *HALL[3:]]).assets) == 2
    assert len(joined(read_list, ["X9", *HALL[1:7], 900], first=[*HALL[:7], 300]).assets) == 2
    assert len(joined(read_list, HALL, body="C").assets) == 2
