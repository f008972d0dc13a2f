"""Turn the cells of a list into rows of the register: names, addresses, words, numbers, dates, each with its origin.

One function per kind of column; all take the cells and the column matches and return what the register needs, with
what was found on the way. Original words are kept beside the register's own (`use_recorded`, `tenure_recorded` ...).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from estate.columns import ColumnMatch, columns_of
from estate.findings import findings, joined
from estate.headings import scale_of, unit_of
from estate.identity import postcode_in, read_postcode_cells, read_uprns
from estate.security import EVERY_CLASS
from estate.to_copy import line_to_copy, under_assets
from estate.values import (
    NO,
    YES,
    Reading,
    is_blank,
    mend_mojibake,
    read_areas,
    read_dates,
    read_flags,
    read_money,
    read_numbers,
)
from estate.words import plain, recognise, recognise_uses, uses

AREAS = ("gia_m2", "nia_m2", "site_area_m2")
COUNTS = ("desks", "fte", "energy_kwh_pa")
SUMS = ("running_cost_gbp_pa", "rent_gbp_pa", "rates_gbp_pa", "backlog_gbp", "value_gbp")
NUMBERS = (*AREAS, *COUNTS, *SUMS)
DATES = ("lease_end", "break_date", "status_since")
FLAGS = ("public_facing", "step_free")
ROUNDED = 1.01  # a net area is larger than the gross one beyond rounding
FEW, MOST = 5, 0.5  # so many rows, and more than this share of them, show what a column holds
_SIZES = {"gia_m2": "gross floor area", "nia_m2": "net floor area", "site_area_m2": "site"}
_HELP = {
    "area": "Write square metres as a plain number, such as 1249.",
    "number": "Write a plain number.",
    "money": "Write pounds as a plain number, such as 12400.",
    "date": "Write the date as 31/03/2027.",
    "flag": "Write yes or no.",
}


@dataclass(frozen=True, slots=True)
class Record:
    """Rows of the register made from one sheet, without identifiers and places.

    Parameters
    ----------
    rows
        Columns of the assets table, index = row numbers.
    found
        Table of findings.
    """

    rows: pd.DataFrame
    found: pd.DataFrame


def build_record(cells: pd.DataFrame, matches: Sequence[ColumnMatch], *, organisation: str) -> Record:
    """Return what the cells say, column by column.

    Parameters
    ----------
    cells
        Text of the list, index = row numbers.
    matches
        What each column was taken for.
    organisation
        The body where the list does not name it; wins over the list's own column when not empty.
    """
    cells, broken = _mended(cells)
    identity, identity_found = _identity(cells, matches, organisation)
    words, words_found = _words(cells, matches)
    numbers, numbers_found = _numbers(cells, matches)
    rows = pd.concat([identity, words, numbers], axis=1)
    return Record(rows, joined([broken, identity_found, words_found, numbers_found]))


def text_of(cells: pd.DataFrame, matches: Sequence[ColumnMatch], field: str) -> pd.Series:
    """Return the text of a field, "" where the list has no such column or the cell says nothing."""
    columns = columns_of(matches, field)
    if not columns:
        return pd.Series("", index=cells.index, dtype="str", name="")
    text = cells[columns[0]].str.strip()
    return text.where(~is_blank(text), "")


def _mended(cells: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the cells with broken characters put right."""
    readings = {name: mend_mojibake(cells[name]) for name in cells}
    found = [
        findings(reading.mends.index, rule="broken_characters", message=reading.mends, remedy="Save the list as UTF-8.",
                 severity="note", column=str(name), value=cells[name])
        for name, reading in readings.items() if len(reading.mends)
    ]  # fmt: skip
    return pd.DataFrame({name: reading.value for name, reading in readings.items()}, index=cells.index), joined(found)


# ------------------------------------------------------------------------------------------------------------ identity


