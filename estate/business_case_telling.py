"""Say a business case as plain values (``docs/json.md``) and as sentences for the screen."""

from __future__ import annotations

import dataclasses
from typing import Any, Final

import pandas as pd

from estate.business_case import MINIMUM, BusinessCase, OptionCase
from estate.phrases import counted
from estate.printed import MEASURES, Comparison
from estate.sensitivity import RANGE_BY_CONFIDENCE
from geodata.portable import plain

Values = dict[str, Any]
SIZES: Final = {1.0: "pounds", 1e3: "thousand pounds", 1e6: "million pounds"}


def tell_case(case: BusinessCase) -> Values:
    """Return the shape of ``onetown appraise --json``."""
    told: Values = plain(
        {
            "source": case.flows.source,
            "terms": dataclasses.asdict(case.terms),
            "borrowing": dataclasses.asdict(case.borrowing),
            "options": [_tell_option(option) for option in case.options],
            "chances": {"draws": case.chances.draws, "seed": case.chances.seed, "options": _records(case.chances.table),
                        "better": case.chances.better.to_dict("index")},
            "printed": [_tell_comparison(comparison) for comparison in case.comparisons],
            "quantities": case.quantities.to_dict("records"),
            "assumptions": assumptions_of(case),
            "notes": list(case.notes),
        }
    )  # fmt: skip
    return told


def case_sentences(case: BusinessCase) -> list[str]:
    """Return the case as lines for the screen."""
    unit = SIZES.get(case.flows.unit_gbp, "pounds")
    lines = [f"{case.flows.source}: {counted(len(case.options), 'option')}, in {unit}."] if case.options else []
    for option in case.options:
        lines += ["", *option_sentences(option, case)]
    lines += _comparison_sentences(case) + _quantity_sentences(case)
    lines += ["", "To look at:", *(f"  {note}" for note in case.notes)] if case.notes else []
    return [*lines, "", *assumptions_of(case)] if case.options else lines


def case_tables(case: BusinessCase) -> dict[str, pd.DataFrame]:
    """Return the case as plain tables by name, each with the option in its first column."""
    summary = pd.DataFrame([{"option": option.name, **dataclasses.asdict(option.measures)} for option in case.options])
    tables = {"summary": summary, "cash_flows": case.flows.table}
    for name in (
        "horizons",
        "conditions",
        "by_body",
        "by_body_and_year",
        "by_year",
        "financial",
        "tornado",
        "scenarios",
    ):
        parts = [getattr(option, name).reset_index().assign(option=option.name) for option in case.options]
        table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame({"option": []})
        tables[name] = table[["option", *(column for column in table if column not in {"option", "index"})]]
    tables["chances"] = case.chances.table.reset_index()
    tables["printed"] = pd.DataFrame([_tell_comparison(comparison) for comparison in case.comparisons])
    tables["quantities"] = case.quantities
    tables["assumptions"] = pd.DataFrame({"assumption": assumptions_of(case)})
    return {name: table for name, table in tables.items() if len(table)}


def option_sentences(option: OptionCase, case: BusinessCase) -> list[str]:
    """Return what one option is worth, in each measure by its own name."""
    m, years = option.measures, case.terms.horizon_years
    first = (
        f"{option.name}: net present value {money(m.npv_gbp, case, sign=True)} over {years} years "
        f"(benefits {money(m.pv_benefits_gbp, case)}, costs {money(m.pv_costs_gbp, case)}, discounted; "
        f"benefit-cost ratio {ratio(m.benefit_cost_ratio)})."
    )
    lines = [first]
    if case.flows.of(option.name).table["prices"].ne("present value").any():
        lines += _undiscounted_sentences(option, case)
    if len(option.horizons) > 1:
        told = [f"{years} years {money(row.npv_gbp, case, sign=True)}" for years, row in option.horizons.iterrows()]
        lines.append(f"  Net present value by horizon: {', '.join(told)}.")
    lines += _minimum_sentences(option, case) + _condition_sentences(option, case)
    if option.planned_gbp:
        lines.append(f"  Kept out of the claim: {money(option.planned_gbp, case)} that bodies have in their own plans.")
    return lines + _finance_sentences(option, case) + _partner_sentences(option, case) + _risk_sentences(option, case)


def _minimum_sentences(option: OptionCase, case: BusinessCase) -> list[str]:
    """Say what an option is worth beside doing the minimum, where the source has that."""
    least = next((other for other in case.options if other.name.strip().lower() == MINIMUM), None)
    if least is None or least is option:
        return []
    more = money(option.measures.npv_gbp - least.measures.npv_gbp, case, sign=True)
    return [f"  Against doing the minimum: net present value {more}."]


