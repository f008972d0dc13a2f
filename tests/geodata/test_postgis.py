# ruff: noqa: F811, S608 - fixtures are imported by name; queries are what is tested
"""A table or a query of a real database reads as a list; whatever goes wrong is one sentence, without passwords."""

from __future__ import annotations

import builtins
import datetime as dt
from collections.abc import Callable

import psycopg
import pytest
from shapely.geometry import Point

from geodata.errors import SourceError
from geodata.files import read_sheets, read_table, sha256_of
from geodata.inputs import DatabaseAddress, input_named
from geodata.postgis import read_database
from tests.postgres_server import PASSWORD, PASSWORD_IN_ADDRESS, Server, database, server  # noqa: F401 - fixtures

SITES = """
CREATE SCHEMA assets;
CREATE TABLE assets.sites (
    uprn text, id integer PRIMARY KEY, "Net area (m2)" numeric(10, 2), opened date,
    lease_end timestamptz, public boolean,
    tags jsonb, letters text[], photo bytea, ref uuid, rent double precision, place geometry(Geometry, 27700));
INSERT INTO assets.sites VALUES
    ('010000481734', 2, 1250.50, '2020-01-02', '2030-03-31 12:00+00', true, '{"é": 1}', '{a,b}', 'x',
     '11111111-2222-3333-4444-555555555555', 'NaN', ST_GeomFromText('POINT(400500 300500)', 27700)),
    (NULL, 1, 400, 'infinity', NULL, NULL, NULL, NULL, NULL, NULL, 12000, NULL),
    ('', 3, NULL, '0044-03-15 BC', NULL, false, NULL, NULL, NULL, NULL, 1.5,
     ST_GeomFromText('POLYGON((0 0, 2 0, 2 2, 0 2, 0 0))', 27700));
"""

Do = Callable[[str], None]


@pytest.fixture
def do(database: str) -> Do:
    """Return a function that runs statements in the database."""

    def run(statements: str) -> None:
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute(statements.encode())

    return run


def refusal(name: str) -> str:
    """Return the one sentence with which an address is refused; it never holds the password."""
    with pytest.raises(SourceError) as caught:
        read_sheets(name)
    said = str(caught.value)
    assert "\n" not in said
    assert PASSWORD not in said
    assert PASSWORD_IN_ADDRESS not in said
    return said.removeprefix(str(input_named(name)) + ": ")


# ---------------------------------------------------------------- reading


def test_a_table_reads_as_a_list_with_points(database: str, do: Do) -> None:
    """Names of columns in row 1, then the rows by primary key, each value as a cell and each shape as a point."""
    do(SITES)
    (sheet,) = read_sheets(f"{database}#assets.sites")
    assert sheet.name == "assets.sites"
    assert ":***@" in sheet.file
    assert sheet.rows[0] == (
        "uprn", "id", "Net area (m2)", "opened", "lease_end", "public", "tags", "letters", "photo", "ref", "rent",
    )  # fmt: skip
    assert sheet.rows[1] == (None, 1, 400, "infinity", None, None, None, None, None, None, 12000)
    assert sheet.rows[2][:4] == ("010000481734", 2, 1250.5, dt.date(2020, 1, 2))
    assert sheet.rows[2][4] == dt.datetime(2030, 3, 31, 12, tzinfo=dt.UTC)
    assert sheet.rows[2][5:] == (
        True, '{"é": 1}', '["a", "b"]', None, "11111111-2222-3333-4444-555555555555", None,
    )  # fmt: skip
    assert sheet.rows[3][:4] == (None, 3, None, "0044-03-15 BC")
    assert sheet.points is not None
    assert sheet.points.to_list()[:2] == [None, Point(400500, 300500)]
    assert sheet.points[2].geom_type == "Point"
    assert sheet.points.crs.to_epsg() == 27700


def test_a_query_reads_as_a_list(database: str, do: Do) -> None:
    """What a place does not want stays where it is; a per cent sign is no placeholder."""
    do(SITES)
    query = "select id, uprn as \"UPRN\" from assets.sites where uprn like '01%' order by id;"
    (sheet,) = read_sheets(f"{database}#{query}")
    assert sheet.rows == (("id", "UPRN"), (2, "010000481734"))
    assert sheet.points is None


