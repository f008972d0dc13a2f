"""Say which building a row is: its postcode, its UPRN, its body's own reference, and whether it stands there twice.

UPRNs (unique property reference numbers) are text of up to 12 digits and compared without leading zeros, which
spreadsheets drop. One that a spreadsheet has rounded names nothing, and is not used.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

import numpy as np
import pandas as pd

from estate.findings import findings, joined
from estate.values import Reading, is_blank
from geodata.postcodes import normalise_postcode, outward_only

_IN_TEXT = re.compile(r"\b([A-Z]{1,2}\d[A-Z\d]?)\s*(\d[A-Z]{2})\b")
ALIKE = 0.9  # two addresses are the same but for a slip when they are this alike
SCATTERED_M = 500.0  # rows of one address whose points lie this far apart are asked about
FEW_SECTORS = 3  # a point shared by more sectors stands for "somewhere in town", not for a slip
INTERNAL_DIGITS = 6  # a column headed UPRN whose numbers are no longer than this holds the body's own references


def slug(text: str) -> str:
    """Return text as lower-case ASCII words joined by hyphens, for identifiers.

    Examples
    --------
    >>> slug("Derbyshire Fire & Rescue"), slug("Ynys Môn")
    ('derbyshire-fire-rescue', 'ynys-mon')
    """
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
    return re.sub(r"[^a-z0-9]+", "-", ascii_text.lower()).strip("-") or "unnamed"


# ----------------------------------------------------------------------------------------------------------- postcodes


def read_postcode_cells(text: pd.Series) -> Reading:
    """Read postcodes into "DE24 9DA"; the first half alone ("M31", "WA14 1") is kept as it is and asked about.

    The letter O written for 0, and the other way round, is mended where only one reading is a postcode.

    Examples
    --------
    >>> read_postcode_cells(pd.Series(["de249da", "P021 1BA", "M31", "Ripley", "DL 1 5LB"])).value.tolist()
    ['DE24 9DA', 'PO21 1BA', 'M31', '', 'DL1 5LB']
    """
    clean = text.where(~is_blank(text), "").str.upper().str.strip()
    distinct = {cell: _one_postcode(cell) if cell else ("", "", "") for cell in clean.unique()}
    code, mend, asked = (
        clean.map({cell: said[place] for cell, said in distinct.items()}).astype("str") for place in range(3)
    )
    return Reading(code, mend[mend.ne("")], asked[asked.ne("")])


def postcode_in(text: pd.Series) -> pd.Series:
    """Return the last full postcode inside each text (an address), "" where there is none."""
    found = text.str.upper().str.extract(r".*\b([A-Z]{1,2}\d[A-Z\d]?)\s*(\d[A-Z]{2})\b", flags=re.DOTALL)
    return (found[0] + " " + found[1]).fillna("").astype("str")


def is_full_postcode(code: pd.Series) -> pd.Series:
    """Return True where a normalised postcode has both halves."""
    return code.str.contains(" ", regex=False) & (code.str.len() >= 6)


def _one_postcode(cell: str) -> tuple[str, str, str]:
    """Return (postcode, mend, question) of one upper-case cell."""
    whole = normalise_postcode(cell)
    if whole is not None:
        mended = whole.replace(" ", "") != re.sub(r"[^A-Z0-9]", "", cell)
        return whole, f"'{cell}' is read as {whole}." if mended else "", ""
    inside = [code for code in (normalise_postcode(" ".join(found)) for found in _IN_TEXT.findall(cell)) if code]
    if inside:
        return inside[0], f"'{cell[:60]}' is read as {inside[0]}.", ""
    outward = outward_only(cell.partition(" ")[0]) if re.fullmatch(r"\S+(?: \d)?", cell) else None
    if outward is not None:
        return cell, "", f"'{cell}' is only the first part of a postcode."
    return "", "", f"'{cell[:60]}' is no postcode."


# --------------------------------------------------------------------------------------------------------------- UPRNs


@dataclass(frozen=True, slots=True)
class Uprns:
    """UPRNs of a column, or the own references that stand in it.

    Parameters
    ----------
    uprn
        UPRN as text without leading zeros, missing where there is none.
    references
        The cells where the column holds the body's own numbers instead, else None.
    found
        Table of findings.
    """

    uprn: pd.Series
    references: pd.Series | None
    found: pd.DataFrame


def read_uprns(text: pd.Series) -> Uprns:
    """Read a UPRN column, naming the ones a spreadsheet has spoiled.

    Examples
    --------
    >>> read_uprns(pd.Series(["010000481734", "100121228178.0", "1.00E+11", "100121000000", ""])).uprn.tolist()
    ['10000481734', '100121228178', nan, nan, nan]
    """
    clean = text.where(~is_blank(text), "").str.replace(r"[\s,']", "", regex=True)
    bare = clean.str.replace(r"^(?:UPRN[:#-]?|U)(?=\d{9,12}$)", "", regex=True, case=False)
    lettered, clean = bare.ne(clean), bare
    heading = str(text.name or "")
    whole = clean.str.replace(r"\.0+$", "", regex=True)
    digits = whole.str.fullmatch(r"\d+").fillna(False).astype(bool)
    if _internal(whole[digits]):
        return _as_references(clean, heading)
    rounded = whole.str.fullmatch(r"\d(?:\.\d+)?[eE]\+?\d+") | (digits & whole.str.fullmatch(r"\d{3,6}0{6,}"))
    long = digits & (whole.str.lstrip("0").str.len() > 12)
    several = clean.str.fullmatch(r"\d{6,12}(?:[;/|&+]\d{6,12})+")
    odd = clean.ne("") & ~digits & ~rounded & ~several
    good = digits & ~rounded & ~long
    values = whole.str.lstrip("0").where(good & whole.str.lstrip("0").ne("")).astype("str")
    asked = [
        (rounded, "uprn_rounded", "' was rounded by a spreadsheet; it names no property.",
         "Format the column as text and enter the UPRN again."),
        (long, "uprn_too_long", "' has more than 12 digits.", "Check the UPRN."),
        (several, "not_a_uprn", "' holds several UPRNs; none is used.", "Give each building a row of its own."),
        (odd, "not_a_uprn", "' is no UPRN.", "Write up to 12 digits."),
    ]  # fmt: skip
    found = [
        findings(text.index[rows], rule=rule, message="'" + text[rows].str.slice(0, 60) + said, remedy=remedy,
                 severity="question", column=heading, value=text)
        for rows, rule, said, remedy in asked
    ]  # fmt: skip
    decimals = digits & clean.ne(whole)
    found.append(
        findings(text.index[decimals], rule="uprn_decimals", remedy="Format the column as text.", severity="note",
                 message="'" + text[decimals] + "' is read without its decimals.", column=heading, value=text)
    )  # fmt: skip
    found.append(
        findings(text.index[lettered], rule="uprn_lettered", remedy="Write the digits alone.", severity="note",
                 message="'" + text[lettered] + "' is read without its letters.", column=heading, value=text)
    )  # fmt: skip
    return Uprns(values, None, joined(found))


def _internal(numbers: pd.Series) -> bool:
    """Return True where all numbers are too short for UPRNs: own references under a wrong heading."""
    return len(numbers) > 0 and int(numbers.str.lstrip("0").str.len().max()) <= INTERNAL_DIGITS


def _as_references(clean: pd.Series, heading: str) -> Uprns:
    filled = clean.index[clean.ne("")]
    found = findings(
        filled,
        rule="uprn_internal",
        message="'" + clean[filled] + "' is too short for a UPRN; it is read as the body's own reference.",
        remedy="Head the column 'Asset reference', and add the UPRNs.",
        severity="note",
        column=heading,
        value=clean,
    )
    nothing = pd.Series(pd.NA, index=clean.index, dtype="str")
    return Uprns(nothing, clean, found)


# ------------------------------------------------------------------------------------------------ repeats and own names


def row_keys(record: pd.DataFrame, points: pd.DataFrame) -> pd.Series:
    """Return what tells each row from others as one text, "" for rows that tell too little; the caller's index.

    Two rows are the same where they have the same reference and the same name and address, or no reference and the
    same name, address and postcode (letters and digits compared only). Different floor areas or uses tell them apart.
    """
    words = {name: record[name].str.lower().str.replace(r"[^0-9a-z]+", "", regex=True) for name in ("name", "address")}
    size = record["gia_m2"].fillna(-1.0).astype("str") + "/" + record["nia_m2"].fillna(-1.0).astype("str")
    nowhere = record["postcode"].eq("") & words["address"].eq("")
    told = record["reference"].ne("") | (words["name"].ne("") & (record["postcode"].ne("") | words["address"].ne("")))
    parts = [words["address"], record["organisation"], record["postcode"], record["reference"],
             record["use_recorded"].str.lower(), size, points["written"].where(nowhere, "")]  # fmt: skip
    key = words["name"]
    for part in parts:
        key = key + "|" + part
    return key.where(told, "")


def repeated_rows(
    record: pd.DataFrame, points: pd.DataFrame, *, earlier: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Return findings for rows that name a building a second time; the first row of each stays.

    Parameters
    ----------
    record, points
        The rows and their points; index = row numbers.
    earlier
        Keys of rows of earlier sheets, as :func:`row_keys` gives them, with where they stand ("row 5 of sheet 'All'").
    """
    key, rows = row_keys(record, points), pd.Series(record.index, index=record.index)
    first = rows.groupby(key).transform("first")
    again = key.ne("") & (first != rows)
    where = "row " + first.astype("str")
    slips = _address_slips(record[~again & record["reference"].eq("") & record["name"].ne("")], points["written"])
    where, again = (
        where.mask(rows.isin(slips.index), "row " + rows.map(slips).astype("str")),
        again | rows.isin(slips.index),
    )
    before = key.map(dict(earlier or {})).where(key.ne("")).astype("str")
    where, again = where.mask(before.notna(), before), again | before.notna()
    what = pd.Series("name, address and postcode", index=record.index)
    what = what.mask(record["reference"].ne(""), "reference, name and address")
    return findings(
        record.index[again],
        rule="repeated_row",
        message="The row repeats " + where[again] + ": the same " + what[again] + ".",
        remedy="List each building once.",
        severity="set_aside",
        value=record["name"],
    )


