"""Colours and shapes that stay apart for every reader.

Fills of areas are muted and light, so that buildings and names can be read on them; they were chosen so that the first
four keep their distance for readers with protanopia, deuteranopia and tritanopia (a test simulates all three). Shades
of one colour tell the parts of one group. Nothing on a map is told by colour alone: groups have outlines, names and
filters, buildings have shapes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

GROUP_COLOURS = ("#4f83bd", "#f0cd83", "#a5d6c4", "#c7657c", "#37695b", "#d9d2ee", "#c98a4b", "#44506e",
                 "#b9c46a", "#8f6f9e", "#e3b2a0", "#9a9fa6")  # fmt: skip
LIGHTER, DARKER = 20.0, 22.0  # how far the shades of a group reach from its colour (CIE lightness)
LIGHTEST, DARKEST = 92.0, 40.0

# Viewing matrices on linear RGB: Machado, Oliveira and Fernandes (2009), severity 1.0.
COLOUR_VISION: dict[str, NDArray[np.float64]] = {
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}

_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
_WHITE = _XYZ.sum(axis=1)

Colour = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Family:
    """Kinds of buildings that share a shape and a colour on the map.

    Parameters
    ----------
    name
        The word in the legend.
    uses
        Words of the `use` column.
    shape
        A shape that ``page/glyphs.js`` can draw.
    colour
        Dark enough to read on every fill.
    """

    name: str
    uses: tuple[str, ...]
    shape: str
    colour: str


FAMILIES = (
    Family("Offices", ("office",), "square", "#16324f"),
    Family("Libraries", ("library",), "diamond", "#5b2a86"),
    Family(
        "Fire, police and ambulance", ("fire station", "police station", "ambulance station"), "triangle", "#8f1d14"
    ),
    Family("Health", ("clinic", "hospital", "general practice"), "cross", "#00566b"),
    Family("Children and families", ("children and family centre", "school"), "drop", "#7a4100"),
    Family("Jobs and justice", ("job centre", "court"), "pentagon", "#2f4a12"),
    Family("Leisure and community", ("leisure centre", "community centre"), "hexagon", "#6b1145"),
    Family("Depots", ("depot",), "bar", "#3d3d3d"),
    Family("Other property", ("house", "car park", "land", "other"), "dot", "#59636e"),
)


def family_of(use: str) -> int:
    """Return the position in FAMILIES of a use; a word outside the vocabulary is other property.

    Examples
    --------
    >>> FAMILIES[family_of("police station")].shape, FAMILIES[family_of("windmill")].name
    ('triangle', 'Other property')
    """
    for position, family in enumerate(FAMILIES):
        if use in family.uses:
            return position
    return len(FAMILIES) - 1


def group_colours(n_groups: int) -> list[str]:
    """Return a fill for each group.

    Raises
    ------
    ValueError
        If there are more groups than colours a reader can tell apart (twelve).
    """
    if n_groups > len(GROUP_COLOURS):
        raise ValueError(f"a map can tell {len(GROUP_COLOURS)} groups apart, not {n_groups}")
    return list(GROUP_COLOURS[:n_groups])


def shades(colour: str, n_shades: int) -> list[str]:
    """Return shades of a colour from light to dark, evenly spaced in CIE lightness, the hue kept.

    Examples
    --------
    >>> shades("#6f9fc8", 1)
    ['#6f9fc8']
    >>> len(set(shades("#6f9fc8", 6)))
    6
    """
    if n_shades == 1:
        return [colour]
    lab = to_lab(from_hex(colour))
    spread = min(1.0, n_shades / 5)  # few parts stay close to the colour of their group
    top = min(LIGHTEST, lab[0] + LIGHTER * spread)
    bottom = max(DARKEST, top - (LIGHTER + DARKER) * spread)
    result = []
    for lightness in np.linspace(top, bottom, n_shades):
        paler = 1.0 - 0.45 * max(0.0, lightness - lab[0]) / (100.0 - lab[0])
        result.append(to_hex(from_lab(np.array([lightness, lab[1] * paler, lab[2] * paler]))))
    return result


def from_hex(colour: str) -> Colour:
    """Return linear red, green and blue (0-1) of a colour such as ``#6f9fc8``."""
    srgb = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def to_hex(linear: Colour) -> str:
    """Return linear red, green and blue (0-1, clipped) as a colour such as ``#6f9fc8``."""
    clipped = np.clip(linear, 0, 1)
    srgb = np.where(clipped <= 0.0031308, 12.92 * clipped, 1.055 * clipped ** (1 / 2.4) - 0.055)
    return "#" + "".join(f"{int(channel):02x}" for channel in np.rint(srgb * 255))


def to_lab(linear: Colour) -> Colour:
    """Return CIE L*a*b* (D65) of linear red, green and blue."""
    ratio = _XYZ @ linear / _WHITE
    f = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def from_lab(lab: Colour) -> Colour:
    """Return linear red, green and blue of CIE L*a*b* (D65)."""
    fy = (lab[0] + 16) / 116
    f = np.array([fy + lab[1] / 500, fy, fy - lab[2] / 200])
    ratio = np.where(f > 6 / 29, f**3, 3 * (6 / 29) ** 2 * (f - 4 / 29))
    return np.asarray(np.linalg.solve(_XYZ, ratio * _WHITE))


def distance(one: str, other: str, *, vision: str | None = None) -> float:
    """Return how far apart two colours look (CIE 1976 delta E), to everyone or with a kind of colour vision.

    Parameters
    ----------
    one, other
        Colours such as ``#6f9fc8``.
    vision
        A key of COLOUR_VISION, or None.
    """
    seen = np.eye(3) if vision is None else COLOUR_VISION[vision]
    first, second = (to_lab(np.clip(seen @ from_hex(colour), 0, 1)) for colour in (one, other))
    return float(np.linalg.norm(first - second))


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours (WCAG 2.2), 1 to 21.

    Examples
    --------
    >>> round(contrast("#000000", "#ffffff"))
    21
    """
    light, dark = sorted((float(_XYZ[1] @ from_hex(colour)) for colour in (one, other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def nearest_pair(colours: Sequence[str], *, vision: str | None = None) -> float:
    """Return the distance of the two colours of a palette that look most alike."""
    return min(distance(a, b, vision=vision) for i, a in enumerate(colours) for b in colours[i + 1 :])
