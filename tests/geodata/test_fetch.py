"""From the names of districts to segments by way of a stand-in for the public services, and what may go wrong."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from geodata.catalogue import read_catalogue
from geodata.districts import find_districts
from geodata.errors import CoverageError, DataError, SchemaError, SourceError, ToolkitError
from geodata.fetch import Fetched, FetchPlan, fetch_place
from geodata.fetch_cache import Cache
from geodata.fetch_shelf import Shelf
from geodata.load import load_geography, load_postcodes
from geodata.new_place import place_text
from geodata.place import read_place
from geodata.shares import compute_shares
from geodata.variables import choose_variables, read_variables
from geodata.web import Manners, Web
from geodata.write import write_text
from maps.bundle import write_run
from maps.study import study_areas
from segmentation.segments import build_segments
from tests.geodata.census_services import N_AREAS, Services, area_codes, count, running

QUICK = Manners(tries=3, pause_seconds=0.0, backoff_seconds=0.0, timeout_seconds=30.0, answer_seconds=60.0)
IMPATIENT = replace(QUICK, timeout_seconds=1.0)
FEW = {2021: ("no_car", "students"), 2011: ("no_car", "density")}
"""Variables that most tests do with, to be quick: three or four tables of each census."""
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def services() -> Iterator[Services]:
    """Serve the invented district, with a cap small enough that tables take several pages."""
    with running(Services(cap=150)) as stand_in:
        yield stand_in


@pytest.fixture
def fetch(tmp_path: Path, services: Services) -> Callable[..., Fetched]:
    """Return a function that starts a place and fetches it from the stand-in."""

    def run(
        *,
        vintage: int = 2021,
        whole: bool = False,
        offline: bool = False,
        refresh: bool = False,
        key: str = "",
        bulk: bool = False,
        manners: Manners = QUICK,
        **extra: str,
    ) -> Fetched:
        some = () if whole else choose_variables(FEW[vintage], read_variables(vintage))
        own = tmp_path / "catalogue.toml"  # written whole or not at all: another fetch may be reading it
        write_text(services.catalogue + "".join(f"{value}\n" for value in extra.values()), own, overwrite=True)
        place = tmp_path / "place.toml"
        districts = find_districts(["Amber Valley"], vintage=vintage)
        write_text(place_text(districts, vintage=vintage, catalogue=read_catalogue()), place, overwrite=True)
        plan = FetchPlan(read_place(place, must_exist=False), read_catalogue(own), key=key, bulk=bulk, variables=some)
        cache = Cache(tmp_path / "data" / "fetched")
        if offline:
            return fetch_place(plan, Shelf(cache, None, now="later"), overwrite=True)
        with Web(manners, sleep=lambda _: None) as web:
            return fetch_place(plan, Shelf(cache, web, refresh=refresh, now="2026-01-02"), overwrite=True)

    return run


@pytest.mark.parametrize("vintage", [2021, 2011])
def test_a_place_goes_from_names_to_segments(fetch: Callable[..., Fetched], tmp_path: Path, vintage: int) -> None:
    """Every count, polygon, centroid, ward and postcode arrives where the run looks for it."""
    fetched = fetch(vintage=vintage, whole=True)
    place = read_place(tmp_path / "place.toml")
    geography = load_geography(place)
    assert list(geography.areas.index) == area_codes(vintage)
    for cell in ("ts0450002", "ts0030016") if vintage == 2021 else ("ks404ew0002", "qs701ew0010"):
        assert geography.census.counts[cell].tolist() == [count(vintage, cell, at) for at in range(N_AREAS)]
    assert len(compute_shares(geography.census, read_variables(vintage)).variables) == 64
    first = geography.areas.iloc[0]
    assert (first["placed_by"], first["locality"], first["lad_code"]) == ("weighted centroid", "Ward 0", "E07000032")
    assert (first["point"].x, first["point"].y, first.geometry.area) == (430_200.0, 350_300.0, 250_000.0)
    postcodes = load_postcodes(place)
    assert postcodes is not None
    assert postcodes.loc["DE5 1AA", ["easting", "northing"]].tolist() == [430_700.0, 350_300.0]
    assert fetched.population == sum(1000 + 10 * at for at in range(N_AREAS)) == geography.areas["population"].sum()
    segments = build_segments(geography.census, n_super=2, n_sub=2, floor=0.1)
    assert segments.table["super"].nunique() == 2
    assert len(segments.model.variables) == 64


def test_the_account_says_where_each_file_came_from(fetch: Callable[..., Fetched], tmp_path: Path) -> None:
    """Source, licence, vintage, checksum, date and rows of every file, and of every answer behind it."""
    fetch()
    account = json.loads((tmp_path / "data" / "fetched.json").read_text())["files"]
    assert [one["name"] for one in account][:2] == ["census2021.csv", "areas2021.gpkg"]
    assert all(
        len(one["sha256"]) == 64 and one["rows"] == N_AREAS and one["fetched"] == "2026-01-02" for one in account
    )
    assert {one["licence"] for one in account} == {"Open Government Licence v3.0"}
    record = json.loads((tmp_path / "data/fetched/nomis/2021/ts062/E07000032/cells-0000150.json").read_text())
    assert record["rows"] == 90
    assert "recordoffset=150" in record["request"]
    assert record["vintage"] == 2021


def test_what_is_in_the_cache_is_not_asked_again(fetch: Callable[..., Fetched], services: Services) -> None:
    """A second fetch asks nobody, with and without --offline, and gives the same files."""
    first = fetch()
    asked = len(services.asked)
    again = fetch()
    offline = fetch(offline=True)
    assert len(services.asked) == asked == first.n_asked
    assert [one.sha256 for one in again.files] == [one.sha256 for one in first.files]
    assert [one.sha256 for one in offline.files] == [one.sha256 for one in first.files]
    assert (again.n_asked, offline.n_asked, offline.n_kept) == (0, 0, asked)
    assert fetch(refresh=True).n_asked == asked


def test_offline_names_all_that_is_missing(fetch: Callable[..., Fetched], tmp_path: Path) -> None:
    """Whoever copies a cache to a machine without network wants the whole list."""
    with pytest.raises(SourceError, match=r"lacks 2 of the answers .*The lookup of 2021 .*The districts in Nomis"):
        fetch(offline=True)
    fetch()
    for table in ("ts001", "ts062"):
        next((tmp_path / "data/fetched/nomis/2021" / table / "E07000032").glob("cells-0000000.json")).unlink()
    with pytest.raises(SourceError, match=r"lacks 2 of the answers .*Table TS001 of E07000032.*Table TS062"):
        fetch(offline=True)


@pytest.mark.parametrize("damage", [b"GEOGRAPHY,spoiled", None])
def test_a_damaged_answer_is_asked_for_again(
    fetch: Callable[..., Fetched], tmp_path: Path, damage: bytes | None
) -> None:
    """A file that somebody opened and saved, or deleted, must not pass for what was published."""
    first = fetch()
    answer = next((tmp_path / "data/fetched/nomis/2021/ts045/E07000032").glob("*.csv"))
    answer.unlink() if damage is None else answer.write_bytes(damage)
    with pytest.raises(SourceError, match="checksum differs" if damage else "is gone"):
        fetch(offline=True)
    mended = fetch()
    assert mended.n_asked == 1
    assert [one.sha256 for one in mended.files] == [one.sha256 for one in first.files]


PASSING = ["busy", "server error", "web page", "empty", "dropped", "slow", "short page", "short features", "refused"]


@pytest.mark.parametrize("fault", PASSING)
def test_passing_faults_are_survived(fetch: Callable[..., Fetched], services: Services, fault: str) -> None:
    """Short pages, dropped connections, slow answers, errors of all forms: the result is the same to the byte."""
    services.sleep_seconds = 2.0
    services.faults = Counter({fault: 2})
    spoiled = fetch(manners=IMPATIENT if fault == "slow" else QUICK)
    assert services.faults[fault] == 0
    clean = fetch(refresh=True)
    assert [one.sha256 for one in spoiled.files] == [one.sha256 for one in clean.files]


def test_features_that_come_twice_count_once(fetch: Callable[..., Fetched], services: Services) -> None:
    """Pages that overlap give the same area twice."""
    clean = fetch(refresh=True)
    files = {one.name: one.sha256 for one in clean.files}
    services.faults, services.arcgis_page = Counter({"duplicates": 3}), 5
    again = {one.name: one.sha256 for one in fetch(refresh=True).files}
    assert services.faults["duplicates"] == 0
    assert again == files


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ("empty", r"The lookup of 2021 .*answered with nothing \(3 tries\)\. What came so far is kept"),
        ("web page", r"answered with a web page, not with data \(3 tries\)"),
        ("busy", r"answered with status 429 \(3 tries\)"),
        ("dropped", r"broke off in the middle of its answer \(3 tries\)"),
        ("slow", r"is too slow to answer \(3 tries\).*run the same command again later"),
        ("refused", r"refuses: Unable to complete operation. \(code 500\) \(3 tries\)"),
        ("renamed column", r"answered without the column OBS_VALUE \(it has DATE, .*VALUE_OBS"),
        ("renamed category", r"no category is called .* It has: .*Something else.*--bulk"),
        ("wrong rows", r"gave other rows than those from 151 on \(3 tries\)"),
    ],
)  # fmt: skip
def test_lasting_faults_are_told_in_a_sentence(
    fetch: Callable[..., Fetched], services: Services, tmp_path: Path, fault: str, sentence: str
) -> None:
    """The reader learns what happened and what to do; no file is written."""
    services.sleep_seconds = 2.0
    services.faults = Counter({fault: 10_000})
    with pytest.raises(ToolkitError, match=sentence):
        fetch(manners=IMPATIENT if fault == "slow" else QUICK)
    assert not list((tmp_path / "data").glob("*.csv"))
    assert not list((tmp_path / "data").glob(".fetch-*"))


def test_a_renamed_service_is_told_with_its_new_name(fetch: Callable[..., Fetched], services: Services) -> None:
    """Services are renamed now and then; a line in a catalogue of one's own mends it."""
    services.services = {"Output_Areas_2021_EW_BGC_V2": "Output_Areas_2021_EW_BGC_V3"}
    with pytest.raises(
        SourceError, match=r"no service 'Output_Areas_2021_EW_BGC_V2' any more\. Did you mean '.*BGC_V3'"
    ):
        fetch()
    fetch(mend='[arcgis.vintages.2021.areas]\nservice = "Output_Areas_2021_EW_BGC_V3"')


