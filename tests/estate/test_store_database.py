# ruff: noqa: F811 - fixtures are imported by name
"""A register in a real PostGIS database: the same promises as in a file, kept by transactions."""

from __future__ import annotations

import threading

import psycopg
import pytest
from geopandas.testing import assert_geodataframe_equal

from estate.deliveries import Delivery, delivery_of
from estate.history import add, between, diff, open_store, stored_register
from estate.history_telling import tell_added, version_sentences
from estate.intake import ListSettings, read_asset_list
from estate.store import Entry, OvertakenError, Store, Version
from estate.store_database import DatabaseStore
from geodata.errors import SourceError
from geodata.files import read_sheets, sha256_of
from geodata.inputs import input_named
from tests.estate.deliveries_of_town import building, delivery
from tests.postgres_server import PASSWORD, PASSWORD_IN_ADDRESS, Server, database, server  # noqa: F401 - fixtures

MARCH, APRIL = "2026-03-31T09:00:00+00:00", "2027-04-01T09:00:00+00:00"


@pytest.fixture
def store(database: str) -> Store:
    """Return a register that does not exist yet, in the usual schema."""
    return open_store(database)


def ask(database: str, query: str) -> list[tuple[object, ...]]:
    """Return the answer of the database itself."""
    with psycopg.connect(database) as connection:
        return connection.execute(query.encode()).fetchall()


def test_a_delivery_comes_back_as_it_went_in(store: Store, tmp_path_factory: pytest.TempPathFactory) -> None:
    """And as it would from a file: the two kinds of register say the same, to the last digit."""
    file = open_store(tmp_path_factory.mktemp("same") / "register.gpkg")
    sent = [
        delivery(
            building(1, nia_m2=0.1 + 0.2), building(2, uprn="000123456789", step_free=None, nia_m2=None), aside=("a",)
        ),
        delivery(building(2), building(3, lease_end=None), building(1, organisation="Police", asset_id="police/1")),
    ]
    for one, when in zip(sent, (MARCH, APRIL), strict=True):
        told = [tell_added(place, add(place, one, when=when, who="Ann", note="yearly")) for place in (store, file)]
        assert {**told[0], "register": ""} == {**told[1], "register": ""}
    assert store.versions() == file.versions()
    for number in (None, 1, 2):
        assert_geodataframe_equal(store.read(number).assets, file.read(number).assets)
        assert store.read(number).set_aside.equals(file.read(number).set_aside)
    assert_geodataframe_equal(store.read(1).assets, sent[0].rows)
    assert store.identifiers() == file.identifiers()


def test_nothing_is_made_by_looking(store: Store, database: str) -> None:
    """`diff` and `show` need no right to write."""
    assert store.versions() == ()
    assert len(store.read().assets) == 0
    assert len(diff(store, delivery(building(1))).new) == 1
    assert ask(database, "SELECT nspname FROM pg_namespace WHERE nspname = 'onetown'") == []


def test_the_view_shows_the_present_with_typed_columns(store: Store, database: str) -> None:
    """What QGIS and SQL see: numbers are numbers, dates are dates, UPRNs are text, and nobody edits it by mistake."""
    add(
        store,
        delivery(building(1, uprn="010"), building(2), building(3, organisation="Police", asset_id="p/3")),
        when=MARCH,
    )
    add(store, delivery(building(1, uprn="010", nia_m2=12.5), building(4)), when=APRIL)
    rows = ask(
        database,
        "SELECT asset_id, uprn, nia_m2 * 2, lease_end::date::text, step_free, ST_X(geometry) "
        "FROM onetown.register ORDER BY asset_id",
    )
    assert rows == [
        ("council/R1", "010", 25.0, "2030-03-31", True, 400_010.0),
        ("council/R4", None, 2501.0, "2030-03-31", True, 400_040.0),
        ("p/3", None, 2501.0, "2030-03-31", True, 400_030.0),
    ]
    with pytest.raises(psycopg.Error, match="cannot delete from view"):
        ask(database, "DELETE FROM onetown.register")
    (sheet,) = read_sheets(f"{database}#onetown.register")
    assert len(sheet.rows) == 4
    assert sheet.points is not None


