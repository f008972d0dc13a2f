"""Papers that a committee can read: chapters made once, written as a page that prints and as a Word document.

Sentences and tables take their numbers from the same results, so that prose cannot disagree with tables, nor the page
with the document.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from geodata.write import write_text
from maps.office_files import write_office_file
from maps.paper import SHORT, Part, figure, paper, table
from maps.picture import Figure, png_bytes, svg_text

LETTER_MM = 1.75  # a letter of 8.5 points, on average
TEXT_WIDTH_MM = 178.0  # A4 less the margins


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """A table of a paper: texts as they shall stand, columns headed as given.

    Parameters
    ----------
    caption
        What it shows, with units.
    frame
        Its index is left out.
    right
        Columns that stand to the right.
    marked
        Positions of the rows to mark.
    """

    caption: str
    frame: pd.DataFrame
    right: Sequence[str] = ()
    marked: Sequence[int] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A picture of a paper with the words that stand for it."""

    caption: str
    figure: Figure


@dataclass(frozen=True, slots=True, eq=False)
class Chapter:
    """A heading, sentences, and the tables and pictures below them."""

    heading: str
    sentences: Sequence[str] = ()
    below: Sequence[Sheet | Picture] = field(default=())


def report_html(title: str, chapters: Sequence[Chapter], *, footer: str) -> str:
    """Return the paper as one page that needs no network and prints on A4."""
    parts = [Part(chapter.heading, chapter.sentences, "\n".join(map(_html, chapter.below))) for chapter in chapters]
    return paper(title, parts, footer=footer)


def write_report(title: str, chapters: Sequence[Chapter], folder: Path, *, footer: str, name: str = "report") -> None:
    """Write the paper as a page and as a Word document into an existing folder.

    Parameters
    ----------
    title, chapters
        The paper.
    folder
        Where to write ``NAME.html`` and ``NAME.docx``.
    footer
        What it was made from: seed, versions, sources.
    name
        Name of the two files.
    """
    write_text(report_html(title, chapters, footer=footer), folder / f"{name}.html")
    write_office_file(_document(title, chapters, footer), folder / f"{name}.docx")


def _html(item: Sheet | Picture) -> str:
    if isinstance(item, Sheet):
        return table(item.frame, caption=item.caption, marked=item.marked, right=item.right)
    return figure(svg_text(item.figure, title=item.caption), caption=item.caption)


# ------------------------------------------------------------------------------------------------------- Word document


def _document(title: str, chapters: Sequence[Chapter], footer: str) -> io.BytesIO:
    """Return the paper as the archive of a Word document: A4, headings, alternative text, repeated table headings."""
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(16)
    section.top_margin = section.bottom_margin = Mm(18)
    document.styles["Normal"].font.name, document.styles["Normal"].font.size = "Arial", Pt(10)
    for language in document.styles.element.xpath("w:docDefaults/w:rPrDefault/w:rPr/w:lang"):
        language.set(qn("w:val"), "en-GB")
    document.core_properties.title, document.core_properties.author = title, "onetown"
    document.core_properties.language = "en-GB"
    document.add_heading(_clean(title), level=0)
    for chapter in chapters:
        document.add_heading(_clean(chapter.heading), level=1)
        for sentence in chapter.sentences:
            said = document.add_paragraph(_clean(sentence))
            said.paragraph_format.keep_with_next = sentence is chapter.sentences[-1] and bool(chapter.below)
        for item in chapter.below:
            if isinstance(item, Sheet):
                _add_table(document, item)
            else:
                _add_picture(document, item)
    section.footer.paragraphs[0].text = _clean(footer)
    content = io.BytesIO()
    document.save(content)
    return content


def _add_table(document: Any, sheet: Sheet) -> None:
    caption = document.add_paragraph(_clean(sheet.caption), style="Caption")
    caption.paragraph_format.keep_with_next = True
    grid = document.add_table(rows=1, cols=len(sheet.frame.columns), style="Light List Accent 1")
    grid.autofit = False
    for place, name in enumerate(sheet.frame.columns):
        _fill(grid.rows[0].cells[place], str(name), right=name in sheet.right, bold=True)
    _flag(grid.rows[0], "w:tblHeader")
    for at, row in enumerate(sheet.frame.itertuples(index=False)):
        cells = grid.add_row().cells
        for place, (name, value) in enumerate(zip(sheet.frame.columns, row, strict=True)):
            _fill(cells[place], str(value), right=name in sheet.right, bold=at in sheet.marked)
        _flag(grid.rows[-1], "w:cantSplit")
    for column, width in zip(grid.columns, _widths_mm(sheet.frame), strict=True):
        column.width = Mm(width)
        for cell in column.cells:
            cell.width = Mm(width)
    if len(sheet.frame) <= SHORT:
        for table_row in grid.rows[:-1]:
            for cell in table_row.cells:
                cell.paragraphs[0].paragraph_format.keep_with_next = True
    document.add_paragraph()


def _widths_mm(frame: pd.DataFrame) -> list[float]:
    """Return the widths of columns (mm), which fill the page: every longest word fits, and long texts get the rest.

    Examples
    --------
    >>> narrow, wide = _widths_mm(pd.DataFrame({"A": ["1,000"], "Why": ["A reason that takes some room to give"]}))
    >>> narrow < wide, round(narrow + wide)
    (True, 178)
    """
    texts = [[str(name), *map(str, frame[name])] for name in frame]
    least = [max(len(word) for text in column for word in [*text.split(), ""]) + 3.0 for column in texts]
    wanted = [max(low, min(max(map(len, column)), 120.0) + 3.0) for low, column in zip(least, texts, strict=True)]
    spare = max(TEXT_WIDTH_MM / LETTER_MM - sum(least), 0.0)
    more = [want - low for want, low in zip(wanted, least, strict=True)]
    grown = [low + spare * extra / (sum(more) or 1.0) for low, extra in zip(least, more, strict=True)]
    return [TEXT_WIDTH_MM * width / sum(grown) for width in grown]


def _fill(cell: Any, text: str, *, right: bool, bold: bool) -> None:
    paragraph = cell.paragraphs[0]
    run = paragraph.add_run(_clean(text))
    run.bold, run.font.size = bold, Pt(8.5)
    if right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _flag(row: Any, name: str) -> None:
    """Set a property of a table row: a heading that is repeated, a row that is not split."""
    mark = OxmlElement(name)
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)  # noqa: SLF001 - python-docx has no door to these properties


def _add_picture(document: Any, picture: Picture) -> None:
    shape = document.add_picture(io.BytesIO(png_bytes(picture.figure)), width=Mm(TEXT_WIDTH_MM))
    words = _clean(picture.caption)
    shape._inline.docPr.set("descr", words)  # noqa: SLF001 - the same for alternative text
    shape._inline.docPr.set("title", words)  # noqa: SLF001
    document.add_paragraph(words, style="Caption")


def _clean(text: str) -> str:
    """Return text without the signs that XML cannot carry."""
    return "".join(sign if sign.isprintable() or sign in "\n\t" else "\N{REPLACEMENT CHARACTER}" for sign in text)
