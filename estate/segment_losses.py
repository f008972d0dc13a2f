"""How much access a plan may take from whom: one limit for all, and others for single segments of residents.

A limit of a sub-cluster is its own. A limit of a super cluster holds for the super cluster as a whole, and for each of
its sub-clusters that has none of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from geodata.errors import DataError, did_you_mean

ALL = "all"


@dataclass(frozen=True, slots=True)
class SegmentLoss:
    """The largest fall in access that a plan may cause in one segment.

    Parameters
    ----------
    segment
        The segment as the user calls it.
    max_loss
        Largest fall in the share of its residents within the limit (0.02 = two points).
    codes
        The codes of the sub-clusters that make it up; empty where `segment` is the code.
    """

    segment: str
    max_loss: float
    codes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.max_loss <= 1:
            raise DataError(
                f"access standards: the loss of segment '{self.segment}' is {self.max_loss:g}, not a share between 0 "
                "and 1. Correct it."
            )

    @property
    def parts(self) -> tuple[str, ...]:
        """Codes of its sub-clusters."""
        return self.codes or (self.segment,)

    @property
    def whole(self) -> bool:
        """True where it is made up of several sub-clusters, which are held to it together too."""
        return len(self.parts) > 1


def loss_of(code: str, losses: Iterable[SegmentLoss], *, otherwise: float) -> float:
    """Return the limit of a sub-cluster: its own, else that of its super cluster, else that of all.

    Examples
    --------
    >>> losses = (SegmentLoss("Families", 0.05, ("1", "2")), SegmentLoss("2", 0.0))
    >>> [loss_of(code, losses, otherwise=0.02) for code in ("1", "2", "3")]
    [0.05, 0.0, 0.02]
    """
    of_it = [one for one in losses if code in one.parts]
    return min(of_it, key=lambda one: len(one.parts)).max_loss if of_it else otherwise


def with_codes(losses: Iterable[SegmentLoss], codes: Mapping[str, Sequence[tuple[str, ...]]]) -> list[SegmentLoss]:
    """Return limits with the codes of the segments that they name.

    Parameters
    ----------
    losses
        Limits with names or codes as the user wrote them.
    codes
        For each name the sub-clusters that make up the segment; several where several segments have that name.

    Raises
    ------
    DataError
        Names are unknown, of several segments, or of a segment that has a limit already; all are told at once.
    """
    known, faults, taken = [], [], set()
    for loss in losses:
        parts = segment_named(loss.segment, codes)
        if isinstance(parts, str):
            faults.append(f"access standards: max_loss_by_segment {parts}")
        elif parts in taken:
            faults.append(f"access standards: max_loss_by_segment names '{loss.segment}' twice. Name it once.")
        else:
            taken.add(parts)
            known.append(replace(loss, codes=parts))
    if faults:
        raise DataError(" ".join(faults))
    return known


def segment_named(name: str, codes: Mapping[str, Sequence[tuple[str, ...]]]) -> tuple[str, ...] | str:
    """Return the sub-clusters that make up the segment of a name, or what is wrong with the name."""
    found = sorted(set(codes.get(name, ())))
    if len(found) == 1:
        return found[0]
    if found:
        return f"names '{name}', which several segments are called. Write its level and number, such as \"sub 3\"."
    near = did_you_mean(name, codes)
    return f"names '{name}', but there is no segment of that name.{near} Use a name or number of segments.csv."
