"""Peakshire, a made-up county: everything that a place sends to onetown, drawn from a seed in a few seconds.

No area, body, building or person in it exists. The census table, boundaries, postcodes, 26 spoiled asset lists, teams,
contacts and notes stand in one folder with the ``place.toml`` that names them; what was planted is kept in ``truth/``.
"""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd

from geodata.demo_contacts import make_contacts, make_notes
from geodata.demo_estate import furnish
from geodata.demo_ground import draw_elevation, draw_residents, draw_water
from geodata.demo_land import BNG, Land, build_land
from geodata.demo_lists import write_lists
from geodata.demo_outlines import Ints
from geodata.demo_people import People, settle_people
from geodata.demo_pins import NEVER_TOGETHER, as_offices, choose_pins, joint_saving
from geodata.demo_places import name_areas, scatter_postcodes
from geodata.demo_roads import draw_roads
from geodata.demo_sites import SERVICE_USES, site_assets
from geodata.demo_spoil import name_the_odd
from geodata.demo_teams import place_teams
from geodata.rasters import write_raster
from geodata.snapping import SNAP_LIMIT_M
from geodata.write import write_csv, write_geopackage, write_parquet, write_text, writing, writing_folder

NAME = "Peakshire (made up)"
COUNTY_M2 = 2.6e9
ATTRIBUTION = "Peakshire is made up: no area, body, building or person shown here exists. Drawn by onetown."
STANDARDS = (("library", 20), ("family", 20), ("health", 20), ("police", 30), ("jobs", 30), ("housing advice", 30))
"""Access standards of the place: service and minutes."""
TRUTH_COLUMNS = [
    "organisation", "reference", "uprn", "name", "address", "postcode", "use", "kind", "tenure", "holding",
    "gia_m2", "nia_m2", "site_area_m2", "desks", "fte", "running_cost_gbp_pa", "rent_gbp_pa", "rates_gbp_pa",
    "backlog_gbp", "value_gbp", "lease_end", "break_date", "condition", "epc", "energy_kwh_pa", "public_facing",
    "step_free", "status", "oa_code", "pinned", "easting", "northing",
]  # fmt: skip
README = """Peakshire is made up.

No area, street, postcode, body, building, team, customer or note in this folder exists. The county was drawn by onetown
from the seed {seed}. Codes begin with P and postcodes with PK, which nothing in Britain does; UPRNs begin with 999. It
lies where its map shows it only so that distances are right: the ground under it belongs to real places that it has
nothing to do with.

place.toml            what onetown reads; start there:  onetown run place.toml
census2021.parquet    {n_areas} areas with the counts of the 64 variables, and the larger areas they belong to
areas.gpkg            their outlines, British National Grid;  county.gpkg: the county
postcodes.csv.gz      {n_postcodes} postcodes
roads.gpkg            roads, in the form in which the Ordnance Survey publishes OS Open Roads
population.tif        residents by cell of 250 m;  elevation.tif: height of the ground (metres);  water.gpkg: reservoirs
lists/                the asset lists of 26 bodies, in six layouts, with the faults such lists have
teams.csv             who works where
contacts.csv          a year of customer contacts;  notes.csv: interview notes
truth/                what was planted, for tests: community types, the clean register, every spoiled row
"""


@dataclass(frozen=True, slots=True)
class DemoSummary:
    """What was written.

    Attributes
    ----------
    folder, place
        The folder, and the ``place.toml`` in it.
    truth
        Folder with ``areas.parquet`` (index ``oa_code``: ``type`` 1-18, ``type_name``, ``family``, ``silent``),
        ``assets.parquet`` (the clean register, index ``asset_id``) and ``spoiled.csv`` (one row per spoiled row of a
        list: organisation, file, sheet, row, asset_id, fault, field, expect).
    areas, residents, postcodes, organisations, assets, service_assets, offices, teams, contacts, spoiled_rows
        Counts.
    office_cost_gbp_pa
        What the offices cost together (GBP a year).
    reckoned_saving
        Share of it that the joint option saves by the quick reckoning of ``demo_pins``.
    """

    folder: Path
    place: Path
    truth: Path
    areas: int
    residents: int
    postcodes: int
    organisations: int
    assets: int
    service_assets: int
    offices: int
    teams: int
    contacts: int
    spoiled_rows: int
    office_cost_gbp_pa: float
    reckoned_saving: float


