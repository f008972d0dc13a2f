"""Which work needs a secure building (custody, safeguarding, restricted records), and which buildings offer it.

The rules name the classes of work; the register says of each building for which of them it is secure. Nothing is
inferred: a building of which no list and no note says so offers none. Whoever works in such a building today may stay,
but nobody of the class may join. Words are compared without regard to case.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from estate.phrases import counted
from geodata.errors import did_you_mean, examples

#: What a building offers that is secure for every class of work.
EVERY_CLASS = "all"
Mask = NDArray[np.bool_]


def classes_in(text: object) -> frozenset[str]:
    """Return the classes of work that a cell of the register names, in lower case.

    Examples
    --------
    >>> sorted(classes_in("Custody; restricted records"))
    ['custody', 'restricted records']
    >>> classes_in(None), classes_in("")
    (frozenset(), frozenset())
    """
    words = text.split(";") if isinstance(text, str) else ()
    return frozenset(word.strip().casefold() for word in words) - {""}


def offered(assets: pd.DataFrame) -> list[frozenset[str]]:
    """Return for which classes of work each building is secure, in order of the rows."""
    if "secure_for" not in assets:
        return [frozenset()] * len(assets)
    return [classes_in(text) for text in assets["secure_for"]]


def needed(security_class: str, service: str, secure_classes: Collection[str]) -> tuple[str, ...]:
    """Return the classes for which work must be in a secure building: those that its class or its service names.

    Examples
    --------
    >>> needed("Custody", "police", ("custody", "safeguarding"))
    ('custody',)
    """
    mine = {security_class.strip().casefold(), service.strip().casefold()}
    return tuple(name for name in secure_classes if name.strip().casefold() in mine)


def secure_places(needs: Sequence[Sequence[str]], offers: Sequence[frozenset[str]]) -> Mask:
    """Return True where a building offers all that work needs, shape (n_blocks, n_buildings).

    Parameters
    ----------
    needs
        The classes that each block needs a secure building for.
    offers
        The classes that each building is secure for, in lower case.

    Examples
    --------
    >>> secure_places([("Custody",), ()], [frozenset({"custody"}), frozenset()]).tolist()
    [[True, False], [True, True]]
    """
    places = np.ones((len(needs), len(offers)), dtype=np.bool_)
    for name in {name for one in needs for name in one}:
        offering = np.array([bool(one & {name.strip().casefold(), EVERY_CLASS}) for one in offers], dtype=np.bool_)
        needing = np.array([name in one for one in needs], dtype=np.bool_)
        places[needing] &= offering
    return places


def security_notes(blocks: pd.DataFrame, buildings: pd.DataFrame, secure_classes: Sequence[str]) -> tuple[str, ...]:
    """Return what a reader should know about secure buildings, class by class.

    Parameters
    ----------
    blocks
        With `secure` (classes needed), `fte` and `home` (row of the building today).
    buildings
        The buildings decided about, with `secure_for`.
    secure_classes
        The classes that need a secure building.
    """
    offers, notes = offered(buildings), []
    for name in secure_classes:
        of_class = np.array([name in needs for needs in blocks["secure"]], dtype=np.bool_)
        if not of_class.any():
            continue
        secure = secure_places([(name,)], offers)[0]
        fte = float(blocks["fte"].to_numpy(dtype=np.float64)[of_class].sum())
        if not secure.any():
            notes.append(
                f"No building is recorded as secure for '{name}': its {fte:,.1f} FTE stay where they are. Name one by "
                "secure_for under [[buildings]]."
            )
            continue
        notes.append(
            f"{counted(int(secure.sum()), 'building')} of {len(buildings)} "
            f"{'is' if secure.sum() == 1 else 'are'} recorded as secure for '{name}' "
            f"({examples(list(buildings.index[secure]))})."
        )
        without = np.unique(blocks["home"].to_numpy(dtype=np.intp)[of_class])
        without = without[~secure[without]]
        if len(without):
            notes.append(
                f"'{name}' works today in {examples(list(buildings.index[without]))}, not recorded as secure for it; "
                "it may stay there."
            )
    return tuple(notes)


def misspelt(assets: pd.DataFrame, secure_classes: Sequence[str], *, known_classes: Collection[str]) -> list[str]:
    """Return a sentence for each class that buildings are recorded as secure for and that is nearly one asked for.

    Parameters
    ----------
    assets
        Register with `secure_for`.
    secure_classes
        The classes that need a secure building.
    known_classes
        Other classes and services that teams have, which are no slips.
    """
    known = {name.strip().casefold() for name in (*secure_classes, *known_classes)} | {EVERY_CLASS}
    where: dict[str, list[str]] = {}
    for asset, classes in zip(assets.index, offered(assets), strict=True):
        for name in sorted(classes - known):
            where.setdefault(name, []).append(str(asset))
    return [
        f"assets: secure_for of {examples(ids)} names '{name}'.{near} Correct it in the list or under [[buildings]]."
        for name, ids in sorted(where.items())
        if (near := did_you_mean(name, secure_classes))
    ]
