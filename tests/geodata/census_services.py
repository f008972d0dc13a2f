"""A stand-in for Nomis and the Open Geography services on this computer, with the faults that the real ones have.

It serves a small invented district: areas on a grid, counts that any test can work out. Faults are switched on by name
and strike a given number of times.
"""

from __future__ import annotations

import io
import json
import re
import socket
import threading
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from geodata.census_labels import Cell, cells_of_table

DISTRICT = "E07000032"
N_AREAS = 24
NOMIS_NUMBER = "645922841"
COLUMNS = 6


def area_codes(vintage: int) -> list[str]:
    """Return the codes of the invented district's output areas."""
    return [f"E00{vintage % 100:02d}{number:04d}" for number in range(N_AREAS)]


def count(vintage: int, cell: str, area: int) -> int:
    """Return an invented count: totals are large, parts are small and differ from area to area."""
    if cell.endswith("0001") and cell != "ts0060001":
        return 1000 + 10 * area
    if cell in {"ks401ew0005", "ks101ew0008"}:
        return 1000 + 10 * area if cell == "ks401ew0005" else 20 + area
    if cell == "ts0060001":
        return 2000 + 31 * area
    position = int(cell[-4:])
    mixed = (area * (7 + position) + 13 * position + sum(map(ord, cell[:-4])) + vintage) % 40
    return 3 + mixed + (25 if (area * position) % 5 < 2 else 0)


@dataclass
class Services:
    """What the stand-in gives and which faults it has.

    ``faults`` maps a fault to the number of answers it still spoils; ``asked`` counts requests by path.
    """

    faults: Counter[str] = field(default_factory=Counter)
    asked: list[str] = field(default_factory=list)
    cap: int = 25_000
    arcgis_page: int = 10
    fields: dict[str, str] = field(default_factory=dict)
    services: dict[str, str] = field(default_factory=dict)
    sleep_seconds: float = 0.0
    port: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def strikes(self, fault: str) -> bool:
        """Return True where this fault spoils this answer."""
        with self.lock:
            if self.faults[fault] <= 0:
                return False
            self.faults[fault] -= 1
            return True

    @property
    def catalogue(self) -> str:
        """A user's catalogue that points at the stand-in."""
        here = f"http://127.0.0.1:{self.port}"
        return (
            f'[nomis]\nurl = "{here}/nomis"\ncells_without_key = {self.cap}\n'
            f'[nomis.vintages.2021]\nbulk = "{here}/bulk/{{table}}.zip"\n'
            f'[nomis.vintages.2011]\nbulk = "{here}/bulk/{{table}}.zip"\n'
            f'[arcgis]\nurl = "{here}/arcgis"\ncodes_at_once = 13\n'
        )