def test_a_table_of_codes_keeps_them_text(database: str, do: Do) -> None:
    """Look-ups may stand in the database as well."""
    do(SITES)
    table = read_table(f"{database}#assets.sites")
    assert table["uprn"].to_list()[1] == "010000481734"
    assert table["Net area (m2)"].to_list()[:2] == [400, 1250.5]


def test_a_table_without_a_key_reads_the_same_each_time(database: str, do: Do) -> None:
    """Same content, same bytes: the checksum in run.json must not depend on where the server keeps a row."""
    do("CREATE TABLE sites (name text); INSERT INTO sites VALUES ('b'), ('a'), ('c')")
    before = sha256_of(f"{database}#sites")
    do("UPDATE sites SET name = 'a' WHERE name = 'a'")  # the row moves to the end of the table
    assert read_sheets(f"{database}#sites")[0].rows == (("name",), ("a",), ("b",), ("c",))
    assert sha256_of(f"{database}#sites") == before
    do("INSERT INTO sites VALUES ('d')")
    assert sha256_of(f"{database}#sites") != before


def test_a_view_in_degrees_and_a_geography(database: str, do: Do) -> None:
    """GIS teams give us views; the CRS comes with the shapes."""
    do("CREATE VIEW sites AS SELECT 'Hall' AS name, ST_SetSRID(ST_MakePoint(-1.5, 53), 4326)::geography AS spot")
    (sheet,) = read_sheets(f"{database}#sites")
    assert sheet.points is not None
    assert (sheet.points[0], sheet.points.crs.to_epsg()) == (Point(-1.5, 53), 4326)


def test_the_only_table_need_not_be_named(database: str, do: Do) -> None:
    """PostGIS's own tables do not count."""
    do("CREATE TABLE sites (name text)")
    assert read_sheets(database)[0].rows == (("name",),)
    do("CREATE TABLE teams (name text)")
    assert refusal(database) == (
        "names no table; it has public.sites, public.teams. Add it after a #, for example #schema.table."
    )


@pytest.mark.parametrize("name", ['x"; DROP TABLE sites; --', "Sites of 'A' & B", "a.b", "täble", "select"])
def test_names_are_quoted(database: str, do: Do, name: str) -> None:
    """A name is a name, whatever stands in it."""
    quoted = '"' + name.replace('"', '""') + '"'
    do(f"CREATE TABLE sites (name text); CREATE TABLE {quoted} ({quoted} text); INSERT INTO {quoted} VALUES ('here')")
    assert read_sheets(f"{database}#public.{quoted}")[0].rows == ((name,), ("here",))
    assert read_sheets(f"{database}#sites")[0].rows == (("name",),)


def test_a_table_in_two_schemas_must_be_named_whole(database: str, do: Do) -> None:
    """The one on the user's own search path wins; elsewhere we ask."""
    do("CREATE SCHEMA a; CREATE SCHEMA b; CREATE TABLE a.sites (x int); CREATE TABLE b.sites (y int)")
    assert "is the name of several tables (a.sites, b.sites). Write the schema" in refusal(f"{database}#sites")
    do("CREATE TABLE sites (z int)")
    assert read_sheets(f"{database}#sites")[0].rows == (("z",),)
    assert read_sheets(f"{database}#b.sites")[0].rows == (("y",),)


# ---------------------------------------------------------------- looking and not touching


@pytest.mark.parametrize(
    "query",
    [
        "select 1; drop table sites",
        "select 1; commit; drop table sites",
        "with gone as (delete from sites returning *) select * from gone",
        "select * into more from sites",
        "select nextval('numbers')",
    ],
)
def test_a_query_cannot_change_the_database(database: str, do: Do, query: str) -> None:
    """A place.toml comes from somebody else."""
    do("CREATE SEQUENCE numbers; CREATE TABLE sites (name text); INSERT INTO sites VALUES ('a')")
    assert refusal(f"{database}#{query}")
    with psycopg.connect(database) as connection:
        assert connection.execute("SELECT name FROM sites").fetchall() == [("a",)]
        assert connection.execute("SELECT to_regclass('more')").fetchone() == (None,)


# ---------------------------------------------------------------- refusals


def test_no_such_table_names_the_nearest(database: str, do: Do) -> None:
    """A slip of the keyboard is the usual reason."""
    do("CREATE SCHEMA assets; CREATE TABLE assets.sites (x int)")
    assert refusal(f"{database}#assets.site") == (
        "has no table 'assets.site'. Did you mean 'assets.sites'? It has assets.sites."
    )
    assert "Did you mean 'sites'?" in refusal(f"{database}#Sites")