@dataclass(frozen=True, slots=True)
class _County:
    """Everything that is drawn before anything is written."""

    land: Land
    codes: pd.DataFrame
    people: People
    postcodes: pd.DataFrame
    assets: pd.DataFrame
    teams: pd.DataFrame
    pins: dict[str, str]
    contacts: pd.DataFrame
    silent: Ints


def write_demo(folder: Path, *, seed: int = 0, n_areas: int = 2600, overwrite: bool = False) -> DemoSummary:
    """Write the whole input of the made-up county into a folder. The same seed gives the same files.

    Parameters
    ----------
    folder
        Where to write; made if missing.
    seed
        Seed of all random choices.
    n_areas
        Number of areas, 100 to 20,000. The estate is the same size for any number: 26 bodies, 1,500 assets.
    overwrite
        Replace a folder that onetown wrote before.

    Raises
    ------
    SourceError
        The folder holds files already, or cannot be written.
    ValueError
        ``n_areas`` is out of range.
    """
    folder = Path(folder)
    county = _draw(seed=seed, n_areas=n_areas)
    with writing_folder(folder, overwrite=overwrite) as partial:
        names, spoiled = _write_estate(partial, county, seed=seed)
        _write_places(partial, county, seed=seed)
        write_text(_place_toml(county, names, seed=seed), partial / "place.toml")
        readme = README.format(seed=seed, n_areas=f"{n_areas:,}", n_postcodes=f"{len(county.postcodes):,}")
        write_text(readme, partial / "README.txt")
        _write_truth(partial / "truth", county, spoiled)
    return _summary(folder, county, spoiled)


def _draw(*, seed: int, n_areas: int) -> _County:
    land = build_land(seed=seed, n_areas=n_areas)
    codes = name_areas(land)
    people = settle_people(land, seed=seed)
    postcodes = scatter_postcodes(land, codes, seed=seed)
    assets = name_the_odd(furnish(site_assets(land, codes, postcodes, seed=seed), seed=seed), seed=seed)
    teams = place_teams(assets, seed=seed)
    pins = choose_pins(assets, teams, seed=seed)
    assets = assets.assign(
        fte=teams.groupby("asset_id")["fte"].sum().round(2).reindex(assets.index),
        address=assets["number"].astype(str) + " " + assets["street"] + ", " + assets["town"],
        oa_code=codes["oa21cd"].to_numpy()[assets["area"]],
        pinned=assets.index.isin(list(pins)),
    )
    contacts, silent = make_contacts(people, postcodes, seed=seed)
    return _County(land, codes, people, postcodes, assets, teams, pins, contacts, silent)


def _write_estate(folder: Path, county: _County, *, seed: int) -> tuple[dict[str, str], pd.DataFrame]:
    """Write lists and teams; return the file of each body's list and what was done to its rows."""
    (folder / "lists").mkdir()
    names, spoiled = write_lists(county.assets, folder / "lists", seed=seed)
    write_csv(county.teams, folder / "teams.csv")
    return names, spoiled


def _write_places(folder: Path, county: _County, *, seed: int) -> None:
    """Write census, outlines, postcodes, contacts and notes."""
    codes, land = county.codes.sort_values("oa21cd"), county.land
    census = codes.join(county.people.counts).set_index("oa21cd")
    write_parquet(census, folder / "census2021.parquet")
    outlines = gpd.GeoDataFrame(codes, geometry=land.areas.geometry, crs=BNG).set_index("oa21cd")
    write_geopackage({"areas": outlines}, folder / "areas.gpkg")
    county_shape = gpd.GeoDataFrame({"name": [NAME]}, geometry=[land.county], crs=BNG).rename_axis("id")
    write_geopackage({"county": county_shape}, folder / "county.gpkg")
    _write_ground(folder, county, seed=seed)
    write_geopackage({"road_link": draw_roads(land, seed=seed)}, folder / "roads.gpkg")
    _write_postcodes(county.postcodes, folder / "postcodes.csv.gz")
    write_csv(county.contacts, folder / "contacts.csv", index=False)
    write_csv(make_notes(codes, seed=seed), folder / "notes.csv", index=False)


def _write_ground(folder: Path, county: _County, *, seed: int) -> None:
    """Write hills, reservoirs and residents by cell."""
    land, elevation = county.land, draw_elevation(county.land, seed=seed)
    water = draw_water(land, seed=seed)
    residents = county.people.counts["ts0010001"].astype("float64")
    write_raster(elevation, folder / "elevation.tif")
    write_geopackage({"water": water}, folder / "water.gpkg")
    write_raster(draw_residents(land, residents, elevation.grid, water), folder / "population.tif")


