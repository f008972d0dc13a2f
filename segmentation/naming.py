"""Give segments the names that people chose; they stand in the model file and go wherever the model goes.

A segment is said by its level and number (``sub 3``) or by the name it has.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from geodata.errors import DataError, did_you_mean
from segmentation.model import SegmentModel
from segmentation.segments import Segments

MAX_LENGTH = 100
_NUMBERED = re.compile(r"(super|sub)[\s_-]*(\d+)", re.IGNORECASE)
#: Names that are a code and nothing else, such as 3, B2, sub 4, segment 1a, C-03.
_CODE = re.compile(
    r"(?:(?:super|sub|segment|cluster|group|type)[\s_-]*)?[a-z]{0,2}[\s_.-]*\d+[\s_.-]*[a-z]?", re.IGNORECASE
)


def names_of(model: SegmentModel) -> dict[tuple[str, int], str]:
    """Return the name of every segment, super clusters first."""
    supers = {("super", at): name for at, name in enumerate(model.super_names)}
    return supers | {("sub", at): name for at, name in enumerate(model.sub_names)}


def rename_model(model: SegmentModel, wanted: Mapping[str, str], *, source: str = "names") -> SegmentModel:
    """Return the model with the names that people chose.

    Parameters
    ----------
    model
        A model.
    wanted
        New name by segment: ``"sub 3"``, or the name it has now.
    source
        Where the names come from, for messages.

    Raises
    ------
    DataError
        There is no such segment, a name is empty, too long or a code alone, or two segments would share one; every
        fault is told at once.
    """
    names = names_of(model)
    found = {said: find_segment(said, names) for said in wanted if not _is_done(said, wanted[said], names)}
    faults = [_unknown(said, names) for said, key in found.items() if key is None]
    faults += [fault for name in wanted.values() if (fault := _spoiled(name))]
    new = {key: " ".join(wanted[said].split()) for said, key in found.items() if key is not None}
    faults += _shared(new, names | new)
    if faults:
        raise DataError(f"{source}: {' '.join(dict.fromkeys(faults))}")
    return model.with_names(new)


def rename(segments: Segments, wanted: Mapping[str, str], *, source: str = "names") -> Segments:
    """Return the segments with the names that people chose, in the model and in the portraits.

    Raises
    ------
    DataError
        As :func:`rename_model`.
    """
    if not wanted:
        return segments
    model = rename_model(segments.model, wanted, source=source)
    names = names_of(model)
    keys = zip(segments.portraits["level"], segments.portraits["segment"], strict=True)
    named = [names[str(level), int(number)] for level, number in keys]
    return replace(segments, model=model, portraits=segments.portraits.assign(name=named))


def find_segment(said: str, names: Mapping[tuple[str, int], str]) -> tuple[str, int] | None:
    """Return the segment that is meant, by level and number or by name, or None."""
    numbered = _NUMBERED.fullmatch(said.strip())
    if numbered:
        key = (numbered[1].lower(), int(numbered[2]))
        return key if key in names else None
    folded = " ".join(said.split()).casefold()
    return next((key for key, name in names.items() if name.casefold() == folded), None)


def _is_done(said: str, name: str, names: Mapping[tuple[str, int], str]) -> bool:
    """Return True where a proposed name is gone because its segment has the wanted one already, from an earlier run."""
    return find_segment(said, names) is None and not _NUMBERED.fullmatch(said.strip()) and name in names.values()


def _unknown(said: str, names: Mapping[tuple[str, int], str]) -> str:
    subs = sum(level == "sub" for level, _ in names)
    hint = did_you_mean(said, names.values())
    return (
        f"there is no segment '{said}'.{hint} Say 'super 0' to 'super {len(names) - subs - 1}', "
        f"'sub 0' to 'sub {subs - 1}', or the name it has."
    )


def _shared(new: Mapping[tuple[str, int], str], whole: Mapping[tuple[str, int], str]) -> Iterator[str]:
    """Yield a sentence for every new name that another segment has or gets, of its own level or the other."""
    for level, number in new:
        name = new[level, number]
        others = [at for at, said in whole.items() if at != (level, number) and said.casefold() == name.casefold()]
        if any(at[0] == level for at in others):
            yield f"two {level} segments would be called '{name}'."
        elif others:
            top = number if level == "super" else others[0][1]
            yield f"'super {top}' and a sub-cluster would both be called '{name}'."


def _spoiled(name: str) -> str:
    """Return what is wrong with a name, "" where nothing is."""
    text = " ".join(name.split())
    if not text:
        return "a name is empty. Write who lives there."
    if len(text) > MAX_LENGTH:
        return f"'{text[:30]}...' has {len(text)} signs. Use at most {MAX_LENGTH}."
    if _CODE.fullmatch(text):
        return f"'{text}' is a code, not a name. Write who lives there."
    return ""