def test_the_view_follows_a_wider_list_and_an_emptied_body(store: Store, database: str) -> None:
    """Columns may be added over the years; a body with no building left shows none."""
    add(store, delivery(building(1), building(2, organisation="Police", asset_id="p/2")), when=MARCH)
    wide = delivery(building(1))
    add(store, Delivery(wide.rows.assign(carbon_kg=7.5), wide.set_aside, wide.sources, wide.bodies), when=APRIL)
    assert ask(database, "SELECT sum(carbon_kg) FROM onetown.register") == [(7.5,)]
    add(store, delivery(bodies=("Police",)), when=APRIL)
    assert ask(database, "SELECT asset_id FROM onetown.register") == [("council/R1",)]
    assert len(between(store, 1, 3).gone) == 1


def test_a_schema_of_any_name_holds_a_register_of_its_own(database: str) -> None:
    """Two counties in one database; a hostile name is only a name."""
    one, other = open_store(f"{database}#east"), open_store(f'{database}#"we\'st; DROP SCHEMA east --"')
    add(one, delivery(building(1)), when=MARCH)
    add(other, delivery(building(2)), when=MARCH)
    assert (list(one.read().assets.index), list(other.read().assets.index)) == (["council/R1"], ["council/R2"])
    with pytest.raises(SourceError, match=r"names a table\. Give the schema of the register alone"):
        open_store(f"{database}#east.register")


def test_hostile_text_is_kept(store: Store) -> None:
    """In cells, names of bodies, notes and names of files."""
    nasty = "x'); DROP TABLE onetown.onetown_history; --\\\"\t\n{0} %s \U0001f600"
    add(store, delivery(building(1, organisation=nasty, name=nasty), file=nasty), when=MARCH, who=nasty, note=nasty)
    kept = store.read().assets.iloc[0]
    assert (kept["organisation"], kept["name"]) == (nasty, nasty)
    assert store.versions()[0].sources[0].file == nasty
    assert add(store, delivery(building(1, organisation=nasty, name=nasty)), when=APRIL).version is None


def test_who_comes_second_is_told_and_loses_nothing(store: Store) -> None:
    """By number, whom and when."""
    add(store, delivery(building(1)), when=MARCH, who="Bob")
    with pytest.raises(
        OvertakenError, match=r"Bob saved version 1 .* while you worked from version 0\. Nothing of yours"
    ):
        add(store, delivery(building(2)), when=APRIL, expected=0)
    assert list(store.read().assets.index) == ["council/R1"]


def test_people_who_save_at_once_go_one_by_one(database: str) -> None:
    """Six at the same moment from the same version: one gets in, five are told, and a second try gets in."""
    bodies = [f"Body {letter}" for letter in "ABCDEF"]
    start, told = threading.Barrier(len(bodies)), []

    def save(body: str) -> None:
        sent, mine = delivery(building(1, organisation=body, asset_id=f"{body}/1")), open_store(database)
        start.wait()
        for _ in range(30):
            try:
                add(mine, sent, when=MARCH, who=body)
            except OvertakenError:
                told.append(body)
            else:
                return

    people = [threading.Thread(target=save, args=(body,)) for body in bodies]
    for person in people:
        person.start()
    for person in people:
        person.join()
    store = open_store(database)
    assert sorted(store.read().assets["organisation"]) == bodies
    assert [len(store.read(number).assets) for number in range(1, 7)] == [1, 2, 3, 4, 5, 6]
    assert told


def test_an_interrupted_save_leaves_the_register_as_it_was(
    store: Store, monkeypatch: pytest.MonkeyPatch, database: str
) -> None:
    """Half the rows are in the transaction, and go with it."""
    add(store, delivery(building(1)), when=MARCH)

    def stop(*_: object) -> None:
        assert ask(database, "SELECT count(*) FROM onetown.onetown_history") == [(1,)]  # nobody else sees the second
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(DatabaseStore, "_draw_view", stop)
        with pytest.raises(KeyboardInterrupt):
            add(store, delivery(building(1), building(2)), when=APRIL)
    assert len(store.versions()) == 1
    assert ask(database, "SELECT count(*) FROM onetown.onetown_history") == [(1,)]
    assert add(store, delivery(building(1), building(2)), when=APRIL).version is not None


