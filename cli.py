"""The ``onetown`` command: parse, load, call one function, write, say what was written.

Results go to files or, with ``--json``, to standard output; talk goes to standard error. Exit codes: 0 done, 1 the data
or the rules are at fault, 2 wrong call. Heavy imports stand inside the commands, so that ``--help`` is quick.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import version as distribution_version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geodata.errors import ToolkitError

if TYPE_CHECKING:
    from estate.deliveries import Delivery
    from geodata.place import Place
    from maps.picked import Picked
    from maps.study import Study

app = typer.Typer(
    name="onetown",
    help="Plan the buildings of a place's public bodies together: segments, shared offices, access and maps."
    "\n\nExample:  onetown demo",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)

PlaceFile = Annotated[Path, typer.Argument(metavar="PLACE.TOML", help="The place file.", show_default=False)]
Data = Annotated[
    Path | None, typer.Option("--data", metavar="FOLDER", help="Folder that replaces [place] data.", show_default=False)
]
Organisation = Annotated[str, typer.Option(help="The body that sent the lists, where they do not name it.")]
Use = Annotated[str, typer.Option(help="What the buildings are used for, where the lists do not say.")]
Postcodes = Annotated[Path | None, typer.Option(help="Postcode table (ONSPD or Code-Point), to check and find places.")]
Uprns = Annotated[Path | None, typer.Option(help="UPRN table (OS Open UPRN), to place rows and to check them.")]
Out = Annotated[
    Path | None,
    typer.Option("--out", "-o", help="Folder for the result files; without it only the summary is printed."),
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace results that exist already.")]
Seed = Annotated[int | None, typer.Option("--seed", help="Seed of every random choice; [place] seed by default.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object (docs/json.md) instead of the summary.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")]
Why = Annotated[
    list[str] | None,
    typer.Option(
        "--why",
        metavar="BUILDING|TEAM",
        help="What the opposite would cost, solved again; or `all`, `changes`, `rules`; repeatable.",
    ),
]
Seconds = Annotated[float | None, typer.Option("--seconds", min=0.1, help="Time for the optimiser (seconds).")]


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"onetown {distribution_version('onetown')}")
        raise typer.Exit


@app.callback()
def common(
    *, version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Version.")] = False
) -> None:
    """Take the options that stand before every command."""


@app.command(short_help="Read asset lists; say what is wrong; write the clean register and the rows set aside.")
def check(
    inputs: Annotated[
        list[str],
        typer.Argument(
            metavar="LIST... | PLACE.TOML",
            help="Asset lists of any kind, - for standard input, postgresql://... for a table; or one place file.",
        ),
    ],
    *,
    organisation: Organisation = "",
    use: Use = "",
    postcodes: Postcodes = None,
    uprns: Uprns = None,
    explain: Annotated[bool, typer.Option("--explain", help="Say what each column was taken for, and why.")] = False,
    data: Data = None,
    out: Out = None,
    overwrite: Overwrite = False,
    seed: Seed = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Example:  onetown check fire.xlsx libraries.csv --postcodes onspd.csv.gz --out checked

    Read asset lists of any kind and say, row by row, what is wrong and how to mend it. Every row is accepted or set
    aside with a reason; nothing is lost.
    """  # noqa: D400 - the example comes first on purpose
    from maps.bundle import write_check  # noqa: PLC0415
    from maps.study import Study, list_place, with_geography, with_register  # noqa: PLC0415
    from maps.telling import check_sentences, explain_sentences, tell_check  # noqa: PLC0415

    say = _talk(quiet=quiet)
    if len(inputs) == 1 and inputs[0].endswith(".toml"):
        study = Study(_place(Path(inputs[0]), data=data, seed=seed))
        study = with_geography(study, say=say) if study.place.census and study.place.boundaries else study
    else:
        study = Study(list_place(inputs, organisation=organisation, use=use, postcodes=postcodes, uprns=uprns))
    with _results(out, overwrite=overwrite) as folder:
        study = with_register(study, say=say)
        if folder:
            write_check(study, folder)
    lines = [*(explain_sentences(study) if explain else ()), *check_sentences(study)]
    _answer(tell_check(study), lines, as_json=as_json, out=out)


@app.command(short_help="Start a place.toml from the names or codes of districts.")
def new(
    districts: Annotated[
        list[str], typer.Argument(metavar="DISTRICT...", help="Names or codes; a county stands for its districts.")
    ],
    *,
    vintage: Annotated[int, typer.Option("--vintage", help="Census year: 2021 or 2011.")] = 2021,
    name: Annotated[str, typer.Option("--name", help="Name of the place, as titles show it.")] = "",
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for place.toml and its data.")] = Path(),
    overwrite: Overwrite = False,
    as_json: Json = False,
) -> None:
    """Example:  onetown new "Amber Valley" Erewash Derby --out my-place

    Start a place from districts of England and Wales: a commented place.toml that onetown fetch fills and onetown run
    analyses. Asks nobody: names are checked against a list that comes with onetown.
    """  # noqa: D400
    from geodata.catalogue import read_catalogue  # noqa: PLC0415
    from geodata.districts import find_districts  # noqa: PLC0415
    from geodata.new_place import place_text  # noqa: PLC0415
    from geodata.write import write_text  # noqa: PLC0415

    path = out / "place.toml"
    chosen = find_districts(districts, vintage=vintage)
    text = place_text(chosen, vintage=vintage, catalogue=read_catalogue(), name=name)
    write_text(text, path, overwrite=overwrite)
    values = {
        "path": str(path),
        "vintage": vintage,
        "districts": [{"code": one.code, "name": one.name} for one in chosen],
    }
    lines = [f"{one.code}  {one.name}" for one in chosen]
    _answer(values, [*lines, f"Next: onetown fetch {path}"], as_json=as_json, out=path)


