"""Where in Britain the postcode areas lie, roughly: what a postcode says of its place without a table of postcodes.

Each area is a circle about the town it is named for, drawn by hand and wide enough to hold all of it, islands too. It
tells the right county from the wrong end of the country, and nothing finer.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

#: Postcode area -> easting, northing of the middle and the radius that holds all of it (kilometres, BNG).
AREAS_KM: dict[str, tuple[int, int, int]] = {
    "AB": (365, 820, 75), "AL": (518, 210, 20), "B": (404, 285, 40), "BA": (365, 145, 50), "BB": (375, 435, 30),
    "BD": (405, 445, 55), "BH": (400, 100, 45), "BL": (371, 410, 20), "BN": (535, 108, 50), "BR": (543, 167, 15),
    "BS": (350, 168, 35), "CA": (325, 540, 70), "CB": (550, 258, 45), "CF": (306, 180, 35), "CH": (335, 370, 40),
    "CM": (570, 210, 45), "CO": (605, 225, 45), "CR": (533, 163, 15), "CT": (617, 155, 40), "CV": (432, 275, 45),
    "CW": (368, 358, 32), "DA": (555, 172, 20), "DD": (345, 740, 60), "DE": (430, 340, 45), "DG": (275, 575, 95),
    "DH": (425, 545, 35), "DL": (415, 505, 65), "DN": (475, 405, 65), "DT": (365, 95, 45), "DY": (390, 283, 35),
    "E": (537, 186, 15), "EC": (532, 182, 5), "EH": (325, 665, 60), "EN": (535, 200, 18), "EX": (275, 105, 80),
    "FK": (270, 695, 75), "FY": (333, 437, 20), "G": (255, 668, 60), "GL": (390, 215, 50), "GU": (485, 145, 40),
    "HA": (515, 188, 12), "HD": (412, 416, 20), "HG": (425, 460, 35), "HP": (490, 205, 35), "HR": (350, 245, 40),
    "HS": (115, 900, 125), "HU": (505, 432, 45), "HX": (405, 425, 20), "IG": (545, 190, 12), "IP": (615, 260, 55),
    "IV": (240, 850, 135), "KA": (230, 635, 65), "KT": (517, 164, 20), "KW": (330, 970, 140), "KY": (330, 700, 50),
    "L": (342, 395, 35), "LA": (335, 480, 60), "LD": (306, 260, 45), "LE": (455, 302, 45), "LL": (275, 355, 75),
    "LN": (510, 375, 50), "LS": (432, 437, 30), "LU": (505, 224, 22), "M": (383, 397, 30), "ME": (577, 163, 35),
    "MK": (495, 240, 35), "ML": (285, 645, 45), "N": (531, 190, 15), "NE": (415, 590, 85), "NG": (465, 345, 50),
    "NN": (475, 265, 45), "NP": (330, 200, 40), "NR": (615, 315, 55), "NW": (527, 185, 12), "OL": (393, 409, 25),
    "OX": (445, 212, 45), "PA": (195, 690, 140), "PE": (540, 310, 75), "PH": (260, 755, 150), "PL": (230, 70, 70),
    "PO": (465, 100, 45), "PR": (350, 425, 32), "RG": (465, 170, 40), "RH": (527, 140, 38), "RM": (553, 187, 20),
    "S": (437, 385, 45), "SA": (235, 220, 85), "SE": (537, 176, 15), "SG": (525, 230, 35), "SK": (393, 380, 35),
    "SL": (492, 180, 25), "SM": (526, 164, 12), "SN": (405, 175, 55), "SO": (440, 115, 40), "SP": (410, 135, 45),
    "SR": (438, 550, 22), "SS": (585, 189, 25), "ST": (390, 340, 40), "SW": (527, 175, 15), "SY": (310, 300, 90),
    "TA": (315, 130, 55), "TD": (370, 640, 60), "TF": (370, 312, 30), "TN": (570, 135, 55), "TQ": (282, 62, 40),
    "TR": (160, 35, 90), "TS": (450, 518, 40), "TW": (513, 173, 15), "UB": (510, 182, 12), "W": (524, 180, 12),
    "WA": (362, 388, 30), "WC": (530, 182, 5), "WD": (510, 198, 15), "WF": (435, 418, 25), "WN": (356, 405, 15),
    "WR": (390, 250, 40), "WS": (402, 307, 25), "WV": (385, 300, 30), "YO": (460, 465, 85), "ZE": (445, 1140, 85),
}  # fmt: skip


def beyond_area_km(easting: pd.Series, northing: pd.Series, postcode: pd.Series) -> pd.Series:
    """Return how far each point lies beyond the area of its postcode.

    Parameters
    ----------
    easting, northing
        Metres, BNG; any index, the same for all three.
    postcode
        Normalised postcodes or first halves ("DE1 0AA", "DE1"); others give a missing value.

    Returns
    -------
    Series
        Kilometres beyond the edge of the area's circle, 0 inside; missing where point or area is unknown.

    Examples
    --------
    >>> east, north, code = pd.Series([435e3, 335e3]), pd.Series([336e3, 435e3]), pd.Series(["DE1 2FS", "DE1 2FS"])
    >>> beyond_area_km(east, north, code).round().tolist()
    [0.0, 89.0]
    """
    area = postcode.str.extract(r"^([A-Z]{1,2})\d", expand=False)
    known = pd.DataFrame.from_dict(AREAS_KM, orient="index", columns=["east", "north", "reach"], dtype="float64")
    at = known.reindex(area.to_numpy())
    away: npt.NDArray[np.float64] = np.hypot(
        easting.to_numpy() / 1000 - at["east"].to_numpy(), northing.to_numpy() / 1000 - at["north"].to_numpy()
    )
    return pd.Series(np.maximum(away - at["reach"].to_numpy(), 0.0), index=postcode.index)
