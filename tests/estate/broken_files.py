"""Files of every format, good at first and then broken at random: by bytes, by numbers, inside archives, by name.

Everything comes from one :class:`random.Random`, so that a case is its seed and number and can be had again.
"""

from __future__ import annotations

import gzip
import io
import json
import random
import re
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

import geopandas as gpd
import openpyxl
from shapely.geometry import Point

from tests.estate.attacks import GOOD, HOSTILE

#: The files of one list by suffix: most have one, a Shapefile has four.
Files = dict[str, bytes]

NUMBERS = (b"0", b"-1", b"1", b"255", b"65536", b"1048577", b"2147483648", b"4294967295", b"18446744073709551616",
           b"1e308", b"NaN", b"9" * 40, b"")  # fmt: skip
BYTES = (0, 1, 0x7F, 0x80, 0xFE, 0xFF, 0x22, 0x3C, 0x2C, 0x0A)
WORKBOOKS = Path(__file__).parents[1] / "geodata" / "workbooks"
MAX_REAL_BYTES = 12_000
ODS_NAMES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
)
ENTITIES = (
    b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;">]>',
    b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>',
    b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
)


def good_files(folder: Path, real: Path | None) -> list[Files]:
    """Return a good list in every format, and the beginnings of real ones where they are at hand.

    Parameters
    ----------
    folder
        An empty folder to write in.
    real
        Folder of the real data, or None.
    """
    rows = [{**GOOD, "Asset code": f"A{number}", "Property name": f"Town Hall {number}"} for number in range(6)]
    layer = gpd.GeoDataFrame(rows, geometry=[Point(-2.3 + number / 500, 53.4) for number in range(6)], crs="EPSG:4326")
    layer.to_file(folder / "good.gpkg")
    layer.to_file(folder / "good.geojson")
    layer.to_parquet(folder / "good.parquet")
    layer.rename(columns=lambda name: name if name == "geometry" else name[:10]).to_file(folder / "good.shp")
    text = _text(rows)
    whole = [
        {".csv": text.encode()},
        {".csv": text.replace(",", "\t").encode("utf-16")},
        {".csv.gz": gzip.compress(text.encode(), mtime=0)},
        {".kml": _kml(rows)},
        {".ods": _ods(rows)},
        {".xlsx": _xlsx(rows)},
        {".xls": (WORKBOOKS / "excel_97.xls").read_bytes()},
        {".xlsx": (WORKBOOKS / "protected.xlsx").read_bytes()},
        *({suffix: (folder / f"good{suffix}").read_bytes()} for suffix in (".gpkg", ".geojson", ".parquet")),
        {suffix: (folder / f"good{suffix}").read_bytes() for suffix in (".shp", ".dbf", ".shx", ".prj")},
    ]
    return whole + ([] if real is None else _real_files(real))


def _real_files(real: Path) -> list[Files]:
    """Return the real lists: workbooks whole, long text files cut to their first rows."""
    found = []
    folders = (real / "derbyshire" / "assets", real / "registers", real / "trafford")
    for path in sorted(path for folder in folders for path in folder.iterdir() if path.is_file()):
        content = path.read_bytes()
        if path.suffix in {".csv", ".tsv"} and len(content) > MAX_REAL_BYTES:
            content = content[: content.find(b"\n", MAX_REAL_BYTES) + 1]
        if path.suffix in {".csv", ".tsv", ".xlsx", ".ods"} or (path.suffix == ".geojson" and len(content) < 20_000):
            found.append({path.suffix: content})
    return found


def _text(rows: list[dict[str, str]]) -> str:
    lines = [",".join(f'"{cell}"' for cell in line) for line in (list(rows[0]), *(list(row.values()) for row in rows))]
    return "\r\n".join(lines) + "\r\n"


def _kml(rows: list[dict[str, str]]) -> bytes:
    marks = "".join(
        f"<Placemark><name>{row['Property name']}</name><ExtendedData><Data name='Postcode'><value>{row['Postcode']}"
        "</value></Data></ExtendedData><Point><coordinates>-2.3,53.4</coordinates></Point></Placemark>"
        for row in rows
    )
    head = '<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><Folder>'
    return f"{head}<name>a</name>{marks}</Folder></Document></kml>".encode()


