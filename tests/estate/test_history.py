"""A register over years: compared before it is replaced, every earlier version readable, two people kept apart."""

from __future__ import annotations

import json
import multiprocessing
import sqlite3
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from geopandas.testing import assert_geodataframe_equal
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from estate.deliveries import Delivery, delivery_of
from estate.history import Saved, add, between, diff, open_store, stored_register, write_version
from estate.history_telling import (
    added_sentences,
    contents_sentences,
    diff_sentences,
    tell_added,
    tell_contents,
    tell_diff,
    tell_versions,
    version_sentences,
)
from estate.intake import ListSettings, read_asset_list
from estate.register import Register
from estate.store import Entry, OvertakenError, Store, Version, choose_version
from geodata.errors import DataError, SourceError
from geodata.files import read_sheets, sha256_of
from tests.estate.deliveries_of_town import BUILDING, Cells, building, delivery, rows_of

MARCH, APRIL = "2026-03-31T09:00:00+00:00", "2027-04-01T09:00:00+00:00"
POLICE: Cells = {
    "organisation": "Police",
    "asset_id": "police/S1",
    "reference": "S1",
    "name": "Station",
    "east": 403_000.0,
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where the register will be."""
    return tmp_path / "county" / "register.gpkg"


@pytest.fixture
def store(path: Path) -> Store:
    """Return a register that does not exist yet."""
    return open_store(path)


@pytest.fixture
def two_versions(store: Store) -> Store:
    """Return a register with the council's first list and its second."""
    first = delivery(building(1), building(2), building(3, lease_end=None), aside=("no place",))
    second = delivery(
        building(1, nia_m2=1300.0, lease_end=pd.Timestamp("2035-03-31")), building(3, lease_end=None), building(4)
    )
    add(store, first, when=MARCH, who="Ann", note="first list")
    add(store, second, when=APRIL, who="Bob")
    return store


# ---------------------------------------------------------------- keeping and reading


def test_a_delivery_comes_back_as_it_went_in(store: Store) -> None:
    """To the last digit: UPRNs are text, dates are dates, missing is missing, every row has its place."""
    sent = delivery(building(1), building(2, uprn="000123456789", step_free=None, nia_m2=None), aside=("a", "b"))
    saved = add(store, sent, when=MARCH, who="Ann")
    contents = store.read()
    assert_geodataframe_equal(contents.assets, sent.rows)
    pd.testing.assert_frame_equal(contents.set_aside, sent.set_aside)
    assert saved.version == store.versions()[0]
    assert (saved.version.rows_in, saved.version.accepted, saved.version.set_aside) == (4, 2, 2)


def test_every_earlier_version_stays_readable(two_versions: Store) -> None:
    """What the register said in March can be shown in any April."""
    assert list(two_versions.read(1).assets.index) == ["council/R1", "council/R2", "council/R3"]
    assert two_versions.read(1).assets["nia_m2"].to_list()[0] == 1250.5
    assert len(two_versions.read(1).set_aside) == 1
    assert list(two_versions.read(2).assets.index) == ["council/R1", "council/R3", "council/R4"]
    assert len(two_versions.read().set_aside) == 0
    assert [(one.number, one.when, one.who, one.note) for one in two_versions.versions()] == [
        (1, MARCH, "Ann", "first list"), (2, APRIL, "Bob", ""),
    ]  # fmt: skip


def test_each_body_owns_its_rows(store: Store) -> None:
    """The council's new list leaves the police alone."""
    add(store, delivery(building(1), building(2), {**BUILDING, **POLICE}), when=MARCH)
    add(store, delivery(building(1), building(5)), when=APRIL)
    assert set(store.read().assets.index) == {"police/S1", "council/R1", "council/R5"}
    assert set(store.read(1).assets.index) == {"police/S1", "council/R1", "council/R2"}


def test_nothing_changed_saves_nothing(store: Store) -> None:
    """The same list sent twice is no new version; another row number in the file is no change."""
    add(store, delivery(building(1)), when=MARCH)
    again = add(store, delivery(building(1, source_row=7, questions="Look.")), when=APRIL)
    assert again.version is None
    assert len(store.versions()) == 1
    assert added_sentences(store, again)[-1].endswith("nothing has changed, so no new version was saved.")


def test_a_body_may_have_nothing_left(store: Store) -> None:
    """Then its name must be said, and its buildings are gone; the past still has them."""
    add(store, delivery(building(1), {**BUILDING, **POLICE}), when=MARCH)
    add(store, delivery(bodies=("Police",)), when=APRIL)
    assert list(store.read().assets.index) == ["council/R1"]
    assert len(store.read(1).assets) == 2
    add(store, delivery({**BUILDING, **POLICE}), when=APRIL)
    assert set(store.read(3).assets.index) == {"council/R1", "police/S1"}


def test_the_first_delivery_may_be_empty(store: Store) -> None:
    """A body with a header and no row is in the register, with no building."""
    add(store, delivery(bodies=("Police",), aside=("x",)), when=MARCH)
    assert (len(store.read().assets), len(store.read().set_aside)) == (0, 1)
    add(store, delivery(building(1)), when=APRIL)
    assert list(store.read().assets.index) == ["council/R1"]


def test_columns_may_come_and_go_over_the_years(store: Store) -> None:
    """A later onetown knows more; what was kept before is not touched."""
    old, new = delivery(building(1)), delivery({**BUILDING, **POLICE})
    add(store, old, when=MARCH)
    wider = Delivery(gpd.GeoDataFrame(new.rows.assign(carbon_kg=7.5)), new.set_aside, new.sources, new.bodies)
    add(store, wider, when=APRIL)
    assert store.read().assets["carbon_kg"].to_list()[1] == 7.5
    assert pd.isna(store.read().assets["carbon_kg"].to_list()[0])
    assert "carbon_kg" not in store.read(1).assets


def test_hostile_text_is_kept_and_harmless(store: Store) -> None:
    """SQL, markup, formulas and signs that no database keeps, in cells, names of bodies and notes."""
    nasty = "x'); DROP TABLE onetown_history; --\"<script>${1}\U0001f600=HYPERLINK()"
    sent = delivery(building(1, organisation=nasty, name=f"{nasty}\n\t"), file=nasty)
    add(store, sent, when=MARCH, who=nasty, note=f"a\x00b\nc {nasty}")
    kept = store.read().assets.iloc[0]
    assert (kept["organisation"], kept["name"]) == (nasty, f"{nasty}\n\t")
    version = store.versions()[0]
    assert (version.who, version.note, version.sources[0].file) == (nasty, f"a b c {nasty}", nasty)
    assert len(add(store, delivery(building(1, organisation=nasty, name="Hall")), when=APRIL).changes.changed) == 1


def test_signs_that_no_database_keeps_are_replaced_once(store: Store) -> None:
    """And the same list again is still the same list."""
    table = rows_of(building(1, name="A\x00B")).assign(remark=pd.Series(["C\udc80"], ["council/R1"], dtype=object))
    account = pd.DataFrame(
        [("list.csv", "", "Council", 1, 1, 0, 0)],
        columns=["file", "sheet", "organisation", "rows_in", "accepted", "set_aside", "questions"],
    )
    register = stored_like(table, account)
    add(store, delivery_of(register), when=MARCH)
    kept = store.read().assets.iloc[0]
    assert (kept["name"], kept["remark"]) == ("A\ufffdB", "C\ufffd")
    assert add(store, delivery_of(register), when=APRIL).version is None


def stored_like(table: gpd.GeoDataFrame, account: pd.DataFrame) -> Register:
    """Return a register of these rows."""
    nothing = pd.DataFrame()
    aside = delivery(building(1)).set_aside
    return Register(table, aside, (), account, nothing, nothing, nothing)


# ---------------------------------------------------------------- comparing


def test_changes_are_told_by_column_with_both_values(two_versions: Store) -> None:
    """New, gone, changed; the unchanged are counted."""
    sent = delivery(building(1), building(3, east=400_033.0), building(7, name="Yard"))
    changes = diff(two_versions, sent)
    assert list(changes.new.index) == ["council/R7"]
    assert list(changes.gone.index) == ["council/R4"]
    cells = changes.changed[["asset_id", "column", "before", "after"]]
    assert sorted(cells.itertuples(index=False, name=None)) == [
        ("council/R1", "lease_end", "2035-03-31", "2030-03-31"),
        ("council/R1", "nia_m2", "1300", "1250.5"),
        ("council/R3", "lease_end", "", "2030-03-31"),
        ("council/R3", "place", "400030, 300500", "400033, 300500"),
    ]
    assert changes.summary.loc["Council"].to_dict() == {
        "before": 3, "after": 3, "new": 1, "gone": 1, "changed": 2, "unchanged": 0,
    }  # fmt: skip
    assert changes.sentences()[0] == (
        "Council: 3 before, 3 now: 1 new, 1 gone, 2 changed (lease_end 2, nia_m2 1 and place 1), 0 as before."
    )


def test_diff_saves_nothing(two_versions: Store, path: Path) -> None:
    """A look costs nothing."""
    before = path.read_bytes()
    diff(two_versions, delivery(building(1)))
    assert path.read_bytes() == before
    assert [one.name for one in path.parent.iterdir()] == ["register.gpkg"]


def test_versions_can_be_compared_with_each_other(two_versions: Store) -> None:
    """What changed in a year; version 0 is the empty register."""
    changes = between(two_versions, 1, 2)
    assert (list(changes.new.index), list(changes.gone.index)) == (["council/R4"], ["council/R2"])
    assert set(changes.changed["column"]) == {"nia_m2", "lease_end"}
    assert len(between(two_versions, 0, 1).new) == 3


def test_a_building_keeps_its_identifier(store: Store) -> None:
    """A new numbering system does not make new buildings: pins and plans still point to them, and it is told."""
    uprns = {number: f"10000{number}" for number in (1, 2)}
    add(store, delivery(*(building(n, uprn=uprns[n]) for n in (1, 2))), when=MARCH)
    renumbered = [building(f"A{n}", uprn=uprns[n], name=f"Office {n}", east=400_000.0 + 10 * n) for n in (1, 2)]
    saved = add(store, delivery(*renumbered), when=APRIL)
    assert list(store.read().assets.index) == ["council/R1", "council/R2"]
    assert set(saved.changes.changed["column"]) == {"reference"}
    assert saved.changes.recognised[["asset_id", "delivered_as", "by", "score"]].to_dict("records")[0] == {
        "asset_id": "council/R1", "delivered_as": "council/RA1", "by": "UPRN", "score": 1.0,
    }  # fmt: skip
    assert any("Recognised without the body's own reference: 2 by UPRN" in line for line in saved.changes.sentences())
    assert add(store, delivery(*renumbered), when=APRIL).version is None


def test_row_numbers_do_not_pass_an_identifier_on(store: Store) -> None:
    """A list without references, a row more at the top: every building keeps its name, the new one gets its own."""

    def row(number: int, name: str, east: float) -> Cells:
        return {
            **BUILDING,
            "asset_id": f"council/list-r{number}",
            "uprn": None,
            "name": name,
            "address": name,
            "east": east,
        }

    add(store, delivery(row(2, "Alpha", 1e5), row(3, "Beta", 2e5)), when=MARCH)
    saved = add(store, delivery(row(2, "Gamma", 3e5), row(3, "Alpha", 1e5), row(4, "Beta", 2e5)), when=APRIL)
    names = store.read().assets["name"].to_dict()
    assert names == {"council/list-r2-v2": "Gamma", "council/list-r2": "Alpha", "council/list-r3": "Beta"}
    assert saved.changes.changed.empty
    back = add(store, delivery(row(2, "Alpha", 1e5), row(3, "Delta", 4e5)), when=APRIL)
    assert list(back.changes.new.index) == ["council/list-r3-v3"]


def test_a_building_that_comes_back_is_the_same(store: Store) -> None:
    """Sold, bought back: its reference is its own."""
    add(store, delivery(building(1), building(2)), when=MARCH)
    add(store, delivery(building(1)), when=MARCH)
    add(store, delivery(building(1), building(2)), when=APRIL)
    assert list(store.read().assets.index) == ["council/R1", "council/R2"]


def test_doubtful_changes_are_asked_about(store: Store) -> None:
    """A reference given to another building, a column left out."""
    add(store, delivery(*(building(n) for n in range(3))), when=MARCH)
    sent = delivery(
        building(0, name="Depot", postcode="S40 1AA", nia_m2=None), *(building(n, nia_m2=None) for n in (1, 2))
    )
    doubts = diff(store, sent).doubts
    assert doubts[0].startswith("council/R0 was 'Office 0', DE1 2AB and is 'Depot', S40 1AA: is it the same building?")
    assert doubts[1].startswith("'nia_m2' was filled for 3 buildings and is empty for all now")


def test_a_building_whose_row_was_set_aside_is_not_just_gone(store: Store) -> None:
    """It was not sold: its coordinates were lost this year."""
    add(store, delivery(building(1), building(2, name="Swimming Pool"), building(3)), when=MARCH)
    sent = delivery(building(1), aside=("The row has no coordinates.",))
    lost = sent.set_aside.assign(cells="Ref: R2 | Name: Swimming Pool")
    doubts = diff(store, Delivery(sent.rows, lost, sent.sources, sent.bodies)).doubts
    told = "council/R2 'Swimming Pool' (row 9: The row has no coordinates.)"
    assert list(doubts) == [f"Gone from the register, but in the list, as a row set aside: {told}"]


# ---------------------------------------------------------------- refusals


def test_half_a_list_is_not_taken_for_the_whole(store: Store) -> None:
    """Somebody sends one sheet of five; it takes a word to lose most of an estate."""
    add(store, delivery(*(building(n) for n in range(10))), when=MARCH)
    part = delivery(*(building(n) for n in range(4)))
    with pytest.raises(
        DataError, match=r"6 of 10 buildings of Council would go\. Nothing was saved\. .* --accept-loss"
    ):
        add(store, part, when=APRIL)
    assert len(store.versions()) == 1
    said = diff_sentences(store.versions(), part, diff(store, part))
    assert said[-2] == "Look: 6 of 10 buildings of Council would go. Is the list whole?"
    assert add(store, part, when=APRIL, accept_loss=True).version is not None


@pytest.mark.parametrize("suffix", [".gpkg", ".csv", ".parquet"])
def test_a_version_is_written_for_others(two_versions: Store, tmp_path: Path, suffix: str) -> None:
    """The register as it stood in March, for a partner who has no onetown."""
    path = tmp_path / f"march{suffix}"
    write_version(two_versions.read(1), path)
    sheet = read_sheets(path)[0]
    assert [row[sheet.rows[0].index("name")] for row in sheet.rows[1:]] == ["Office 1", "Office 2", "Office 3"]
    with pytest.raises(SourceError, match="exists already"):
        write_version(two_versions.read(1), path)
    with pytest.raises(DataError, match=r"End the name in \.gpkg, \.csv or \.parquet"):
        write_version(two_versions.read(1), tmp_path / "march.doc")


def test_a_body_spelled_otherwise_is_told(store: Store) -> None:
    """Its buildings would stand in the register twice."""
    add(store, delivery(building(1, organisation="Fire & Rescue")), when=MARCH)
    other = delivery(building(1, organisation="Fire - rescue"))
    with pytest.raises(DataError, match=r"'Fire - rescue' is 'Fire & Rescue' in the register\. Name the body"):
        add(store, other, when=APRIL)
    near = delivery(building(1, organisation="Fire and Rescue"))
    said = diff_sentences(store.versions(), near, diff(store, near))
    assert said[0] == "'Fire and Rescue' is new to the register. Did you mean 'Fire & Rescue'?"


def test_no_row_is_lost_on_the_way() -> None:
    """The account must add up, and every row must be of a body of the delivery."""
    sent = delivery(building(1), aside=("x",))
    with pytest.raises(ValueError, match="2 rows in, 1 accepted, 0 set aside"):
        Entry(sent.rows, sent.set_aside.iloc[:0], sent.sources, (), MARCH)
    with pytest.raises(ValueError, match="rows per body are"):
        Entry(sent.rows, sent.set_aside, sent.sources, (), MARCH)


@pytest.mark.parametrize("name", ["register.csv", "-", "register"])
def test_a_register_needs_a_name_of_its_kind(name: str) -> None:
    """Two kinds, both said."""
    with pytest.raises(DataError, match=r"is no name for a register\. Give a file that ends in \.gpkg, or postgresql:"):
        open_store(name)


@pytest.mark.filterwarnings("ignore:GPKG. bad application_id")
def test_another_geopackage_is_never_touched(path: Path) -> None:
    """Somebody's own layers stand in it."""
    path.parent.mkdir()
    rows_of(building(1)).to_file(path, layer="sites")
    before = path.read_bytes()
    for work in (lambda: add(open_store(path), delivery(building(1)), when=MARCH), open_store(path).versions):
        with pytest.raises(SourceError, match=r"is a GeoPackage, and no register that onetown keeps"):
            work()
    assert path.read_bytes() == before
    path.write_bytes(b"SQLite format 3\x00" + bytes(90))
    with pytest.raises(SourceError, match="is a broken GeoPackage"):
        open_store(path).versions()


def test_a_version_is_chosen_by_number_or_date(two_versions: Store) -> None:
    """A date means what the register said on that day."""
    versions = two_versions.versions()
    chosen = [choose_version(versions, said).number for said in ("1", "2", "2026-03-31", "2026-12-31", "2030-01-01")]
    assert chosen == [1, 2, 1, 1, 2]
    for said in ("3", "0", "2026-03-30"):
        with pytest.raises(
            DataError, match=rf"has no version {said}\. It has versions 1 to 2, saved 2026-03-31 to 2027"
        ):
            choose_version(versions, said)
    with pytest.raises(DataError, match=r"'last year' is no version\. Give a number or a date such as 2026-03-31"):
        choose_version(versions, "last year")
    with pytest.raises(DataError, match="holds no version yet"):
        choose_version((), "1")


# ---------------------------------------------------------------- two people, and power cuts


def test_who_comes_second_is_told_and_loses_nothing(two_versions: Store, path: Path) -> None:
    """Both looked at version 1; Bob saved; Ann is told by whom and when, and her list is still hers."""
    before = path.read_bytes()
    mine = delivery(building(9), building(1), building(3), building(4))
    with pytest.raises(
        OvertakenError,
        match=r"Bob saved version 2 \(2027-04-01.*\) while you worked from version 1\. Nothing of yours was saved",
    ):
        add(two_versions, mine, when=APRIL, who="Ann", expected=1)
    assert path.read_bytes() == before
    assert add(two_versions, mine, when=APRIL, who="Ann", expected=2).version is not None


def test_a_save_in_between_is_noticed_under_the_lock(store: Store) -> None:
    """Even where both began from the same version and neither said so."""
    other = open_store(store.shown)
    read = store.versions

    def versions_and_then_somebody_else() -> tuple[Version, ...]:
        found = read()
        add(other, delivery(building(5)), when=MARCH, who="Bob")
        return found

    class Slow:
        """The same register; somebody else saves just after we looked."""

        shown, read, identifiers, save = store.shown, store.read, store.identifiers, store.save
        versions = staticmethod(versions_and_then_somebody_else)

    with pytest.raises(OvertakenError, match="Bob saved version 1"):
        add(Slow(), delivery(building(1)), when=MARCH)
    assert list(store.read().assets.index) == ["council/R5"]


def _save_one(name: str, body: str, start: multiprocessing.synchronize.Barrier, told: multiprocessing.Queue) -> None:  # type: ignore[type-arg]
    """Add a building of a body to the register, again and again until it is in."""
    start.wait()
    for _ in range(20):
        try:
            sent = delivery(building(body, organisation=body, asset_id=f"{body}/1"))
            add(open_store(name), sent, when=MARCH, who=body)
        except OvertakenError:
            continue
        told.put("saved")
        return
    told.put("never")


def test_people_who_save_at_once_all_get_in_one_by_one(store: Store) -> None:
    """Two processes, two bodies: each is told when it was overtaken, tries again, and nothing is lost."""
    bodies = ("Alpha", "Beta")
    context = multiprocessing.get_context("spawn")
    start, told = context.Barrier(len(bodies)), context.Queue()
    people = [context.Process(target=_save_one, args=(store.shown, body, start, told)) for body in bodies]
    for person in people:
        person.start()
    assert [told.get(timeout=60) for _ in people] == ["saved"] * 2
    for person in people:
        person.join()
    assert {part.organisation for version in store.versions() for part in version.parts} == set(bodies)
    assert set(store.read().assets["organisation"]) == set(bodies)
    assert [len(store.read(number).assets) for number in (1, 2)] == [1, 2]


@pytest.mark.parametrize(
    "step", ["geodata.ledger._write", "geodata.ledger._flush", "os.replace", "geodata.locking.Lock.check"]
)
def test_an_interrupted_save_leaves_the_register_as_it_was(
    two_versions: Store, path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Whenever it happens: power cut, full disk, Ctrl-C."""
    before = path.read_bytes()

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr("pathlib.Path.replace" if step == "os.replace" else step, stop)
        with pytest.raises(KeyboardInterrupt):
            add(two_versions, delivery(building(1), building(4), building(8)), when=APRIL)
    assert path.read_bytes() == before
    assert [one.name for one in path.parent.iterdir()] == ["register.gpkg"]
    assert add(two_versions, delivery(building(1), building(4), building(8)), when=APRIL).version is not None


QGIS = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("PRAGMA journal_mode = WAL")
connection.execute("CREATE TABLE layer_styles (name text)")
connection.commit()
print("open", flush=True)
sys.stdin.read()
connection.close()
"""


def test_an_open_file_is_not_saved_over(two_versions: Store, path: Path) -> None:
    """QGIS keeps changes in a file beside; replaced underneath it, both would be spoiled."""
    with subprocess.Popen([sys.executable, "-c", QGIS, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as qgis:
        assert qgis.stdout is not None
        assert qgis.stdout.readline() == b"open\n"
        with pytest.raises(SourceError, match=r"is open in another program, such as QGIS\. Close it there"):
            add(two_versions, delivery(building(1), building(4)), when=APRIL)
        assert len(two_versions.read().assets) == 3
        qgis.communicate()
    assert add(two_versions, delivery(building(1), building(4)), when=APRIL).version is not None


def test_edits_by_hand_are_not_undone_in_silence(two_versions: Store, path: Path) -> None:
    """The layer shows the register; it is not the register. Who edited it in QGIS is told before the edits go."""
    with sqlite3.connect(path) as connection:
        connection.execute(
            "UPDATE gpkg_contents SET last_change = '2027-05-01T00:00:00.000Z' WHERE table_name = 'register'"
        )
    with pytest.raises(SourceError, match=r"the layer 'register' was edited in another program"):
        add(two_versions, delivery(building(1), building(4)), when=APRIL)
    assert len(two_versions.read().assets) == 3


# ---------------------------------------------------------------- the file


@pytest.mark.usefixtures("two_versions")
def test_the_file_opens_in_other_programs(path: Path) -> None:
    """The present register is a layer like any other, with UPRNs as text; the past stands in tables beside."""
    table = gpd.read_file(path, layer="register")
    assert table["asset_id"].to_list() == ["council/R1", "council/R3", "council/R4"]
    assert table.crs.to_epsg() == 27700
    history = gpd.read_file(path, layer="onetown_history")
    assert history["version"].to_list() == [1, 1, 1, 2, 2, 2]
    assert json.loads(history["row"][0])["name"] == "Office 1"
    assert [sheet.name for sheet in read_sheets(path)] == ["register"]


def test_the_same_deliveries_give_the_same_bytes(tmp_path: Path) -> None:
    """Nothing looks at the clock, and nothing at chance."""
    for name in ("a", "b"):
        store = open_store(tmp_path / name / "register.gpkg")
        add(store, delivery(building(1), building(2), aside=("x",)), when=MARCH, who="Ann")
        add(store, delivery(building(1), building(3)), when=APRIL)
    assert sha256_of(tmp_path / "a/register.gpkg") == sha256_of(tmp_path / "b/register.gpkg")


def test_a_list_is_delivered_with_its_checksum(store: Store, tmp_path: Path) -> None:
    """From file to register: rows in = accepted + set aside, and the file can be told again by its checksum."""
    path = tmp_path / "council.csv"
    path.write_text(
        "UPRN,Asset reference,Property name,Address,Postcode,Easting,Northing,Tenure,Use\n"
        "010000481734,T-01,Town Hall,High Street,DE1 2AB,435200,336300,Freehold,Office\n"
        ",T-03,Mayor's chain,,,,,,\n"
    )
    read = read_asset_list(ListSettings(path, organisation="Council"))
    sent = delivery_of([read], checksums={str(path): sha256_of(path)})
    version = add(store, sent, when=MARCH).version
    assert version is not None
    assert (version.rows_in, version.accepted, version.set_aside) == (2, 1, 1)
    assert version.sources[0].sha256 == sha256_of(path)
    assert store.read().assets["name"].to_list() == ["Town Hall"]
    register = stored_register(store)
    assert list(register.assets.index) == list(store.read().assets.index)
    assert register.account[["file", "rows_in", "accepted"]].to_dict("records") == [
        {"file": store.shown, "rows_in": 1, "accepted": 1}
    ]
    assert len(register.set_aside) == 1
    with pytest.raises(DataError, match=r"holds rows of Council\. Add each body's list apart"):
        delivery_of([read], bodies=["Police"])


def test_an_empty_delivery_must_say_whose_it_is(tmp_path: Path) -> None:
    """Else nobody knows whose buildings are gone."""
    path = tmp_path / "empty.csv"
    path.write_text("Name,Easting,Northing\nMayor's chain,,\n")
    read = read_asset_list(ListSettings(path))
    with pytest.raises(DataError, match="No row of the delivery was accepted"):
        delivery_of([read])
    assert delivery_of([read], bodies=["Council"]).bodies == ("Council",)


# ---------------------------------------------------------------- telling


def test_what_is_told_is_plain_and_whole(two_versions: Store) -> None:
    """The shapes of docs/json.md: numbers are numbers, missing is null, every building is there."""
    sent = delivery(building(1), building(3, lease_end=None), building(4), building(8), aside=("x",))
    changes = diff(two_versions, sent)
    told = json.loads(json.dumps(tell_diff(two_versions, changes), allow_nan=False))
    assert set(told) == {"register", "nothing_changed", "bodies", "new", "gone", "changed", "recognised", "doubts"}
    assert told["bodies"] == [{"organisation": "Council", "before": 3, "after": 4, "new": 1, "gone": 0, "changed": 1,
                               "unchanged": 2}]  # fmt: skip
    assert told["new"][0]["asset_id"] == "council/R8"
    assert set(told["changed"][0]) == {"asset_id", "organisation", "name", "column", "before", "after"}
    added = add(two_versions, sent, when=APRIL, who="Cy")
    version = json.loads(json.dumps(tell_added(two_versions, added), allow_nan=False))["version"]
    assert (version["number"], version["who"], version["rows_in"], version["set_aside"]) == (3, "Cy", 5, 1)
    assert version["sources"][0]["sha256"] == "abc123"
    versions = json.loads(json.dumps(tell_versions(two_versions, two_versions.versions())))["versions"]
    assert [one["number"] for one in versions] == [1, 2, 3]
    contents = two_versions.read(1)
    shown = json.loads(json.dumps(tell_contents(two_versions, two_versions.versions()[0], contents)))
    assert (shown["buildings"], shown["set_aside"], shown["bodies"]) == (3, 1, {"Council": 3})


def test_what_is_said_can_be_read_aloud(two_versions: Store) -> None:
    """One line a version, one line a body."""
    versions = two_versions.versions()
    lines = version_sentences(two_versions, versions)
    assert lines[0].endswith("register.gpkg: 2 versions.")
    assert lines[1] == (
        f"1  {MARCH}  Ann: Council, 3 buildings (3 new, 0 gone, 0 changed; 1 rows set aside) from list.csv - first list"
    )
    assert contents_sentences(versions[1], two_versions.read(2)) == [
        "Council: 3 buildings", f"Version 2, saved {APRIL}: 3 buildings of 1 body.",
    ]  # fmt: skip
    saved: Saved = add(two_versions, delivery(building(1), building(3), building(4)), when=APRIL)
    assert added_sentences(two_versions, saved)[-1].endswith(
        "saved as version 3. 3 rows in = 3 accepted + 0 set aside."
    )
    assert version_sentences(open_store(f"{two_versions.shown}.none.gpkg"), ()) == [
        f"{two_versions.shown}.none.gpkg: holds no version yet."
    ]


# ---------------------------------------------------------------- any sequence

BODY = st.sampled_from(["Council", "Police"])
NUMBERS = st.lists(st.integers(0, 5), unique=True, max_size=5)
CELLS = st.fixed_dictionaries(
    {"name": st.sampled_from(["Hall", "Yard", "É ' \" ;"]), "nia_m2": st.sampled_from([None, 0.1, 1e15]),
     "reference": st.sampled_from(["", "own"]), "uprn": st.sampled_from([None, "1", "000000000002"])}
)  # fmt: skip
DELIVERIES = st.lists(st.tuples(BODY, NUMBERS, CELLS, st.integers(0, 2)), min_size=1, max_size=4)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(DELIVERIES)
def test_any_sequence_of_deliveries_keeps_every_version(
    tmp_path_factory: pytest.TempPathFactory, sequence: list[tuple[str, list[int], Cells, int]]
) -> None:
    """Rows in = rows out at every step; what was kept reads the same after every later save."""
    store = open_store(tmp_path_factory.mktemp("any") / "register.gpkg")
    kept: dict[int, gpd.GeoDataFrame] = {}
    present: dict[str, int] = {}
    for body, numbers, cells, n_aside in sequence:
        rows = [
            building(
                n, **{**cells, "reference": cells["reference"] and f"R{n}"}, organisation=body, asset_id=f"{body}/{n}"
            )
            for n in numbers
        ]
        sent = delivery(*rows, aside=("x",) * n_aside, bodies=(body,))
        saved = add(store, sent, when=MARCH, accept_loss=True)
        present[body] = len(numbers)
        contents = store.read()
        assert contents.assets["organisation"].value_counts().to_dict() == {b: n for b, n in present.items() if n}
        assert contents.assets.index.is_unique
        summary = saved.changes.summary.loc[body]
        assert summary["after"] == len(numbers) == summary["new"] + summary["changed"] + summary["unchanged"]
        assert summary["before"] - summary["gone"] == len(numbers) - summary["new"]
        if saved.version is not None:
            assert saved.version.rows_in == len(numbers) + n_aside
            kept[saved.version.number] = contents.assets
    for number, assets in kept.items():
        assert_geodataframe_equal(store.read(number).assets, assets)
    assert [version.number for version in store.versions()] == list(kept)
    assert [one.name for one in Path(store.shown).parent.iterdir()] == ["register.gpkg"]
