"""The published cases of shared estates: inputs in, printed figures out, contradictions told."""

from __future__ import annotations

from pathlib import Path

import pytest

from estate.business_case import BusinessCase, appraise
from estate.business_case_telling import case_sentences
from estate.flow_reading import CashFlowTable, read_cash_flows
from estate.flows import Terms
from estate.measures import measures
from estate.tracking import Outcomes, follow_up

CASES = Path(__file__).resolve().parents[2] / "examples" / "cases"
THOUSAND = 1000.0
NAMES = sorted({path.stem for path in CASES.glob("*.csv")} - {"lowestoft"})  # the one of outcomes, not of money


def table(name: str) -> CashFlowTable:
    return read_cash_flows(CASES / f"{name}.csv")


def case(name: str) -> BusinessCase:
    read = table(name)
    return appraise(read.flows, printed=read.printed, quantities=read.quantities, draws=500)


def disagreeing(found: BusinessCase) -> list[tuple[str, str]]:
    return [(one.printed.measure, one.printed.text) for one in found.comparisons if not one.agrees]


@pytest.mark.parametrize("name", NAMES)
def test_every_case_is_read_whole(name: str) -> None:
    """Rows in = lines of money + printed figures + quantities."""
    read = table(name)
    assert read.rows_in == len(read.flows.table) + len(read.printed) + len(read.quantities)


def test_suffolk_does_not_pay_in_ten_years() -> None:
    """Net present value -56 thousand on the printed saving and -81 on its parts; positive only with avoided works."""
    found = case("suffolk")
    printed, parts = (option.measures for option in found.options)
    assert [round(m.npv_gbp / THOUSAND) for m in (printed, parts)] == [-56, -81]
    assert round(printed.pv_benefits_gbp / THOUSAND) == 1564
    assert [round(m.net_return_gbp / THOUSAND) for m in (printed, parts)] == [260, 230]
    assert [round(m.payback_years or 0, 1) for m in (printed, parts)] == [8.6, 8.8]
    assert [round(m.discounted_payback_years or 0, 1) for m in (printed, parts)] == [10.4, 10.6]
    assert round((printed.break_even_saving_gbp_pa or 0) / THOUSAND, 1) == 194.8
    twenty = [option.horizons.loc[20, "npv_gbp"] / THOUSAND for option in found.options]
    assert [round(worth) for worth in twenty] == [1052, 1009]
    works = found.options[0].conditions.set_index("condition").loc["avoided works"]
    assert [round(works[end] / THOUSAND) for end in ("low_npv_gbp", "high_npv_gbp")] == [544, 944]
    assert any("positive only with avoided works" in line for line in case_sentences(found))
    assert disagreeing(found) == [("saving a year", "188")]


def test_hayle_shows_both_views() -> None:
    """2,002 is a financial view; the economic one leaves interest out: 2,985. The loan implies 3.53 or 5.60 %."""
    found = case("hayle")
    for option in found.options:
        assert round(option.measures.net_return_gbp / THOUSAND) == 2985
        assert round(option.financial["net_cash"].sum() / THOUSAND) == 2002
    assert [round(100 * (option.loan_rate or 0), 2) for option in found.options] == [3.53, 5.6]
    assert disagreeing(found) == [("net return", "2002")]


def test_west_cheshire_offices_have_three_statements() -> None:
    """Ten-year worth 12.06-13.14m from year 1, 9.13-9.97m with a five-year build-up."""
    found = case("west-cheshire-offices")
    worth = {option.name: round(option.measures.npv_gbp / 1e6, 2) for option in found.options}
    assert worth == {
        "1,700 a year from year 1": 13.14,
        "1,570 a year from year 1": 12.06,
        "1,700 built up by year 5": 9.97,
        "1,570 built up by year 5": 9.13,
    }
    assert disagreeing(found) == [("saving a year", "1570")]
    assert [round(amount, 1) for amount in found.quantities["amount"]] == [206.7, 13.7, 12.7]