def _ods(rows: list[dict[str, str]]) -> bytes:
    """Return an OpenDocument workbook of two sheets: text, a number, a date, repeated rows and cells."""

    def cells(words: list[str]) -> str:
        return "".join(
            f'<table:table-cell office:value-type="string"><text:p>{word}</text:p></table:table-cell>'
            if not word.isdigit()
            else f'<table:table-cell office:value-type="float" office:value="{word}"><text:p>{word}</text:p>'
            "</table:table-cell>"
            for word in words
        )

    lines = [list(rows[0]), *(list(row.values()) for row in rows)]
    table = "".join(f"<table:table-row>{cells(line)}</table:table-row>" for line in lines)
    tail = (
        '<table:table-row table:number-rows-repeated="3"><table:table-cell table:number-columns-repeated="20"/>'
        '</table:table-row><table:table-row><table:table-cell office:value-type="date" '
        'office:date-value="2031-12-25"/></table:table-row>'
    )
    body = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {ODS_NAMES}><office:body><office:spreadsheet>'
        f'<table:table table:name="Assets">{table}{tail}</table:table><table:table table:name="Notes"/>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = b"<manifest:manifest></manifest:manifest>"
    return zipped({"mimetype": kind.encode(), "META-INF/manifest.xml": manifest, "content.xml": body.encode()})


def _xlsx(rows: list[dict[str, str]]) -> bytes:
    book = openpyxl.Workbook()
    for line in (["Land and buildings"], list(rows[0]), *(list(row.values()) for row in rows)):
        book.worksheets[0].append(line)
    book.create_sheet("Notes")
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def zipped(parts: Mapping[str, bytes]) -> bytes:
    """Return an archive of the parts, the same bytes every time."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def case(seed: object, number: int, whole: list[Files]) -> Files:
    """Return one numbered case: the same for the same seed, number and good files."""
    return broken(random.Random(f"{seed}:{number}"), whole)  # noqa: S311 - chance, not secrecy


def broken(draw: random.Random, whole: list[Files]) -> Files:
    """Return one of the good files broken somehow, sometimes under a wrong name, sometimes not at all."""
    kind = draw.choice(sorted({next(iter(files)) for files in whole}))
    files = dict(draw.choice([files for files in whole if next(iter(files)) == kind]))
    part = draw.choice(list(files))
    for _ in range(draw.choice((0, 1, 1, 1, 2, 3))):
        files[part] = _break_once(draw, files[part], whole)
    if len(files) > 1 and draw.random() < 0.15:
        del files[part]
    if len(files) == 1 and draw.random() < 0.1:
        other = draw.choice((".csv", ".xlsx", ".xls", ".ods", ".geojson", ".json", ".gpkg", ".shp", ".kml", ".zip", ""))
        files = {other: next(iter(files.values()))}
    return files


def _break_once(draw: random.Random, content: bytes, whole: list[Files]) -> bytes:
    if content[:2] == b"PK" and draw.random() < 0.7:
        return _break_archive(draw, content, whole)
    if content[:2] == b"\x1f\x8b" and draw.random() < 0.5:
        return (
            gzip.compress(_break_once(draw, gzip.decompress(content), whole), mtime=0) if _opens(content) else content
        )
    ways: list[Callable[[random.Random, bytes], bytes]] = [_flip, _cut, _lose, _double, _number, _overwrite]
    if content.lstrip()[:1] in (b"{", b"["):
        ways.append(_spoil_json)
    if b"<" in content[:200]:
        ways += [_spoil_markup, _spoil_markup, _entity]
    if b"," in content and b"\x00" not in content[:100]:
        ways += [_cell, _cell, _recode]
    return draw.choice(ways)(draw, content)


def _opens(packed: bytes) -> bool:
    try:
        gzip.decompress(packed)
    except (OSError, EOFError, zlib.error):
        return False
    return True


def _break_archive(draw: random.Random, content: bytes, whole: list[Files]) -> bytes:
    """Return an archive with one part broken, lost, doubled or renamed; or as it is where it does not open."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
    except Exception:  # noqa: BLE001 - broken earlier, in any way; the file is what is tried, not zipfile
        return _flip(draw, content)
    if not parts:
        return content
    telling = [name for name in parts if "sheet" in name or "content" in name or "workbook" in name] or list(parts)
    name = draw.choice(telling if draw.random() < 0.8 else list(parts))
    kind = draw.random()
    if kind < 0.08:
        del parts[name]
    elif kind < 0.12:
        parts[f"../{name}"] = parts.pop(name)
    elif kind < 0.16:
        parts[name] = parts[draw.choice(list(parts))]
    else:
        parts[name] = _break_once(draw, parts[name], whole)
    return zipped(parts)


def _flip(draw: random.Random, content: bytes) -> bytes:
    changed = bytearray(content)
    for _ in range(draw.choice((1, 1, 2, 8, 40)) if changed else 0):
        changed[draw.randrange(len(changed))] ^= 1 << draw.randrange(8)
    return bytes(changed)


