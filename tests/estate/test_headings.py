"""The header of a list and the meaning of its columns."""

from __future__ import annotations

import pytest

from estate.columns import match_columns
from estate.header import find_grid
from estate.headings import fields, unit_of
from estate.words import uses
from geodata.errors import DataError
from geodata.files import Sheet
from geodata.rows import plain_heading

ROWS = [("Town Hall", "WS1 0AA", 400_500, 300_500, 1200), ("Library", "WS1 1AB", 403_500, 300_500, 300)]


def sheet(*rows: tuple[object, ...]) -> Sheet:
    """Return a sheet of these rows."""
    return Sheet("list.csv", "", tuple(rows))  # type: ignore[arg-type]


def fields_of(*rows: tuple[object, ...], **overrides: str) -> dict[str, str]:
    """Return heading -> field of a sheet."""
    grid = find_grid(sheet(*rows))
    assert grid is not None
    return {match.column: match.field for match in match_columns(grid, overrides=overrides) if match.field}


def test_header_is_found_below_title_rows() -> None:
    """Reports carry a title, a date and a blank row above their table."""
    grid = find_grid(
        sheet(
            ("Land and property, July 2016",),
            ("Printed 3/4/2016",),
            (),
            ("Site", "Post Code", "Easting", "Northing", "GIA"),
            *ROWS,
        )
    )
    assert grid is not None
    assert grid.names == ("Site", "Post Code", "Easting", "Northing", "GIA")
    assert list(grid.cells.index) == [5, 6]


def test_two_header_rows_are_joined() -> None:
    """A group heading over 'X' and 'Y' belongs to them; one over nothing stands alone."""
    found = fields_of(
        ("Property", "", "Location", "", "Floor area"), ("Name", "Postcode", "Easting", "Northing", "GIA m2"), *ROWS
    )
    assert found == {
        "Name": "name", "Postcode": "postcode", "Easting": "easting", "Northing": "northing", "GIA m2": "gia_m2",
    }  # fmt: skip


def test_blank_rows_are_no_rows() -> None:
    """Blank rows between and after are counted apart, and the numbers of the others stay as the spreadsheet shows."""
    grid = find_grid(sheet(("Site", "Postcode", "Easting", "Northing", "GIA"), ROWS[0], ("", None, " "), ROWS[1], ()))
    assert grid is not None
    assert list(grid.cells.index) == [2, 4]
    assert grid.n_blank == 2


def test_line_breaks_repeats_and_unnamed_columns() -> None:
    """Real headings break lines, repeat and are missing; every column keeps a name of its own."""
    grid = find_grid(sheet(("Site Co-ordinates\n(Geocode)", "Notes", "Notes", ""), ("440715,354526", "a", "b", "c")))
    assert grid is not None
    assert grid.names == ("Site Co-ordinates (Geocode)", "Notes", "Notes (2)", "column 4")


def test_a_column_of_postcodes_is_one_whatever_it_is_called() -> None:
    """Values speak where the heading is silent."""
    rows = [("Depot A", f"WS1 {number}AB", 400_000 + number, 300_000 + number) for number in range(8)]
    found = fields_of(("Wo", "Kode", "Rechts", "Hoch"), *rows)
    assert found == {"Kode": "postcode", "Rechts": "easting", "Hoch": "northing"}


def test_values_veto_a_heading() -> None:
    """A column headed 'Location' that holds streets is no coordinate, but the address."""
    found = fields_of(
        ("Name", "Location", "Postcode"), *[(f"Site {n}", "Market Street", f"WS1 {n}AB") for n in range(6)]
    )
    assert found == {"Name": "name", "Location": "address", "Postcode": "postcode"}


