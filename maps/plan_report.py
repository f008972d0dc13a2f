"""The paper of a place: the business case of its options, buildings, moves, access, sharing and what is not known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from estate.business_case import BusinessCase, appraise
from estate.business_case_telling import case_sentences, case_tables, tell_case
from estate.finance import Borrowing
from estate.flow_reading import read_cash_flows
from estate.flows import Flows, Terms
from estate.partners import PartnerShares, partner_shares, terms_of_plan
from estate.phrases import counted, listed, pounds
from estate.plan_flows import flows_of_plans
from estate.plans import Plan
from estate.redraws import Redraws, redraw
from estate.terms import JointWorking, level
from geodata.errors import DataError, did_you_mean
from geodata.portable import plain
from geodata.write import write_csv
from maps.case_report import case_chapters, case_footer
from maps.own_options import scores_of
from maps.report import Chapter, Picture, Sheet, write_report
from maps.static import plan_map
from maps.study import Study
from maps.telling import notes_of, quality_sentences
from maps.workbook import write_workbook

SHOWN = 60
OPPOSITE = "The opposite costs more"
WORST = 10


@dataclass(frozen=True, slots=True, eq=False)
class PlanCase:
    """The business case of the options of a place, and what the chosen one means for each body.

    Parameters
    ----------
    case
        The case of every option but doing nothing.
    plan
        The chosen option.
    shares
        What each body should have by the rule of sharing.
    terms
        Terms between hosts and guests.
    working
        The level of joint working that they follow.
    redraws
        What the optimiser chooses on drawn costs, where that was asked.
    """

    case: BusinessCase
    plan: Plan
    shares: PartnerShares | None
    terms: pd.DataFrame
    working: JointWorking
    redraws: Redraws | None = None


def case_of_study(
    study: Study,
    *,
    option: str = "joint",
    extra: Path | None = None,
    sheets: Sequence[str] = (),
    terms: Terms | None = None,
    horizon: int | None = None,
    rate: float | None = None,
    borrowing: Borrowing | None = None,
    rule: str | None = None,
    working: str | None = None,
    draws: int = 10_000,
    redraws: int = 0,
) -> PlanCase:
    """Return the business case of the options of a place.

    Parameters
    ----------
    study
        A whole study.
    option
        The option that sharing and terms are about.
    extra
        Table of cash flows that a user brings: rows that name an option belong to it, others to every option.
    sheets
        Sheets of it to read, where several hold cash flows.
    terms, borrowing
        As :func:`estate.business_case.appraise` takes them.
    horizon
        Years counted; by default those of the plan, or the last year of its flows.
    rate
        Real discount rate; by default that of the plan.
    rule, working
        Rule of sharing and level of joint working; by default those of ``[partners]``.
    draws
        Random draws of the risk analysis.
    redraws
        Draws of costs on which the option is worked out again.

    Raises
    ------
    DataError
        There is no such option, rule or level, or no option changes anything.
    """
    plans, problem = study.plans, study.problem
    if problem is None or not plans:
        raise ValueError("case_of_study needs a study with options")
    names = [plan.name for plan in plans[1:]]
    if option not in names:
        raise DataError(f"there is no option '{option}'.{did_you_mean(option, names)} Give one of: {', '.join(names)}.")
    flows = flows_of_plans(plans, source=study.place.place.name)
    notes: list[str] = []
    if extra is not None:
        bodies = sorted({str(name) for name in problem.register["organisation"]})
        read = read_cash_flows(extra, bodies=bodies, sheets=sheets)
        flows, notes = _with_extra(flows, read.flows), [note.sentence() for note in read.notes]
    if flows.table.empty:
        raise DataError("no option changes anything, so there is nothing to appraise.")
    last = max(plans[0].horizon_years, int(flows.table["last_year"].replace(float("inf"), 0).max()))
    discount = plans[0].discount_rate if rate is None else rate
    chosen = replace(terms or Terms(), horizon_years=horizon or last, rate=discount)
    case = appraise(flows, terms=chosen, borrowing=borrowing, notes=notes, draws=draws, seed=study.place.place.seed)
    plan = next(plan for plan in plans if plan.name == option)
    partners, joint = study.place.partners, level(working or study.place.partners.level)
    shares = None
    if option in flows.options():
        rule = rule or partners.share
        shares = partner_shares(problem, plan, case.option(option), rule=rule, agreed=partners.agreed)
    again = redraw(problem, plan, draws=redraws, seed=study.place.place.seed) if redraws else None
    return PlanCase(case, plan, shares, terms_of_plan(problem, plan, joint), joint, again)


def write_plan_case(found: PlanCase, study: Study, folder: Path, *, version: str) -> None:
    """Write the case of a place into an existing folder: report, Word document, workbook and tables."""
    for name, table in plan_case_tables(found).items():
        write_csv(table, folder / f"{name}.csv", index=False)
    _write_files(found, study, folder, version=version)


def write_paper(study: Study, folder: Path, *, version: str) -> None:
    """Write report, Word document and workbook of the last option; nothing where no option changes anything."""
    if study.problem is None or not any(plan.released or plan.moved for plan in study.plans[1:]):
        return
    _write_files(case_of_study(study, option=study.plans[-1].name), study, folder, version=version)


def _write_files(found: PlanCase, study: Study, folder: Path, *, version: str) -> None:
    write_workbook(found.case, folder / "business_case.xlsx", note=found.plan.minutes_sentence())
    title, footer = f"{study.place.place.name}: sharing public buildings", case_footer(found.case, version=version)
    write_report(title, plan_chapters(found, study), folder, footer=footer)


def plan_case_tables(found: PlanCase) -> dict[str, pd.DataFrame]:
    """Return the tables of the case by name, with shares and terms where there are any."""
    tables = case_tables(found.case)
    if found.shares is not None:
        tables["partner_shares"] = found.shares.table.rename_axis("body").reset_index()
        if len(found.shares.unhappy):
            tables["objections"] = found.shares.unhappy
    if len(found.terms):
        tables["terms"] = found.terms
    if found.redraws is not None:
        tables["redraws"] = found.redraws.table.reset_index()
    return tables


def plan_case_sentences(found: PlanCase, study: Study) -> list[str]:
    """Return the case as lines for the screen, with what the money rests on."""
    shared = [] if found.shares is None else ["", *found.shares.sentences()]
    shared += [] if found.redraws is None else found.redraws.sentences()
    return [*case_sentences(found.case), *shared, *quality_sentences(study)]


def tell_plan_case(found: PlanCase) -> dict[str, Any]:
    """Return the shape of ``onetown appraise place.toml --json``."""
    shares = None
    if found.shares is not None:
        bodies, unhappy = found.shares.table.rename_axis("body").reset_index(), found.shares.unhappy
        shares = {"rule": found.shares.rule, "exact": found.shares.exact, "bodies": bodies.to_dict("records"),
                  "objections": unhappy.to_dict("records")}  # fmt: skip
    told: dict[str, Any] = plain(
        {
            **tell_case(found.case),
            "option": found.plan.name,
            "shares": shares,
            "terms": found.terms.to_dict("records"),
            "redraws": None if found.redraws is None else found.redraws.table.reset_index().to_dict("records"),
        }
    )
    return told


def plan_chapters(found: PlanCase, study: Study) -> list[Chapter]:
    """Return the chapters of the paper: summary, the case, the buildings, access, sharing, what is not known."""
    summary, *rest = case_chapters(found.case)
    plan = found.plan
    first = Chapter(
        summary.heading, [f"{plan.name.capitalize()}: {plan.sentence()}", *summary.sentences], summary.below
    )
    about = [
        _picture(plan, study),
        _scores(study),
        _buildings(plan),
        _firmness(found),
        _moves(plan),
        _access(plan, study),
        _sharing(found),
        _unknown(study),
    ]
    return [first, *(chapter for chapter in about if chapter is not None), *rest]


def _scores(study: Study) -> Chapter | None:
    scores = scores_of(study)
    if scores is None:
        return None
    frame = pd.DataFrame({"Option": scores.table.index, "Score": [f"{score:.0f}" for score in scores.table["score"]]})
    for name in scores.scaled:
        frame[str(name).capitalize()] = [f"{value:.0f}" for value in scores.scaled[name]]
    sheet = Sheet(
        "Each criterion from 0 (the worst option) to 100 (the best)", frame, list(map(str, frame.columns[1:]))
    )
    return Chapter("The options by one framework", scores.sentences(), [sheet])


def _picture(plan: Plan, study: Study) -> Chapter | None:
    """Return the map of the plan where it changes anything and the place has boundaries and says whose they are."""
    geography, estate, source = study.geography, study.estate, study.place.boundaries
    changes = bool(plan.released or plan.moved)
    if not changes or geography is None or estate is None or source is None or not source.attribution:
        return None
    if geography.areas.geometry.isna().all():
        return None
    drawn = plan_map(study, geography.areas, study.assets, plan)
    return Chapter("On the map", [], [Picture(drawn.caption, drawn.figure)])


def _buildings(plan: Plan) -> Chapter | None:
    changed = plan.buildings[plan.buildings["decision"].ne("keep")].sort_values(["decision", "name"], kind="stable")
    if changed.empty:
        return None
    order = pd.concat(
        [changed[changed["decision"].eq(word)] for word in dict.fromkeys(["release", "host", *changed["decision"]])]
    )
    frame = pd.DataFrame(
        {
            "Building": order["name"], "Body": order["organisation"], "What becomes of it": order["decision"],
            "Saved a year": [pounds(value) if value else "" for value in order["saving_gbp_pa"]],
            "Why": order["reason"],
        }
    )  # fmt: skip
    words = (
        f"{counted(len(plan.released), 'building')} released; all others stay. Every reason can be checked on the map."
    )
    if "opposite" in order:
        frame.insert(4, OPPOSITE, [_instead(row, "opposite") for row in order.to_dict("records")])
        words += f" {OPPOSITE}: solved again with the opposite answer; present value over the horizon."
    return Chapter(
        "The buildings", [words], [_cut("What becomes of each building that changes", frame, ["Saved a year"])]
    )


def _firmness(found: PlanCase) -> Chapter | None:
    if found.redraws is None:
        return None
    table = found.redraws.table
    frame = table[["name", "organisation"]].set_axis(["Building", "Body"], axis=1)
    frame["In the plan"] = ["released" if planned else "kept" for planned in table["in_plan"]]
    frame["Released in"] = [f"{times} of {found.redraws.draws}" for times in table["released"]]
    sheet = _cut("How often each building is released when costs are drawn anew", frame, ["Released in"])
    return Chapter("How firm the plan is", found.redraws.sentences(), [sheet])


def _moves(plan: Plan) -> Chapter | None:
    if plan.moves.empty:
        return None
    moves = plan.moves.drop_duplicates("block")
    names = plan.buildings["name"]
    frame = pd.DataFrame(
        {
            "Body": moves["organisation"], "Service": moves["service"], "People": moves["fte"].round(1).astype(str),
            "From": moves["from_asset"].map(names).fillna(moves["from_asset"]),
            "To": moves["to_asset"].map(names).fillna(moves["to_asset"]), "Why": moves["reason"],
        }
    )  # fmt: skip
    words = []
    if "stay" in moves:
        frame.insert(5, "Staying costs more", [_instead(row, "stay") for row in moves.to_dict("records")])
        words = ["Staying costs more: solved again with the team kept where it is; present value over the horizon."]
    return Chapter("Who moves", words, [_cut("Teams that move", frame, ["People"])])


def _instead(row: Mapping[Any, Any], name: str) -> str:
    """Return what another answer costs more, in a few words; a saving is negative."""
    found, amount, least = row[name], row[f"{name}_gbp"], row[f"{name}_least_gbp"]
    if found not in ("found", "against a rule") or pd.isna(amount):
        return {"": "not asked", "none found": "not found"}.get(found, str(found))
    if found == "against a rule":
        return f"{pounds(amount)} (a rule fixes it)"
    proved = f", at least {pounds(least, rounding='down')}" if least > 0 else ""
    return f"{pounds(amount)}{proved}"


def _access(plan: Plan, study: Study) -> Chapter | None:
    """Return access by service for all residents, and the segments that lose most, by name."""
    table = plan.access
    if table.empty:
        return None
    named = (
        {}
        if study.segments is None
        else {str(n): name for (at, n), name in study.segments.names().items() if at == "sub"}
    )
    table = table.assign(segment=table["segment"].astype(str).replace(named))
    everybody = table["segment"].astype(str).eq("all")
    change = (table["mean_min_after"] - table["mean_min_before"]).where(~everybody)
    worst = change[change > 0].sort_values(ascending=False, kind="stable").index[:WORST]
    sheets = [_access_sheet(table[everybody], "All residents, before and after")]
    if len(worst):
        sheets.append(_access_sheet(table.loc[worst], "The segments whose journeys grow most"))
    quality = listed(sorted({str(word) for word in table["quality"]}))
    return Chapter("Access of residents", [f"Minutes are {quality}. No segment is worse than the rules allow."], sheets)


def _access_sheet(table: pd.DataFrame, caption: str) -> Sheet:
    frame = pd.DataFrame({"Service": table["service"], "Segment": table["segment"].astype(str)})
    frame["Residents"] = [f"{people:,.0f}" for people in table["residents"]]
    frame["Standard"] = [f"{minutes:g} min" for minutes in table["limit_min"]]
    for when in ("before", "after"):
        frame[f"Within it {when}"] = [f"{100 * share:.1f} %" for share in table[f"share_within_{when}"]]
        frame[f"Mean {when}"] = [f"{minutes:.1f} min" for minutes in table[f"mean_min_{when}"]]
    return _cut(caption, frame, [str(name) for name in frame.columns[2:]])


def _sharing(found: PlanCase) -> Chapter | None:
    if found.shares is None:
        return None
    table = found.shares.table
    frame = pd.DataFrame({"Body": table.index})
    for name, title in {
        "net_gbp": "As the plan leaves it",
        "share_gbp": "Share by this rule",
        "payment_gbp": "Receives",
    }.items():
        frame[title] = [pounds(value) for value in table[name]]
    sheets = [Sheet("Present value, by body", frame, list(map(str, frame.columns[1:])))]
    if len(found.terms):
        terms = found.terms
        shown = terms[["building", "host", "guest"]].set_axis(["Building", "Host", "Guest"], axis=1)
        shown["Net m2"] = terms["m2"].round(0).astype(int).astype(str)
        shown["A year"] = ["not known" if pd.isna(value) else pounds(value) for value in terms["total_gbp_pa"]]
        shown["Term"], shown["Breaks"] = terms["term_years"].astype(str) + " years", terms["breaks"]
        caption = f"Terms between sharers ({found.working.name}: {found.working.words})"
        sheets.append(_cut(caption, shown, ["Net m2", "A year"]))
    return Chapter("What each body should have", found.shares.sentences(), sheets)


def _unknown(study: Study) -> Chapter:
    return Chapter("What is not known", notes_of(study))


def _cut(caption: str, frame: pd.DataFrame, right: Sequence[str]) -> Sheet:
    """Return a table of at most sixty rows that says how many there are."""
    more = f"; the first {SHOWN} of {len(frame):,}" if len(frame) > SHOWN else ""
    return Sheet(f"{caption}{more}", frame.head(SHOWN), right)


def _with_extra(flows: Flows, extra: Flows) -> Flows:
    """Return the flows with a user's own lines: those of a named option, and those of every option."""
    names = flows.options()
    strange = [name for name in extra.options() if name not in {*names, "as given"}]
    if strange:
        raise DataError(
            f"{extra.source}: there is no option '{strange[0]}'.{did_you_mean(strange[0], names)} Name one of: "
            f"{', '.join(names)}; or leave the column out for lines of every option."
        )
    every = extra.table[extra.table["option"].eq("as given")]
    own = [extra.table[extra.table["option"].ne("as given")], *(every.assign(option=name) for name in names)]
    return replace(
        flows, table=pd.concat([flows.table, *own], ignore_index=True), source=f"{flows.source} and {extra.source}"
    )
