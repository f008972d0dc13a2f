"""Say what is in a register's history, as plain values (``docs/json.md``) and as sentences for the screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from estate.changes import Changes
from estate.deliveries import Delivery
from estate.history import Saved, losses, unfamiliar_bodies
from estate.phrases import counted
from estate.store import Contents, Store, Version
from geodata.portable import plain

Values = dict[str, Any]


def tell_changes(changes: Changes) -> Values:
    """Return what a delivery changes, every building and every cell."""
    return {
        "bodies": _records(changes.summary),
        "new": _records(changes.new),
        "gone": _records(changes.gone),
        "changed": _records(changes.changed),
        "recognised": _records(changes.recognised),
        "doubts": list(changes.doubts),
    }


def tell_version(version: Version) -> Values:
    """Return one version: number, when, who, note, files with their accounts, bodies with their counts."""
    told: Values = plain(version)
    return {**told, "rows_in": version.rows_in, "accepted": version.accepted, "set_aside": version.set_aside}


def tell_versions(store: Store, versions: Sequence[Version]) -> Values:
    """Return the shape of ``onetown register show --json``."""
    return {"register": store.shown, "versions": [tell_version(version) for version in versions]}


def tell_contents(store: Store, version: Version, contents: Contents) -> Values:
    """Return the shape of ``onetown register show --version N --json``."""
    bodies = contents.assets["organisation"].value_counts().sort_index()
    return {
        "register": store.shown,
        "version": tell_version(version),
        "buildings": len(contents.assets),
        "set_aside": len(contents.set_aside),
        "bodies": {str(body): int(n) for body, n in bodies.items()},
    }


def tell_diff(store: Store, changes: Changes) -> Values:
    """Return the shape of ``onetown register diff --json``."""
    return {"register": store.shown, "nothing_changed": changes.nothing, **tell_changes(changes)}


def tell_added(store: Store, saved: Saved) -> Values:
    """Return the shape of ``onetown register add --json``; `version` is null where nothing had to be saved."""
    version = None if saved.version is None else tell_version(saved.version)
    return {"register": store.shown, "version": version, **tell_changes(saved.changes)}


def diff_sentences(versions: Sequence[Version], delivery: Delivery, changes: Changes) -> list[str]:
    """Return what a delivery would change, and which version it was compared with."""
    last = f"Compared with version {versions[-1].number}." if versions else "The register is empty."
    lost = [f"Look: {sentence} Is the list whole?" for sentence in losses(changes)]
    return [*unfamiliar_bodies(versions, delivery.bodies), *changes.sentences(), *lost, f"{last} Nothing was saved."]


def added_sentences(store: Store, saved: Saved) -> list[str]:
    """Return what changed and under which version it is kept."""
    if saved.version is None:
        return [*saved.changes.sentences(), f"{store.shown}: nothing has changed, so no new version was saved."]
    version = saved.version
    account = f"{version.accepted:,} accepted + {version.set_aside:,} set aside"
    kept = f"{store.shown}: saved as version {version.number}. {counted(version.rows_in, 'row')} in = {account}."
    return [*saved.changes.sentences(), kept]


def version_sentences(store: Store, versions: Sequence[Version]) -> list[str]:
    """Return one line per version, oldest first."""
    if not versions:
        return [f"{store.shown}: holds no version yet."]
    return [f"{store.shown}: {counted(len(versions), 'version')}.", *(version.sentence() for version in versions)]


def contents_sentences(version: Version, contents: Contents) -> list[str]:
    """Return how many buildings each body has at a version."""
    bodies = contents.assets["organisation"].value_counts().sort_index()
    lines = [f"{body}: {counted(int(n), 'building')}" for body, n in bodies.items()]
    total = f"Version {version.number}, saved {version.when}: {counted(len(contents.assets), 'building')}"
    return [*lines, f"{total} of {len(bodies):,} {'body' if len(bodies) == 1 else 'bodies'}."]


def _records(table: pd.DataFrame) -> list[Values]:
    """Return the rows as plain values, with the index where it has a name."""
    flat = table.reset_index() if table.index.name else table
    told: list[Values] = plain(flat.astype(object).where(flat.notna(), None).to_dict("records"))
    return told
