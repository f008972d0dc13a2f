"""What is wrong with the lists as a partner reads it: in groups, worst first, each row with the building's name.

What keeps a building off the map comes first, then what puts it in the wrong place, then which building it is, then its
words and figures. Rows that are rightly left out need no mending and come after all that does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from estate.register import Register
from geodata.errors import Fault

SHOWN = 50
KINDS = {"set_aside": "aside", "question": "ask", "note": "note"}
HEADINGS = {
    "far_from_postcode": "Points far from their postcode",
    "far_from_area": "Points outside the area of their postcode",
    "far_from_peers": "Points far from all their neighbours",
    "two_places": "Rows with two points that differ",
    "net_over_gross": "Net areas larger than the gross area",
    "beside_postcode": "Points beside their postcode",
    "kilometres": "Coordinates in kilometres",
    "note_row": "Notes, page breaks and headings among the rows",
    "condition_unknown": "Unknown conditions",
    "swapped_columns": "Columns of coordinates with each other's headings",
    "swapped_coordinates": "Coordinates in the wrong columns",
    "zero_coordinates": "Coordinates 0,0",
    "outside_britain": "Coordinates that are nowhere in Britain",
    "outside_place": "Outside the place",
    "not_a_coordinate": "Words instead of coordinates",
    "no_place": "No coordinates and no usable postcode",
    "not_a_property": "No land or building",
    "not_asked_for": "Rows that were not asked for",
    "repeated_row": "Listed twice",
    "scattered_points": "One address, many points",
    "zero_size": "Floor areas of 0",
    "shared_point": "One point for buildings in different places",
    "shared_uprn": "One UPRN for buildings in different places",
    "repeated_reference": "One reference for several buildings",
    "reference_in_two_lists": "One reference in two lists",
    "far_from_uprn": "Points far from their UPRN",
    "columns_by_values": "Columns told by their values alone",
    "uprn_rounded": "UPRNs rounded by a spreadsheet",
    "uprn_too_long": "UPRNs with too many digits",
    "uprn_internal": "Own references headed UPRN",
    "uprn_decimals": "UPRNs with decimals",
    "uprn_lettered": "UPRNs with letters",
    "not_a_uprn": "Words instead of UPRNs",
    "not_a_postcode": "Incomplete postcodes",
    "postcode_mended": "Postcodes mended",
    "postcode_in_address": "Postcodes found in the address",
    "name_filled_down": "Names taken from the row above",
    "tenure_unknown": "Unknown tenures",
    "use_unknown": "Unknown uses",
    "status_unknown": "Unknown statuses",
    "repeated_in_another_list": "Listed in two files of one body",
    "no_organisation": "Whose list is it?",
    "no_rows": "Lists without rows",
    "sheet_without_places": "Sheets not read",
    "broken_characters": "Broken characters",
    "not_a_number": "Numbers that cannot be read",
    "not_a_money": "Sums of money that cannot be read",
    "not_a_area": "Areas that cannot be read or do not agree",
    "not_a_date": "Dates that cannot be read",
    "not_a_flag": "Yes or no that cannot be read",
    "area_mended": "Areas converted",
    "money_mended": "Sums of money converted",
    "date_mended": "Dates converted",
}
SAID = {
    "set_aside": "These rows are not in the register until they are mended.",
    "question": "These rows are in the register; someone should look.",
    "note": "Read without trouble; mend it at the source when there is time.",
}


#: Where that sentence would mislead: rows that are rightly left out need no mending.
SAID_OF = {
    "repeated_row": "Another row for the same building is in the register; these are not counted again.",
    "repeated_in_another_list": "The same building is in the register from another file; these are not counted again.",
    "not_a_property": "These rows are rightly not in the register; the list is clearer without them.",
    "not_asked_for": "These rows were left out on purpose.",
}
_SUM = re.compile(r"([\d,]+) (?:more rows|rows|cells)\b")
#: Nothing is to be mended there; told after everything that is.
HARMLESS = frozenset({*SAID_OF, "note_row"})
NOTHING_TO_DO = "Nothing to do"
#: Questions about where a building stands weigh most, then those about which building it is.
PLACE = ("far_from", "two_places", "beside_", "swapped_", "outside_", "zero_coordinates", "not_a_coordinate",
         "columns_by_values", "scattered_", "shared_point", "kilometres")  # fmt: skip
IDENTITY = ("uprn", "shared_uprn", "not_a_uprn", "repeated_", "reference_", "not_a_postcode")
LONGEST_NAME = 60


def fault_groups(faults: Sequence[Fault], names: Mapping[tuple[str, str, int], str]) -> list[dict[str, Any]]:
    """Return faults by severity and rule, worst first, with a limited number shown of each.

    Parameters
    ----------
    faults
        What was found.
    names
        Name of the building by file name, sheet and row, as :func:`row_names` gives them.
    """
    by_rule: dict[tuple[str, str], list[Fault]] = {}
    for fault in faults:
        by_rule.setdefault((fault.severity, fault.rule), []).append(fault)
    ranked = sorted(by_rule.items(), key=lambda item: (*_rank(item[1]), -len(item[1]), item[0][1]))
    return [_group(rule, group, names) for (_, rule), group in ranked]


def row_names(register: Register) -> dict[tuple[str, str, int], str]:
    """Return the name of the building in each row by file name, sheet and row, where the list gives one."""
    names = {
        (Path(str(file)).name, str(sheet), int(row)): str(name)
        for file, sheet, row, name in register.assets[["source_file", "source_sheet", "source_row", "name"]].to_numpy()
    }
    named = register.mapping[register.mapping["field"].eq("name")]
    heads = {Path(str(file)).name: str(column) for file, column in named[["file", "column"]].to_numpy()}
    aside = register.set_aside[["source_file", "source_sheet", "source_row", "cells"]]
    for file, sheet, row, cells in aside.to_numpy():
        start = f"{heads.get(Path(str(file)).name, '')}: "
        said = next((part[len(start) :] for part in str(cells).split(" | ") if part.startswith(start)), "")
        names[Path(str(file)).name, str(sheet), int(row)] = said if start != ": " else ""
    return {at: name[:LONGEST_NAME] for at, name in names.items() if name}


def _rank(group: Sequence[Fault]) -> tuple[int, int]:
    """Return how bad a group is: what is to be mended before what is not, then by kind of fault."""
    fault = group[0]
    if _needs_nothing(group):
        return 1, 0
    kind = next((place for place, kinds in enumerate((PLACE, IDENTITY)) if fault.rule.startswith(kinds)), 2)
    severity = list(KINDS).index(fault.severity)
    return (2 if fault.severity == "note" else 0), 10 * severity + (kind if fault.severity == "question" else 0)


def _needs_nothing(group: Sequence[Fault]) -> bool:
    """Return True for rows that are rightly left out."""
    return group[0].severity == "set_aside" and (
        group[0].rule in HARMLESS or all(fault.remedy.startswith(NOTHING_TO_DO) for fault in group)
    )


def _group(rule: str, group: Sequence[Fault], names: Mapping[tuple[str, str, int], str]) -> dict[str, Any]:
    """Return one group as the page shows it; a remedy that all share is said once."""
    remedies = {fault.remedy for fault in group}
    harmless = _needs_nothing(group)
    severity = group[0].severity
    said = "These rows are rightly not in the register." if harmless else SAID[severity]
    return {
        "kind": "note" if harmless else KINDS[severity],
        "heading": HEADINGS.get(rule, rule.replace("_", " ").capitalize()),
        "n": sum(map(_count, group)),
        "what": SAID_OF.get(rule, said),
        "remedy": remedies.pop() if len(remedies) == 1 and len(group) > 1 else "",
        "shown": f"show the first {SHOWN}" if len(group) > SHOWN else "show",
        "faults": [_told(fault, names) for fault in _few(group)],
    }


def _count(fault: Fault) -> int:
    """Return how many rows or cells a fault stands for: a sum of many begins with their number."""
    found = _SUM.match(fault.message) if fault.row is None else None
    return int(found[1].replace(",", "")) if found else 1


def _few(group: Sequence[Fault]) -> list[Fault]:
    """Return the first faults row by row, and after them those that sum up the rest."""
    return [*[fault for fault in group if fault.row is not None][:SHOWN], *(one for one in group if one.row is None)]


def _told(fault: Fault, names: Mapping[tuple[str, str, int], str]) -> Mapping[str, str]:
    file = Path(fault.file).name
    parts = [file]
    parts += [f"sheet {fault.sheet}"] if fault.sheet else []
    parts += [f"row {fault.row}"] if fault.row is not None else []
    parts += [f"column {fault.column}"] if fault.column else []
    name = names.get((file, fault.sheet, fault.row), "") if fault.row is not None else ""
    return {"where": ", ".join(parts), "name": name, "message": fault.message, "remedy": fault.remedy}
