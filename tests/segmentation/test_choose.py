"""How many segments: planted groups are found again, noise is called noise, and nonsense is refused in a sentence."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pandas as pd
import pytest

from geodata.errors import DataError
from segmentation.agreement import adjusted_rand, match_groups, overlaps, silhouette
from segmentation.choose import Choice, choose, numbers_of, recommend
from segmentation.choose_telling import choice_sentences, table_lines, tell_choice
from segmentation.hierarchy import Hierarchy, HierarchyFit, fit_path
from segmentation.stability import Stability, stability_of


def planted() -> np.ndarray:
    """Return 4 clouds of 50 points, far apart."""
    middles = np.array([[0.0, 0.0], [6.0, 0.0], [0.0, 7.0], [9.0, 9.0]])
    return np.repeat(middles, 50, axis=0) + np.random.default_rng(0).normal(0, 0.4, (200, 2))


@pytest.fixture(scope="module")
def choice() -> Choice:
    """Return what is measured on four clouds, with six sub-clusters asked for."""
    return choose(planted(), ks=range(2, 7), n_super=4, n_sub=6, floor=0.02, seed=1, n_resamples=6)


def test_planted_groups_are_recommended(choice: Choice) -> None:
    """Four clouds hold as four; five would cut one of them by chance."""
    assert choice.recommended == 4
    assert choice.supers.loc[4, ["seeds", "resamples"]].min() > 0.99
    assert choice.supers["silhouette"].idxmax() == 4
    assert choice.supers["inertia"].is_monotonic_decreasing
    assert choice_sentences(choice)[0].startswith("Take 4 super clusters: of 2 to 6, the most that come out the same")


def test_sub_clusters_that_are_cut_by_chance_are_not_held(choice: Choice) -> None:
    """Round clouds have no halves."""
    assert choice.supers.loc[5, "weakest"] < 0.75 < choice.supers.loc[4, "weakest"]
    assert choice.subs.loc[6, "resamples"] < choice.subs.loc[4, "resamples"]
    assert choice.subs.index.tolist() == [4, 5, 6]


def test_noise_is_called_noise() -> None:
    """A round cloud holds no groups, however many are asked for."""
    x = np.random.default_rng(3).normal(size=(250, 6))
    found = choose(x, ks=(3, 4, 5), n_super=3, n_sub=6, floor=0.02, seed=0, n_resamples=5)
    assert found.recommended == 0
    said = " ".join(choice_sentences(found))
    assert "None of 3 to 5 super clusters holds" in said
    assert "shade into one another" in said
    assert tell_choice(found)["recommended"] == {"super": None, "sub": None}


def test_the_same_seed_says_the_same() -> None:
    """To the last digit."""
    one, two = (choose(planted(), ks=(2, 3), n_super=2, n_sub=3, floor=0.0, seed=5, n_resamples=3) for _ in range(2))
    assert tell_choice(one) == tell_choice(two)
    assert one.nodes.equals(two.nodes)


def test_areas_are_neither_lost_nor_doubled_in_the_clustergram(choice: Choice) -> None:
    """What flows out of a group is the group, and what flows in is too."""
    sizes = choice.nodes.set_index(["k", "group"])["n_areas"]
    assert choice.nodes.groupby("k")["n_areas"].sum().eq(200).all()
    left = choice.flows.groupby(["k", "from"])["n_areas"].sum()
    right = choice.flows.assign(k=choice.flows["k"] + 1).groupby(["k", "to"])["n_areas"].sum()
    assert left.tolist() == sizes.loc[left.index].tolist()
    assert right.tolist() == sizes.loc[right.index].tolist()


def test_the_table_has_a_line_for_each_number(choice: Choice) -> None:
    """Five of super clusters, three of sub-clusters, two headings."""
    assert len(table_lines(choice)) == 5 + 3 + 2


@pytest.mark.parametrize(
    ("measures", "wanted"),
    [
        ({"seeds": [1.0, 1.0, 1.0], "weakest": [0.9, 0.9, 0.9], "smallest": [50, 50, 50]}, 4),
        ({"seeds": [1.0, 1.0, 0.9], "weakest": [0.9, 0.9, 0.9], "smallest": [50, 50, 50]}, 3),
        ({"seeds": [1.0, 1.0, 1.0], "weakest": [0.9, 0.7, 0.7], "smallest": [50, 50, 50]}, 2),
        ({"seeds": [1.0, 1.0, 1.0], "weakest": [0.9, 0.9, 0.9], "smallest": [50, 50, 1]}, 3),
        ({"seeds": [0.5, 0.5, 0.5], "weakest": [0.9, 0.9, 0.9], "smallest": [50, 50, 50]}, 0),
    ],
)
def test_the_most_that_hold_are_recommended(measures: dict[str, list[float]], wanted: int) -> None:
    """Seeds, resamples and the floor each have a veto."""
    assert recommend(pd.DataFrame(measures, index=[2, 3, 4]), n_areas=200, floor=0.02) == wanted


@pytest.mark.parametrize("said", ["", "twelve", "12-2", "2-", "-3", "2-3-4", "1e3", "2.5"])
def test_a_range_that_is_none_is_refused(said: str) -> None:
    """With how to write it."""
    with pytest.raises(DataError, match=r"is no range of numbers. Write the smaller first, as in --k 2-12"):
        numbers_of(said)


@pytest.mark.parametrize(
    ("ks", "sentence"),
    [((), "Write it as --k 2-12"), ((0, 1), "0-1 is outside 1-30"), ((2, 31), "2-31 is outside 1-30"),
     ((2, 9), r"9 groups were asked for, and the areas have 5 distinct profiles. Try --k 2-2")],
)  # fmt: skip
def test_numbers_that_cannot_be_had_are_refused(ks: tuple[int, ...], sentence: str) -> None:
    """Before any work."""
    x = np.repeat(np.arange(5.0), 8)[:, None]
    with pytest.raises(DataError, match=sentence):
        choose(x, ks=ks, n_super=2, n_sub=3, floor=0.0, seed=0)


def test_stability_says_how_many_hold() -> None:
    """Two searches that agree on three and not on four."""
    x = planted()
    path = fit_path(x, n_super=2, n_sub=4, floor=0.02, seed=0)
    wild = path[-1].hierarchy
    turned = HierarchyFit(Hierarchy(wild.tops, wild.subs * 0, wild.parents), 0.0, 0.0, 0)
    found = stability_of(x, [path, (*path[:-1], turned)], n_sub=4)
    assert found.subs[3] == 1.0
    assert found.holds == 3
    assert found.sentence().startswith("This place does not hold 4 stable segments; it holds 3.")


def test_stability_rounds_down_and_names_what_falls_short() -> None:
    """0.9499 is not 0.95."""
    assert "agree at 0.94 (adjusted Rand index), below 0.95" in Stability(3, 0.9499, {2: 1.0}, 2).sentence()
    assert "nor any smaller number" in Stability(3, 1.0, {2: 0.1, 3: 0.1}, 3).sentence()
    assert "agree at 1.00 on the 2 super clusters" in Stability(3, 1.0, {2: 1.0, 3: 0.9}, 3).sentence()


def test_groups_are_matched_so_that_most_stay() -> None:
    """Beside every permutation of four groups, by brute force; more groups than before are new."""
    rng = np.random.default_rng(0)
    for _ in range(20):
        shared = rng.integers(0, 50, (4, 4))
        best = max(sum(shared[row, at] for at, row in enumerate(order)) for order in permutations(range(4)))
        assert sum(shared[row, at] for at, row in enumerate(match_groups(shared))) == best
    assert sorted(match_groups(rng.integers(0, 9, (2, 3))).tolist()) == [-1, 0, 1]
    assert overlaps(np.array([0, 0, 1]), np.array([1, 1, 0]), 2, 2).tolist() == [[0, 2], [1, 0]]


def test_a_silhouette_by_hand() -> None:
    """Two pairs: 1 apart inside, 10 apart outside."""
    x = np.array([[0.0], [1.0], [10.0], [11.0]])
    labels = np.array([0, 0, 1, 1])
    by_hand = np.mean([1 - 1 / 10.5, 1 - 1 / 9.5, 1 - 1 / 9.5, 1 - 1 / 10.5])
    assert silhouette(x, labels, seed=0) == pytest.approx(by_hand)
    assert adjusted_rand(labels, 1 - labels) == 1.0
    with pytest.raises(DataError, match="at least two groups"):
        silhouette(x, labels * 0, seed=0)


@pytest.mark.real
def test_derbyshire_holds_its_four_super_clusters(derbyshire_features: np.ndarray) -> None:
    """And six are dealt anew."""
    found = choose(derbyshire_features, ks=(4, 6), n_super=4, n_sub=4, floor=0.02, seed=1, n_resamples=4)
    assert found.recommended == 4
    assert found.supers.loc[6, "weakest"] < 0.75
