"""What the opposite would cost for every building and block of a plan: a small effort for each.

Each is solved again from the plan, in its neighbourhood. What is proved holds however small the effort; what was found
may be dear, so that a cost here is one that need not be exceeded.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from estate.block_opposites import BlockOpposite, block_opposite
from estate.block_reasons import fixed_block
from estate.colocation import Problem
from estate.opposites import Opposite, building_opposite
from estate.phrases import counted, listed, pounds
from estate.plans import Plan
from estate.programme import Stop
from estate.warm import NEGLIGIBLE_GBP, Warm

#: So many buildings, and so many blocks, are told in sentences; the tables have all.
TOLD = 10
TOLD_BLOCKS = 5
#: Most questions that are asked where only what changes is asked about, so that a large place need not wait for them.
MOST_CHANGES, LEAST_CHANGES = 150, 10
MOST_VARIABLES = 1_500_000

Told = Callable[[int, int], None]
#: Everything, or the buildings that nothing fixes beforehand and the blocks that move (kept where they are).
Extent = Literal["all", "changes"]


@dataclass(frozen=True, slots=True)
class EveryOpposite:
    """What the opposite would cost for the buildings and blocks of a plan.

    Parameters
    ----------
    found
        One answer a building, in the order of the plan's table; shorter where the user stopped it.
    n_buildings
        Buildings decided about.
    blocks
        One answer a block that nothing fixes beforehand.
    n_blocks
        Blocks that were to be asked about.
    extent
        What was asked about.
    """

    found: tuple[Opposite, ...]
    n_buildings: int
    blocks: tuple[BlockOpposite, ...] = ()
    n_blocks: int = 0
    extent: Extent = "all"

    def sentences(self) -> tuple[str, ...]:
        """Return the buildings and blocks whose opposite costs most, and what is to be said of the others."""
        if self.extent == "changes":
            return ()
        priced = sorted(
            (one for one in self.found if one.possible and not one.fixed), key=lambda one: (-one.extra_gbp, one.asset)
        )
        counts = f"{counted(len(priced), 'building')} of {self.n_buildings} could be decided the other way"
        lines = [f"{counts}; those where that would cost most, and the table option_buildings.csv for all:"]
        lines += [line for one in priced[:TOLD] for line in one.sentences()]
        return (*lines, *self._others(priced), *self._blocks())

    def _others(self, priced: list[Opposite]) -> list[str]:
        """Return sentences on close calls, on better plans met by chance, and on what could not be answered."""
        lines = []
        if len(priced) > TOLD:
            close = priced[-1]
            words = f"{close.name} ({close.asset})"
            if close.extra_gbp >= -NEGLIGIBLE_GBP:
                lines.append(f"The closest call is {words}: the opposite costs {pounds(close.extra_gbp)} more.")
            else:
                lines.append(
                    f"The opposite would even save {pounds(-close.extra_gbp)} at {words}: pin it and run again."
                )
        fixed = sorted((one for one in self.found if one.possible and one.fixed), key=lambda one: one.extra_gbp)
        if fixed and fixed[0].extra_gbp < -NEGLIGIBLE_GBP:
            dear = f"{fixed[0].name} ({fixed[0].asset}: {fixed[0].fixed}), {pounds(-fixed[0].extra_gbp)}"
            lines.append(
                f"{counted(len(fixed), 'building')} are fixed beforehand; the rule that costs most is at {dear}."
            )
        stuck = [f"{one.name} ({one.asset})" for one in self.found if one.possible is False]
        if stuck:
            lines.append(f"The rules leave no choice about {_some(stuck)}.")
        open_ = sum(one.possible is None for one in self.found)
        if open_:
            lines.append(f"For {counted(open_, 'building')} no plan with the opposite was found; ask with --why ID.")
        if len(self.found) < self.n_buildings:
            lines.append(f"Stopped after {len(self.found)} of {self.n_buildings} buildings.")
        return lines

    def _blocks(self) -> list[str]:
        """Return sentences on the blocks whose other places cost most, and on the closest call among them."""
        if not self.n_blocks:
            return []
        movers = _dearest(self.blocks, "stay")
        stayers = _dearest([one for one in self.blocks if not one.moves], "move")
        lines = [f"{counted(len(self.blocks), 'block')} of teams may go elsewhere; option_blocks.csv has all."]
        if movers:
            lines.append(f"{counted(len(movers), 'block')} could stay instead of moving; it would cost most for:")
            first = {one.from_asset: one for one in reversed(movers)}
            told = [one for one in movers if first[one.from_asset] is one]
            lines += [line for one in told[:TOLD_BLOCKS] for line in one.sentences()]
        if stayers:
            lines.append(f"The closest call among the blocks that stay is {_close(stayers[-1])}.")
        if len(self.blocks) < self.n_blocks:
            lines.append(f"Stopped after {len(self.blocks)} of {self.n_blocks} blocks.")
        return lines


def _dearest(blocks: Sequence[BlockOpposite], kind: Literal["stay", "move"]) -> list[BlockOpposite]:
    """Return the blocks for which a kind of alternative was found, the dearest first."""
    priced = [(one, other) for one in blocks if (other := one.other(kind)) is not None and other.possible]
    return [one for one, other in sorted(priced, key=lambda pair: (-pair[1].extra_gbp, pair[0].block))]


def _close(block: BlockOpposite) -> str:
    other = block.other("move")
    if other is None:
        return block.name
    more = f"costs {pounds(other.extra_gbp)} more" if other.extra_gbp >= 0 else f"saves {pounds(-other.extra_gbp)}"
    return f"{block.name}: moving it from {block.from_name} to {other.name} {more}"


def every_opposite(
    problem: Problem,
    plan: Plan,
    *,
    extent: Extent = "all",
    told: Told | None = None,
    stop: Stop | None = None,
) -> EveryOpposite:
    """Return what the opposite would cost for the buildings and blocks of a joint plan.

    Parameters
    ----------
    problem
        The facts and the rules that the plan was found in.
    plan
        The joint plan.
    extent
        ``all``, or ``changes``: buildings that nothing fixes beforehand and blocks that move, at most 150 of them
        together and in a large model fewer, released buildings first.
    told
        Called with how many questions are done, and how many there are.
    stop
        Asked now and then; True ends it with the answers so far.
    """
    warm, found, others = Warm(problem, plan), list[Opposite](), list[BlockOpposite]()
    buildings, blocks = _asked(problem, plan, extent, most=_most(len(warm.values)))
    kinds = ("stay", "move") if extent == "all" else ("stay",)
    for number, row in enumerate([*buildings, *blocks]):
        if stop is not None and stop():
            break
        if number < len(buildings):
            found.append(building_opposite(warm, row))
        else:
            others.append(block_opposite(warm, row, kinds=kinds))
        if told is not None:
            told(number + 1, len(buildings) + len(blocks))
    return EveryOpposite(tuple(found), len(buildings), tuple(others), len(blocks), extent)


def _most(n_variables: int) -> int:
    """Return how many questions about changes are asked: fewer where each takes longer, but some always."""
    return min(MOST_CHANGES, max(LEAST_CHANGES, MOST_VARIABLES // n_variables))


def _asked(problem: Problem, plan: Plan, extent: Extent, *, most: int) -> tuple[list[int], list[int]]:
    """Return the rows of the buildings and blocks to ask about."""
    buildings, blocks = problem.buildings, problem.blocks
    everywhere, arcs = list(range(len(buildings))), problem.arcs
    choice = np.bincount(arcs["block"].to_numpy(), minlength=len(blocks)) > 1
    free = [int(row) for row in np.flatnonzero(choice) if not fixed_block(problem, int(row)).words]
    if extent == "all":
        return everywhere, free
    ruled = (buildings["must_keep"] | buildings["must_release"]).to_numpy(dtype=np.bool_)
    open_ = [row for row in everywhere if not ruled[row]]
    open_.sort(key=lambda row: bool(plan.decision.kept[row]))
    moved = [row for row in free if plan.decision.place[row] != blocks["home"].iloc[row]]
    open_ = sorted(open_[:most])
    return open_, moved[: most - len(open_)]


def _some(names: list[str]) -> str:
    """Return up to three names, and how many more there are."""
    more = len(names) - 3
    return listed(names) if more <= 0 else f"{', '.join(names[:3])} and {more} more"