def test_a_renamed_field_is_told_with_its_new_name(fetch: Callable[..., Fetched], services: Services) -> None:
    """Never the next best field: another year of wards is another geography."""
    services.fields = {"LAD22CD": "LAD23CD"}
    with pytest.raises(SchemaError, match=r"no field LAD22CD\. Did you mean 'LAD23CD'.*arcgis\.vintages\.2021\.lookup"):
        fetch()


def test_a_field_in_another_case_is_the_same_field(fetch: Callable[..., Fetched], services: Services) -> None:
    """The postcode directory changes its case from quarter to quarter."""
    services.fields = {"PCDS": "pcds", "OA21CD": "oa21cd"}
    assert {one.rows for one in fetch().files} == {N_AREAS}


def test_a_place_does_without_wards(fetch: Callable[..., Fetched], services: Services, tmp_path: Path) -> None:
    """They only name localities; that they are missing is said."""
    services.services = {"OA21_WD23_LAD23_EW_LU": "OA21_WD99_LAD99_EW_LU"}
    (note,) = fetch().notes
    assert "Wards were left out" in note
    assert "WD23CD" not in pd.read_csv(tmp_path / "data/lookup2021.csv").columns


def test_a_broken_fetch_goes_on_where_it_was(fetch: Callable[..., Fetched], services: Services) -> None:
    """What came before the fault is not asked for again."""
    services.cap = 150
    with pytest.raises(SourceError):
        fetch(stop='[nomis.vintages.2021.datasets]\nts062 = "NM_9999_1"')
    before = list(services.asked)
    assert fetch().n_asked == len(services.asked) - len(before)
    assert not {path for path in services.asked[len(before) :] if "OA_LSOA_MSOA" in path or "NM_2021" in path}


