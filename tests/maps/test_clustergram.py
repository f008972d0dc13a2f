"""The clustergram and its paper: the same bytes each time, no network, hostile names harmless."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd
import pytest

from maps.clustergram import choice_page, write_choice
from maps.paper import Part, paper, table
from segmentation.choose import Choice, choose

HOSTILE = "<script>alert(1)</script> & Co $x_1$"


@pytest.fixture(scope="module")
def choice() -> Choice:
    """Return what is measured on three clouds."""
    x = np.repeat(np.array([[0.0, 0], [9, 0], [0, 9]]), 30, axis=0) + np.random.default_rng(0).normal(0, 1, (90, 2))
    return choose(x, ks=(2, 3, 4), n_super=2, n_sub=3, floor=0.02, seed=1, n_resamples=3)


def test_the_folder_holds_measures_picture_and_paper_the_same_each_time(choice: Choice, tmp_path: Path) -> None:
    """Byte for byte, pictures included."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        write_choice(choice, tmp_path / name, place="Peakshire", versions="onetown 1")
    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert {"choose.html", "clustergram.svg", "clustergram.png", "choose_super.csv", "choose.json"} <= set(files)
    for name in files:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), name
    picture = ET.parse(tmp_path / "one" / "clustergram.svg").getroot()  # noqa: S314 - our own file
    assert "How groups of areas split" in "".join(picture.itertext())
    assert (tmp_path / "one" / "clustergram.png").read_bytes().startswith(b"\x89PNG")


def test_the_paper_needs_no_network_and_runs_nothing(choice: Choice) -> None:
    """No script, no link to anywhere, a policy that forbids both, and the name of the place as text."""
    page = choice_page(choice, place=HOSTILE, versions="onetown 1")
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "default-src 'none'" in page
    names = r"http://(?:www\.w3\.org|purl\.org|creativecommons\.org)/"
    assert not re.search(r"(?:src|href)\s*=\s*[\"'](?!#)", re.sub(names, "", page).replace('xlink:href="#', ""))
    HTMLParser().feed(page)


def test_the_recommended_row_is_marked(choice: Choice) -> None:
    """By more than words far away."""
    page = choice_page(choice, place="Peakshire", versions="onetown 1")
    assert re.search(rf"<tr class=marked><td>{choice.recommended}</td>", page)
    assert f"Take {choice.recommended} super clusters" in page


def test_tables_escape_and_leave_what_is_missing_empty() -> None:
    """A name from a file is text, and no number is not 0."""
    frame = pd.DataFrame({HOSTILE: ["<b>"], "share": [float("nan")], "n": [1234]})
    told = table(frame, caption=HOSTILE)
    assert "<b>" not in told
    assert '<td class="number"></td><td class="number">1,234</td>' in told
    assert "<script" not in paper(HOSTILE, [Part(HOSTILE, [HOSTILE])], footer=HOSTILE)