@app.command(short_help="Bring census counts, boundaries and postcodes of a place from public services.")
def fetch(
    place: PlaceFile,
    *,
    data: Data = None,
    offline: Annotated[bool, typer.Option("--offline", help="Use the cache only; say what is missing.")] = False,
    key: Annotated[
        str,
        typer.Option(
            "--key", envvar=["NOMIS_API_KEY", "NOMIS_UID"], help="Your Nomis key, if you have one.", show_envvar=True
        ),
    ] = "",
    refresh: Annotated[bool, typer.Option("--refresh", help="Ask again for what is in the cache.")] = False,
    bulk: Annotated[bool, typer.Option("--bulk", help="Take the census tables whole, as zip files (large).")] = False,
    catalogue: Annotated[
        Path | None, typer.Option("--catalogue", help="File of your own with new addresses and names of services.")
    ] = None,
    overwrite: Overwrite = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Example:  onetown fetch my-place/place.toml

    Ask Nomis and the ONS Open Geography services for the districts of a place, and write the files that its place.toml
    names. Every answer is kept in a cache with its source, licence, checksum and date; stopped or broken off, the same
    command goes on where it was. This is the only command that uses the network.
    """  # noqa: D400
    from datetime import UTC, datetime  # noqa: PLC0415

    from geodata.catalogue import read_catalogue  # noqa: PLC0415
    from geodata.fetch import FetchPlan, fetch_place  # noqa: PLC0415
    from geodata.fetch_cache import Cache  # noqa: PLC0415
    from geodata.fetch_shelf import opened_shelf  # noqa: PLC0415
    from geodata.fetch_telling import fetched_sentences, tell_fetched  # noqa: PLC0415
    from geodata.place import read_place  # noqa: PLC0415

    chosen = read_place(place, data=data, must_exist=False)
    own = catalogue or (chosen.find(chosen.fetch.catalogue) if chosen.fetch.catalogue else None)
    plan = FetchPlan(chosen, read_catalogue(own), key=key, bulk=bulk)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    cache = Cache(chosen.find(chosen.fetch.cache))
    with opened_shelf(cache, offline=offline, refresh=refresh, now=now, say=_talk(quiet=quiet)) as shelf:
        fetched = fetch_place(plan, shelf, overwrite=overwrite)
    _answer(tell_fetched(fetched), fetched_sentences(fetched, place=str(place)), as_json=as_json, out=chosen.base)


@app.command(short_help="Group the areas into super clusters and sub-clusters; write the model and the portraits.")
def segment(
    place: PlaceFile,
    *,
    refresh: Annotated[
        Path | None,
        typer.Option("--refresh", metavar="MODEL.JSON", help="Last year's model: keep its segments on new counts."),
    ] = None,
    how: Annotated[
        str | None, typer.Option("--how", help="With --refresh: assign, warm or refit, whatever the drift says.")
    ] = None,
    data: Data = None,
    out: Out = None,
    overwrite: Overwrite = False,
    seed: Seed = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Example:  onetown segment place.toml --out segments

    Group the small areas of a place by its census statistics: k super clusters, then sub-clusters within them. Next
    year:  onetown segment place.toml --refresh segments/model.json --out segments-2026
    """  # noqa: D400
    from maps.bundle import MODEL_FILE, write_segments  # noqa: PLC0415
    from maps.refreshing import write_refresh  # noqa: PLC0415
    from maps.study import Study, with_geography, with_refresh, with_segments  # noqa: PLC0415
    from maps.telling import segment_sentences, tell_segment  # noqa: PLC0415
    from segmentation.refresh import way_named  # noqa: PLC0415
    from segmentation.refresh_telling import refresh_sentences, tell_refresh  # noqa: PLC0415

    if how is not None and refresh is None:
        raise typer.BadParameter("--how goes with --refresh MODEL.JSON.")
    say, way = _talk(quiet=quiet), None if how is None else way_named(how)
    chosen = _place(place, data=data, seed=seed)
    with _results(out, overwrite=overwrite) as folder:
        study, made = with_geography(Study(chosen), say=say), None
        if refresh is None:
            study = with_segments(study, say=say)
        else:
            study, made = with_refresh(study, refresh, how=way, say=say)
        if folder:
            write_segments(study, folder)
        if folder and made:
            versions = f"onetown {distribution_version('onetown')}"
            write_refresh(made, folder, place=chosen.place.name, versions=versions)
    told = tell_segment(study, model=None if out is None else out / MODEL_FILE)
    more = {} if made is None else {"refresh": tell_refresh(made)}
    lines = [*([] if made is None else refresh_sentences(made)), *segment_sentences(study)]
    _answer({**told, **more}, lines, as_json=as_json, out=out)


@app.command(short_help="Measure how many segments the place holds; recommend a number, with a picture.")
def choose(
    place: PlaceFile,
    *,
    k: Annotated[str, typer.Option("--k", metavar="FROM-TO", help="Numbers of super clusters to try.")] = "2-12",
    data: Data = None,
    out: Out = None,
    overwrite: Overwrite = False,
    seed: Seed = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Example:  onetown choose place.toml --k 2-12 --out choose

    Try each number of segments: how tight they are, whether other seeds and areas drawn anew find the same ones, and
    how small the smallest is. Say which number to take, and draw how groups split as their number grows.
    """  # noqa: D400
    from geodata.errors import DataError  # noqa: PLC0415
    from maps.clustergram import write_choice  # noqa: PLC0415
    from maps.segmenting import choose_place  # noqa: PLC0415
    from maps.study import Study, with_geography  # noqa: PLC0415
    from segmentation.choose import numbers_of  # noqa: PLC0415
    from segmentation.choose_telling import choice_sentences, table_lines, tell_choice  # noqa: PLC0415

    numbers, say = numbers_of(k), _talk(quiet=quiet)
    chosen = _place(place, data=data, seed=seed)
    with _results(out, overwrite=overwrite) as folder:
        geography = with_geography(Study(chosen), say=say).geography
        if geography is None:
            raise DataError(f"{place}: no census is named. Add [census] and [boundaries].")
        found = choose_place(chosen, geography, ks=numbers, say=say)
        if folder:
            versions = f"onetown {distribution_version('onetown')}"
            write_choice(found, folder, place=chosen.place.name, versions=versions)
    _answer(tell_choice(found), [*choice_sentences(found), *table_lines(found)], as_json=as_json, out=out)


@app.command(short_help="Rank buildings of different bodies that stand close, by what sharing could save.")
def pairs(
    place: PlaceFile,
    *,
    within_m: Annotated[float | None, typer.Option(min=1, help="Straight-line distance (metres).")] = None,
    within_min: Annotated[float | None, typer.Option(min=0.1, help="Minutes on foot instead (indicative).")] = None,
    data: Data = None,
    out: Out = None,
    overwrite: Overwrite = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Example:  onetown pairs place.toml --within-m 400 --out pairs

    Rank pairs of buildings of different bodies, with the nine siting factors for and against, and write funnel,
    yardsticks, leases, status and clusters of access points beside them; where the place has census and boundaries, a
    map of the pairs too.
    """  # noqa: D400
    from maps.bundle import draw, write_estate  # noqa: PLC0415
    from maps.study import Study, with_geography, with_register  # noqa: PLC0415
    from maps.telling import pair_sentences, tell_pairs  # noqa: PLC0415

    say = _talk(quiet=quiet)
    study = Study(_place(place, data=data).with_choices(within_m=within_m, within_min=within_min))
    with _results(out, overwrite=overwrite) as folder:
        study = with_geography(study, say=say) if study.place.census and study.place.boundaries else study
        study = with_register(study, say=say)
        if folder:
            write_estate(study, folder)
            if study.geography is not None:
                draw(study, folder / "map.html")
    _answer(tell_pairs(study), pair_sentences(study), as_json=as_json, out=out)


@app.command(short_help="Work out which buildings could be shared or given up: do nothing, each alone, joint.")
def options(
    place: PlaceFile,
    *,
    years: Annotated[
        int | None,
        typer.Option(min=1, max=20, help="Years at whose start moves may happen; [options] years by default."),
    ] = None,
    pin: Annotated[
        list[str] | None,
        typer.Option(
            "--pin",
            metavar="RULE:ID",
            help="keep:A1 release:A2 stay:T3 move:T3:A1 together:T1:T2 apart:T1:T2; repeatable.",
        ),
    ] = None,
    why: Why = None,
    option: Annotated[
        list[str] | None, typer.Option("--option", help="Also `do minimum` or `joint within towns`; repeatable.")
    ] = None,
    moves: Annotated[
        list[Path] | None,
        typer.Option("--moves", metavar="TABLE", help="Your own option: a table of moves and releases; repeatable."),
    ] = None,
    target: Annotated[
        str, typer.Option(help="saving:20 (per cent, least harm) or access:250000 (best access within that money).")
    ] = "",
    points: Annotated[
        int,
        typer.Option(
            "--front", min=0, max=30, help="Points of the front of saving against access; 8 to 12 are a picture."
        ),
    ] = 0,
    work: Annotated[
        int | None, typer.Option(min=1, help="Rounds of search instead of seconds: the same plan on every machine.")
    ] = None,
    data: Data = None,
    out: Out = None,
    overwrite: Overwrite = False,
    seed: Seed = None,
    seconds: Seconds = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Example:  onetown options place.toml --seconds 60 --years 5 --pin keep:A017 --why A023 --out options

    Compare doing nothing, each body alone and all bodies together, at once or over years: money, moves, access, with a
    proven bound. Ctrl-C ends the search with the best plans so far and their proof.
    """  # noqa: D400
    from estate.options_telling import front_sentences, option_named, pin_named, tell_options  # noqa: PLC0415
    from estate.targets import target_named  # noqa: PLC0415
    from maps.bundle import write_options  # noqa: PLC0415
    from maps.own_options import scores_of, tell_scores, with_own_options, write_scores  # noqa: PLC0415
    from maps.study import reach_target, study_place, with_reasons  # noqa: PLC0415

    pins, also = tuple(pin_named(words) for words in pin or ()), tuple(option_named(words) for words in option or ())
    wanted = target_named(target) if target else None
    chosen = _place(place, data=data).with_choices(seed=seed, seconds=seconds, years=years, pins=pins, also=also)
    say = _talk(quiet=quiet)
    with _results(out, overwrite=overwrite) as folder, _until_interrupted(say) as stop:
        study = study_place(chosen, say=say, work=work, stop=stop, why=why or ())
        study = with_own_options(study, moves or ())
        scores = scores_of(study)
        study = with_reasons(study, why or (), say=say, work=work, stop=stop)
        reached, front = reach_target(study, wanted, points=points, say=say, stop=stop)
        if folder:
            write_options(study, folder, front=front, reached=reached)
            if scores is not None:
                write_scores(scores, study.plans, folder)
    lines = [
        *_said_options(study),
        *(scores.sentences() if scores else ()),
        *(line for one in study.reasons for line in one.sentences()),
    ]
    lines += [*(reached.sentences() if reached else ()), *front_sentences(front)]
    told = tell_options(study.plans, seed=chosen.place.seed, reasons=study.reasons, reached=reached, front=front)
    _answer({**told, "scores": tell_scores(scores)}, lines, as_json=as_json, out=out)


@app.command(short_help="The business case of a place's options, or of a table of cash flows.")
def appraise(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="TABLE | PLACE.TOML",
            help="Cash flows (examples/cases), benefits by quarter, outcomes before and after; or one place file.",
            show_default=False,
        ),
    ],
    *,
    option: Annotated[str, typer.Option(help="Option of the place that sharing and terms are about.")] = "joint",
    extra: Annotated[
        Path | None, typer.Option("--with", metavar="TABLE", help="Cash flows to add to those of the place's options.")
    ] = None,
    sheet: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Sheet to read, where several hold cash flows; repeatable.")
    ] = None,
    share: Annotated[
        str | None,
        typer.Option(help="How bodies share: own, space, staff, standalone, agreed, shapley or nucleolus."),
    ] = None,
    level: Annotated[
        str | None, typer.Option(help="Joint working: cooperation, coordination, collaboration or co-ownership.")
    ] = None,
    horizon: Annotated[int | None, typer.Option(min=1, max=100, help="Years counted; 10 by default.")] = None,
    rate: Annotated[float | None, typer.Option(help="Real discount rate a year; 0.035 by default.")] = None,
    timing: Annotated[str, typer.Option(help="Where in its year money falls: start, middle or end.")] = "end",
    inflation: Annotated[float, typer.Option(help="Yearly rise of prices, for nominal amounts.")] = 0.02,
    optimism_bias: Annotated[float, typer.Option(help="Share added to capital costs, such as 0.24.")] = 0.0,
    interest: Annotated[float, typer.Option(help="Interest on borrowing, in the financial view.")] = 0.05,
    term: Annotated[int, typer.Option(help="Years of borrowing, in the financial view.")] = 25,
    draws: Annotated[int, typer.Option(min=100, max=1_000_000, help="Random draws of the risk analysis.")] = 10_000,
    redraws: Annotated[
        int, typer.Option(min=0, max=1000, help="Draws of costs on which the option is worked out again; 20 to 40.")
    ] = 0,
    data: Data = None,
    out: Out = None,
    overwrite: Overwrite = False,
    seed: Seed = None,
    seconds: Seconds = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Example:  onetown appraise examples/cases/suffolk.csv --out suffolk

    Net present value, benefit-cost ratio, payback, who gains and loses, fair shares, borrowing and risk, as a report, a
    Word document and a workbook; and the figures that a source prints beside what its own flows come to.
    """  # noqa: D400
    from estate.appraisal import GREEN_BOOK_RATE  # noqa: PLC0415
    from estate.finance import Borrowing  # noqa: PLC0415
    from estate.flow_reading import read_cash_flows  # noqa: PLC0415
    from estate.flows import Terms, timing_named  # noqa: PLC0415
    from estate.tracking import follow_up  # noqa: PLC0415
    from maps import case_report, plan_report  # noqa: PLC0415
    from maps.study import study_place  # noqa: PLC0415

    terms = Terms(
        horizon or 10, GREEN_BOOK_RATE if rate is None else rate, timing_named(timing), inflation, optimism_bias
    )
    borrowing, version = Borrowing(interest, term), distribution_version("onetown")
    if source.suffix == ".toml":
        study = study_place(_place(source, data=data, seed=seed, seconds=seconds), say=_talk(quiet=quiet))
        found = plan_report.case_of_study(
            study, option=option, extra=extra, sheets=sheet or (), rate=rate, terms=terms, horizon=horizon,
            borrowing=borrowing, rule=share, working=level, draws=draws, redraws=redraws,
        )  # fmt: skip
        with _results(out, overwrite=overwrite) as folder:
            if folder:
                plan_report.write_plan_case(found, study, folder, version=version)
        lines = plan_report.plan_case_sentences(found, study)
        _answer(plan_report.tell_plan_case(found), lines, as_json=as_json, out=out)
        return
    if (followed := follow_up(source)) is not None:
        with _results(out, overwrite=overwrite) as folder:
            if folder:
                case_report.write_follow_up(followed, folder)
        _answer(followed.values(), followed.sentences(), as_json=as_json, out=out)
        return
    case = case_report.case_of_table(
        read_cash_flows(source, sheets=sheet or ()),
        terms=terms,
        horizon=horizon,
        borrowing=borrowing,
        draws=draws,
        seed=seed or 0,
    )
    with _results(out, overwrite=overwrite) as folder:
        if folder:
            case_report.write_case(case, folder, title=f"Business case: {source.stem}", version=version)
    _answer(case_report.tell_case(case), case_report.case_sentences(case), as_json=as_json, out=out)


@app.command(short_help="Say who reaches which service in how long, by every mode, today and under an option.")
def access(
    place: PlaceFile,
    *,
    option: Annotated[
        str | None, typer.Option(metavar="NAME", help="joint or each alone: what it changes, and who loses by it.")
    ] = None,
    worse: Annotated[
        float | None, typer.Option(min=0.1, help="Name the areas that lose more than this (minutes).")
    ] = None,
    isochrones: Annotated[
        list[float] | None,
        typer.Option(min=0.1, metavar="MINUTES", help="Draw the ground within so many minutes; may be repeated."),
    ] = None,
    data: Data = None,
    out: Out = None,
    overwrite: Overwrite = False,
    seed: Seed = None,
    seconds: Seconds = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Example:  onetown access place.toml --option joint --out access

    Measure minutes on roads and timetables where [travel] names them (else along the straight line, which is only
    indicative): share of residents within each standard, mean and nine in ten, by segment, locality and car; nearest
    three sites; supply per head; and under an option who loses more than five minutes, named by area.

    The ground within 10 and 20 minutes, as a layer and a page:  --isochrones 10 --isochrones 20
    """  # noqa: D400
    from maps.accessing import access_place, sentences, tell, write_access  # noqa: PLC0415
    from maps.isochrones import draw_isochrones, isochrone_sentences, isochrones_of, tell_isochrones  # noqa: PLC0415

    chosen = _place(place, data=data, seed=seed, seconds=seconds).with_choices(worse_min=worse)
    with _results(out, overwrite=overwrite) as folder:
        found = access_place(chosen, option=option, say=_talk(quiet=quiet))
        ground = isochrones_of(found, isochrones or (), say=_talk(quiet=quiet))
        if folder:
            write_access(found, folder, isochrones=ground if isochrones else None)
            if isochrones:
                draw_isochrones(found, ground, folder / "isochrones.html")
    told = {**tell(found), "isochrones": tell_isochrones(ground)}
    _answer(told, [*sentences(found), *isochrone_sentences(ground)], as_json=as_json, out=out)


@app.command(short_help="Say who is within ten minutes of a station, today and when stations move; the best stations.")
def cover(
    place: PlaceFile,
    *,
    use: Annotated[
        list[str] | None, typer.Option(metavar="USE", help="Use of the buildings that are stations today.")
    ] = None,
    within: Annotated[float | None, typer.Option(min=0.1, help="The standard (minutes).")] = None,
    demand: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="Incidents by area (oa_code, demand), not residents."),
    ] = None,
    candidates: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="List of sites that could become stations.")
    ] = None,
    candidate_use: Annotated[
        list[str] | None,
        typer.Option(metavar="USE", help="Use of buildings of the register that could become, or host, one."),
    ] = None,
    open_: Annotated[
        list[str] | None, typer.Option("--open", metavar="ID|NAME", help="A candidate that opens; may be repeated.")
    ] = None,
    close: Annotated[
        list[str] | None, typer.Option(metavar="ID|NAME", help="A station that closes; may be repeated.")
    ] = None,
    require: Annotated[
        list[str] | None, typer.Option(metavar="ID|NAME", help="A site that the best choice must open.")
    ] = None,
    forbid: Annotated[
        list[str] | None, typer.Option(metavar="ID|NAME", help="A site that the best choice must not open.")
    ] = None,
    stations: Annotated[int | None, typer.Option(min=1, help="Number of stations of the best choice.")] = None,
    more: Annotated[
        int | None, typer.Option(min=1, help="Keep all stations, and choose so many more among the candidates.")
    ] = None,
    data: Data = None,
    out: Out = None,
    overwrite: Overwrite = False,
    seed: Seed = None,
    seconds: Seconds = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Example:  onetown cover place.toml --use "fire station" --candidates hayle.csv --open Hayle --close Camborne

    Count who is within so many minutes of a station, today and after stations open, close or move, and find the best
    stations, with proof: most people reached, as many as today with fewest, all, least mean, least longest time.

    Which fire stations should host an ambulance:  --use "ambulance station" --candidate-use "fire station" --more 3
    """  # noqa: D400
    from maps.covering import cover_place, sentences, tell, with_cover, write_cover  # noqa: PLC0415

    choices = {
        "uses": use, "within_min": within, "candidate_uses": candidate_use, "open": open_, "close": close,
        "required": require, "forbidden": forbid, "stations": stations, "more": more,
        "demand": demand and str(demand.resolve()), "candidates": candidates and str(candidates.resolve()),
    }  # fmt: skip
    chosen = with_cover(_place(place, data=data, seed=seed), choices)
    with _results(out, overwrite=overwrite) as folder:
        study = cover_place(chosen, seconds=seconds or 60.0, say=_talk(quiet=quiet))
        if folder:
            write_cover(study, folder)
    _answer(tell(study), sentences(study), as_json=as_json, out=out)


Model = Annotated[
    Path | None, typer.Option("--model", metavar="MODEL.JSON", help="A saved model; nothing is fitted anew.")
]


@app.command(short_help="Draw a printable portrait of every segment: one HTML page and a table.")
def portraits(
    place: PlaceFile,
    *,
    model: Model = None,
    base: Annotated[
        str | None, typer.Option("--base", help="place, county or country; [portraits] base by default.")
    ] = None,
    data: Data = None,
    out: Out = None,
    overwrite: Overwrite = False,
    seed: Seed = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Example:  onetown portraits place.toml --model model.json --base country --out portraits

    Write a sheet of A4 for every segment: size, map, what there is more and fewer of than in the base, ages, homes,
    example places and notes. It opens in any browser and prints.
    """  # noqa: D400
    from maps.people import portraits_of, write_portraits  # noqa: PLC0415
    from maps.people_telling import portrait_sentences, tell_portraits  # noqa: PLC0415

    chosen = _place(place, data=data, seed=seed).with_people(base=base)
    with _results(out, overwrite=overwrite) as folder:
        study = _segmented(chosen, model, say=_talk(quiet=quiet))
        drawn, against = portraits_of(study)
        if folder:
            write_portraits(study, folder)
    _answer(tell_portraits(drawn, base=against.name), portrait_sentences(drawn), as_json=as_json, out=out)


@app.command(short_help="List the names of segments in a model file, or change them.")
def names(
    model: Annotated[Path, typer.Argument(metavar="MODEL.JSON", help="The model file.", show_default=False)],
    *,
    changes: Annotated[
        list[str] | None, typer.Option("--set", help="'sub 3=Older people in villages'; may be given again.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Example:  onetown names model.json --set "sub 3=Older people in villages"

    The names stand in the model file and go wherever it goes: portraits, maps, labels, take-up. To keep them in
    place.toml instead, write there: [names] and "sub 3" = "Older people in villages".
    """  # noqa: D400
    from geodata.write import write_text  # noqa: PLC0415
    from maps.people_telling import name_sentences, tell_names  # noqa: PLC0415
    from segmentation.applied import read_model  # noqa: PLC0415
    from segmentation.naming import names_of, rename_model  # noqa: PLC0415

    found = read_model(model)
    wanted = [change.partition("=") for change in changes or []]
    if any(not (before.strip() and sign) for before, sign, _ in wanted):
        raise typer.BadParameter("Write --set 'sub 3=The new name'.")
    if wanted:
        found = rename_model(found, {before.strip(): after for before, _, after in wanted}, source="--set")
        write_text(found.to_json(), model, overwrite=True)
    told = names_of(found)
    _answer(tell_names(told), name_sentences(told), as_json=as_json, out=model if wanted else None)


@app.command(short_help="Label a list of customers with their segments, without any census data.")
def label(
    customers: Annotated[
        Path, typer.Argument(metavar="CUSTOMERS", help="A list with postcodes, area codes or coordinates.")
    ],
    *,
    model: Annotated[Path, typer.Option("--model", metavar="MODEL.JSON", help="The model file.")],
    postcodes: Annotated[
        Path, typer.Option("--postcodes", metavar="LOOKUP", help="postcode_segments.csv or segments_lookup.gpkg.")
    ],
    keep: Annotated[
        list[str] | None, typer.Option("--keep", help="A column to give back; none is unless named here.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="The CSV to write.")] = None,
    overwrite: Overwrite = False,
    as_json: Json = False,
) -> None:
    """Example:  onetown label customers.csv --model model.json --postcodes postcode_segments.csv --out labelled.csv

    Give every customer of a list the segment of the neighbourhood they live in. The result has the row number, the
    segment and its name; no other column of the list is in it unless asked for with --keep.
    """  # noqa: D400
    from geodata.write import check_free, write_csv  # noqa: PLC0415
    from maps.people_telling import label_sentences, tell_labelled  # noqa: PLC0415
    from segmentation.applied import read_model  # noqa: PLC0415
    from segmentation.labelling import label_customers  # noqa: PLC0415
    from segmentation.lookup import read_lookup  # noqa: PLC0415

    if out is not None:
        check_free(out, overwrite=overwrite)
    labelled = label_customers(customers, read_model(model), read_lookup(postcodes), keep=keep or ())
    if out is not None:
        write_csv(labelled.table, out, overwrite=overwrite)
    _answer(tell_labelled(labelled), label_sentences(labelled), as_json=as_json, out=out)


@app.command(short_help="Hold customer contacts against what was expected, by segment and area.")
def takeup(
    place: PlaceFile,
    *,
    contacts: Annotated[
        Path | None, typer.Option("--contacts", help="List of contacts; [contacts] file by default.")
    ] = None,
    service: Annotated[list[str] | None, typer.Option("--service", help="Only these services.")] = None,
    model: Model = None,
    data: Data = None,
    out: Out = None,
    overwrite: Overwrite = False,
    seed: Seed = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Example:  onetown takeup place.toml --contacts contacts.csv --out takeup

    Say which groups and areas use services more and less than expected, with intervals, and which areas never make
    contact. Small counts are withheld; no row of the contacts is written.
    """  # noqa: D400
    from maps.people import contacts_of, takeup_of, write_takeup  # noqa: PLC0415
    from maps.people_telling import takeup_sentences, tell_takeup  # noqa: PLC0415

    chosen = _place(place, data=data, seed=seed).with_people(contacts=contacts, services=tuple(service or ()))
    contacts_of(chosen)  # without contacts the long work would be for nothing
    with _results(out, overwrite=overwrite) as folder:
        study = _segmented(chosen, model, say=_talk(quiet=quiet))
        found = takeup_of(study)
        if folder:
            write_takeup(study, found, folder)
    _answer(tell_takeup(found), takeup_sentences(found), as_json=as_json, out=out)


@app.command("map", short_help="Draw one self-contained HTML map that opens anywhere, offline; or check a page.")
def map_command(
    place: Annotated[
        Path | None, typer.Argument(metavar="[PLACE.TOML]", help="The place file.", show_default=False)
    ] = None,
    *,
    data: Data = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="The HTML file, or a folder for map.html.")] = Path(
        "map.html"
    ),
    check_pages: Annotated[
        list[Path] | None,
        typer.Option("--check", metavar="FILE.HTML", help="Check a page instead of drawing one; may be repeated."),
    ] = None,
    base_map: Annotated[
        str, typer.Option("--base-map", metavar="ADDRESS", help="Tiles below the areas; readers then need the network.")
    ] = "",
    base_attribution: Annotated[str, typer.Option("--base-attribution", help="Whose base map it is.")] = "",
    static: Annotated[
        Path | None,
        typer.Option(
            "--static",
            metavar="FOLDER|FILE",
            help="Draw pictures instead: every map as PNG and SVG into a folder, or one FILE.png or FILE.svg.",
            show_default=False,
        ),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(
            "--only", metavar="PART", help="segments, buildings, plan or columns; may be repeated. All by default."
        ),
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option(
            "--column",
            metavar="NAME",
            help="Colour areas by this: no_car, 'No car or van', a census cell, minutes; may be repeated.",
        ),
    ] = None,
    classes: Annotated[
        int | None, typer.Option("--classes", help="In how many classes, 2 to 12; six by default.", show_default=False)
    ] = None,
    overwrite: Overwrite = False,
    seed: Seed = None,
    seconds: Seconds = None,
    why: Why = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Example:  onetown map place.toml --out map.html

    Draw segments, buildings, moves and closures on one page that needs no network and no installation.

    Areas by a column, without solving a plan:  onetown map place.toml --only columns --column no_car

    Pictures for papers and slides:  onetown map place.toml --static pictures

    Check any page before it is sent:  onetown map --check map.html --check report.html
    """  # noqa: D400
    if check_pages:
        _no_place_beside(place, "--check")
        _check_pages(check_pages, as_json=as_json)
        return
    if place is None:
        raise typer.BadParameter("give a place file, or --check FILE.HTML", param_hint="PLACE.TOML")
    from maps.picked import pick, study_for  # noqa: PLC0415

    picked = pick(only or (), column or (), classes)
    chosen = _place(place, data=data, seed=seed, seconds=seconds)
    if static is not None:
        _draw_static(chosen, static, picked, overwrite=overwrite, as_json=as_json, quiet=quiet)
        return
    from geodata.write import check_free  # noqa: PLC0415
    from maps.base_map import base_map_of  # noqa: PLC0415
    from maps.bundle import draw  # noqa: PLC0415
    from maps.study import CHANGES, with_reasons  # noqa: PLC0415
    from maps.telling import tell_map  # noqa: PLC0415

    path = out if out.suffix == ".html" else out / "map.html"
    check_free(path, overwrite=overwrite)
    base = base_map_of(base_map, base_attribution)  # a slip in it is told before the long work
    say = _talk(quiet=quiet)
    study = study_for(chosen, picked, why=why or (), say=say)
    study = with_reasons(study, why or (CHANGES,), say=say) if study.plans else study
    summary = draw(study, path, picked=picked, base_map=base, overwrite=overwrite)
    told = f"{summary.areas:,} areas and {summary.assets:,} buildings in {summary.bytes / 1e6:.2f} MB."
    _answer(tell_map(summary), [told], as_json=as_json, out=path)


def _draw_static(place: Place, path: Path, picked: Picked, *, overwrite: bool, as_json: bool, quiet: bool) -> None:
    """Draw the maps of a place as pictures and say which."""
    from maps.picked import study_for  # noqa: PLC0415
    from maps.static import check_static, write_static  # noqa: PLC0415

    check_static(path, overwrite=overwrite)
    study = study_for(place, picked, say=_talk(quiet=quiet))
    written = write_static(study, path, picked=picked, overwrite=overwrite)
    lines = [f"{len(written)} {'picture' if len(written) == 1 else 'pictures'}:", *(f"  {one}" for one in written)]
    _answer({"pictures": [str(one) for one in written]}, lines, as_json=as_json, out=path)


def _no_place_beside(place: Path | None, option: str) -> None:
    if place is not None:
        raise typer.BadParameter(f"{option} checks a page and reads no place; leave '{place}' out")


def _check_pages(pages: Sequence[Path], *, as_json: bool) -> None:
    """Say what is wrong with pages; exit 1 where anything is."""
    from maps.checking import check_page  # noqa: PLC0415
    from maps.checking_telling import check_sentences, tell_checks  # noqa: PLC0415

    checks = [check_page(page) for page in pages]
    lines = [line for check in checks for line in check_sentences(check)]
    _answer(tell_checks(checks), lines, as_json=as_json, out=None)
    if not all(check.ok for check in checks):
        raise typer.Exit(1)


@app.command(short_help="All of it, from place.toml: check, segment, options, map, tables and run.json.")
def run(
    place: PlaceFile,
    *,
    data: Data = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the results.")] = Path("onetown-results"),
    overwrite: Overwrite = False,
    seed: Seed = None,
    seconds: Seconds = None,
    why: Why = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Example:  onetown run place.toml --out results

    Do the whole analysis of a place and write map, tables, register and run.json into one folder. What the opposite
    would cost is shown for what the plan changes; --why all shows it for every building and team.
    """  # noqa: D400
    chosen = _place(place, data=data, seed=seed, seconds=seconds)
    _run(chosen, out, why=why, overwrite=overwrite, as_json=as_json, quiet=quiet)


@app.command(short_help="Build Peakshire, a made-up county, and analyse it whole, offline.")
def demo(
    *,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the county and its results.")] = Path(
        "peakshire"
    ),
    overwrite: Overwrite = False,
    seed: Annotated[int, typer.Option("--seed", help="Seed of the county and of every random choice.")] = 0,
    seconds: Seconds = None,
    why: Why = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Example:  onetown demo --out peakshire

    Write the census, boundaries and 26 asset lists of an invented county, then run the whole analysis on them.
    """  # noqa: D400
    from geodata.demo import write_demo  # noqa: PLC0415
    from geodata.write import check_free_folder, writing_folder  # noqa: PLC0415

    check_free_folder(out / "results", overwrite=overwrite)
    _talk(quiet=quiet)("Inventing Peakshire: areas, census, 26 bodies and their lists")
    with writing_folder(out / "input", overwrite=overwrite) as folder:
        write_demo(folder, seed=seed)
    place = _place(out / "input" / "place.toml", seed=seed, seconds=seconds)
    _run(place, out / "results", why=why, overwrite=overwrite, as_json=as_json, quiet=quiet)


register_app = typer.Typer(
    help="Example:  onetown register add county.gpkg fire.xlsx --organisation 'Fire and Rescue' --who Ann"
    "\n\nKeep the lists of all bodies in one register over years: add, diff, show. Each takes --json.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(register_app, name="register", short_help="Keep the lists of all bodies in one register over years.")

RegisterName = Annotated[
    str,
    typer.Argument(
        metavar="REGISTER", help="A .gpkg file, or postgresql://user@host/database#schema.", show_default=False
    ),
]


@register_app.command("add", short_help="Compare a delivery with the register, then let it replace its bodies' rows.")
def register_add(
    register: RegisterName,
    lists: Annotated[list[str], typer.Argument(metavar="LIST...", help="The whole lists of one or more bodies.")],
    *,
    organisation: Organisation = "",
    use: Use = "",
    postcodes: Postcodes = None,
    uprns: Uprns = None,
    who: Annotated[str, typer.Option(help="Who saves it; the name you are logged in with by default.")] = "",
    note: Annotated[str, typer.Option(help="Why, for those who look at the history.")] = "",
    expect: Annotated[
        int | None, typer.Option(min=0, help="The version you looked at; refused where it is not the last.")
    ] = None,
    accept_loss: Annotated[
        bool, typer.Option("--accept-loss", help="Even where most of a body's buildings go.")
    ] = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Example:  onetown register add county.gpkg fire.xlsx --organisation "Fire and Rescue" --note "2026 return"

    Compare a body's new list with its last one, say what is new, gone and changed, and keep it as a new version. Other
    bodies' rows stay. Earlier versions stay readable. Who is overtaken by somebody else is told, and nothing is lost.
    """  # noqa: D400
    from datetime import UTC, datetime  # noqa: PLC0415
    from getpass import getuser  # noqa: PLC0415

    from estate.history import add, open_store  # noqa: PLC0415
    from estate.history_telling import added_sentences, tell_added  # noqa: PLC0415

    store, say = open_store(register), _talk(quiet=quiet)
    delivery = _delivery(lists, organisation=organisation, use=use, postcodes=postcodes, uprns=uprns, say=say)
    when = datetime.now(UTC).isoformat(timespec="seconds")
    saved = add(store, delivery, when=when, who=who or getuser(), note=note, expected=expect, accept_loss=accept_loss)
    _answer(tell_added(store, saved), added_sentences(store, saved), as_json=as_json, out=None)


@register_app.command("diff", short_help="Say what a delivery would change, or what changed between two versions.")
def register_diff(
    register: RegisterName,
    lists: Annotated[
        list[str] | None, typer.Argument(metavar="[LIST...]", help="The whole lists of some bodies.")
    ] = None,
    *,
    before: Annotated[str, typer.Option("--from", help="Version (number or date) to compare from.")] = "",
    after: Annotated[str, typer.Option("--to", help="Version to compare with; the last by default.")] = "",
    organisation: Organisation = "",
    use: Use = "",
    postcodes: Postcodes = None,
    uprns: Uprns = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Example:  onetown register diff county.gpkg fire.xlsx --organisation "Fire and Rescue"

    Compare a list with the register and save nothing; or compare two versions: --from 3 --to 2026-03-31.
    """  # noqa: D400
    from estate.history import between, diff, open_store  # noqa: PLC0415
    from estate.history_telling import diff_sentences, tell_diff  # noqa: PLC0415
    from estate.store import choose_version  # noqa: PLC0415

    if bool(lists) == bool(before):
        raise typer.BadParameter("Give lists to compare with the register, or --from VERSION.")
    store = open_store(register)
    versions = store.versions()
    if lists:
        delivery = _delivery(
            lists, organisation=organisation, use=use, postcodes=postcodes, uprns=uprns, say=_talk(quiet=quiet)
        )
        changes = diff(store, delivery)
        lines = diff_sentences(versions, delivery, changes)
    else:
        numbers = [
            choose_version(versions, said or str(len(versions)), store=store.shown).number for said in (before, after)
        ]
        changes = between(store, *numbers)
        lines = [*changes.sentences(), f"From version {numbers[0]} to {numbers[1]}."]
    _answer(tell_diff(store, changes), lines, as_json=as_json, out=None)


@register_app.command("show", short_help="List the versions of a register, or read one of them.")
def register_show(
    register: RegisterName,
    *,
    version: Annotated[str, typer.Option("--version", help="A number, or a date: the register as it stood then.")] = "",
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Write that version here: .gpkg, .csv or .parquet.")
    ] = None,
    overwrite: Overwrite = False,
    as_json: Json = False,
) -> None:
    """Example:  onetown register show county.gpkg --version 2026-03-31 --out march.gpkg

    Say which versions there are, who saved them, when and from which files; or read one as it was.
    """  # noqa: D400
    from estate import history_telling as telling  # noqa: PLC0415
    from estate.history import open_store, write_version  # noqa: PLC0415
    from estate.store import choose_version  # noqa: PLC0415

    store = open_store(register)
    versions = store.versions()
    if not version and out is None:
        values, lines = telling.tell_versions(store, versions), telling.version_sentences(store, versions)
        _answer(values, lines, as_json=as_json, out=None)
        return
    chosen = choose_version(versions, version or str(len(versions)), store=store.shown)
    contents = store.read(chosen.number)
    if out is not None:
        write_version(contents, out, overwrite=overwrite)
    _answer(
        telling.tell_contents(store, chosen, contents),
        telling.contents_sentences(chosen, contents),
        as_json=as_json,
        out=out,
    )


def _delivery(
    lists: Sequence[str],
    *,
    organisation: str,
    use: str,
    postcodes: Path | None,
    uprns: Path | None,
    say: Callable[[str], None],
) -> Delivery:
    """Return the lists as one delivery, read as `check` reads them."""
    from estate.deliveries import delivery_of  # noqa: PLC0415
    from estate.load import load_register  # noqa: PLC0415
    from geodata.files import sha256_of  # noqa: PLC0415
    from geodata.inputs import input_named  # noqa: PLC0415
    from geodata.load import load_postcodes, load_uprns  # noqa: PLC0415
    from maps.study import list_place  # noqa: PLC0415

    place = list_place(lists, organisation=organisation, use=use, postcodes=postcodes, uprns=uprns)
    register = load_register(place, postcodes=load_postcodes(place), uprns=load_uprns(place), say=say)
    sources = [input_named(name) for name in lists]
    return delivery_of(register, checksums={source: sha256_of(source) for source in sources})


def main() -> None:
    """Run the command; turn an error of the toolkit into its sentence and exit code 1."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    try:
        app()
    except ToolkitError as error:
        typer.echo(f"onetown: {_in_lines(error)}", err=True)
        sys.exit(1)


def _in_lines(error: ToolkitError) -> str:
    """Return the message of an error; several faults stand on a line each."""
    told = [fault.sentence() for fault in error.faults]
    if len(told) < 2 or error.message != " ".join(told):
        return error.message
    return "\n".join([f"{len(told)} things to mend:", *(f"  {line}" for line in told)])


def _place(path: Path, *, data: Path | None = None, seed: int | None = None, seconds: float | None = None) -> Place:
    """Return the place with the choices of the command line in it."""
    from geodata.place import read_place  # noqa: PLC0415

    return read_place(path, data=data).with_choices(seed=seed, seconds=seconds)


def _segmented(place: Place, model: Path | None, *, say: Callable[[str], None]) -> Study:
    """Return the study of a place with segments, of a saved model where one is given."""
    from maps.refreshing import labels_beside  # noqa: PLC0415
    from maps.study import Study, with_geography, with_model, with_segments  # noqa: PLC0415
    from segmentation.applied import read_model  # noqa: PLC0415

    if model is None:
        return with_segments(with_geography(Study(place), say=say), say=say)
    saved, labels = read_model(model), labels_beside(model)  # a slip in their names is told before the long work
    return with_model(with_geography(Study(place), say=say), saved, labels=labels, say=say)


def _run(place: Place, out: Path, *, why: Sequence[str] | None, overwrite: bool, as_json: bool, quiet: bool) -> None:
    """Do the whole analysis and say what was found and written."""
    from maps import telling  # noqa: PLC0415
    from maps.bundle import write_run  # noqa: PLC0415
    from maps.study import CHANGES, study_areas, study_place, with_reasons  # noqa: PLC0415

    say = _talk(quiet=quiet)
    with _results(out, overwrite=overwrite) as folder:
        study = study_place(place, say=say, why=why or ()) if place.assets else study_areas(place, say=say)
        study = with_reasons(study, why or (CHANGES,), say=say)
        say("Drawing the map and writing tables")
        told = write_run(study, folder or out)
    parts = (telling.segment_sentences, telling.estate_sentences, _said_options)
    bare = "No asset list is named, so this is the map of communities only: add [[assets]] and run again."
    first = bare if study.register is None else telling.check_sentences(study)[-1]
    lines = [first, *(line for part in parts for line in part(study))]
    lines += [] if study.walks is None else study.walks.notes
    lines += [line for one in study.reasons for line in one.sentences()]
    _answer(
        {"folder": str(out), **told}, [*lines, f"Open {out / 'map.html'} in any browser."], as_json=as_json, out=out
    )


@contextmanager
def _results(out: Path | None, *, overwrite: bool) -> Iterator[Path | None]:
    """Give the folder to write to, or None; what is half-written when the run stops is thrown away."""
    from geodata.write import writing_folder  # noqa: PLC0415

    if out is None:
        yield None
        return
    with writing_folder(out, overwrite=overwrite) as folder:
        yield folder


@contextmanager
def _until_interrupted(say: Callable[[str], None]) -> Iterator[Callable[[], bool]]:
    """Give a function that is True once Ctrl-C was pressed; a second Ctrl-C ends the program at once."""
    import signal  # noqa: PLC0415

    pressed: list[int] = []

    def remember(number: int, _: object) -> None:
        pressed.append(number)
        say("Stopping: the best plans so far will be shown. Press Ctrl-C again to end at once.")
        signal.signal(signal.SIGINT, before)

    before = signal.signal(signal.SIGINT, remember)
    try:
        yield lambda: bool(pressed)
    finally:
        signal.signal(signal.SIGINT, before)


def _said_options(study: Study) -> list[str]:
    """Return the options in words, with what they rest on."""
    from estate.options_telling import option_sentences  # noqa: PLC0415
    from maps.telling import quality_sentences  # noqa: PLC0415

    return [*option_sentences(study.plans), *quality_sentences(study)]


def _talk(*, quiet: bool) -> Callable[[str], None]:
    """Return a function that says a line of progress with the seconds passed, on standard error."""
    start = time.monotonic()

    def say(line: str) -> None:
        if not quiet:
            typer.echo(f"{time.monotonic() - start:6.1f} s  {line}", err=True)

    return say


def _answer(values: Mapping[str, object], lines: Sequence[str], *, as_json: bool, out: Path | None) -> None:
    """Print the result, as JSON or in words, and where it was written."""
    if as_json:
        from geodata.portable import plain  # noqa: PLC0415

        typer.echo(json.dumps(plain(values), indent=2, ensure_ascii=False, allow_nan=False))
    else:
        typer.echo("\n".join(_printable(line) for line in lines))
    if out is not None:
        typer.echo(f"Written: {out}", err=True)


def _printable(line: str) -> str:
    """Return the line without control and direction signs that text from files could carry to a terminal."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in line)
