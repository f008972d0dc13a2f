"""Papers of a business case: the page and the Word document say the same, and open anywhere."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from docx import Document
from playwright.sync_api import Browser

from estate.business_case import BusinessCase, appraise
from estate.flow_reading import read_cash_flows
from estate.flows import Flows, flow_table
from maps.case_report import case_chapters, case_footer
from maps.report import write_report

CASES = Path(__file__).resolve().parents[2] / "examples" / "cases"
HOSTILE = "<img src=x onerror=alert(1)>${1}</script>\u202e"


def suffolk() -> BusinessCase:
    read = read_cash_flows(CASES / "suffolk.csv")
    return appraise(read.flows, printed=read.printed, draws=200)


def written(case: BusinessCase, folder: Path) -> Path:
    folder.mkdir()
    write_report("Business case", case_chapters(case), folder, footer=case_footer(case, version="1"))
    return folder


def text_of(path: Path) -> str:
    document = Document(str(path))
    cells = (cell.text for table in document.tables for row in table.rows for cell in row.cells)
    return " ".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def test_page_and_document_carry_the_same_figures(tmp_path: Path) -> None:
    """A committee reads one, the finance officer the other."""
    folder = written(suffolk(), tmp_path / "paper")
    page, document = (folder / "report.html").read_text(encoding="utf-8"), text_of(folder / "report.docx")
    for words in ("-56.5", "-81.4", "194.8", "+544 to +944", "avoided works", "8.6 years", "HM Treasury Green Book"):
        assert words in page
        assert words in document


def test_the_document_has_headings_alternative_text_and_table_headers(tmp_path: Path) -> None:
    """Screen readers find their way."""
    folder = written(suffolk(), tmp_path / "paper")
    with zipfile.ZipFile(folder / "report.docx") as archive:
        xml = archive.read("word/document.xml").decode()
    pictures = re.findall(r"<wp:docPr [^>]*>", xml)
    assert pictures
    assert all("descr=" in picture for picture in pictures)
    assert xml.count("w:tblHeader") == xml.count("<w:tbl>")
    styles = {paragraph.style.name for paragraph in Document(str(folder / "report.docx")).paragraphs if paragraph.style}
    assert {"Title", "Heading 1"} <= styles


def test_hostile_names_are_shown_as_text(tmp_path: Path) -> None:
    """A body may be called anything."""
    row = {"option": HOSTILE, "line": HOSTILE, "gbp": 5.0, "last_year": np.inf}
    rows = [{**row, "body": body} for body in ("a", HOSTILE)]
    case = appraise(Flows(flow_table(rows), source=HOSTILE), draws=100)
    page = (written(case, tmp_path / "paper") / "report.html").read_text(encoding="utf-8")
    assert "<img" not in page
    assert "</script>" not in page


def test_the_same_case_gives_the_same_bytes(tmp_path: Path) -> None:
    """Neither clock nor chance."""
    first, second = (written(suffolk(), tmp_path / name) for name in ("one", "two"))
    for name in ("report.html", "report.docx"):
        assert (first / name).read_bytes() == (second / name).read_bytes()


@pytest.mark.parametrize("name", ["lincolnshire", "west-cheshire-partners"])
def test_cases_without_years_or_money_still_make_a_paper(name: str, tmp_path: Path) -> None:
    """Hours instead of pounds; sums that are discounted already."""
    read = read_cash_flows(CASES / f"{name}.csv")
    case = appraise(read.flows, printed=read.printed, quantities=read.quantities, draws=100)
    folder = written(case, tmp_path / "paper")
    assert (folder / "report.docx").stat().st_size > 5000


def test_the_page_asks_for_nothing_and_prints_without_a_cut_table(browser: Browser, tmp_path: Path) -> None:
    """A planner behind a locked-down network double-clicks it and prints it on A4."""
    path = written(suffolk(), tmp_path / "paper") / "report.html"
    page = browser.new_page()
    asked: list[str] = []
    trouble: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: trouble.append(message.text))
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.goto(path.as_uri())
    assert asked == [path.as_uri()]
    assert trouble == []
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 672, "height": 987})  # A4 less its margins, at 96 dots an inch
    wide = page.evaluate("[...document.querySelectorAll('table')].filter(t => t.scrollWidth > 673).length")
    assert wide == 0
    assert page.pdf(format="A4").startswith(b"%PDF")
    axe = Axe().run(page)
    assert axe.violations_count == 0, axe.generate_report()
    page.close()


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice, which opens the document, is not here")
def test_the_document_opens_in_an_office_program(tmp_path: Path) -> None:
    """LibreOffice reads it and lays it out."""
    folder = written(suffolk(), tmp_path / "paper")
    profile = f"-env:UserInstallation=file://{tmp_path / 'profile'}"
    words = ["--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(folder / "report.docx")]
    subprocess.run(["soffice", profile, *words], check=True, capture_output=True, timeout=120)
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")