def _undiscounted_sentences(option: OptionCase, case: BusinessCase) -> list[str]:
    m = option.measures
    saving = f"; saving {money(m.saving_gbp_pa, case)} a year by the last year" if m.saving_gbp_pa else ""
    plain_sum = (
        f"  Not discounted: benefits {money(m.benefits_gbp, case)} less costs {money(m.costs_gbp, case)} = net return "
        f"{money(m.net_return_gbp, case, sign=True)}{saving}."
    )
    payback = f"  Payback {_years(m.payback_years)}; discounted payback {_years(m.discounted_payback_years)}."
    return [plain_sum, payback + _break_even(option, case)]


def assumptions_of(case: BusinessCase) -> list[str]:
    """Return the conventions and what the figures rest on."""
    table = case.flows.claimed().table
    size = table["gbp"].abs().groupby(table["confidence"]).sum()
    shares = [f"{share:.0%} {name}" for name, share in (size / size.sum()).items() if share > 0] if size.sum() else []
    rests = f"Money by how sure it is: {', '.join(shares)}." if shares else "No money is claimed."
    spread = ", ".join(f"{name} lines vary by {share:.0%}" for name, share in RANGE_BY_CONFIDENCE.items())
    draws = (
        f"Chance: {case.chances.draws:,} draws, seed {case.chances.seed}; where the source gives no range, "
        f"{spread} either way (assumed)."
    ).replace("%", " %")
    base = f"Year 0 is {case.flows.year_name(0)}; " if case.flows.first_year is not None else ""
    prices = f"{base}all prices are those of year 0, but for nominal amounts in the financial view."
    financed = financing_sentence(case)
    conventions = case.terms.sentences()
    if table["line"].eq("optimism bias").any() and not case.terms.optimism_bias:
        own = "Optimism bias: the flows bring their own, as lines of that name; no more is added."
        conventions = (conventions[0], own, *conventions[2:])
    return [*conventions, f"{prices[0].upper()}{prices[1:]}", financed, rests.replace("%", " %"), draws]


def financing_sentence(case: BusinessCase) -> str:
    """Say how capital is paid for: as the table says, where it brings its own loans, else as assumed."""
    table = case.flows.claimed().table
    own = table["kind"].isin(["borrowing", "repayment", "interest"]).groupby(table["option"]).any()
    if len(own) and own.all():
        return "Loans, repayment and interest are those of the table; none are assumed."
    words = case.borrowing.sentence()
    return f"{words} Options that bring their own loans keep them." if own.any() else words


def money(amount: float, case: BusinessCase, *, sign: bool = False) -> str:
    """Return an amount in the unit of the source, without decimals unless it is small.

    A plus sign stands before gains where ``sign`` is asked for.
    """
    value = amount / case.flows.unit_gbp
    digits = 0 if abs(value) >= 100 or abs(value - round(value)) < 5e-3 else 1
    rounded = round(value, digits) + 0.0
    return f"{rounded:{'+' if sign else ''},.{digits}f}"


def ratio(value: float | None) -> str:
    """Return a ratio with two decimals, or words where there is none."""
    return "none (no costs)" if value is None else f"{value:,.2f}"


def _years(value: float | None) -> str:
    if value is None:
        return "never"
    return "at once" if value == 0 else f"{value:,.1f} years" if value >= 1 else f"{12 * value:,.1f} months"


def _break_even(option: OptionCase, case: BusinessCase) -> str:
    m = option.measures
    if m.break_even_saving_gbp_pa is not None and m.costs_gbp > 0:
        value = m.break_even_saving_gbp_pa / case.flows.unit_gbp
        return f" It breaks even at a saving of {value:,.1f} a year."
    if m.break_even_share is not None and m.costs_gbp > 0:
        return f" It breaks even at {m.break_even_share:.0%} of the planned savings.".replace("%", " %")
    return ""


def _condition_sentences(option: OptionCase, case: BusinessCase) -> list[str]:
    lines, pays = [], option.measures.npv_gbp >= 0
    for row in option.conditions.to_dict("records"):
        low, high = sorted((row["low_npv_gbp"], row["high_npv_gbp"]))
        worth = money(row["npv_gbp"], case, sign=True) if low == high else (
            f"{money(low, case, sign=True)} to {money(high, case, sign=True)}"
        )  # fmt: skip
        only = not pays and low >= 0
        verdict = f"positive only with {row['condition']}" if only else f"with {row['condition']}"
        lines.append(f"  Net present value {verdict}: {worth}. Not part of the claim.")
    return lines