def _overwrite(draw: random.Random, content: bytes) -> bytes:
    start = draw.randrange(len(content) + 1)
    piece = bytes([draw.choice(BYTES)]) * draw.choice((1, 2, 4, 8, 100))
    return content[:start] + piece + content[start + len(piece) :]


def _cut(draw: random.Random, content: bytes) -> bytes:
    return content[: draw.randrange(len(content) + 1)]


def _lose(draw: random.Random, content: bytes) -> bytes:
    start = draw.randrange(len(content) + 1)
    return content[:start] + content[start + draw.choice((1, 2, 10, 100, 1_000)) :]


def _double(draw: random.Random, content: bytes) -> bytes:
    start, end = sorted((draw.randrange(len(content) + 1), draw.randrange(len(content) + 1)))
    return content[:end] + content[start : min(end, start + 4_000)] + content[end:]


def _number(draw: random.Random, content: bytes) -> bytes:
    """Return the content with one number in it replaced by one at a border."""
    found = list(re.finditer(rb"\d+", content[:400_000]))
    if not found:
        return content
    at = draw.choice(found)
    return content[: at.start()] + draw.choice(NUMBERS) + content[at.end() :]


def _spoil_markup(draw: random.Random, content: bytes) -> bytes:
    """Return XML with a tag lost, doubled or renamed, or an attribute with another value."""
    kind = draw.randrange(3)
    pattern = (rb"<[^>]{1,200}>", rb'"[^"]{0,80}"', rb">[^<]{1,80}<")[kind]
    found = list(re.finditer(pattern, content[:400_000]))
    if not found:
        return content
    at = draw.choice(found)
    word = draw.choice(HOSTILE).encode()[:300] if draw.random() < 0.6 else draw.choice(NUMBERS)
    new = (draw.choice((b"", 2 * at[0])), b'"' + word.replace(b'"', b"") + b'"', b">" + word.replace(b"<", b"") + b"<")
    return content[: at.start()] + new[kind] + content[at.end() :]


def _entity(draw: random.Random, content: bytes) -> bytes:
    end = content.find(b"?>") + 2 if b"?>" in content else 0
    found = list(re.finditer(rb">[^<]{1,80}<", content[:100_000]))
    at = draw.choice(found).start() + 1 if found else len(content)
    return (
        content[:end]
        + draw.choice(ENTITIES)
        + content[end:at]
        + draw.choice((b"&c;", b"&a;", b"&#0;", b"&x;"))
        + content[at:]
    )


def _spoil_json(draw: random.Random, content: bytes) -> bytes:
    try:
        value = json.loads(content)
    except ValueError:
        return content
    _spoil_value(draw, value)
    return json.dumps(value).encode()


def _spoil_value(draw: random.Random, value: object) -> None:
    """Change one thing inside a value of JSON, anywhere."""
    odd = draw.choice((None, [], {}, "", -1, 1e308, True, draw.choice(HOSTILE), [[[]]], {"type": "Point"}))
    inner: object = None
    if isinstance(value, dict) and value:
        key = draw.choice(list(value))
        inner, deeper = value[key], draw.random() < 0.8
        if not (deeper and isinstance(inner, dict | list) and inner):
            value[key] = odd
            return
    elif isinstance(value, list) and value:
        place = draw.randrange(len(value))
        inner, deeper = value[place], draw.random() < 0.8
        if not (deeper and isinstance(inner, dict | list) and inner):
            value[place] = odd
            return
    _spoil_value(draw, inner) if inner is not None else None


def _cell(draw: random.Random, content: bytes) -> bytes:
    """Return delimited text with some cells replaced by hostile ones."""
    mark = max((b",", b"\t", b"\xac", b";"), key=content.count)
    lines = content.split(b"\n")
    for _ in range(draw.choice((1, 3, 20))):
        row = draw.randrange(len(lines))
        cells = lines[row].split(mark)
        word = draw.choice(HOSTILE)[:2_000].replace("\n", " ").encode("utf-8", "replace")
        cells[draw.randrange(len(cells))] = b'"' + word.replace(b'"', b'""') + b'"' if draw.random() < 0.7 else word
        lines[row] = mark.join(cells)
    return b"\n".join(lines)


def _recode(draw: random.Random, content: bytes) -> bytes:
    text = content.decode("utf-8", "replace")
    text = draw.choice(
        (text, text.replace("\r\n", "\r"), text.replace(",", ";"), text.replace("\n", "\n\n"), "\n" + text)
    )
    return text.encode(draw.choice(("utf-8-sig", "utf-16", "utf-16-be", "utf-32", "cp1252", "latin-1")), "replace")
