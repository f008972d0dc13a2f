"""Notes from interviews, attached to areas, places and segments."""

from __future__ import annotations

import pandas as pd

from geodata.errors import DataError, Fault, did_you_mean, examples
from segmentation.naming import find_segment
from segmentation.segments import Segments


def notes_by_segment(
    notes: pd.DataFrame | None, segments: Segments, *, source: str = "notes"
) -> dict[tuple[str, int], tuple[str, ...]]:
    """Return the notes of each segment, in the order of the file.

    A note at an area belongs to the sub-cluster and the super cluster of the area; a note with a segment ("sub 3", or a
    name) to that segment, and a sub-cluster's to its super cluster too. A note of a place alone belongs to no segment.

    Parameters
    ----------
    notes
        Columns ``note``, and ``oa_code`` or ``segment`` where given, as :func:`geodata.load.load_notes` gives them.
    segments
        The classification.
    source
        Name of the file, for messages.

    Raises
    ------
    DataError
        A note names a segment or an area that does not exist (all are told at once).
    """
    if notes is None:
        return {}
    names, faults = segments.names(), []
    found: dict[tuple[str, int], list[str]] = {}
    parents = segments.model.hierarchy.parents
    for row, note in enumerate(_records(notes), start=2):
        said, code = note.get("segment", ""), note.get("oa_code", "")
        keys: list[tuple[str, int]] = []
        if said:
            key = find_segment(said, names)
            if key is None:
                message = f"there is no segment '{said}'.{did_you_mean(said, names.values())}"
                faults.append(Fault(source, message, "Write sub 3, or its name.", "note_segment", row=row))
            else:
                keys = [key] if key[0] == "super" else [key, ("super", int(parents[key[1]]))]
        elif code and code not in segments.table.index:
            message = f"there is no area '{code}' in the place."
            faults.append(Fault(source, message, "Correct the code, or give the locality.", "note_area", row=row))
        elif code:
            at = segments.table.index.get_loc(code)
            keys = [(level, int(segments.table[level].to_numpy()[at])) for level in ("sub", "super")]
        for key in keys:
            found.setdefault(key, []).append(_told(note))
    if faults:
        raise DataError(examples([fault.sentence() for fault in faults]), faults=faults)
    return {key: tuple(told) for key, told in found.items()}


def notes_of_places(notes: pd.DataFrame | None, *, alone: bool = False) -> dict[str, tuple[str, ...]]:
    """Return the notes by locality, in the order of the file; with `alone`, those that belong to no segment only."""
    if notes is None or "locality" not in notes:
        return {}
    found: dict[str, list[str]] = {}
    for note in _records(notes):
        of_segment = bool(note.get("segment") or note.get("oa_code"))
        if note["locality"] and not (alone and of_segment):
            found.setdefault(note["locality"], []).append(_told(note))
    return {place: tuple(told) for place, told in found.items()}


def _records(notes: pd.DataFrame) -> list[dict[str, str]]:
    texts = notes.astype("object").where(notes.notna(), "").astype("str")
    return [{str(name): str(cell).strip() for name, cell in row.items()} for row in texts.to_dict("records")]


def _told(note: dict[str, str]) -> str:
    """Return a note with where and when it was taken."""
    where = [note.get("locality", ""), note.get("date", "")[:10]]
    said = ", ".join(part for part in where if part)
    return f"{note['note']} ({said})" if said else note["note"]