def test_a_save_waits_for_another_and_says_so(store: Store, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody's program hangs in the middle of a save."""
    monkeypatch.setattr("estate.store_database.LOCK_SECONDS", 1)
    with psycopg.connect(database) as other:
        other.execute("SELECT pg_advisory_xact_lock(hashtextextended('onetown register onetown', 0))")
        with pytest.raises(SourceError, match=r"is being changed by somebody else .*\. Nothing was saved\. Try again"):
            add(store, delivery(building(1)), when=MARCH)
    assert add(store, delivery(building(1)), when=MARCH).version is not None


def test_a_version_number_is_given_once_whatever_happens(store: Store) -> None:
    """Even where two got past the lock, the table itself refuses the second."""
    saved = add(store, delivery(building(1)), when=MARCH)
    assert isinstance(saved.version, Version)
    sent = delivery(building(2))
    entry = Entry(sent.rows, sent.set_aside, sent.sources, saved.version.parts, MARCH)
    with pytest.raises(OvertakenError):
        store.save(entry, expected=0)
    assert len(store.versions()) == 1


def test_a_database_without_postgis_is_told(store: Store, database: str) -> None:
    """With the words for its administrator, and nothing half-made."""
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("DROP EXTENSION postgis CASCADE")
    with pytest.raises(SourceError, match=r"has no PostGIS\. Ask its administrator to run CREATE EXTENSION postgis"):
        add(store, delivery(building(1)), when=MARCH)
    assert ask(database, "SELECT nspname FROM pg_namespace WHERE nspname = 'onetown'") == []


def test_who_may_only_read_is_told(server: Server, database: str, store: Store) -> None:
    """Partners look, the estates team writes."""
    add(store, delivery(building(1)), when=MARCH)
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS partner; CREATE ROLE partner LOGIN PASSWORD 'pw'")
        connection.execute(
            "GRANT USAGE ON SCHEMA onetown TO partner; GRANT SELECT ON ALL TABLES IN SCHEMA onetown TO partner"
        )
    guest = open_store(server.address(database.rpartition("/")[2], user="partner", password="pw"))  # noqa: S106
    assert len(guest.read().assets) == 1
    with pytest.raises(SourceError, match=r"is not open to this user .* Ask the administrator"):
        add(guest, delivery(building(2)), when=APRIL, accept_loss=True)


def test_a_list_in_a_database_becomes_a_delivery(store: Store, database: str) -> None:
    """From a partner's table to the county's register, and the password is in nothing that is kept."""
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(
            "CREATE TABLE sites (uprn text, ref text, name text, use text, postcode text, place geometry(Point, 27700))"
        )
        connection.execute(
            "INSERT INTO sites VALUES ('010000481734', 'T-1', 'Town Hall', 'Office', 'DE1 2AB', "
            "ST_GeomFromText('POINT(435200 336300)', 27700)), (NULL, 'T-2', 'Nowhere', 'Office', NULL, NULL)"
        )
    source = input_named(f"{database}#sites")
    read = read_asset_list(ListSettings(source, organisation="Council"))
    assert (read.rows_in, len(read.accepted), len(read.set_aside)) == (2, 1, 1)
    version = add(store, delivery_of([read], checksums={source: sha256_of(source)}), when=MARCH).version
    assert version is not None
    assert version.sources[0].file == str(source)
    assert len(version.sources[0].sha256) == 64
    assert store.read().assets["uprn"].to_list() == ["10000481734"]
    everything = [read.file, *(fault.sentence() for fault in read.faults), read.set_aside.to_csv(), repr(version)]
    everything += [str(row) for row in ask(database, "SELECT * FROM onetown.onetown_history")]
    for secret in (PASSWORD, PASSWORD_IN_ADDRESS):
        assert not any(secret in text for text in everything)


def test_no_password_is_shown(store: Store) -> None:
    """Neither in what is said nor in what is kept."""
    add(store, delivery(building(1), file=store.shown), when=MARCH)
    register = stored_register(store)
    said = [*version_sentences(store, store.versions()), repr(store), store.shown, register.account.to_string()]
    for secret in (PASSWORD, PASSWORD_IN_ADDRESS):
        assert not any(secret in line for line in said)
    assert ":***@" in store.shown
