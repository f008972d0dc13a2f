"""Say what was found in pages, as plain values and as sentences for the screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from estate.phrases import counted
from geodata.errors import MAX_EXAMPLES
from maps.checking import REMEDIES, PageCheck

HEADS = {
    "external": ("asks for something from elsewhere", "ask for something from elsewhere"),
    "size": ("is too large", "are too large"),
    "attribution": ("does not say whose data it shows", "do not say whose data they show"),
    "unescaped": ("has text that acts", "have text that acts"),
    "script": ("has scripts that nothing holds back", "have scripts that nothing holds back"),
    "style": ("has styles that are left out", "have styles that are left out"),
    "access": ("cannot be used by everyone", "cannot be used by everyone"),
}


def check_sentences(check: PageCheck) -> list[str]:
    """Return a page's faults by rule, each with its first places, their number and what to do."""
    size = f"{check.bytes / 1e6:.2f} MB"
    base = f" It asks {check.base_map} for the base map that was asked for." if check.base_map else ""
    if check.ok:
        asks = "no other request" if check.base_map else "no request of the network"
        return [f"{check.path}: no fault. {size}, {asks}, {_scripts(check.scripts)}.{base}"]
    lines = [f"{check.path}: {counted(len(check.faults), 'fault')} in {size}.{base}"]
    for rule, remedy in REMEDIES.items():
        found = [one for one in check.faults if one.rule == rule]
        if not found:
            continue
        lines.append(f"  The page {HEADS[rule][0]} ({len(found):,}):")
        lines += [f"    line {one.line:,}: {one.message}." for one in found[:MAX_EXAMPLES]]
        more = len(found) - MAX_EXAMPLES
        lines += [f"    and {more:,} more; --json lists them all."] if more > 0 else []
        lines.append(f"    {remedy}")
    return lines


def tell_checks(checks: Sequence[PageCheck]) -> dict[str, Any]:
    """Return the shape of ``onetown map --check --json``."""
    return {"pages": [check.to_dict() for check in checks], "ok": all(check.ok for check in checks)}


def _scripts(n_scripts: int) -> str:
    """Return how many scripts a page without fault runs."""
    if not n_scripts:
        return "runs nothing"
    return "one script, named by checksum" if n_scripts == 1 else f"{n_scripts} scripts, all named by checksum"