def _write_postcodes(postcodes: pd.DataFrame, path: Path) -> None:
    text = postcodes[["pcd", "laua", "oseast1m", "osnrth1m"]].to_csv(index=False, lineterminator="\n")
    with writing(path) as partial:
        partial.write_bytes(gzip.compress(text.encode("utf-8"), mtime=0))


def _write_truth(folder: Path, county: _County, spoiled: pd.DataFrame) -> None:
    folder.mkdir()
    planted = county.people.types.assign(silent=False)
    planted.loc[county.silent, "silent"] = True
    write_parquet(planted.set_index(county.codes["oa21cd"].rename("oa_code")).sort_index(), folder / "areas.parquet")
    write_parquet(county.assets[TRUTH_COLUMNS], folder / "assets.parquet")
    write_csv(spoiled, folder / "spoiled.csv", index=False)


def _place_toml(county: _County, names: dict[str, str], *, seed: int) -> str:
    """Return the place file; every text in it is written as a JSON string, which is a TOML string too."""
    quoted = json.dumps
    districts = sorted(county.codes["lad22cd"].unique())
    lists = [
        f"[[assets]]\nfile = {quoted(f'lists/{file}')}\norganisation = {quoted(body)}\n" for body, file in names.items()
    ]
    standards = [
        f"    {{ service = {quoted(service)}, limit_min = {minutes}, max_loss = 0.02 }},"
        for service, minutes in STANDARDS
    ]
    pins = [
        f'    {{ asset = {quoted(asset)}, rule = "keep", reason = {quoted(why)} }},'
        for asset, why in county.pins.items()
    ]
    return "\n".join(
        [
            "# Peakshire is made up: no area, body, building or person in it exists. See README.txt.",
            "",
            "[place]",
            f"name = {quoted(NAME)}",
            "vintage = 2021",
            f"districts = {quoted(districts)}",
            f"seed = {seed}",
            "made_up = true",
            "",
            '[census]\ncounts = "census2021.parquet"\ncode = "oa21cd"',
            "",
            f'[boundaries]\nareas = "areas.gpkg"\nareas_code = "oa21cd"\nattribution = {quoted(ATTRIBUTION)}',
            "",
            '[postcodes]\nfile = "postcodes.csv.gz"',
            "",
            *lists,
            '[teams]\nfile = "teams.csv"',
            "",
            '[contacts]\nfile = "contacts.csv"',
            "",
            '[notes]\nfile = "notes.csv"',
            "",
            "[segments]\nsuper = 4\nsub = 18\nfloor = 0.02",
            "",
            f'[travel]\nmode = "drive"\nroads = "roads.gpkg"{_snap(len(county.codes))}',
            "",
            '[rasters]\npopulation = "population.tif"\nelevation = "elevation.tif"\nwater = "water.gpkg"',
            "",
            "[access]\nstandards = [",
            *standards,
            "]",
            "",
            "[options]",
            'uses = ["office"]',
            f"never_together = {quoted([list(pair) for pair in NEVER_TOGETHER])}",
            "horizon_years = 10",
            "# Three quarters of the offices must stay; the others may be released.",
            "pins = [",
            *pins,
            "]",
            "",
        ]
    )


def _snap(n_areas: int) -> str:
    """Return how far from a road an area may lie, where areas are few and so large that their middles lie off it."""
    metres = round(0.75 * (COUNTY_M2 / n_areas) ** 0.5)
    return f"\nsnap_m = {metres}" if metres > SNAP_LIMIT_M else ""


def _summary(folder: Path, county: _County, spoiled: pd.DataFrame) -> DemoSummary:
    assets = county.assets
    offices = as_offices(assets, county.teams)
    free = (~assets.loc[assets["use"] == "office", "pinned"]).to_numpy().nonzero()[0]
    return DemoSummary(
        folder=folder,
        place=folder / "place.toml",
        truth=folder / "truth",
        areas=len(county.codes),
        residents=int(county.people.counts["ts0010001"].sum()),
        postcodes=len(county.postcodes),
        organisations=int(assets["organisation"].nunique()),
        assets=len(assets),
        service_assets=int(assets["use"].isin(SERVICE_USES).sum()),
        offices=len(offices.cost),
        teams=len(county.teams),
        contacts=len(county.contacts),
        spoiled_rows=len(spoiled),
        office_cost_gbp_pa=float(offices.cost.sum()),
        reckoned_saving=joint_saving(offices, free=free),
    )
