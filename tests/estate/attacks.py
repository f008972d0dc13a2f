"""What is thrown at the reader: files of every kind, made by hypothesis to break it."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, datetime, timedelta

import openpyxl
from hypothesis import strategies as st
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.worksheet.worksheet import Worksheet

File = tuple[str, bytes]  # suffix and content

FORMULAS = ['=HYPERLINK("x")', "+1+1", "-2", "@SUM(A1)", "<script>alert(1)</script>", "{{7*7}}", "'; drop table x"]
LETTERS = ["\ufeff", "\u200b", "\u202e", "\xa0", "\x00", "\x1a", "\x85", "\u2028", "e\u0301", "\U0001f3e2",
           "CafÃ©", "Â", '"', "'", ",", ";", "\t", "\\", "|", "¬", "line\nbreak", "\r", "\r\n", '"unclosed',
           "a" * 5_000]  # fmt: skip
NUMBERS = ["NaN", "inf", "-inf", "1e400", "-1e400", "1e-400", "0x1F", "0", "0,0", "-0.0", "00000", "9" * 25, "9" * 400,
           "\u0661\u0662\u0663", "\uff15\uff14\uff10", "²", "½", "1/2", "1 000", "1.234.567,8",
           "-1", "(500)", "£-", "k", "£1.2m pa", "1e5", "1_000", "--5", "5-", "."]  # fmt: skip
BLANKS = ["None", "NULL", "#REF!", "#N/A", "TRUE", "N/A", "-", "?", "nan"]
DATES = ["31/02/2024", "29/02/2023", "00/00/0000", "9999-12-31", "0001-01-01", "12-31-2024", "46752", "2958466",
         "99999999", "2024-01-01T25:61:00", "March", "0000"]  # fmt: skip
PLACES = ["440715,354526", "440715;354526", "354526,440715", "SK 407 543", "SK407543", "ZZ 999 999",
          "POINT (-1.4 53.1)", "POINT EMPTY", "53.1 N 1.4 W", "53\u00b008'", "-2,3", "53.457484", "-2.365856",
          "400500", "300500", "NaN,NaN", "inf,inf", "1e5,2e5", "700000", "1300000", "7e5", "90", "-180",
          "89.999999", "WS1 0AA", "tn10aa", "WS1", "P019 8AD", "DE24  9DA", "DE24 9DA\nDE1 1AA", "GIR 0AA",
          "E1 1AA (see notes)", "W1A"]  # fmt: skip
UPRNS = ["100012797623", "010012809147", "100121000000", "1.00E+11", "1.00012797623E11", "12345678901234567890"]
AREAS = [
    "1,909 hectares (4,72 acres)",
    "1 000 sq ft",
    "acres",
    "ha ha",
    "5 m2 6 m2 7 m2",
    "-5 acres",
    "9" * 320 + " ha",
]
WORDS = ["Freehold", "Town Hall", "Total", "Rent charge of £62", "Library", "Land", "HQ", "Houses", "Yes", "closed"]
HOSTILE = [*FORMULAS, *LETTERS, *NUMBERS, *BLANKS, *DATES, *PLACES, *UPRNS, *AREAS, *WORDS]
CELL = st.one_of(
    st.sampled_from(HOSTILE),
    st.sampled_from(HOSTILE),
    st.text(st.characters(codec="utf-8"), max_size=8),
    st.integers().map(str),
    st.floats().map(repr),
)
HEADING = st.sampled_from(
    ["Name", "Property Name", "Postcode", "Post Code", "UPRN", "Easting", "Northing", "Longitude", "Latitude",
     "GeoX", "GeoY", "Coordinates", "Grid reference", "Site Co-ordinates\n(Geocode)", "GIA", "NIA (sq ft)",
     "Site Area", "Running cost", "Rent", "Lease end", "Break date", "Use", "Status", "Tenure", "Tenure detail",
     "Holding type", "Asset code", "Organisation", "Address 1", "Address 2", "FTE", "Desks", "Public access",
     "Step free", "Year closed", "EPC", "Notes", "", "Name", "x", "1", "\xa0", "Easting (2)", "column 2", "=1+1",
     "\u00dcn\u00efcode", "a" * 300, "None", "nan"]
)  # fmt: skip
GOOD = {
    "Asset code": "A1", "UPRN": "100012797623", "Property name": "Town Hall", "Address": "1 High Street",
    "Postcode": "WS1 0AA", "Easting": "400060", "Northing": "300040", "Use": "Office", "Tenure type": "Freehold",
    "Holding type": "Land and building", "GIA": "1,249", "Site area (ha)": "0.537", "Running cost": "£12,400",
    "Rent": "0", "Desks": "40", "FTE": "35.5", "Lease end": "25/12/2031", "Break date": "2027-03-31",
    "Condition": "B", "EPC": "C", "Public access": "Yes", "Status": "In use",
}  # fmt: skip


@st.composite
def tables(draw: st.DrawFn) -> list[list[str]]:
    """Draw rows of text: any headings over anything, or a good list of which some cells were spoiled."""
    if draw(st.booleans()):
        return [
            draw(st.lists(HEADING, min_size=1, max_size=9)),
            *draw(st.lists(st.lists(CELL, max_size=10), max_size=9)),
        ]
    rows = [list(GOOD), *([*GOOD.values()] for _ in range(draw(st.integers(1, 8))))]
    for row, column, cell in draw(
        st.lists(st.tuples(st.integers(1, len(rows) - 1), st.integers(0, len(GOOD) - 1), CELL), max_size=30)
    ):
        rows[row][column] = cell
    return rows


@st.composite
def text_files(draw: st.DrawFn) -> File:
    """Draw a delimited file: any delimiter, quoting, encoding and line ending, also wrong ones."""
    title = draw(st.sampled_from([[], [["Land and buildings, 2024"]]]))
    stream = io.StringIO(newline="")
    csv.writer(
        stream,
        delimiter=draw(st.sampled_from([",", ";", "\t", "|", "¬"])),
        quoting=draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])),
        lineterminator=draw(st.sampled_from(["\r\n", "\n", "\r"])),
    ).writerows([*title, *draw(tables())])
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "latin-1", "utf-32"]))
    return draw(st.sampled_from([".csv", ".tsv", ".txt", ""])), stream.getvalue().encode(encoding, "replace")


WORKBOOK_CELL = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**18), 10**18),
    st.floats(allow_nan=False, allow_infinity=False),
    CELL.map(lambda text: text[:30_000]),
    st.sampled_from(["#DIV/0!", "#REF!", "#N/A", "#VALUE!", "=1/0", "=NOW()", "='Other'!A1"]),
    st.dates(date(1900, 1, 1), date(9999, 12, 31)),
    st.datetimes(datetime(1900, 1, 1), datetime(9999, 1, 1)),
    st.times(),
    st.timedeltas(timedelta(0), timedelta(days=90_000)),
)


@st.composite
def workbooks(draw: st.DrawFn) -> File:
    """Draw a workbook: several sheets, empty ones, merged and far-away cells, dates, errors, huge numbers."""
    book = openpyxl.Workbook()
    for _ in range(draw(st.integers(0, 2))):
        book.create_sheet()
    for sheet in book.worksheets:
        if draw(st.integers(0, 3)):
            _fill(draw, sheet, first=draw(st.integers(1, 4)))
    stream = io.BytesIO()
    book.save(stream)
    return ".xlsx", stream.getvalue()


def _fill(draw: st.DrawFn, sheet: Worksheet, *, first: int) -> None:
    rows: list[list[object]] = [*draw(tables())]
    for row in rows[1:]:
        for place, cell in draw(st.dictionaries(st.integers(0, len(GOOD)), WORKBOOK_CELL, max_size=4)).items():
            row[place : place + 1] = [cell]
    for down, row in enumerate(rows):
        for across, value in enumerate(row, start=1):
            _put(sheet, first + down, across, value)
    if draw(st.booleans()):
        sheet.merge_cells(
            start_row=first, start_column=1, end_row=first + draw(st.integers(0, 2)), end_column=draw(st.integers(1, 4))
        )
    if draw(st.integers(0, 9)) == 0:
        _put(sheet, draw(st.integers(1, 3_000)), draw(st.integers(1, 200)), "far away")


def _put(sheet: Worksheet, row: int, column: int, value: object) -> None:
    """Write a cell, without the letters that no workbook can hold."""
    clean = ILLEGAL_CHARACTERS_RE.sub("", value) if isinstance(value, str) else value
    sheet.cell(row, column).value = clean  # type: ignore[assignment]


COORDINATE = st.one_of(st.floats(), st.sampled_from([-2.3, 53.4, 400_500, 300_500, 1e308, None, "53"]))
SQUARE_TIE = [[-2.3, 53.4], [-2.2, 53.5], [-2.2, 53.4], [-2.3, 53.5], [-2.3, 53.4]]
GEOMETRY = st.one_of(
    st.none(),
    st.builds(lambda a, b: {"type": "Point", "coordinates": [a, b]}, COORDINATE, COORDINATE),
    st.sampled_from(
        [
            {"type": "Point", "coordinates": []},
            {"type": "Polygon", "coordinates": []},
            {"type": "Polygon", "coordinates": [[[0, 0], [0, 0]]]},
            {"type": "Polygon", "coordinates": [SQUARE_TIE]},
            {"type": "GeometryCollection", "geometries": []},
            {"type": "LineString", "coordinates": [[-2.3, 53.4], [-2.31, 53.4]]},
            {"type": "Nonsense"},
            "Point",
        ]
    ),
)
VALUE = st.one_of(CELL, st.integers(), st.none(), st.booleans(), st.lists(CELL, max_size=2))
FEATURE = st.builds(
    lambda properties, geometry: {"type": "Feature", "properties": properties, "geometry": geometry},
    st.one_of(st.none(), st.dictionaries(HEADING, VALUE, max_size=5)),
    GEOMETRY,
)
NAMED_CRS = st.sampled_from(["urn:ogc:def:crs:EPSG::27700", "EPSG:999999", ""])
LAYERS = st.builds(
    lambda features, name: (
        ".geojson",
        json.dumps(
            {"type": "FeatureCollection", "crs": {"type": "name", "properties": {"name": name}}, "features": features}
        ).encode(),
    ),
    st.lists(FEATURE, max_size=5),
    NAMED_CRS,
)

SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx", ".xls", ".ods", ".geojson", ".json", ".gpkg", ".shp", ".parquet", ".kml",
            ".zip", ".csv.gz", "")  # fmt: skip
FIRST_BYTES = (b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"SQLite format 3\x00", b"PAR1",
               b"\x1f\x8b\x08", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b'{"type": "FeatureCollection"',
               b"<kml>", b"Name,Postcode\n", b"%PDF-1.4\n")  # fmt: skip
NOISE = st.tuples(
    st.sampled_from(SUFFIXES), st.builds(bytes.__add__, st.sampled_from(FIRST_BYTES), st.binary(max_size=600))
)


@st.composite
def spoiled(draw: st.DrawFn, whole: bytes) -> bytes:
    """Draw a copy of a file that was cut short, lost a piece, had bytes changed, or has a piece twice."""
    content = bytearray(whole)
    start = draw(st.integers(0, len(content)))
    length = draw(st.integers(0, 2_000))
    match draw(st.sampled_from(["cut", "lose", "double", "swap case", "change"])):
        case "cut":
            del content[start:]
        case "lose":
            del content[start : start + length]
        case "double":
            content[start:start] = content[start : start + length]
        case "swap case":
            content[start : start + length] = bytes(content[start : start + length]).swapcase()
        case _:
            flips = st.tuples(st.integers(0, len(content) - 1), st.integers(0, 255))
            for place, byte in draw(st.lists(flips, max_size=12)):
                content[place] = byte
    return bytes(content)