def test_west_cheshire_partners_to_the_thousand() -> None:
    """51,843 against 107,799: 55,956 net, ratio 2.08, and three partners lose."""
    found = case("west-cheshire-partners")
    bodies = found.options[0].by_body
    assert not disagreeing(found)
    assert [round(value / THOUSAND) for value in bodies.loc["all", ["costs_gbp", "benefits_gbp", "net_gbp"]]] == [
        51843, 107799, 55956,
    ]  # fmt: skip
    assert sorted(bodies.index[bodies["net_gbp"] < 0]) == ["Fire", "RSL", "Various"]
    assert round(float(bodies.loc["all", "benefit_cost_ratio"]), 2) == 2.08


def test_cheshire_community_safety_pays_back_in_year_four() -> None:
    """Year 0 is a cost whose sign the source lost; two years are advertised."""
    found = case("cheshire-community-safety")
    m = found.options[0].measures
    assert m.net_return_gbp / THOUSAND == pytest.approx(6557.75, abs=0.02)
    assert m.first_net_gbp / THOUSAND == pytest.approx(-1027.10)
    assert 3 < (m.payback_years or 0) <= 4
    assert disagreeing(found) == [("net of year 0", "1027.10"), ("payback in year", "2")]
    assert any("comes to -1,027: the sign is lost" in line for line in case_sentences(found))


def test_fifty_percent_worse_is_144_not_99() -> None:
    """The source's other scenarios agree; its worst one does not."""
    found = case("cheshire-scenarios")
    assert disagreeing(found) == [("net return over cost (%)", "99%")]
    assert 100 * (found.option("both 50 % worse").measures.net_over_cost or 0) == pytest.approx(144.33, abs=0.01)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("worcestershire", [("saving a year", "20000")]),
        ("south-norfolk", []),
        ("high-peak-staffordshire-moorlands", []),
        ("northamptonshire", [("total costs", "5.3m")]),
        ("darlington-hartlepool", []),
    ],
)
def test_printed_figures_of_the_smaller_cases(name: str, expected: list[tuple[str, str]]) -> None:
    """Only the known contradictions differ."""
    assert disagreeing(case(name)) == expected


def test_northamptonshire_adds_up_to_5060() -> None:
    """The parts come to 5.06m, printed as 5.3m."""
    assert case("northamptonshire").options[0].measures.costs_gbp == 5_060_000


def test_darlington_low_estimate_is_80_percent() -> None:
    """FTE x salary x 1.25 = 419.6 thousand, low 335.7."""
    high, low = (option.measures.saving_gbp_pa for option in case("darlington-hartlepool").options)
    assert high == pytest.approx(419_625)
    assert low == pytest.approx(0.8 * high)


def test_lincolnshire_counts_hours_not_pounds() -> None:
    """1,000 incidents x 75 % x 2.25 hours; a crew is two."""
    amounts = table("lincolnshire").quantities.set_index("unit")["amount"]
    assert amounts.to_dict() == {"incidents": 750.0, "vehicle hours": 1687.5, "crew hours": 3375.0}


def test_asset_management_of_high_peak_pays_back_in_three_and_a_half_months() -> None:
    """150 against 515 a year."""
    flows = table("high-peak-staffordshire-moorlands").flows
    one = flows.where(flows.table["body"].eq("Asset management"))
    assert 12 * (measures(one, Terms()).payback_years or 0) == pytest.approx(3.5, abs=0.05)


def test_the_bare_words_are_never_printed() -> None:
    """Published cases mean three different things by "return on investment"."""
    for name in NAMES:
        assert "return on investment" not in " ".join(case_sentences(case(name))).lower()


def test_lowestoft_fell_by_more_than_eight_points() -> None:
    """-9 % against under -1 % elsewhere."""
    found = follow_up(CASES / "lowestoft.csv")
    assert isinstance(found, Outcomes)
    assert 100 * found.table["difference"].item() == pytest.approx(-8.1, abs=0.05)