def test_a_wrong_query_is_told_in_the_server_s_words(database: str, do: Do) -> None:
    """With what to check."""
    do("CREATE TABLE sites (x int)")
    assert refusal(f"{database}#select y from sites") == (
        'names a column that is not there (column "y" does not exist). Check the names in the query.'
    )
    assert "is not one SELECT that the database understands" in refusal(f"{database}#select from where")
    assert refusal(f"{database}#select 1/0 from generate_series(1, 2)").startswith(
        "the database says: division by zero."
    )


def test_too_many_rows_are_told(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody names the table of all addresses of the country."""
    monkeypatch.setattr("geodata.postgis.MAX_ROWS", 10)
    assert "holds more than 10 rows. Give a SELECT" in refusal(f"{database}#select * from generate_series(1, 11)")


def test_a_table_that_may_not_be_read(database: str, do: Do, server: Server) -> None:
    """The administrator forgot the last step."""
    do("CREATE TABLE sites (x int); DROP ROLE IF EXISTS guest; CREATE ROLE guest LOGIN PASSWORD 'g'")
    address = server.address(database.rpartition("/")[2], user="guest", password="g")  # noqa: S106
    assert "is not open to this user (permission denied for table sites). Ask" in refusal(f"{address}#sites")


def test_mixed_and_unknown_coordinates(database: str, do: Do) -> None:
    """One layer, one system."""
    do("CREATE TABLE mixed (p geometry); INSERT INTO mixed VALUES "
       "(ST_SetSRID(ST_MakePoint(0, 0), 4326)), (ST_SetSRID(ST_MakePoint(0, 0), 27700))")  # fmt: skip
    assert "mixes coordinate systems (SRID 4326, 27700)" in refusal(f"{database}#mixed")
    do("UPDATE mixed SET p = ST_SetSRID(p, 910000)")
    assert "uses SRID 910000, which nobody knows" in refusal(f"{database}#mixed")
    do("UPDATE mixed SET p = ST_SetSRID(p, 0)")
    points = read_sheets(f"{database}#mixed")[0].points
    assert points is not None
    assert points.crs is None


def test_who_is_not_let_in_is_told_why(server: Server, database: str) -> None:
    """Each reason has its own remedy, and the password is in none."""
    name = database.rpartition("/")[2]
    wrong = server.address(name, password="wr0ng-secret")  # noqa: S106
    assert "does not accept the user or the password. Give the password in" in refusal(f"{wrong}#sites")
    assert "wr0ng-secret" not in refusal(f"{wrong}#sites")
    assert refusal(server.address("nowhere")) == "has no such database. Check the name after the host."
    assert "does not accept the user or the password" in refusal(server.address(name, user="nobody"))
    closed = f"postgresql://ann:pw@127.0.0.1:1/{name}"
    assert refusal(closed) == "refuses the connection. Check host and port, and that the database server is running."
    assert refusal(f"postgresql://ann:pw@onetown.invalid/{name}") == (
        "has no such computer as host. Check the host's name."
    )


def test_the_password_may_come_from_the_environment(
    server: Server, database: str, do: Do, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The better place for it than an address."""
    do("CREATE TABLE sites (name text)")
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    address = server.address(database.rpartition("/")[2], password="")
    assert read_sheets(f"{address}#sites")[0].rows == (("name",),)


# ---------------------------------------------------------------- without a server


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("postgresql://ann@gis.example", "names no database. Write postgresql://user@host/database#schema.table."),
        ("postgresql://ann@h/d?colour=red", 'is no address of a database (invalid URI query parameter: "colour").'),
        ("postgresql://ann:s3cret@[h/d", "is no address of a database"),
    ],
)
def test_an_address_that_says_nothing(name: str, sentence: str) -> None:
    """Told before anybody is asked."""
    assert refusal(name).startswith(sentence)
    assert "s3cret" not in refusal(name)


def test_the_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Most people never need the driver."""
    load = builtins.__import__

    def without_driver(name: str, *rest: object, **more: object) -> object:
        if name == "psycopg":
            raise ImportError(name)
        return load(name, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", without_driver)
    with pytest.raises(SourceError, match=r"needs the extra 'postgis'\. Install it: pip install 'onetown\[postgis\]'"):
        read_database(DatabaseAddress("postgresql://h/d", "t"))
