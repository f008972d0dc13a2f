"""PostgreSQL with PostGIS: a table or a query read as a list, and the one door to the driver.

The driver (psycopg, extra ``postgis``) is imported only when an address is used. Names of schemas, tables and columns
go through the driver's own quoting. Reading happens in a read-only transaction, one statement at a time, so that a
query in somebody else's place.toml can look and not touch. What a server says is struck of passwords before it is told.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import shapely

from geodata.errors import SourceError, did_you_mean, examples
from geodata.inputs import DatabaseAddress, without_password
from geodata.layers import points_of

if TYPE_CHECKING:
    from psycopg import Connection as Connection  # noqa: PLC0414 - given on to the stores
    from psycopg.sql import Composed as Composed  # noqa: PLC0414

Cell = str | float | int | bool | date | datetime | None
Row = tuple[Cell, ...]

MAX_ROWS = 2_000_000
CONNECT_SECONDS = 10
READ_SECONDS = 600

_QUERY = re.compile(r"\(*\s*(select|with|table|values)\b", re.IGNORECASE)
_NAME = re.compile(r'"((?:[^"]|"")+)"|([^".]+)')
_TABLES = """
SELECT n.nspname, c.relname, pg_table_is_visible(c.oid)
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'v', 'm', 'p', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
  AND n.nspname NOT LIKE 'pg\\_t%%'
  AND NOT EXISTS (SELECT FROM pg_depend AS d
                  WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY 1, 2
"""
_KEY = """
SELECT a.attname
FROM pg_index AS i JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
WHERE i.indisprimary AND i.indrelid = (
    SELECT c.oid FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE n.nspname = %s AND c.relname = %s)
ORDER BY array_position(i.indkey::int2[], a.attnum)
"""
#: What a server says when it lets nobody in, what it means, and what to do.
_REFUSALS = (
    (r"could not translate|name or service not known|nodename nor servname|resolve",
     "has no such computer as host", "Check the host's name."),
    (r"connection refused|no such file or directory|could not connect to server|actively refused",
     "refuses the connection", "Check host and port, and that the database server is running."),
    (r"timeout|timed out", "does not answer", "Check host and port, and whether a firewall stands between."),
    (r"password authentication failed|no password supplied|authentication failed",
     "does not accept the user or the password",
     "Give the password in the file ~/.pgpass or in the environment variable PGPASSWORD."),
    (r"no pg_hba\.conf entry|ssl", "does not let this user in from this computer", "Ask the administrator for access."),
    (r"database .* does not exist", "has no such database", "Check the name after the host."),
    (r"role .* does not exist", "knows no such user", "Check the user's name before the @."),
    (r"too many (clients|connections)", "has too many visitors", "Try again in a minute."),
)  # fmt: skip
#: SQLSTATE of an answer, what it means, and what to do.
_ANSWERS = {
    "42P01": ("names a table that is not there", "Check the names in the query."),
    "42703": ("names a column that is not there", "Check the names in the query."),
    "42501": ("is not open to this user", "Ask the administrator for the right to read it (or, to save, to write)."),
    "42601": ("is not one SELECT that the database understands", "Give a table or one SELECT after the #."),
    "25006": ("would change the database", "Give a SELECT that only reads."),
    "55P03": ("is being changed by somebody else", "Nothing was saved. Try again in a minute."),
    "57014": ("takes more than ten minutes", "Ask for fewer rows."),
}


def read_database(address: DatabaseAddress) -> tuple[str, tuple[Row, ...], gpd.GeoSeries | None]:
    """Read a table, view or query as a list.

    Rows of a table come in the order of its primary key, or of their own text where it has none, so that the same
    table reads the same each time. Rows of a query come as the query orders them.

    Parameters
    ----------
    address
        Where it stands; ``target`` is ``schema.table``, ``table`` or a ``SELECT``. Without one the database must hold a
        single table.

    Returns
    -------
    tuple
        Name of the table ("" for a query); rows of cells, the names of the columns first; and one point per row in the
        CRS of the first geometry column, or None without one. Further geometry columns are left out.

    Raises
    ------
    SourceError
        The extra is missing, nobody answers, the table does not exist or may not be read, or the query is no SELECT.
    """
    with connected(address) as connection:
        connection.execute("SET LOCAL datestyle TO ISO")
        connection.execute(f"SET LOCAL statement_timeout TO {READ_SECONDS * 1000}")
        if _QUERY.match(address.target):
            return "", *_rows_and_points(connection, address.target.rstrip(" ;").encode(), address)
        schema, table = _find_table(connection, address)
        query = _whole_table(connection, schema, table)
        return f"{schema}.{table}", *_rows_and_points(connection, query, address)


@contextmanager
def connected(address: DatabaseAddress, *, writes: bool = False) -> Iterator[Connection]:
    """Give a connection in one transaction, committed when the block ends well and rolled back otherwise.

    Parameters
    ----------
    address
        Where to; only its ``connection`` is used.
    writes
        Allow changes. Otherwise the transaction is read-only.

    Raises
    ------
    SourceError
        The extra is missing, the address cannot be understood, nobody answers, or the database refuses what is asked.
    """
    psycopg = _driver(address)
    _check_address(address)
    try:
        connection = psycopg.connect(address.connection, connect_timeout=CONNECT_SECONDS, client_encoding="utf8")
    except psycopg.Error as error:
        raise _not_let_in(address, error) from error
    try:
        with connection:
            connection.read_only = not writes
            yield connection
    except (psycopg.Error, UnicodeDecodeError) as error:
        raise _refused(address, error) from error


def statement(
    template: str, names: Mapping[str, str | Sequence[str]], *, texts: Mapping[str, str] | None = None
) -> Composed:
    """Return SQL with names of schemas, tables and columns put in, each quoted by the driver.

    Parameters
    ----------
    template
        Our own SQL with ``{key}`` for every name or text.
    names
        By key, a name or its parts such as ``("schema", "table")``.
    texts
        By key, texts where a statement takes no parameters, such as the definition of a view.
    """
    from psycopg import sql  # noqa: PLC0415 - an extra

    quoted = {key: sql.Identifier(*([name] if isinstance(name, str) else name)) for key, name in names.items()}
    literal = {key: sql.Literal(text) for key, text in (texts or {}).items()}
    return sql.SQL(template).format(**quoted, **literal)


def split_name(target: str) -> tuple[str, ...]:
    """Return the parts of a table's name, without the quotation marks that a part may carry.

    Examples
    --------
    >>> split_name("assets.sites"), split_name('"my.schema"."Town sites"')
    (('assets', 'sites'), ('my.schema', 'Town sites'))
    """
    return tuple(quoted.replace('""', '"') or bare.strip() for quoted, bare in _NAME.findall(target))


def _driver(address: DatabaseAddress) -> Any:
    try:
        import psycopg  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise SourceError(
            f"{address}: reading a database needs the extra 'postgis'. Install it: pip install 'onetown[postgis]'."
        ) from error
    return psycopg


def _check_address(address: DatabaseAddress) -> None:
    """Raise where libpq cannot understand the address, or no database is named."""
    import psycopg  # noqa: PLC0415 - an extra

    form = "Write postgresql://user@host/database#schema.table."
    try:
        settings = psycopg.conninfo.conninfo_to_dict(address.connection)
    except psycopg.ProgrammingError as error:
        said = _clean(error, address)
        raise SourceError(f"{address}: is no address of a database ({said}). {form}") from error
    if not settings.get("dbname") and not settings.get("service"):
        raise SourceError(f"{address}: names no database. {form}")


def _find_table(connection: Connection, address: DatabaseAddress) -> tuple[str, str]:
    """Return schema and name of the table that is meant."""
    known = [(str(schema), str(name), bool(visible)) for schema, name, visible in connection.execute(_TABLES)]
    listed = [f"{schema}.{name}" for schema, name, _ in known]
    if not address.target:
        if len(known) == 1:
            return known[0][:2]
        has = f"it has {examples(listed)}" if listed else "it has none"
        raise SourceError(f"{address}: names no table; {has}. Add it after a #, for example #schema.table.")
    parts = split_name(address.target)
    found = [one for one in known if one[: len(parts)] == parts or (len(parts) == 1 and one[1] == parts[0])]
    if len(found) > 1:
        found = [one for one in found if one[2]] or found
    if len(found) == 1:
        return found[0][:2]
    if found:
        several = examples([f"{schema}.{name}" for schema, name, _ in found])
        raise SourceError(f"{address}: is the name of several tables ({several}). Write the schema before it.")
    near = did_you_mean(address.target, [*listed, *(name for _, name, _ in known)])
    has = f"It has {examples(listed)}." if listed else "It has no table that this user may see."
    raise SourceError(f"{address}: has no table '{address.target}'.{near} {has}")


def _whole_table(connection: Connection, schema: str, table: str) -> Composed:
    """Return the query for all rows of a table in an order that does not change."""
    key = [str(name) for (name,) in connection.execute(_KEY, (schema, table))]
    columns = {f"key_{place}": ("t", name) for place, name in enumerate(key)}
    order = ", ".join(f"{{{name}}}" for name in columns) or 't::text COLLATE "C"'
    names = {"table": (schema, table), **columns}
    return statement(f"SELECT * FROM {{table}} AS t ORDER BY {order}", names)  # noqa: S608


def _rows_and_points(
    connection: Connection, query: bytes | Composed, address: DatabaseAddress
) -> tuple[tuple[Row, ...], gpd.GeoSeries | None]:
    """Return the answer to one statement. Streaming uses the protocol that takes one statement and no more."""
    from psycopg.types.string import TextLoader  # noqa: PLC0415 - an extra

    shapes_of = {oid for (oid,) in connection.execute(
        "SELECT oid FROM pg_type WHERE typname IN ('geometry', 'geography')")}  # fmt: skip
    with connection.cursor() as cursor:
        for kind in ("date", "timestamp", "timestamptz", "interval", "time", "timetz"):
            cursor.adapters.register_loader(kind, TextLoader)  # a database may hold dates that Python cannot
        answer = list(islice(cursor.stream(query), MAX_ROWS + 1))
        if not answer:  # a stream of nothing does not tell the columns; preparing takes one statement only, too
            answer = cursor.execute(query, prepare=True).fetchall()
        columns = [(column.name, column.type_code) for column in cursor.description or ()]
    if len(answer) > MAX_ROWS:
        raise SourceError(f"{address}: holds more than {MAX_ROWS:,} rows. Give a SELECT that keeps only the place.")
    kept = [place for place, (_, kind) in enumerate(columns) if kind not in shapes_of]
    drawn = [place for place, (_, kind) in enumerate(columns) if kind in shapes_of]
    rows = [tuple(_cell(row[place]) for place in kept) for row in answer]
    points = _points([row[drawn[0]] for row in answer], address) if drawn else None
    return (tuple(columns[place][0] for place in kept), *rows), points


def _points(hexadecimal: Iterable[str | None], address: DatabaseAddress) -> gpd.GeoSeries:
    """Return one point per row in the CRS that the shapes carry."""
    shapes = shapely.from_wkb(list(hexadecimal))
    codes = sorted({int(code) for code in shapely.get_srid(shapes[~shapely.is_missing(shapes)])})
    if len(codes) > 1:
        raise SourceError(f"{address}: mixes coordinate systems (SRID {examples(codes)}). Give a SELECT of one.")
    try:
        frame = gpd.GeoDataFrame(geometry=shapes, crs=codes[0] if codes and codes[0] else None)
    except RuntimeError as error:  # pyproj's own error
        raise SourceError(f"{address}: uses SRID {codes[0]}, which nobody knows. Set it with ST_SetSRID.") from error
    return points_of(frame)


def _cell(value: Any) -> Cell:
    """Return a value of the database as one of our cells."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return _moment(value) if value[:1].isdigit() else value or None
    if isinstance(value, float | Decimal):
        number = float(value)
        whole = math.isfinite(number) and number == int(number) and abs(number) < 2**53
        return None if math.isnan(number) else int(value) if whole else number
    if isinstance(value, bytes | memoryview):
        return None
    return json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, dict | list) else str(value)