def _address_slips(record: pd.DataFrame, written: pd.Series) -> pd.Series:
    """Return row -> earlier row of the same name, postcode and point whose address differs by a letter or two."""
    at = written.loc[record.index]
    placed = record[at.ne("") & record["postcode"].ne("")]
    name = placed["name"].str.lower().str.replace(r"[^0-9a-z]+", "", regex=True)
    keys = [placed["organisation"], name, placed["postcode"], placed["use_recorded"], placed["gia_m2"].fillna(-1.0)]
    groups = placed.groupby([*keys, at.loc[placed.index]]).groups
    address = placed["address"].str.lower().to_dict()
    found: dict[int, int] = {}
    for rows in (list(group) for group in groups.values() if len(group) > 1):
        kept = [rows[0]]
        for row in rows[1:]:
            twin = next((one for one in kept if _same_but_a_slip(address[one], address[row])), None)
            if twin is None:
                kept.append(row)
            else:
                found[row] = twin
    return pd.Series(found, dtype="int64")


def _same_but_a_slip(first: str, second: str) -> bool:
    """Return True for addresses that differ in a few letters and in no digit."""
    digits = [re.sub(r"\D", "", text) for text in (first, second)]
    return digits[0] == digits[1] and SequenceMatcher(None, first, second).ratio() >= ALIKE


