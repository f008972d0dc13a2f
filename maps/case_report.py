"""The business case as a paper: summary on a page, money by year, who gains and loses, risk, and what it rests on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from estate.business_case import BusinessCase, OptionCase, appraise, default_horizon
from estate.business_case_telling import (
    SIZES,
    assumptions_of,
    case_sentences,
    case_tables,
    financing_sentence,
    money,
    option_sentences,
    ratio,
    tell_case,
)
from estate.finance import Borrowing
from estate.flow_reading import CashFlowTable
from estate.flows import Terms
from estate.phrases import listed, pounds
from estate.printed import MEASURES
from estate.sharing import side_payments
from estate.tracking import Outcomes, Tracking
from geodata.write import write_csv
from maps.picture import Figure, drawing
from maps.report import Chapter, Picture, Sheet, write_report
from maps.workbook import write_workbook

__all__ = [
    "case_chapters",
    "case_footer",
    "case_of_table",
    "case_sentences",
    "tell_case",
    "write_case",
    "write_follow_up",
]

BLUE, RED, GREY = "#1f4e8c", "#b3402a", "#7a8798"
LINES = (BLUE, RED, "#37695b", "#8f6f9e", "#c98a4b", "#44506e")
STYLES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1)), (0, (1, 1)))


def case_of_table(
    read: CashFlowTable, *, terms: Terms, horizon: int | None, borrowing: Borrowing, draws: int, seed: int
) -> BusinessCase:
    """Return the business case of a table; without a horizon, of ten years or the last year of its flows."""
    chosen = replace(terms, horizon_years=horizon or default_horizon(read.flows))
    return appraise(
        read.flows, terms=chosen, borrowing=borrowing, printed=read.printed, quantities=read.quantities,
        notes=[note.sentence() for note in read.notes], draws=draws, seed=seed,
    )  # fmt: skip


def write_case(case: BusinessCase, folder: Path, *, title: str, version: str) -> None:
    """Write tables, workbook, report and Word document of a case into an existing folder."""
    for name, rows in case_tables(case).items():
        write_csv(rows, folder / f"{name}.csv", index=False)
    write_workbook(case, folder / "business_case.xlsx")
    write_report(title, case_chapters(case), folder, footer=case_footer(case, version=version))


def write_follow_up(followed: Tracking | Outcomes, folder: Path) -> None:
    """Write what came of benefits or outcomes into an existing folder."""
    write_csv(followed.table, folder / "follow_up.csv")


def case_chapters(case: BusinessCase) -> list[Chapter]:
    """Return the chapters of a business case, the summary first."""
    made: list[Chapter | None] = [
        _summary(case), _worth(case), _years(case), _bodies(case), _conditions(case), _finance(case), _risk(case),
        _printed(case), _rests_on(case),
    ]  # fmt: skip
    return [chapter for chapter in made if chapter is not None]


def case_footer(case: BusinessCase, *, version: str) -> str:
    """Return what the paper was made from."""
    return (
        f"Made by onetown {version} from {case.flows.source}; seed {case.chances.seed}, {case.chances.draws:,} draws."
    )


def _summary(case: BusinessCase) -> Chapter:
    above = case.chances.table["above_nil"].to_dict()
    rows = [
        {
            "Option": option.name,
            "Net present value": money(option.measures.npv_gbp, case, sign=True),
            "Benefit-cost ratio": ratio(option.measures.benefit_cost_ratio),
            "Saving a year": money(option.measures.saving_gbp_pa, case),
            "Payback": _years_of(option.measures.payback_years),
            "Chance above nil": _percent(above[option.name]),
        }
        for option in case.options
    ]
    if not rows:
        return Chapter("Summary", case_sentences(case))
    frame = pd.DataFrame(rows)
    best = int(np.argmax([option.measures.npv_gbp for option in case.options]))
    caption = f"The options over {case.terms.horizon_years} years, in {_unit(case)}"
    return Chapter(
        "Summary", [_verdict(case.options[best], case)], [Sheet(caption, frame, _after_first(frame), [best])]
    )


def _verdict(option: OptionCase, case: BusinessCase) -> str:
    """Return in one or two sentences what the best option is worth, and what it needs."""
    worth, years = option.measures.npv_gbp, case.terms.horizon_years
    told = pounds(worth, rounding="down") if worth >= 0 else pounds(-worth, rounding="up")
    waits = option.conditions[option.conditions[["low_npv_gbp", "high_npv_gbp"]].min(axis=1) >= 0]
    alone = "The option" if len(case.options) == 1 else f"The best of {len(case.options)} options is {option.name}: it"
    if worth >= 0:
        return f"{alone} is worth {told} more than doing nothing over {years} years, in today's money."
    needs = f" It pays only with {listed(waits['condition'].tolist())}." if len(waits) else ""
    return f"{alone} is worth {told} less than doing nothing over {years} years, in today's money.{needs}"


def _worth(case: BusinessCase) -> Chapter | None:
    if not case.options:
        return None
    lines = [line.strip() for option in case.options for line in option_sentences(option, case)]
    return Chapter("Each option in words", lines)


def _years(case: BusinessCase) -> Chapter | None:
    if not case.options or case.flows.table["prices"].eq("present value").all():
        return None
    sheets = [_year_sheet(option, case) for option in case.options]
    caption = f"Running total of each option by year, not discounted ({_unit(case)})"
    return Chapter(
        "Money by year", ["Real prices, without interest and loans."], [Picture(caption, _running(case)), *sheets]
    )


def _year_sheet(option: OptionCase, case: BusinessCase) -> Sheet:
    names = {"costs_gbp": "Costs", "benefits_gbp": "Benefits", "net_gbp": "Net", "running_total_gbp": "Running total",
             "discounted_gbp": "Net, discounted"}  # fmt: skip
    by_year = _shortened(option.by_year)
    frame = pd.DataFrame({"Year": [case.flows.year_name(int(year)) for year in by_year.index]})
    for name, title in names.items():
        frame[title] = [money(amount, case) for amount in by_year[name]]
    return Sheet(f"{option.name}, {_unit(case)}", frame, list(names.values()))


def _shortened(by_year: pd.DataFrame) -> pd.DataFrame:
    """Return the first fifteen years, every fifth after that, and the last: a page, not a book."""
    return by_year.loc[[year for year in by_year.index if year <= 15 or year % 5 == 0 or year == by_year.index[-1]]]


def _running(case: BusinessCase) -> Figure:
    with drawing(width=7.0, height=3.0) as (figure, (axes,)):
        for place, option in enumerate(case.options):
            total = option.by_year["running_total_gbp"] / case.flows.unit_gbp
            axes.plot(total.index, total, color=LINES[place % 6], linestyle=STYLES[place % 6], label=option.name)
        axes.axhline(0.0, color=GREY, linewidth=0.8)
        axes.set_xlabel("years from today")
        axes.set_ylabel(_unit(case))
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        axes.legend(frameon=False, fontsize=8)
    return figure


def _bodies(case: BusinessCase) -> Chapter | None:
    shown = [option for option in case.options if len(option.by_body) > 2]
    if not shown:
        return None
    sentences, sheets = [], []
    for option in shown:
        bodies = option.by_body.drop(index="all")
        sheets.append(_body_sheet(option, case))
        paid = side_payments({str(body): float(net) for body, net in bodies["net_gbp"].items()})
        sentences.append(_payments(option, paid, case))
    return Chapter("Who gains and who loses", sentences, sheets)


def _body_sheet(option: OptionCase, case: BusinessCase) -> Sheet:
    table = option.by_body
    frame = pd.DataFrame({"Body": [*table.index[:-1], "All"]})
    for name, title in {"costs_gbp": "Costs", "benefits_gbp": "Benefits", "net_gbp": "Net"}.items():
        frame[title] = [money(amount, case, sign=title == "Net") for amount in table[name]]
    frame["Benefit-cost ratio"] = [ratio(None if np.isnan(value) else value) for value in table["benefit_cost_ratio"]]
    return Sheet(f"{option.name}: discounted, {_unit(case)}", frame, _after_first(frame), [len(frame) - 1])


def _payments(option: OptionCase, paid: pd.DataFrame, case: BusinessCase) -> str:
    """Say who is worse off and what payments would leave nobody so."""
    if paid.empty:
        return f"{option.name}: no body is worse off."
    owed = paid.groupby("payee", sort=False)["gbp"].sum()
    told = listed([f"{payee} {money(gbp, case)}" for payee, gbp in owed.items()])
    return (
        f"{option.name}: {len(owed)} of the bodies would be worse off. Payments from those who gain, in proportion to "
        f"their gains, make them whole: {told}."
    )


def _conditions(case: BusinessCase) -> Chapter | None:
    rows = [
        {"Option": option.name, "Only with": row["condition"], "Worth today": money(row["amount_gbp"], case),
         "Net present value with it": _between(row["low_npv_gbp"], row["high_npv_gbp"], case)}
        for option in case.options for row in option.conditions.to_dict("records")
    ]  # fmt: skip
    if not rows:
        return None
    words = "These sums wait on something that is not certain. They are not part of the claim."
    frame = pd.DataFrame(rows)
    return Chapter("What waits on a condition", [words], [Sheet(f"In {_unit(case)}", frame, _after_first(frame)[1:])])


def _between(low: float, high: float, case: BusinessCase) -> str:
    ends = sorted((low, high))
    return " to ".join(dict.fromkeys(money(end, case, sign=True) for end in ends))


def _finance(case: BusinessCase) -> Chapter | None:
    names = ("revenue", "capital", "receipts", "borrowed", "repayment", "interest", "transfers", "net_cash")
    rows = []
    for option in case.options:
        total = option.financial.sum()
        row = {"Option": option.name} | {
            name.replace("_", " ").capitalize(): money(total[name], case) for name in names
        }
        rows.append(row | {"Still owed": money(option.financial["owed"].iloc[-1], case)})
    if not rows:
        return None
    words = (
        "What budgets feel: cash in the prices given, nothing discounted, cashable sums only. It is not the economic "
        "view above, which leaves loans and interest out; the two are never added."
    )
    caption = f"Over {case.terms.horizon_years} years, in {_unit(case)}; money out is negative"
    frame = pd.DataFrame(rows)
    return Chapter(
        "The financial view", [words, financing_sentence(case)], [Sheet(caption, frame, _after_first(frame))]
    )


def _risk(case: BusinessCase) -> Chapter | None:
    if not case.options:
        return None
    chance = case.chances.table
    drawn = pd.DataFrame({"Option": chance.index})
    for name, title in {"p10_gbp": "1 in 10 below", "p50_gbp": "Middle", "p90_gbp": "1 in 10 above"}.items():
        drawn[title] = [money(amount, case, sign=True) for amount in chance[name]]
    drawn["Above nil"] = [_percent(share) for share in chance["above_nil"]]
    best = max(case.options, key=lambda option: option.measures.npv_gbp)
    scenarios = pd.DataFrame({"Scenario": best.scenarios.index})
    scenarios["Net present value"] = [money(amount, case, sign=True) for amount in best.scenarios["npv_gbp"]]
    scenarios["Benefit-cost ratio"] = [ratio(_or_none(value)) for value in best.scenarios["benefit_cost_ratio"]]
    scenarios["Payback"] = [_years_of(_or_none(value)) for value in best.scenarios["payback_years"]]
    return Chapter(
        "Risk",
        [*_switching(best), *_beaten(case)],
        [
            Picture(f"{best.name}: net present value when one thing changes ({_unit(case)})", _tornado(best, case)),
            Sheet(f"{case.chances.draws:,} draws: net present value, {_unit(case)}", drawn, _after_first(drawn)),
            Sheet(f"{best.name}: if things turn out otherwise, {_unit(case)}", scenarios, _after_first(scenarios), [0]),
        ],
    )


def _switching(option: OptionCase) -> list[str]:
    """Say at which value of each driver the option stops or starts to pay."""
    told = option.tornado[option.tornado["switching_value"].between(0.0, 10.0)]
    verb = "stops paying" if option.measures.npv_gbp >= 0 else "starts to pay"
    return [
        f"{_begun(option.name)} {verb} when {row['driver']} are {_percent(row['switching_value'])} of what is planned"
        + ("." if row["in_range"] else ", which is outside the range looked at.")
        for row in told.to_dict("records")
    ]


def _begun(name: str) -> str:
    """Return a name as a sentence begins with it."""
    return name[:1].upper() + name[1:]


def _beaten(case: BusinessCase) -> list[str]:
    """Say how often the best option beats each other one, draw by draw."""
    best = max(case.options, key=lambda option: option.measures.npv_gbp).name
    wins = {name: float(share) for name, share in case.chances.better.to_dict("index")[best].items() if name != best}
    return [
        f"{_begun(best)} is worth more than {other} in {_percent(share)} of draws." for other, share in wins.items()
    ]


def _tornado(option: OptionCase, case: BusinessCase) -> Figure:
    table = option.tornado.iloc[::-1]
    unit = case.flows.unit_gbp
    with drawing(width=7.0, height=0.5 + 0.35 * len(table)) as (figure, (axes,)):
        base = option.measures.npv_gbp / unit
        for ends, colour, hatch in (("worst_gbp", RED, "//"), ("best_gbp", BLUE, "")):
            axes.barh(
                table["driver"], table[ends] / unit - base, left=base, color=colour, hatch=hatch, edgecolor="white"
            )
        axes.axvline(base, color="#1d2733", linewidth=1.0)
        axes.axvline(0.0, color=GREY, linewidth=0.8, linestyle=":")
        axes.locator_params(axis="x", nbins=6)
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    return figure


def _printed(case: BusinessCase) -> Chapter | None:
    if not case.comparisons:
        return None
    rows = [
        {"Option": one.printed.option or case.options[0].name, "Body": one.printed.body, "Figure": one.printed.measure,
         "Printed": one.printed.text, "Comes to": _computed(one.computed, one.printed.measure, case),
         "Agree": "yes" if one.agrees else "no", "Where": one.printed.source}
        for one in case.comparisons
    ]  # fmt: skip
    differ = sum(not one.agrees for one in case.comparisons)
    words = (
        "Every figure that the source prints agrees with its own flows."
        if not differ
        else f"{differ} of {len(rows)} printed figures differ from what their own flows come to. Both stand here."
    )
    marked = [at for at, one in enumerate(case.comparisons) if not one.agrees]
    return Chapter(
        "Printed figures", [words], [Sheet(f"In {_unit(case)}", pd.DataFrame(rows), ["Printed", "Comes to"], marked)]
    )


def _computed(value: float | None, measure: str, case: BusinessCase) -> str:
    if value is None:
        return "no such figure"
    return money(value, case) if MEASURES[measure].money else f"{value:,.4g}"


def _rests_on(case: BusinessCase) -> Chapter:
    table = case.flows.table
    frame = pd.DataFrame(
        {
            "Option": table["option"], "Body": table["body"], "Line": table["line"], "Kind": table["kind"],
            "Years": _spans(case), "A year": [money(amount, case) for amount in table["gbp"]],
            "How sure": table["confidence"], "Source": table["source"],
        }
    )  # fmt: skip
    shown = frame.head(60)
    more = f" The first {len(shown)} of {len(frame)}; all are in cash_flows.csv." if len(frame) > len(shown) else ""
    sheets = [Sheet(f"Every line of money, in {_unit(case)}.{more}", shown, ["A year"])] if len(shown) else []
    return Chapter("What this rests on", [*assumptions_of(case), *case.notes], sheets)


def _spans(case: BusinessCase) -> list[str]:
    name: Callable[[int], str] = case.flows.year_name
    rows = zip(case.flows.table["first_year"], case.flows.table["last_year"], strict=True)

    def span(first: int, last: float) -> str:
        if first == last:
            return name(int(first))
        return f"{name(int(first))} on" if np.isinf(last) else f"{name(int(first))} to {name(int(last))}"

    return [span(first, last) for first, last in rows]


def _after_first(frame: pd.DataFrame) -> list[str]:
    return [str(name) for name in frame.columns[1:]]


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _years_of(value: float | None) -> str:
    if value is None:
        return "never"
    return "at once" if value == 0 else f"{value:,.1f} years"


def _or_none(value: float) -> float | None:
    return None if pd.isna(value) else float(value)


def _unit(case: BusinessCase) -> str:
    return SIZES.get(case.flows.unit_gbp, "pounds")