def _moment(text: str) -> Cell:
    """Return a date or time in ISO form as such, and every other text as it is."""
    if not re.match(r"\d{4}-\d\d-\d\d($| \d\d:\d\d:\d\d)", text):
        return text
    try:
        return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
    except ValueError:
        return text


def _not_let_in(address: DatabaseAddress, error: Exception) -> SourceError:
    said = _clean(error, address)
    for pattern, meaning, remedy in _REFUSALS:
        if re.search(pattern, str(error), re.IGNORECASE):
            return SourceError(f"{address}: {meaning}. {remedy}")
    return SourceError(f"{address}: cannot be reached ({said}). Check the address.")


def _refused(address: DatabaseAddress, error: Exception) -> SourceError:
    said = _clean(error, address)
    state = str(getattr(error, "sqlstate", "") or "")
    if isinstance(error, UnicodeDecodeError):
        return SourceError(f"{address}: holds text in no known encoding. Ask for the list as a file.")
    if state in _ANSWERS:
        meaning, remedy = _ANSWERS[state]
        return SourceError(f"{address}: {meaning} ({said}). {remedy}")
    return SourceError(f"{address}: the database says: {said}. Check the table or the query.")


def _clean(error: Exception, address: DatabaseAddress) -> str:
    """Return the first line of what a server says, short and without passwords."""
    line = without_password(next(iter(str(error).strip().splitlines()), "nothing"))
    for secret in address.secrets:
        line = line.replace(secret, "***")
    return line.removeprefix("ERROR:").strip()[:200].rstrip(".")