def _identity(
    cells: pd.DataFrame, matches: Sequence[ColumnMatch], organisation: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    address = _address(cells, columns_of(matches, "address"))
    postcode, postcode_found = _postcode(cells, matches, address)
    uprns = read_uprns(text_of(cells, matches, "uprn"))
    reference = text_of(cells, matches, "reference")
    if uprns.references is not None:
        reference = reference.where(reference.ne(""), uprns.references)
    body = text_of(cells, matches, "organisation")
    name, name_found = _names(_or_occupiers(text_of(cells, matches, "name"), body), address, postcode)
    rows = pd.DataFrame(
        {
            "organisation": pd.Series(organisation, index=cells.index) if organisation else _one_line(body),
            "reference": _one_line(reference),
            "uprn": uprns.uprn,
            "name": name,
            "address": address,
            "postcode": postcode,
        },
        index=cells.index,
    )
    return rows, joined([postcode_found, uprns.found, name_found])


def _one_line(text: pd.Series) -> pd.Series:
    return text.str.replace(r"\s+", " ", regex=True).str.strip(" ,;")


def _address(cells: pd.DataFrame, columns: Sequence[str]) -> pd.Series:
    """Join address columns in order, without blanks and repeats: number and street, then lines by commas."""
    if not columns:
        return pd.Series("", index=cells.index, dtype="str")
    parts = [
        cells[name]
        .where(~is_blank(cells[name]), "")
        .str.replace(r"[\r\n]+", ", ", regex=True)
        .str.split()
        .str.join(" ")
        for name in columns
    ]
    lines = [_joined_lines(row) for row in zip(*(part.str.strip(" ,;").tolist() for part in parts), strict=True)]
    return pd.Series(lines, index=cells.index, dtype="str")


def _joined_lines(parts: tuple[str, ...]) -> str:
    lines: list[str] = []
    for part in parts:
        if not part or part in lines:
            continue
        if lines and lines[-1].replace("-", "").replace("/", "").isalnum() and lines[-1][:1].isdigit():
            lines[-1] = f"{lines[-1]} {part}"
        else:
            lines.append(part)
    return ", ".join(piece for piece in ", ".join(lines).replace(" ,", ",").split(", ") if piece)


def _postcode(
    cells: pd.DataFrame, matches: Sequence[ColumnMatch], address: pd.Series
) -> tuple[pd.Series, pd.DataFrame]:
    text = text_of(cells, matches, "postcode")
    reading = read_postcode_cells(text)
    inside = postcode_in(address)
    taken = ~reading.value.str.contains(" ", regex=False) & inside.ne("")
    heading = str(text.name or "")
    remedy = "Write the whole postcode, such as DE24 9DA."
    found = [
        findings(taken.index[taken], rule="postcode_in_address", message=inside[taken] + " is taken from the address.",
                 remedy="Give postcodes a column of their own.", severity="note", column=heading),
        findings(reading.mends.index, rule="postcode_mended", message=reading.mends, remedy=remedy, severity="note",
                 column=heading, value=text),
        findings(reading.questions.index.difference(taken.index[taken]), rule="not_a_postcode", remedy=remedy,
                 message=reading.questions, severity="question", column=heading, value=text),
    ]  # fmt: skip
    return reading.value.where(~taken, inside), joined(found)


def _or_occupiers(name: pd.Series, body: pd.Series) -> pd.Series:
    """Return names; where most are blank and every row has an organisation of its own, as in AddressBase, that one."""
    named = body[body.ne("")]
    apart = len(named) >= FEW and named.nunique() > MOST * len(named) and name.eq("").mean() > MOST
    return name.where(name.ne("") | ~body.ne("") | (not apart), body)


def _names(name: pd.Series, address: pd.Series, postcode: pd.Series) -> tuple[pd.Series, pd.DataFrame]:
    """Return names, filled down in continuation rows of one site, else taken from the address."""
    name = _one_line(name)
    blank = name.eq("")
    site = postcode.where(postcode.ne(""), address)
    continued = blank & site.ne("") & site.eq(site.shift(fill_value=""))
    filled = name.mask(continued).where(~blank | continued, "").ffill().fillna("") if blank.any() else name
    continued &= filled.ne("")
    named = filled.where(filled.ne(""), address.str.split(",").str[0].fillna(""))
    found = findings(
        name.index[continued],
        rule="name_filled_down",
        message="The row has no name; it continues '" + filled[continued] + "' above.",
        remedy="Write the name in every row.",
        severity="note",
        column=str(name.name or ""),
    )
    return named.astype("str"), found


# --------------------------------------------------------------------------------------------------------------- words


def _words(cells: pd.DataFrame, matches: Sequence[ColumnMatch]) -> tuple[pd.DataFrame, pd.DataFrame]:
    recorded = {f"{name}_recorded": _one_line(text_of(cells, matches, name)) for name in
                ("use", "tenure", "holding", "condition", "status")}  # fmt: skip
    detail = _one_line(text_of(cells, matches, "tenure_detail"))
    tenure = recognise(recorded["tenure_recorded"], "tenure").replace("unknown", "")
    tenure = tenure.where(tenure.ne(""), recognise(detail, "tenure")).replace("", "unknown")
    unread = recorded["tenure_recorded"].ne("") & tenure.eq("unknown")
    rows = pd.DataFrame(
        {
            **recorded,
            "use_detail": _one_line(text_of(cells, matches, "use_detail")),
            "tenure_detail": detail,
            "tenure": tenure,
            "holding": recognise(recorded["holding_recorded"], "holding"),
            "condition": recognise(recorded["condition_recorded"], "condition"),
            "epc": text_of(cells, matches, "epc").str.upper().str.extract(r"\b([A-G])\b", expand=False).fillna(""),
            "services": _one_line(text_of(cells, matches, "services")),
            "next_step": _one_line(text_of(cells, matches, "next_step")),
            "secure_for": _secure_for(text_of(cells, matches, "secure_for")),
            "planning": _planning(cells, columns_of(matches, "planning")),
            "status": _status(cells, matches, recorded["status_recorded"], detail),
        },
        index=cells.index,
    )
    found = findings(
        cells.index[unread],
        rule="tenure_unknown",
        message="The tenure '" + recorded["tenure_recorded"][unread] + "' is not known.",
        remedy="Write freehold, leasehold, licence or PFI.",
        severity="question",
        value=recorded["tenure_recorded"],
    )
    unread = recorded["condition_recorded"].ne("") & rows["condition"].eq("")
    asked = findings(
        cells.index[unread],
        rule="condition_unknown",
        message="The condition '" + recorded["condition_recorded"][unread].str.slice(0, 60) + "' is not known.",
        remedy="Write A, B, C or D, or good, satisfactory, poor or bad.",
        severity="question",
        value=recorded["condition_recorded"],
    )
    return rows, joined([found, asked])


def _secure_for(text: pd.Series) -> pd.Series:
    """Return the classes of work that buildings are secure for, "; " between them: yes is all of them, no is none."""
    word = text.str.lower()
    classes = _one_line(text.str.replace(r"\s*[;,/|\n]\s*", "; ", regex=True))
    return classes.mask(word.isin(YES), EVERY_CLASS).mask(word.isin(NO | {"not secure"}), "").astype("str")


def _planning(cells: pd.DataFrame, columns: Sequence[str]) -> pd.Series:
    """Return what the planning columns say, "; " between them; yes and no are given with their heading."""
    parts = []
    for name in columns:
        text = _one_line(cells[name].where(~is_blank(cells[name]), ""))
        flag = text.str.lower().isin(YES | NO | {"none"})
        parts.append(text.mask(flag, name + ": " + text.str.lower()).tolist())
    joined_parts = ["; ".join(filter(None, row)) for row in zip(*parts, strict=True)] if parts else ""
    return pd.Series(joined_parts, index=cells.index, dtype="str")


def _status(
    cells: pd.DataFrame, matches: Sequence[ColumnMatch], recorded: pd.Series, tenure_detail: pd.Series
) -> pd.Series:
    """Return the status: closed where a closing date stands, else what status and tenure detail say."""
    closed = text_of(cells, matches, "closed")
    shut = closed.str.contains(r"\d{4}", regex=True) | closed.str.lower().isin(["yes", "y", "closed"])
    status = recognise(recorded, "status")
    status = status.where(status.ne(""), recognise(tenure_detail, "status").where(tenure_detail.str.len() < 40, ""))
    return status.mask(shut, "closed")


def add_uses(rows: pd.DataFrame, *, use: str, promised: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows with `use`, `services` and `public_facing` filled.

    The use column has the first word, then what the place is told to hold (`use` from place.toml, else what the
    file's name promises), then the name of the building, then its holding. A list of stations may still hold houses
    and a headquarters: those words in the name win over the list's promise.

    Parameters
    ----------
    rows
        Columns `use_recorded`, `use_detail`, `status_recorded`, `name`, `address`, `holding`, `services`,
        `public_facing`.
    use
        Use of every building of the list as place.toml tells it, or "".
    promised
        Use that the file's or sheet's name promises, or "".
    """
    told = recognise_uses(rows["use_recorded"], whole=True)
    detail = recognise_uses(rows["use_detail"], whole=True)
    named = recognise_uses(rows["name"].where(told.eq(""), ""))
    sized = rows["gia_m2"].gt(0) | rows["nia_m2"].gt(0)  # what has floors is a building, whatever lies around it
    surrounded = named.eq("land") & (rows["holding"].eq("buildings") | (sized & rows["holding"].eq("")))
    named = named.mask(surrounded, recognise_uses(rows["name"].where(surrounded, ""), building=True))
    street = rows["address"].str.split(",").str[0].fillna("")
    general = use or promised
    unlike = rows["name"].where(named.isin(["house", "office", "land", "car park"]), "").map(_is_exception)
    exceptions = named.where(unlike.astype("bool"), "")
    chosen = told
    for option in (
        recognise_uses(rows["status_recorded"].where(rows["status_recorded"].str.upper().eq("HQ"), ""), whole=True),
        exceptions if general else named,
        pd.Series(general, index=rows.index),
        detail,
        recognise_uses(street.mask(rows["holding"].eq("buildings"), "")) if not general else named,
        recognise_uses(street.where(rows["holding"].eq("buildings"), ""), building=True) if not general else named,
    ):
        chosen = chosen.where(chosen.ne(""), option)
    land = rows["holding"].eq("land") & told.eq("") & chosen.ne("car park") & named.isin(["", "land", "other", "house"])
    chosen = chosen.mask(land, "land").replace("", "other")
    known = uses()
    services = rows["services"].where(rows["services"].ne(""), chosen.map(lambda name: known[name].services))
    public = rows["public_facing"].fillna(chosen.map(lambda name: known[name].public_facing).astype("boolean"))
    found = findings(
        rows.index[chosen.eq("other") & rows["use_recorded"].ne("") & told.eq("")],
        rule="use_unknown",
        message="The use '" + rows["use_recorded"].str.slice(0, 60) + "' is not known; it is read as 'other'.",
        remedy="Write one of the register's words, such as library; or, where all these are of one kind, check "
        "the list with --use office, or " + under_assets(line_to_copy("use", "office")),
        severity="question",
        value=rows["use_recorded"],
    )
    return rows.assign(use=chosen, services=services, public_facing=public.astype("bool")), found


def _is_exception(name: str) -> bool:
    """Return True for names that say plainly that the building is not what the rest of its list is."""
    words = f" {plain(name)} "
    return any(
        f" {word} " in words for word in ("houses", "headquarters", "hq", "bungalow", "car park", "land", "flats")
    )


# ------------------------------------------------------------------------------------------------------------- numbers


def _numbers(cells: pd.DataFrame, matches: Sequence[ColumnMatch]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return numbers with where they come from, dates and flags."""
    columns: dict[str, pd.Series] = {}
    found: list[pd.DataFrame] = []
    readers: list[tuple[str, str, Callable[[pd.Series], Reading]]] = [
        *((field, "area", _area_reader(matches, field)) for field in AREAS),
        *((field, "number", read_numbers) for field in COUNTS),
        *((field, "money", _money_reader(matches, field)) for field in SUMS),
        *((field, "date", read_dates) for field in DATES),
        *((field, "flag", read_flags) for field in FLAGS),
    ]
    for field, kind, read in readers:
        text = text_of(cells, matches, field)
        reading = read(text)
        columns[field] = reading.value
        found.append(_said(reading, text, kind))
        if field in NUMBERS:
            recorded = reading.value.notna()
            columns[f"{field}_from"] = pd.Series("", index=cells.index, dtype="str").mask(recorded, "recorded")
    return pd.DataFrame(columns, index=cells.index), joined(found)


def without_zero_sizes(rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows with sizes of 0 taken as not recorded: no building has 0 m2, and no site either.

    The floor area of land without a building is rightly 0 and stays.

    Parameters
    ----------
    rows
        Areas with their origin, `use` and `holding`.
    """
    found = []
    land = rows["holding"].eq("land") | rows["use"].isin(["land", "car park"])
    for field in AREAS:
        zero = rows[field].eq(0.0) & (~land if field != "site_area_m2" else True)
        rows = rows.assign(**{field: rows[field].mask(zero), f"{field}_from": rows[f"{field}_from"].mask(zero, "")})
        found.append(
            findings(
                rows.index[zero],
                rule="zero_size",
                message=f"An area of 0 m2 ({_SIZES[field]}) is read as not recorded.",
                remedy="Leave the cell blank, or write the area.",
                severity="note",
                value="0",
            )
        )
    return rows, joined(found)


def net_over_gross(rows: pd.DataFrame) -> pd.DataFrame:
    """Return questions about buildings whose net area is larger than the gross area it is part of."""
    over = rows.index[rows["nia_m2"].gt(rows["gia_m2"] * ROUNDED)]
    sizes = {name: rows.loc[over, name].map("{:,.0f}".format).astype("str") for name in ("nia_m2", "gia_m2")}
    return findings(
        over,
        rule="net_over_gross",
        message="The net area of " + sizes["nia_m2"] + " m2 is larger than the gross area of " + sizes["gia_m2"]
        + " m2 that it is part of.",
        remedy="See whether the two stand in each other's columns, or one is in other units.",
        severity="question",
        value=sizes["nia_m2"],
    )  # fmt: skip


def _area_reader(matches: Sequence[ColumnMatch], field: str) -> Callable[[pd.Series], Reading]:
    heading = next(iter(columns_of(matches, field)), "")
    unit = unit_of(heading, field)
    return lambda text: read_areas(text, unit=unit)


def _money_reader(matches: Sequence[ColumnMatch], field: str) -> Callable[[pd.Series], Reading]:
    """Return the reader of a column of money whose heading may say that it counts in thousands or millions."""
    scale = scale_of(next(iter(columns_of(matches, field)), ""))

    def read(text: pd.Series) -> Reading:
        reading = read_money(text)
        bare = reading.value.notna() & text.str.fullmatch(r"[£\s\d.,]+")
        if scale == 1.0 or not bare.any():
            return reading
        value = reading.value.where(~bare, reading.value * scale)
        said = ("'" + text[bare] + "' is read as " + value[bare].map("{:,.0f}".format).astype("str") + " pounds: "
                "the heading says so.")  # fmt: skip
        return Reading(value, pd.concat([reading.mends, said]), reading.questions)

    return read


def _said(reading: Reading, text: pd.Series, kind: str) -> pd.DataFrame:
    heading = str(text.name or "")
    if reading.mends.empty and reading.questions.empty:
        return joined([])
    return joined(
        [
            findings(reading.mends.index, rule=f"{kind}_mended", message=reading.mends, remedy=_HELP[kind],
                     severity="note", column=heading, value=text),
            findings(reading.questions.index, rule=f"not_a_{kind}", message=reading.questions, remedy=_HELP[kind],
                     severity="question", column=heading, value=text),
        ]
    )  # fmt: skip
