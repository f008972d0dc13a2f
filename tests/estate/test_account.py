"""The page that a partner is sent back."""

from __future__ import annotations

import re
from pathlib import Path

import geopandas as gpd
import pytest

from estate.account import account_page, completeness, completeness_score, needs, of_body, write_account
from estate.register import Register, build_register
from geodata.errors import SourceError
from tests.estate.conftest import ReadList

EVIL = "<img src=x onerror=alert(1)>${7*7}{{7*7}}&"


@pytest.fixture
def register(read_list: ReadList) -> Register:
    """Return two bodies, one with a hostile list."""
    header = ["Ref", "Name", "Post code", "Easting", "Northing", "Use", "Tenure", "GIA"]
    good = read_list(
        [header, ["1", "Town Hall", "WS1 0AA", 400_050, 300_050, "Office", "Freehold", 900]],
        "good.csv",
        organisation="Council",
    )
    rows = [["1", EVIL, "WS1", "here", "there", EVIL, EVIL, EVIL],
            ["2", EVIL, "WS1", 400_050, 300_050, EVIL, EVIL, "see plan"]]  # fmt: skip
    bad = read_list([[*header[:-1], EVIL], *rows], "bad.csv", organisation=EVIL)
    return build_register([good, bad])


def test_page_counts_rows_and_lists_worst_first(register: Register) -> None:
    """Rows in, in the register, set aside; rows that wait before rows that are asked about."""
    page = account_page(register, title="Smalltown")
    assert "<title>Smalltown</title>" in page
    assert "3 rows came in: 2 are in the register,\n1 are set aside." in page
    kinds = re.findall(r'<div class="(aside|ask|note)">', page)
    assert kinds == sorted(kinds, key=["aside", "ask", "note"].index)
    assert "bad.csv, row 2" in page


def test_rows_are_named_and_what_needs_no_mending_comes_last(read_list: ReadList) -> None:
    """A partner knows buildings by name; thirty totals must not stand before the one building off the map."""
    header = ["Ref", "Building", "Easting", "Northing", "Condition"]
    rows = [["1", "Town Hall", 400_050, 300_050, "B/C"], ["2", "Library", "", "", "B"], ["3", "Depot", 0, 0, "B/C"],
            *([str(place), "Grand total", "", "", ""] for place in range(4, 8))]  # fmt: skip
    page = account_page(build_register([read_list([header, *rows])]), title="x")
    headings = re.findall(r"<h3>(.*?) \(", page)
    assert headings[0] == "No coordinates and no usable postcode"
    assert headings.index("No land or building") > headings.index("Unknown conditions")
    assert '<span class="name">Library</span>assets.csv, row 3' in page
    assert '<span class="name">Town Hall</span>assets.csv, row 2' in page
    assert '<th scope="col">Sheet</th>' not in page


def test_a_remedy_that_all_share_is_said_once(read_list: ReadList) -> None:
    """Not in every row of a long table."""
    header = ["Ref", "Building", "Easting", "Northing", "Condition"]
    rows = [[str(place), f"Hall {place}", 400_050 + place, 300_050, "B/C"] for place in range(5)]
    page = account_page(build_register([read_list([header, *rows])]), title="x")
    assert page.count("Write A, B, C or D, or good, satisfactory, poor or bad.") == 1
    assert page.count("The condition &#39;B/C&#39; is not known.") == 5


def test_hostile_text_stays_text(register: Register) -> None:
    """Nothing from a list becomes markup, and the page runs no script and loads nothing."""
    page = account_page(register, title=EVIL)
    assert "<img" not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page
    assert "<script" not in page
    assert "default-src 'none'" in page
    assert not re.search(r"(?:src|href)\s*=\s*[\"']?https?:", page)


def test_one_body_sees_its_own_lists(register: Register) -> None:
    """The council is not sent the other body's faults."""
    page = account_page(register, title="x", organisation="Council")
    assert "good.csv" in page
    assert "bad.csv" not in page
    assert len(of_body(register, "Council").assets) == 1


def test_completeness_counts_what_the_list_itself_says(register: Register) -> None:
    """The town hall lacks UPRN, costs, desks, staff and condition: 5+10+5+15+10+15 of 95 applicable points."""
    council = of_body(register, "Council").assets
    table = completeness(council).set_index("column")
    assert table.share[["name", "coordinates", "postcode", "use", "tenure", "size"]].tolist() == [1.0] * 6
    assert table.share[["uprn", "running_cost_gbp_pa", "desks", "fte", "condition"]].tolist() == [0.0] * 5
    assert table.share.isna()[["lease"]].tolist() == [True]
    assert completeness_score(council) == pytest.approx(100 * 60 / 95)
    assert sum(need.weight for need in needs()) == 100


def test_estimates_do_not_count_as_complete(register: Register) -> None:
    """A register filled with assumptions is no better known."""
    council = of_body(register, "Council").assets
    filled = council.assign(desks=10.0, desks_from="estimated", fte=5.0, fte_from="assumed")
    assert completeness_score(filled) == completeness_score(council)


def test_empty_register_scores_nothing(register: Register) -> None:
    """Nothing is complete about nothing."""
    empty: gpd.GeoDataFrame = register.assets.iloc[:0]
    assert completeness_score(empty) == 0.0


def test_page_is_written_once(register: Register, tmp_path: Path) -> None:
    """An earlier account is not overwritten unless told."""
    path = tmp_path / "account.html"
    write_account(register, path)
    first = path.read_bytes()
    with pytest.raises(SourceError):
        write_account(register, path)
    write_account(register, path, overwrite=True)
    assert path.read_bytes() == first


def test_counts_are_of_rows_and_sums_stand_last(read_list: ReadList) -> None:
    """Nine hundred rows without a place are nine hundred, though only the first are told one by one."""
    rows = [["Name", "Easting", "Northing"], *([f"Hall {n}", "see plan", "see plan"] for n in range(900)),
            ["Good Hall", "400500", "300500"]]  # fmt: skip
    register = build_register([read_list(rows, organisation="Council")])
    page = account_page(register, title="Account")
    n_aside = len(register.set_aside)
    assert n_aside == 900
    assert f"({n_aside:,})" in page