def _finance_sentences(option: OptionCase, case: BusinessCase) -> list[str]:
    view = option.financial
    if not view[["borrowed", "interest"]].to_numpy().any():
        return []
    total, owed = view.sum(), float(view["owed"].iloc[-1])
    first = (
        f"  Financial view (cash, not discounted): savings less revenue costs {money(total['revenue'], case)}, "
        f"repayment {money(-total['repayment'], case)}, interest {money(-total['interest'], case)}; left over "
        f"{money(total['net_cash'], case, sign=True)}, still owed {money(owed, case)}."
    )
    lines = [first]
    if option.loan_rate is not None:
        lines.append(f"  A level loan on these terms implies {option.loan_rate:.2%} interest.".replace("%", " %"))
    return lines


def _partner_sentences(option: OptionCase, case: BusinessCase) -> list[str]:
    bodies = option.by_body.drop(index="all")
    if len(bodies) < 2:
        return []
    losers = bodies[bodies["net_gbp"] < 0].sort_values("net_gbp")
    head = f"  {len(bodies)} bodies: {(bodies['net_gbp'] > 0).sum()} gain, {len(losers)} lose"
    named = ", ".join(f"{name} {money(net, case, sign=True)}" for name, net in losers["net_gbp"].items())
    return [f"{head} ({named})." if named else f"{head}."]


def _risk_sentences(option: OptionCase, case: BusinessCase) -> list[str]:
    chance = case.chances.table.loc[[option.name]].to_dict("records")[0]
    top = option.tornado.to_dict("records")[0]
    told = (
        f"  Risk: 8 times in 10 the net present value lies between {money(chance['p10_gbp'], case, sign=True)} and "
        f"{money(chance['p90_gbp'], case, sign=True)}; above nil in {chance['above_nil']:.0%} of draws. What matters "
        f"most: {top['driver']} ({money(top['worst_gbp'], case, sign=True)} to "
        f"{money(top['best_gbp'], case, sign=True)})."
    )
    return [told.replace("% of", " % of")]


def _comparison_sentences(case: BusinessCase) -> list[str]:
    if not case.comparisons:
        return []
    agreed = [comparison for comparison in case.comparisons if comparison.agrees]
    lines = ["", f"Printed figures: {len(case.comparisons)} compared, {len(agreed)} agree with their own sources."]
    return lines + [f"  {_comparison(comparison, case)}" for comparison in case.comparisons if not comparison.agrees]


def _comparison(comparison: Comparison, case: BusinessCase) -> str:
    said = comparison.printed
    where = f"{said.option or case.options[0].name}{f', {said.body}' if said.body else ''}"
    if comparison.computed is None:
        return f"{where}: {said.measure} is printed as {said.text}; the flows give no such figure."
    is_money = MEASURES[said.measure].money
    computed = money(comparison.computed, case) if is_money else f"{comparison.computed:,.4g}"
    apart = comparison.computed - said.value
    difference = money(abs(apart), case) if is_money else f"{abs(apart):,.3g}"
    source = f" ({said.source})" if said.source else ""
    if abs(comparison.computed + said.value) <= comparison.rounding < abs(apart):
        return f"{where}: {said.measure} is printed as {said.text}{source} and comes to {computed}: the sign is lost."
    return f"{where}: {said.measure} is printed as {said.text}{source} and comes to {computed}, {difference} apart."


def _quantity_sentences(case: BusinessCase) -> list[str]:
    return [
        f"  {row['line']}: {_count(row['amount'])} {row['unit']} ({row['option'] or row['body']})."
        for row in case.quantities.to_dict("records")
    ]


def _count(amount: float) -> str:
    """Return a quantity with one decimal where it has any.

    Examples
    --------
    >>> _count(750.0), _count(1687.5)
    ('750', '1,687.5')
    """
    return f"{amount:,.0f}" if abs(amount - round(amount)) < 1e-9 else f"{amount:,.1f}"


def _tell_option(option: OptionCase) -> Values:
    tables = {
        "horizons": option.horizons, "by_body": option.by_body, "by_year": option.by_year,
        "financial": option.financial, "scenarios": option.scenarios,
    }  # fmt: skip
    return {
        "name": option.name,
        **dataclasses.asdict(option.measures),
        **{name: _records(table) for name, table in tables.items()},
        "conditions": option.conditions.to_dict("records"),
        "tornado": option.tornado.to_dict("records"),
        "planned_gbp": option.planned_gbp,
        "loan_rate": option.loan_rate,
    }


def _tell_comparison(comparison: Comparison) -> Values:
    said = dataclasses.asdict(comparison.printed)
    return {**said, "computed": comparison.computed, "agrees": comparison.agrees}


def _records(table: pd.DataFrame) -> list[Values]:
    return [{str(key): value for key, value in row.items()} for row in table.reset_index().to_dict("records")]