@contextmanager
def running(services: Services) -> Iterator[Services]:
    """Serve on a free port of this computer while the block runs."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(services))
    server.daemon_threads = True
    services.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield services
    finally:
        server.shutdown()
        server.server_close()


def _handler(services: Services) -> type[BaseHTTPRequestHandler]:  # noqa: C901 - one short method each
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def do_GET(self) -> None:
            self._serve(parse_qs(urlsplit(self.path).query))

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            self._serve(parse_qs(self.rfile.read(length).decode()))

        def _serve(self, query: dict[str, list[str]]) -> None:
            path = urlsplit(self.path).path
            with services.lock:
                services.asked.append(path)
            if services.strikes("slow"):
                time.sleep(services.sleep_seconds)
            for fault, (status, content) in _SPOILED.items():
                if services.strikes(fault):
                    self._send(content, status=status, headers={"Retry-After": "0"} if status == 429 else None)
                    return
            content = _answer(services, path, {key: one[0] for key, one in query.items()})
            if services.strikes("dropped"):
                self._drop(content)
            else:
                self._send(content)

        def _send(self, content: bytes, *, status: int = 200, headers: dict[str, str] | None = None) -> None:
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            try:
                self.wfile.write(content)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def _drop(self, content: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[: len(content) // 2])
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True

    return Handler


_SPOILED = {
    "busy": (429, b""),
    "server error": (503, b""),
    "web page": (200, b"<!DOCTYPE html><title>Log in to the proxy</title>"),
    "empty": (200, b""),
}


def _answer(services: Services, path: str, values: dict[str, str]) -> bytes:
    if path.startswith("/nomis/"):
        return _nomis(services, path.rsplit("/", 1)[1].removesuffix(".data.csv"), values)
    if path.startswith("/bulk/"):
        return bulk_zip(path.rsplit("/", 1)[1].removesuffix(".zip"))
    return json.dumps(_arcgis(services, path, values)).encode()


def _dataset(number: str) -> tuple[int, str]:
    from geodata.catalogue import read_catalogue  # noqa: PLC0415

    for vintage in (2011, 2021):
        for table, dataset in read_catalogue().tables(vintage).datasets.items():
            if dataset == number:
                return vintage, table
    raise KeyError(number)


def _nomis(services: Services, number: str, values: dict[str, str]) -> bytes:
    """Answer as Nomis does: long rows, their offset and their count; silently no more than the cap."""
    try:
        vintage, table = _dataset(number)
    except KeyError:
        return b""
    cells = _served_cells(table, vintage)
    area_type = "TYPE150" if vintage == 2021 else "TYPE299"
    geography = values["geography"]
    if geography == f"{NOMIS_NUMBER}{area_type}":
        places = [(str(900 + at), code) for at, code in enumerate(area_codes(vintage))]
    else:
        places = [(NOMIS_NUMBER, DISTRICT)] if DISTRICT in geography.split(",") else []
    rows = [
        (number, code, cell, count(vintage, cell.name, at))
        for at, (number, code) in enumerate(places)
        for cell in cells
    ]
    total, offset = len(rows), int(values.get("recordoffset", 0))
    page = rows[offset : offset + min(services.cap, int(values["recordlimit"]))]
    if services.strikes("short page"):
        page = page[: max(1, len(page) // 3)]
    if services.strikes("wrong rows") and offset:
        page, offset = rows[: len(page)], 0
    return _csv(services, page, offset, total)


def _served_cells(table: str, vintage: int) -> tuple[Cell, ...]:
    return tuple(reversed(cells_of_table(table, vintage)))


def _csv(services: Services, page: list[tuple[str, str, Cell, int]], offset: int, total: int) -> bytes:
    value = "VALUE_OBS" if services.strikes("renamed column") else "OBS_VALUE"
    heads = (
        f"DATE,GEOGRAPHY,GEOGRAPHY_NAME,GEOGRAPHY_CODE,C_TOPIC,C_TOPIC_NAME,MEASURES,MEASURES_NAME,{value},"
        "OBS_STATUS,RECORD_OFFSET,RECORD_COUNT"
    )
    lines = [heads]
    renamed = services.strikes("renamed category")
    for at, (number, code, cell, observed) in enumerate(page, start=offset):
        label = "Something else" if renamed and cell.name.endswith("0002") else _api_label(cell)
        lines.append(
            f'2021,{number},{code},{code},{int(cell.name[-4:]) - 1},"{label}",20100,value,{observed},A,{at},{total}'
        )
    return ("\r\n".join(lines) + "\r\n").encode()


def _api_label(cell: Cell) -> str:
    """Return the label as the service spells it: with hyphens and a total of its own."""
    if cell.name.endswith("0001") and cell.name != "ts0060001":
        return "Total: All usual residents" if "resid" in cell.label.lower() or cell.label == "Total" else cell.label
    return cell.label.replace("One person household", "One-person household")


def bulk_zip(table: str) -> bytes:
    """Return a bulk file: of 2021 with several geographies, of 2011 with a table of what its columns are."""
    vintage = 2021 if table.startswith("ts") else 2011
    cells = cells_of_table(table, vintage)
    rows = [(code, [count(vintage, cell.name, at) for cell in cells]) for at, code in enumerate(area_codes(vintage))]
    rows.append(("E00999999", [1 for _ in cells]))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        if vintage == 2021:
            heads = ",".join(f'"{cell.table}: {cell.label}; measures: Value"' for cell in cells)
            for level in ("ctry", "lsoa", "oa"):
                codes = rows if level == "oa" else [("E92000001", [5 for _ in cells])]
                body = "".join(f"2021,{code},{code},{','.join(map(str, values))}\n" for code, values in codes)
                archive.writestr(f"census2021-{table}-{level}.csv", f"date,geography,geography code,{heads}\n{body}")
        else:
            heads = ",".join(cell.name.upper() for cell in cells)
            body = "".join(f"{code},{','.join(map(str, values))}\n" for code, values in rows)
            archive.writestr(f"{table}_2011_oa/{table.upper()}DATA.CSV", f"GeographyCode,{heads}\n{body}")
            archive.writestr(f"{table}_2011_oa/{table.upper()}META0.CSV", "what,is,what\n")
    return stream.getvalue()


def _arcgis(services: Services, path: str, values: dict[str, str]) -> dict[str, object]:
    """Answer as ArcGIS does: pages, a flag that there are more, and refusals with status 200."""
    if services.strikes("refused"):
        return {"error": {"code": 500, "message": "Unable to complete operation.", "details": []}}
    if path == "/arcgis":
        names = {services.services.get(name, name) for name in _LAYERS}
        return {"services": [{"name": name, "type": "FeatureServer"} for name in sorted(names)]}
    found = re.fullmatch(r"/arcgis/(\w+)/FeatureServer/0(/query)?", path)
    real = {services.services.get(name, name): name for name in _LAYERS}
    if found is None or found[1] not in real:
        return {"error": {"code": 400, "message": "Invalid URL", "details": ["Invalid URL"]}}
    names = _LAYERS[real[found[1]]]
    spelt = {name: services.fields.get(name, name) for name in names}
    if not found[2]:
        return {"fields": [{"name": one} for one in ("FID", *spelt.values())]}
    asked = re.fullmatch(r"(\w+) IN \((.*)\)", values["where"])
    assert asked is not None
    codes = set(re.findall(r"'([^']*)'", asked[2]))
    rows = [row for row in _rows(real[found[1]]) if {spelt[k]: v for k, v in row.items()}[asked[1]] in codes]
    if values.get("returnCountOnly") == "true":
        return {"count": len(rows)}
    return _features(services, rows, spelt, values, real[found[1]])


def _features(
    services: Services, rows: list[dict[str, str]], spelt: dict[str, str], values: dict[str, str], name: str
) -> dict[str, object]:
    start = int(values["resultOffset"])
    size = max(1, services.arcgis_page // 2) if services.strikes("short features") else services.arcgis_page
    page = rows[start : start + size]
    more = start + len(page) < len(rows)
    features = [
        {"attributes": {spelt[key]: value for key, value in row.items()}, **_geometry(row, values, name)}
        for row in page
    ]
    if services.strikes("duplicates") and features:
        features.append(features[0])
    flag = {"exceededTransferLimit": True} if more else {}
    return {"features": features, "properties": flag} if start else {"features": features, **flag}


def _geometry(row: dict[str, str], values: dict[str, str], name: str) -> dict[str, object]:
    if values.get("returnGeometry") != "true":
        return {}
    number = int(next(value for key, value in row.items() if key.startswith("OA"))[-4:])
    west, south = 430_000 + 500 * (number % COLUMNS), 350_000 + 500 * (number // COLUMNS)
    if "PWC" in name or "ONSPD" in name:
        return {"geometry": {"x": west + 200.0, "y": south + 300.0}}
    outline = [[west, south], [west, south + 500], [west + 500, south + 500], [west + 500, south], [west, south]]
    return {"geometry": {"rings": [outline]}}


_LAYERS = {
    "OA_LSOA_MSOA_EW_DEC_2021_LU_v3": ("OA21CD", "LSOA21CD", "LSOA21NM", "MSOA21CD", "MSOA21NM", "LAD22CD", "LAD22NM"),
    "Output_Areas_2021_EW_BGC_V2": ("OA21CD",),
    "OA_December_2021_EW_PWC_V4": ("OA21CD",),
    "OA21_WD23_LAD23_EW_LU": ("OA21CD", "WD23CD", "WD23NM"),
    "ONSPD_Online_latest_Postcode_Centroids": ("PCDS", "OA21CD", "OA11CD"),
    "OA11_LSOA11_MSOA11_LAD11_EW_LUv2": (
        "OA11CD",
        "LSOA11CD",
        "LSOA11NM",
        "MSOA11CD",
        "MSOA11NM",
        "LAD11CD",
        "LAD11NM",
    ),
    "Output_Areas_December_2011_Boundaries_EW_BGC": ("OA11CD",),
    "Output_Areas_Dec_2011_PWC_2022": ("OA11CD",),
    "OA11_WD18_LAD18_EW_LUv2": ("OA11CD", "WD18CD", "WD18NM"),
}


def _rows(name: str) -> list[dict[str, str]]:
    rows = []
    for at in range(N_AREAS):
        both = {f"OA{year % 100}CD": area_codes(year)[at] for year in (2011, 2021)}
        everything = {
            **both,
            "PCDS": f"DE{5 + at // 10} {at % 10}AA",
            "LAD22CD": DISTRICT,
            "LAD11CD": DISTRICT,
            "LAD22NM": "Amber Valley",
            "LAD11NM": "Amber Valley",
            "WD23CD": f"E0500{at // 6:04d}",
            "WD18CD": f"E0500{at // 6:04d}",
            "WD23NM": f"Ward {at // 6}",
            "WD18NM": f"Ward {at // 6}",
        }
        for year in ("11", "21"):
            everything |= {
                f"LSOA{year}CD": f"E0100{at // 4:04d}",
                f"LSOA{year}NM": f"Amber Valley 00{at // 4}A",
                f"MSOA{year}CD": f"E0200{at // 12:04d}",
                f"MSOA{year}NM": f"Amber Valley 00{at // 12}",
            }
        rows.append({key: everything[key] for key in _LAYERS[name]})
    return rows