def scattered_points(record: pd.DataFrame, points: pd.DataFrame) -> pd.DataFrame:
    """Return a question for each building whose rows stand at points far apart: one address, many points.

    Police lists repeat a station for every neighbourhood, with the neighbourhood's point; exports repeat a site for
    each of its parts. The first row is asked about, since its point stays.
    """
    words = [record[name].str.lower().str.replace(r"[^0-9a-z]+", "", regex=True) for name in ("name", "address")]
    told = words[0].ne("") & words[1].ne("") & points["placed_by"].eq("coordinates")
    at = points.loc[told, ["easting", "northing", "column", "written"]]
    keys = [record.loc[told, "organisation"], words[0][told], words[1][told], record.loc[told, "postcode"]]
    grouped = at.groupby(keys)
    east, north = (grouped[name].transform("max") - grouped[name].transform("min") for name in ("easting", "northing"))
    apart = pd.Series(np.hypot(east, north), index=at.index)
    rows = apart.index[(apart > SCATTERED_M) & grouped.cumcount().eq(0)]
    times = grouped["easting"].transform("size").astype("str")
    km = (apart[rows] / 1000).map("{:,.1f} km".format).astype("str")
    return findings(
        rows,
        rule="scattered_points",
        message="One address, many points: '" + record["name"][rows] + "' stands " + times[rows]
        + " times at points up to " + km + " apart; this row keeps '" + at["written"][rows] + "'.",
        remedy="See which point is the building's, and give it in every row.",
        severity="question",
        column=at["column"],
        value=at["written"],
    )  # fmt: skip


def shared_points(record: pd.DataFrame, points: pd.DataFrame) -> pd.DataFrame:
    """Return findings for rows that carry the point or the UPRN of another row with a postcode elsewhere.

    Copying down a row too far gives a building the place of its neighbour; postcodes of different sectors give it away.
    """
    sector = record["postcode"].where(is_full_postcode(record["postcode"]), "").str[:-2]
    parts = []
    for what, value in (("point", points["written"]), ("UPRN", record["uprn"].fillna(""))):
        told = value.ne("") & sector.ne("") & (points["placed_by"].eq("coordinates") if what == "point" else True)
        sectors = sector[told].groupby(value[told]).transform("nunique")
        rows = sectors.index[sectors.between(2, FEW_SECTORS)]
        parts.append(
            findings(
                rows,
                rule="shared_point" if what == "point" else "shared_uprn",
                message=f"The {what} '" + value[rows] + "' stands at rows with postcodes of different places.",
                remedy="See which of them it belongs to, and correct the other.",
                severity="question",
                column=points["column"] if what == "point" else "",
                value=value,
            )
        )
    return joined(parts)