def test_organisation_name_that_never_repeats_is_the_site() -> None:
    """The NHS lists head the names of clinics 'OrganisationName'."""
    rows = [(f"R{n}", f"Clinic number {n}", f"WS1 {n}AB", "North Trust" if n < 4 else "South Trust") for n in range(8)]
    found = fields_of(("OrganisationCode", "OrganisationName", "Postcode", "ParentName"), *rows)
    assert found == {
        "OrganisationCode": "reference", "OrganisationName": "name", "Postcode": "postcode",
        "ParentName": "organisation",
    }  # fmt: skip


def test_organisation_name_beside_a_parent_is_the_site_even_without_rows() -> None:
    """A header alone must be read as the list with rows is."""
    found = fields_of(("OrganisationCode", "OrganisationName", "Postcode", "ParentName"))
    assert (found["OrganisationName"], found["ParentName"]) == ("name", "organisation")
    assert fields_of(("Organisation name", "Postcode"))["Organisation name"] == "organisation"


def test_override_wins_and_is_told() -> None:
    """The user's word in place.toml is final."""
    grid = find_grid(sheet(("Name", "Postcode", "Area A", "Area B"), ("Town Hall", "WS1 0AA", 10, 20)))
    assert grid is not None
    match = next(match for match in match_columns(grid, overrides={"nia_m2": "area b"}) if match.column == "Area B")
    assert (match.field, match.confidence, match.why) == ("nia_m2", 1.0, "you said so in place.toml")


def test_slips_in_overrides_are_told_all_at_once() -> None:
    """An unknown field and an unknown heading in one message, each with the nearest word."""
    grid = find_grid(sheet(("Name", "Postcode", "Net area"), ("Town Hall", "WS1 0AA", 10)))
    assert grid is not None
    with pytest.raises(DataError) as error:
        match_columns(grid, overrides={"nia": "Net area", "gia_m2": "Net aera"})
    assert str(error.value) == (
        "list.csv: columns: 'nia' is no field of the register. Did you mean 'nia_m2'? "
        "columns: the list has no heading 'Net aera' for gia_m2. Did you mean 'Net area'?"
    )


def test_plain_headings() -> None:
    """CamelCase, capitals, underscores, units and line breaks come to the same words."""
    assert {plain_heading(text) for text in ("PropertyName", "PROPERTY_NAME", "Property\nname", "property-name")} == {
        "property name"
    }
    assert plain_heading("Energy kWh") == "energy kwh"


@pytest.mark.parametrize(
    ("heading", "field", "cells"),
    [
        ("Total NIA", "nia_m2", ("1,200 m2", "0.05 ha", "2 acres")),
        ("Addr", "address", ("County Road, Maidstone", "London Road, Swanley", "1 Pembury Road")),
        ("Purpose for which asset held", "use_detail", ("Offices", "Library", "Depot")),
    ],
)
def test_headings_of_other_councils(heading: str, field: str, cells: tuple[str, str, str]) -> None:
    """Headings met in no file of ours, as councils write them."""
    rows = [("Name", heading, "Postcode"), *((f"Site {at}", cell, "DE1 2FS") for at, cell in enumerate(cells))]
    grid = find_grid(sheet(*rows))
    assert grid is not None
    assert {match.column: match.field for match in match_columns(grid)}[heading] == field


def test_unit_of_a_heading() -> None:
    """The heading's own unit wins over the usual one."""
    assert [unit_of(text, "site_area_m2") for text in ("LandArea", "Site area m2", "Acres")] == [
        "hectares",
        "m2",
        "acres",
    ]
    assert unit_of("GIA (sq ft)", "gia_m2") == "sq ft"


def test_every_alias_belongs_to_a_field_and_is_plain() -> None:
    """An alias that is not in its plain form could never match."""
    crooked = [name for field in fields() for name in field.names if plain_heading(name) != name]
    assert crooked == []
    assert set(uses()) >= {"office", "library", "other"}


def test_sheet_without_anything_has_no_grid() -> None:
    """Empty sheets of a workbook are passed over."""
    assert find_grid(sheet()) is None
    assert find_grid(sheet((None, ""), ())) is None
