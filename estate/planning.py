"""What planning is known to say of two buildings that could be shared: protections, use classes, notes of the place.

Between uses of one class no planning permission is needed for a change of use: Town and Country Planning (Use Classes)
Order 1987, as amended for England from 1 September 2020. A class is taken from the list where it names one, else
inferred from the register's use where the Order names that use; fire, police and ambulance stations are in no class.
What protects a building (a listing, a conservation area, green belt) speaks against, since works need consent.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping

Row = Mapping[Hashable, object]

#: Classes of the uses that the Order names: offices E(g), health E(e), schools, libraries and courts F1, hospitals C2.
CLASS_OF_USE = {"office": "E", "clinic": "E", "general practice": "E", "library": "F1", "school": "F1", "court": "F1",
                "hospital": "C2", "house": "C3", "community centre": "F2"}  # fmt: skip
#: Classes that lists still name and the Order has merged.
MERGED = {"A1": "E", "A2": "E", "A3": "E", "B1": "E"}
UNKNOWN = "not known: no list says what planning allows; ask the planning authority"
NOTE_LENGTH = 90
_PROTECTED = re.compile(
    r"\b(?:(?:locally |statutorily )?listed(?: building)?,? grade (?:i{1,2}|[12])\b\*?"
    r"|grade (?:i{1,2}|[12])\*?,? listed|(?:locally |statutorily )?listed building|conservation area"
    r"|scheduled (?:ancient )?monument|green belt|article 4 direction|tree preservation order|world heritage site)",
    re.IGNORECASE,
)
_GRADE = re.compile(r"\bgrade\s+(?:i{1,2}|[12])\b\*?", re.IGNORECASE)
_DENIED = re.compile(r"[^;]*:\s*(?:no|n|false|none)\s*(?:;|$)|\bnot\s+[^;]*(?:;|$)", re.IGNORECASE)
_NAMED_CLASS = re.compile(r"\bclass\s*[:(]?\s*([ABCEF]\.?\d?)\b", re.IGNORECASE)
_BARE_CLASS = re.compile(r"(?:^|;)\s*([ABC]\d|E|F\.?[12])\s*(?:\([a-g]\))?\s*(?:;|$)", re.IGNORECASE)


def planning_factor(first: Row, second: Row) -> str:
    """Return what planning says of a pair, in words that begin with its stance.

    Parameters
    ----------
    first, second
        Rows of the register: `name`, `address`, `use`, `planning` and other words, as far as it has them.

    Examples
    --------
    >>> planning_factor({"name": "Old Hall", "use": "office", "planning": "Grade II listed"}, {"use": "office"})
    'against: Old Hall: Grade II listed; works to it need consent'
    >>> planning_factor({"use": "office"}, {"use": "clinic"})
    'for: both uses are of class E (inferred from the use), so a change between them needs no planning permission'
    """
    protected = [(row, found) for row in (first, second) if (found := protection_of(row))]
    if protected:
        told = "; ".join(f"{_name(row)}: {found}" for row, found in protected)
        return f"against: {told}; works to {'it' if len(protected) == 1 else 'them'} need consent"
    classes = [use_class(row) for row in (first, second)]
    (one, one_how), (other, other_how) = classes
    noted = _notes(first, second)
    if one and one == other:
        how = "" if one_how == other_how == "recorded" else " (inferred from the use)"
        return f"for: both uses are of class {one}{how}, so a change between them needs no planning permission{noted}"
    if one and other:
        return f"not known: a change between use classes {one} and {other} may need planning permission{noted}"
    return f"not known: {noted.removeprefix('; ')}" if noted else UNKNOWN


def protection_of(row: Row) -> str:
    """Return the words of a row that say its building is protected, "" where none do.

    Examples
    --------
    >>> protection_of({"name": "Town Hall (Grade II* Listed)"}), protection_of({"planning": "Listed building: no"})
    ('Grade II* Listed', '')
    >>> protection_of({"planning": "Listed building: yes"}), protection_of({"name": "Listed Street Depot, grade B"})
    ('Listed building', '')
    """
    planning = _DENIED.sub(" ", _text(row, "planning"))
    if (found := _GRADE.search(planning)) and not _PROTECTED.search(planning):
        return f"listed {found[0].strip()}"
    words = [planning, *(_text(row, name) for name in ("name", "address", "use_recorded", "tenure_detail"))]
    return next((match[0].strip() for text in words if (match := _PROTECTED.search(text))), "")


def use_class(row: Row) -> tuple[str, str]:
    """Return the use class of a building and how it is known: "recorded", "inferred" or "".

    Examples
    --------
    >>> use_class({"use": "depot", "planning": "Use class B8"}), use_class({"use": "library"})
    (('B8', 'recorded'), ('F1', 'inferred'))
    >>> use_class({"use": "fire station"})
    ('', '')
    """
    planning = _text(row, "planning")
    if match := _NAMED_CLASS.search(planning) or _BARE_CLASS.search(planning):
        named = match[1].upper().replace(".", "")
        return MERGED.get(named, named), "recorded"
    inferred = CLASS_OF_USE.get(_text(row, "use"), "")
    return inferred, "inferred" if inferred else ""


def _notes(*rows: Row) -> str:
    told = [f"{_name(row)}: {_short(note)}" for row in rows if (note := _text(row, "planning"))]
    return "".join(f"; {note}" for note in told)


def _short(text: str) -> str:
    return text if len(text) <= NOTE_LENGTH else f"{text[:NOTE_LENGTH].rstrip()}..."


def _name(row: Row) -> str:
    return _text(row, "name") or f"the {_text(row, 'use') or 'building'}"


def _text(row: Row, name: str) -> str:
    value = row.get(name)
    return value.strip() if isinstance(value, str) else ""
