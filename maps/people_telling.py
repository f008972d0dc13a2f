"""Say portraits, labels, names and take-up as plain values (``docs/json.md``) and as sentences for the screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from estate.phrases import counted
from geodata.contacts import COMPLAINT, USE
from geodata.portable import plain
from segmentation.labelling import Labelled
from segmentation.portrait import Portrait
from segmentation.takeup import FEWER, MORE, TakeUp
from segmentation.takeup_cells import ALL

Values = dict[str, Any]
SHOWN = 5


def tell_portraits(portraits: Sequence[Portrait], *, base: str) -> Values:
    """Return the shape of ``onetown portraits --json``."""
    told: Values = plain({"base": base, "portraits": list(portraits)})
    return told


def portrait_sentences(portraits: Sequence[Portrait]) -> list[str]:
    """Return name, size and what there is more and fewer of, one line each."""
    lines = []
    for one in portraits:
        indent = "" if one.level == "super" else "   "
        lines.append(
            f"{indent}{one.name}: {one.residents:,.0f} residents ({100 * one.share_of_residents:.0f} %). {one.compared}"
        )
    return lines


def tell_names(names: Mapping[tuple[str, int], str]) -> Values:
    """Return the shape of ``onetown names --json``."""
    return {
        level: [{"segment": number, "name": name} for (at, number), name in names.items() if at == level]
        for level in ("super", "sub")
    }


def name_sentences(names: Mapping[tuple[str, int], str]) -> list[str]:
    """Return one line per segment, as ``--set`` takes it."""
    return [f"{level} {number} = {name}" for (level, number), name in names.items()]


def tell_labelled(labelled: Labelled) -> Values:
    """Return the shape of ``onetown label --json``."""
    told: Values = plain(
        {
            "path": labelled.source,
            "rows_in": labelled.rows_in,
            "labelled": labelled.labelled,
            "not_labelled": labelled.not_labelled,
            "segments": labelled.by_segment().to_dict("records"),
        }
    )
    return told


def label_sentences(labelled: Labelled) -> list[str]:
    """Return how many customers each segment has, and why some have none."""
    lines = [f"{row.customers:>8,}  {row.name}" for row in labelled.by_segment().itertuples()]
    lost = labelled.rows_in - labelled.labelled
    lines.append(f"{labelled.rows_in:,} rows in = {labelled.labelled:,} labelled + {lost:,} not.")
    return [*lines, *(f"  {number:,}: {why}." for why, number in labelled.not_labelled.items())]


def tell_takeup(takeup: TakeUp) -> Values:
    """Return the shape of ``onetown takeup --json``."""
    contacts, areas = takeup.contacts, takeup.areas
    told: Values = plain(
        {
            "rows_in": contacts.rows_in,
            "contacts_in": contacts.contacts_in,
            "placed": contacts.placed,
            "not_used": contacts.not_used,
            "services": contacts.services,
            "channels": contacts.channels,
            "expected_by": dict(takeup.bases),
            "withhold_below": takeup.withhold_below,
            "withheld": takeup.withheld,
            "segments": takeup.segments.to_dict("records"),
            "channel_mix": takeup.channels.to_dict("records"),
            "areas": {
                "more_than_expected": list(areas.index[areas["reading"] == MORE]),
                "fewer_than_expected": list(areas.index[areas["reading"] == FEWER]),
                "false_discovery": takeup.allowed,
            },
            "never": takeup.silent.reset_index().to_dict("records"),
        }
    )
    return told


def takeup_sentences(takeup: TakeUp) -> list[str]:
    """Return who uses services more and less, the areas that never make contact, and what could not be used."""
    contacts = takeup.contacts
    lines = []
    for measure, word in ((USE, "Contacts"), (COMPLAINT, "Complaints")):
        table = takeup.segments
        subs = table[(table["measure"] == measure) & (table["service"] == ALL) & (table["level"] == "sub")]
        for reading, ascending in ((FEWER, True), (MORE, False)):
            rows = subs[subs["reading"] == reading].sort_values("index_score", ascending=ascending, kind="stable")
            told = [f"{row.name} (index {row.index_score:.0f})" for row in rows.head(SHOWN).itertuples(index=False)]
            if told:
                more = f" and {len(rows) - SHOWN} more" if len(rows) > SHOWN else ""
                lines.append(f"{word}, {reading}: {'; '.join(told)}{more}.")
    silent = takeup.silent
    lines.append(
        f"{counted(len(silent), 'area')} with {silent['residents'].sum():,.0f} residents never made contact"
        + (
            f", the most surprising {silent.index[0]} ({silent['expected'].iloc[0]:.0f} expected)."
            if len(silent)
            else "."
        )
    )
    striking = takeup.areas["reading"].isin([MORE, FEWER]).sum()
    lines.append(
        f"{counted(int(striking), 'area')} out of the ordinary beyond chance "
        f"(at most {100 * takeup.allowed:g} % of them falsely)."
    )
    lost = sum(contacts.not_used.values())
    lines.append(f"{contacts.contacts_in:,} contacts in = {contacts.placed:,} counted + {lost:,} not.")
    lines += [f"  {number:,}: {why}." for why, number in contacts.not_used.items()]
    return [*lines, *crowded_words(takeup), withheld_words(takeup)]


def crowded_words(takeup: TakeUp) -> list[str]:
    """Return a question where areas have more contacts than residents: a count may be of something else."""
    areas = takeup.areas
    beyond = areas[(areas["uses"] > areas["residents"]) & (areas["residents"] > 0)]
    if beyond.empty:
        return []
    most = str((beyond["uses"] / beyond["residents"]).idxmax())
    worst = f"{most} ({beyond['uses'][most]:,.0f} from {beyond['residents'][most]:,.0f})"
    said = (
        f"{counted(len(beyond), 'area')} with more contacts than residents, most of all {worst}: people may call more "
    )
    return [said + "than once, but see that the counts are of contacts and of this place."]


def withheld_words(takeup: TakeUp) -> str:
    """Return how many counts are not told, and why."""
    if takeup.withhold_below < 2:
        return "No count is withheld: small counts are told as they are. Do not publish these tables."
    if not takeup.withheld:
        return f"No count had to be withheld: none is below {takeup.withhold_below}."
    return (
        f"{takeup.withheld:,} counts are withheld: those below {takeup.withhold_below}, and what would give them away."
    )
