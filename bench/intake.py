"""Reading, checking and writing a large asset list, beside pandas and geopandas reading and writing the same file.

    python -m bench.intake [--rows 300000] [--harsh] [--json]

The list carries 22 columns of differing words and the faults that real lists carry: 1 % of the points with two digits
exchanged, a fifth without a point, square feet among square metres, hectares with acres behind, pounds with signs,
British dates, rounded UPRNs, repeated rows. Of the planted slips, so many are found. The peer is ``pandas.read_csv``,
points from the two columns and ``GeoDataFrame.to_file``: it checks nothing. Each runs in a process of its own. The
harsh list has 8 points in 100 off, no two cells of its words alike, and four columns of remarks more.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import box

from estate.intake import ListSettings, read_asset_list
from estate.register import build_register
from estate.space import estimate_assets
from geodata.write import write_csv, write_geopackage

SIDE_M = 100_000
ROADS = ("Road", "Street", "Lane", "Close", "Drive")
USES = ("Office", "Library", "Depot", "House", "Land", "Car park", "School", "Clinic", "Garages", "Industrial unit")


def main() -> None:
    arguments = _arguments()
    if arguments.run:
        _run_one(arguments.run, Path(arguments.folder))
        return
    with tempfile.TemporaryDirectory() as folder:
        planted = _write_list(Path(folder), arguments.rows, harsh=arguments.harsh)
        ours, peer = (_measured(which, folder) for which in ("ours", "peer"))
    result = {
        "rows": arguments.rows,
        "harsh": arguments.harsh,
        "cpu_s": ours["cpu_s"],
        "peak_mb": ours["peak_mb"],
        "accepted": ours["accepted"],
        "set_aside": ours["set_aside"],
        "planted": planted,
        "found": ours["found"],
        "pandas_cpu_s": peer["cpu_s"],
        "pandas_peak_mb": peer["peak_mb"],
        "ratio_cpu": round(ours["cpu_s"] / peer["cpu_s"], 2),
        "ratio_peak": round(ours["peak_mb"] / peer["peak_mb"], 2),
    }
    print(json.dumps(result) if arguments.json else "\n".join(f"{name:22} {value}" for name, value in result.items()))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rows", type=int, default=300_000)
    parser.add_argument("--harsh", action="store_true")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--run", choices=("ours", "peer"), help=argparse.SUPPRESS)
    parser.add_argument("--folder", help=argparse.SUPPRESS)
    return parser.parse_args()


def _measured(which: str, folder: str) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.intake", "--run", which, "--folder", folder]
    answer: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return answer


def _run_one(which: str, folder: Path) -> None:
    begun = time.process_time()
    counts = _ours(folder) if which == "ours" else _peer(folder)
    used = {
        "cpu_s": round(time.process_time() - begun, 2),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }
    print(json.dumps({**used, **counts}))


def _ours(folder: Path) -> dict[str, int]:
    """Read, check against postcodes and outline, fill gaps, write the clean register and the rows set aside."""
    postcodes = pd.read_csv(folder / "postcodes.csv", index_col="postcode")
    place = {
        "postcodes": postcodes,
        "place_extent": box(400_000, 300_000, 500_000, 400_000),
        "place_name": "the square",
    }
    one = read_asset_list(ListSettings(folder / "list.csv", organisation="Large Council"), **place)
    register = build_register([one])
    assets, _ = estimate_assets(register.assets)
    write_geopackage({"assets": assets}, folder / "register.gpkg")
    write_csv(register.set_aside, folder / "set_aside.csv", index=False)
    found = sum(rule == "far_from_postcode" for rule in register.set_aside["rule"])
    return {"accepted": len(assets), "set_aside": len(register.set_aside), "found": found}


def _peer(folder: Path) -> dict[str, int]:
    table = pd.read_csv(folder / "list.csv")
    points = gpd.points_from_xy(table["Easting"], table["Northing"])
    gpd.GeoDataFrame(table, geometry=points, crs="EPSG:27700").to_file(folder / "peer.gpkg")
    return {}


def _write_list(folder: Path, n: int, *, harsh: bool = False) -> int:
    """Write a list of n rows on a square of 100 km and its 10,000 postcodes; return how many points are off."""
    draw = np.random.default_rng(0)
    postcodes = _postcodes(draw)
    postcodes.to_csv(folder / "postcodes.csv")
    at = draw.integers(0, len(postcodes), n)
    true_east = postcodes["easting"].to_numpy()[at] + draw.integers(-300, 300, n)
    north = postcodes["northing"].to_numpy()[at] + draw.integers(-300, 300, n)
    pointed = draw.random(n) < 0.8
    east = np.where(draw.random(n) < (0.08 if harsh else 0.01), _exchanged(true_east), true_east)
    table = pd.DataFrame(
        {
            "OrganisationLabel": "Large Council",
            "UPRN": np.where(draw.random(n) < 0.01, 100_121_000_000, 10_000_000_000 + 7 * np.arange(n)),
            "AssetCode": [f"LC{number:07d}" for number in range(n)],
            **_words(draw, n),
            "PostCode": postcodes.index.to_numpy()[at],
            "Easting": np.where(pointed, east.astype(str), ""),
            "Northing": np.where(pointed, north.astype(str), ""),
            **_numbers(draw, n),
            "Notes": [f"Inspected, file {number}." for number in draw.integers(0, n, n)],
        }
    )
    if harsh:
        table = table.assign(**_remarks(draw, n))
    pd.concat([table, table.head(n // 100)]).to_csv(folder / "list.csv", index=False)
    off = pointed & (east != true_east)
    return int(off.sum() + off[: n // 100].sum())


def _words(draw: np.random.Generator, n: int) -> dict[str, object]:
    """Return columns of words: names and addresses that differ, and the words of the trade."""
    street = [f"{place} {kind}" for place, kind in zip(draw.integers(0, 2_000, n), draw.choice(ROADS, n), strict=True)]
    return {
        "PropertyName": [f"{USES[kind]} number {number}" for number, kind in enumerate(draw.integers(0, 10, n))],
        "StreetNumber": draw.integers(1, 200, n),
        "StreetName": [f"Avenue {name}" for name in street],
        "PostTown": [f"Town {place}" for place in draw.integers(0, 40, n)],
        "Use": np.array(USES)[draw.integers(0, 10, n)],
        "TenureType": draw.choice(["Freehold", "Leasehold", "Licence"], n),
        "HoldingType": draw.choice(["Land", "Buildings", "Land/Buildings"], n),
        "Condition": draw.choice(list("ABCD"), n),
        "EnergyRating": draw.choice(list("ABCDEFG"), n),
    }


def _remarks(draw: np.random.Generator, n: int) -> dict[str, list[str]]:
    """Return columns of which no two cells are alike: street, tenure in words, and remarks of a line each."""
    lots = [f"{number:06d}" for number in draw.permutation(n)]
    line = "Seen by the surveyor, roof and boiler to be looked at before winter; keys with the caretaker, lot "
    return {
        "StreetName": [f"Lot {lot}, Avenue {lot[::-1]} Road" for lot in lots],
        "TenureDetail": [f"Freehold title no. DY{lot}, registered" for lot in lots],
        **{f"Remark {column}": [f"{line}{lot}{column}" for lot in lots] for column in range(4)},
    }


def _numbers(draw: np.random.Generator, n: int) -> dict[str, object]:
    """Return columns of areas, sums and dates as people write them."""
    gross = draw.lognormal(6.5, 0.8, n).round(0)
    hectares = draw.lognormal(-1.0, 1.0, n)
    days = pd.Timestamp("2024-01-01") + pd.to_timedelta(draw.integers(0, 20_000, n), "D")
    feet = draw.random(n) < 0.02
    return {
        "BuildingSize": np.where(feet, [f"{10.76 * m2:,.0f} sq ft" for m2 in gross], gross.astype(str)),
        "NIA": (0.85 * gross).round(1),
        "LandArea": [f"{size:.3f} hectares ({2.471 * size:.2f} acres)" for size in hectares],
        "RunningCosts": [f"£{pounds:,.2f}" for pounds in 75 * gross * draw.lognormal(0.0, 0.2, n)],
        "Rent": draw.integers(0, 50_000, n),
        "LeaseEnd": days.strftime("%d/%m/%Y"),
    }


def _postcodes(draw: np.random.Generator) -> pd.DataFrame:
    """Return 10,000 postcodes: 20 districts of 500 in their own part of the square."""
    letters = "ABDEFGHJLNPQRSTUWXYZ"
    codes = [
        f"LC{district} {unit % 9 + 1}{letters[unit // 9 % 20]}{letters[unit // 180 % 20]}"
        for district in range(1, 21)
        for unit in range(500)
    ]
    district = np.repeat(np.arange(20), 500)
    east = 400_000 + 20_000 * (district % 5) + draw.integers(1_000, 19_000, 10_000)
    north = 300_000 + 25_000 * (district // 5) + draw.integers(1_000, 24_000, 10_000)
    return pd.DataFrame({"easting": east, "northing": north}, index=pd.Index(codes, name="postcode"))


def _exchanged(east: np.ndarray) -> np.ndarray:
    """Return the eastings with their first two digits exchanged."""
    text = [str(value) for value in east]
    return np.array([int(word[1] + word[0] + word[2:]) for word in text])


if __name__ == "__main__":
    main()
