"""What a joint plan means for each body: what it pays and gains by itself, and what a fair share would be.

A plan leaves costs with whoever owns a building and gains with whoever leaves one, which is rarely fair. A rule of
sharing says what each body should have; the payment is the difference. Who takes no part in sharing keeps what it has.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

import pandas as pd

from estate.business_case import OptionCase
from estate.coalitions import saving_of_coalitions, sharers
from estate.colocation import Problem
from estate.numbers import annual_cost, number
from estate.plans import Plan
from estate.sharing import by_agreement, in_proportion, nucleolus, objections, shapley
from estate.terms import JointWorking, sharing_terms
from geodata.errors import DataError, did_you_mean

RULES: Final = {
    "own": "each keeps what the plan leaves it with",
    "space": "in proportion to net space today",
    "staff": "in proportion to staff today",
    "standalone": "in proportion to what each pays for its buildings today",
    "agreed": "by the shares that the bodies have agreed",
    "shapley": "what each adds on average to every coalition (Shapley)",
    "nucleolus": "so that the unhappiest coalition is as happy as can be (nucleolus)",
}


@dataclass(frozen=True, slots=True, eq=False)
class PartnerShares:
    """What a rule of sharing gives each body of a plan.

    Parameters
    ----------
    rule
        A key of ``RULES``.
    table
        Index body; ``net_gbp`` (present value, as the plan leaves it), ``share_gbp`` (by the rule), ``payment_gbp``
        (share less net: received where positive) and ``standard_error_gbp`` (of sampled rules).
    unhappy
        Coalitions that could do better by themselves, the most aggrieved first; empty: the shares are in the core.
    tested
        Whether coalitions were valued at all.
    exact
        False where the rule was sampled.
    """

    rule: str
    table: pd.DataFrame
    unhappy: pd.DataFrame
    tested: bool
    exact: bool

    def sentences(self) -> list[str]:
        """Return the rule, and whether anybody could do better alone."""
        lines = [f"Shared {RULES[self.rule]}."]
        if not self.exact:
            lines.append("Too many bodies to count every order of joining: sampled, with standard errors.")
        if self.tested and self.unhappy.empty:
            lines.append("No coalition of these bodies could do better by itself (the shares are in the core).")
        elif self.tested:
            worst = self.unhappy.iloc[0]
            lines.append(f"{worst['bodies']} could do better by themselves: the shares are not in the core.")
        return lines


def partner_shares(
    problem: Problem,
    plan: Plan,
    option: OptionCase,
    *,
    rule: str = "shapley",
    agreed: Mapping[str, float] | None = None,
    seconds: float = 2.0,
    seed: int = 0,
) -> PartnerShares:
    """Return what each body of a plan should have by a rule.

    Parameters
    ----------
    problem, plan
        The facts and the joint plan.
    option
        The business case of the plan.
    rule
        A key of ``RULES``. Coalitions (shapley, nucleolus) are counted among the bodies that share most, at most eight.
    agreed
        Share by body, for the rule "agreed".
    seconds
        Processor time for one coalition.
    seed
        Seed of searches and samples.

    Raises
    ------
    DataError
        The rule is unknown, or agreed shares do not add to one.
    """
    if rule not in RULES:
        raise DataError(f"sharing: '{rule}' is no rule.{did_you_mean(rule, RULES)} Give one of: {', '.join(RULES)}.")
    net = option.by_body["net_gbp"].drop(index="all")
    table = pd.DataFrame({"net_gbp": net, "share_gbp": net, "payment_gbp": 0.0, "standard_error_gbp": 0.0})
    names = [name for name in sharers(problem, plan) if name in net.index]
    if rule == "own" or not names:
        return PartnerShares(rule, table, objections({}, lambda _: 0.0), tested=False, exact=True)
    total, exact, tested = float(net[names].sum()), True, rule in {"shapley", "nucleolus"}
    saving = cache(saving_of_coalitions(problem, seed=seed, seconds=seconds))
    if rule == "shapley":
        found = shapley(names, saving, seed=seed)
        shares, exact = found.value, found.exact
        table.loc[names, "standard_error_gbp"] = found.standard_error
    elif rule == "nucleolus":
        shares = nucleolus(names, saving)
    elif rule == "agreed":
        shares = by_agreement(total, agreed or {}, names)
    else:
        shares = in_proportion(total, _by_name(_weights(problem, rule).reindex(names, fill_value=0.0)))
    unhappy = objections(_by_name(shares), saving) if tested else objections({}, saving)
    shares = shares + (total - float(shares.sum())) / len(names)
    table.loc[names, "share_gbp"] = shares
    table["payment_gbp"] = table["share_gbp"] - table["net_gbp"]
    return PartnerShares(rule, table, unhappy, tested=tested, exact=exact)


def terms_of_plan(problem: Problem, plan: Plan, working: JointWorking) -> pd.DataFrame:
    """Return the terms between hosts and guests of a plan, as :func:`estate.terms.sharing_terms` gives them."""
    owner = problem.register["organisation"]
    moves = plan.moves.drop_duplicates("block")
    guests = moves[moves["to_asset"].map(owner).ne(moves["organisation"])]
    space = problem.blocks["m2"].reindex(guests["block"]).to_numpy()
    taken = pd.DataFrame({"asset_id": guests["to_asset"], "body": guests["organisation"], "m2": space})
    taken = taken.groupby(["asset_id", "body"], sort=True)["m2"].sum().reset_index()
    return sharing_terms(taken, problem.register, working)


def _weights(problem: Problem, rule: str) -> pd.Series:
    """Return the weight of each body: net m2, people, or GBP a year of its buildings today."""
    assets = problem.register.loc[problem.buildings.index]
    if rule == "staff":
        return problem.blocks.groupby("organisation")["fte"].sum()
    amount = number(assets, "nia_m2") if rule == "space" else annual_cost(assets)
    return amount.fillna(0.0).groupby(assets["organisation"]).sum()


def _by_name(values: pd.Series) -> dict[str, float]:
    return {str(name): float(value) for name, value in values.items()}