def test_the_bulk_files_give_the_same_counts(fetch: Callable[..., Fetched], services: Services) -> None:
    """Two ways to one table: page by page, or whole with several geographies inside."""
    for vintage in (2021, 2011):
        by_page = fetch(vintage=vintage).files[0]
        whole = fetch(vintage=vintage, bulk=True).files[0]
        assert whole.sha256 == by_page.sha256
    assert sum(path.startswith("/bulk/") for path in services.asked) == 7


def test_the_key_goes_to_nomis_and_nowhere_else(
    fetch: Callable[..., Fetched], services: Services, tmp_path: Path
) -> None:
    """It is personal: not in the cache, not in messages."""
    fetch(key="0xSECRET")
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and b"0xSECRET" in path.read_bytes()]
    services.faults = Counter({"empty": 10_000})
    with pytest.raises(SourceError) as caught:
        fetch(key="0xSECRET", refresh=True)
    assert "0xSECRET" not in str(caught.value)


def test_a_place_that_cannot_be_fetched_says_so_before_asking(
    tmp_path: Path, services: Services, fetch: Callable[..., Fetched]
) -> None:
    """No districts, an unknown one, a form that is not written, a file that exists."""
    fetch()
    asked = len(services.asked)
    text = (tmp_path / "place.toml").read_text()
    for before, after, sentence in (
        ('"E07000032",', "", "to fetch, it needs districts under"),
        ("E07000032", "E07009999", "E07009999 is no district code of the 2021 Census"),
        ("census2021.csv", "census2021.xlsx", r"census2021\.xlsx cannot be fetched in that form"),
        ("Amber", "Umber", r"census2021\.csv: exists already\. Use --overwrite"),
    ):
        changed = tmp_path / "other.toml"
        changed.write_text(text.replace(before, after))
        plan = FetchPlan(read_place(changed, must_exist=False), read_catalogue())
        with pytest.raises(ToolkitError, match=sentence):
            fetch_place(plan, Shelf(Cache(tmp_path / "no"), None))
    assert len(services.asked) == asked


def test_areas_that_only_one_service_knows_are_told(
    fetch: Callable[..., Fetched], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A look-up of another year has areas that the counts lack."""
    monkeypatch.setattr("tests.geodata.census_services.N_AREAS", N_AREAS - 1)
    short = fetch()
    assert short.n_areas == N_AREAS - 1
    monkeypatch.setattr("tests.geodata.census_services.N_AREAS", N_AREAS)
    for folder in ("lookup", "areas", "centroids", "wards", "postcodes"):
        shutil.rmtree(tmp_path / "data/fetched/arcgis/2021" / folder)
    with pytest.raises(
        CoverageError, match=r"do not agree which areas there are: table TS001 lacks E00210023 \(1 of 24\)"
    ):
        fetch()


def test_two_fetches_at_once_leave_one_whole_result(fetch: Callable[..., Fetched], tmp_path: Path) -> None:
    """Two colleagues on one shared drive."""
    results: list[Fetched] = []
    threads = [threading.Thread(target=lambda: results.append(fetch(refresh=True))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 2
    tables = [[one for one in result.files if one.name.endswith(".csv")] for result in results]
    assert tables[0] == tables[1]
    assert fetch(offline=True).files[0].sha256 == results[0].files[0].sha256
    assert not [path for path in tmp_path.rglob("*") if "partial" in path.name]


def test_ctrl_c_leaves_no_half_file(services: Services, tmp_path: Path) -> None:
    """Stopped in the middle, nothing that place.toml names is there; the same command then ends well."""
    services.sleep_seconds, services.faults = 0.5, Counter({"slow": 12})
    (tmp_path / "catalogue.toml").write_text(services.catalogue)
    # a shell that starts tests in the background has them ignore interrupts, and their children too
    heed = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    run = [sys.executable, "-c", f"{heed}; import cli; cli.main()"]
    subprocess.run([*run, "new", "Amber Valley", "--out", str(tmp_path)], cwd=ROOT, check=True, capture_output=True)
    command = [*run, "fetch", str(tmp_path / "place.toml"), "--catalogue", str(tmp_path / "catalogue.toml"), "-q"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE) as process:
        while len(services.asked) < 3:
            time.sleep(0.02)
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        process.wait(timeout=120)
    assert process.returncode not in (0, None)
    assert not [path for path in (tmp_path / "data").iterdir() if path.name != "fetched"]
    assert not [path for path in tmp_path.rglob("*") if "partial" in path.name]


def test_no_file_is_written_where_data_are_at_fault(fetch: Callable[..., Fetched], tmp_path: Path) -> None:
    """A catalogue with a slip is told whole, with the nearest key."""
    with pytest.raises(
        DataError, match=r"'arcgis\.vintages\.2021\.areas\.servise' is not a key .*Did you mean 'service'"
    ):
        fetch(slip='[arcgis.vintages.2021.areas]\nservise = "x"')
    with pytest.raises(DataError, match=r"'nomis\.cells_with_key': input should be greater"):
        read_catalogue(_written(tmp_path, "[nomis]\ncells_with_key = 0"))
    with pytest.raises(SourceError, match="is not valid TOML"):
        read_catalogue(_written(tmp_path, "[nomis"))


def _written(folder: Path, text: str) -> Path:
    path = folder / "own.toml"
    path.write_text(text)
    return path


def test_a_fetched_place_runs_without_asset_lists(fetch: Callable[..., Fetched], tmp_path: Path) -> None:
    """What a newcomer does first: new, fetch, run; segments and a map of communities come of it."""
    fetch(whole=True)
    text = (tmp_path / "place.toml").read_text(encoding="utf-8")
    (tmp_path / "place.toml").write_text(text.replace("super = 4", "super = 2").replace("sub = 18", "sub = 2"))
    place = read_place(tmp_path / "place.toml")
    (tmp_path / "results").mkdir()
    told = write_run(study_areas(place), tmp_path / "results")
    assert {"map.html", "segments.csv", "screening.csv", "screening_pairs.csv", "run.json"} <= set(told["files"])
    assert (told["check"], told["options"]["options"], told["map"]["assets"]) == (None, [], 0)
    assert "pairs of variables say nearly the same" in told["segment"]["screening"][0]
    screening = pd.read_csv(tmp_path / "results/screening.csv", encoding="utf-8-sig")
    assert len(screening) == 64
