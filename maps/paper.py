"""Short papers to read and print: sentences, tables and pictures on one page that needs no network and runs nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import pandas as pd

STYLE = """
body { font: 16px/1.5 "Segoe UI", Arial, sans-serif; color: #1d2733; margin: 2rem auto; max-width: 62rem;
  padding: 0 1rem; }
h1 { font-size: 1.7rem; line-height: 1.2; } h2 { font-size: 1.2rem; margin-top: 2rem; }
table { border-collapse: collapse; font-size: 0.9rem; } caption { text-align: left; color: #48566a; padding: 0.3rem 0; }
th, td { border-bottom: 1px solid #d5dbe3; padding: 0.25rem 0.7rem; text-align: left; vertical-align: top; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
td.number { white-space: nowrap; } .wide { margin-bottom: 1rem; }
tr.marked td { background: #eef4fb; font-weight: 600; }
figure { margin: 1rem 0; } figure svg { max-width: 100%; height: auto; }
figcaption { color: #48566a; font-size: 0.9rem; }
.wide { overflow-x: auto; } footer { margin-top: 2rem; color: #48566a; font-size: 0.85rem; }
@page { size: A4; margin: 18mm 16mm; }
@media print { body { margin: 0; max-width: none; padding: 0; font-size: 10.5pt; } .wide { overflow: visible; }
  table { font-size: 8pt; } th, td { padding: 0.15rem 0.3rem; overflow-wrap: break-word; }
  h2 { break-after: avoid; } figure, tr, table.short { break-inside: avoid; }
  caption { break-after: avoid; } thead { display: table-header-group; } }
"""
SHORT = 20  # rows that a page always holds: such a table is not cut in print
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a paper: a heading, sentences, and the HTML of a table or picture below them."""

    heading: str
    sentences: Sequence[str] = ()
    inside: str = ""


def paper(title: str, parts: Sequence[Part], *, footer: str) -> str:
    """Return a whole page; titles, headings and sentences are escaped, `inside` is not.

    Parameters
    ----------
    title
        Heading of the page.
    parts
        From top to bottom.
    footer
        What it was made from: seed, versions, sources.
    """
    body = "\n".join(_part(part) for part in parts)
    return (
        f'<!DOCTYPE html>\n<html lang="en-GB">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{escape(title)}</title>\n'
        f"<style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{escape(title)}</h1>\n{body}\n</main>\n"
        f"<footer>{escape(footer)}</footer>\n</body>\n</html>\n"
    )


def figure(svg: str, *, caption: str) -> str:
    """Return a picture with its caption; readers of the page aloud hear the caption."""
    inner = svg.replace("<svg ", f'<svg role="img" aria-label="{escape(caption)}" ', 1)
    return f'<figure><div class="wide">{inner}</div><figcaption>{escape(caption)}</figcaption></figure>'


def table(frame: pd.DataFrame, *, caption: str, marked: Sequence[int] = (), right: Sequence[str] = ()) -> str:
    """Return a table of texts and numbers, its columns headed as given.

    Parameters
    ----------
    frame
        Its index is left out. Numbers stand to the right; format them beforehand as text for other than two digits.
    caption
        What the table shows, with units.
    marked
        Positions of the rows to mark.
    right
        Columns of texts that stand to the right: numbers that were formatted beforehand.
    """
    sides = [' class="number"' if name in right else _right(frame[name]) for name in frame]
    heads = (f'<th scope="col"{side}>{escape(str(name))}</th>' for name, side in zip(frame, sides, strict=True))
    rows = []
    for at, row in enumerate(frame.itertuples(index=False)):
        cells = (f"<td{side}>{escape(_cell(value))}</td>" for value, side in zip(row, sides, strict=True))
        rows.append(f"<tr{' class=marked' if at in marked else ''}>{''.join(cells)}</tr>")
    kept = ' class="short"' if len(frame) <= SHORT else ""
    return (
        f'<div class="wide"><table{kept}><caption>{escape(caption)}</caption><thead><tr>{"".join(heads)}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _part(part: Part) -> str:
    said = "".join(f"<p>{escape(sentence)}</p>" for sentence in part.sentences)
    return f"<section>\n<h2>{escape(part.heading)}</h2>\n{said}\n{part.inside}\n</section>"


def _right(column: pd.Series) -> str:
    return ' class="number"' if pd.api.types.is_numeric_dtype(column) else ""


def _cell(value: object) -> str:
    if isinstance(value, float):
        return "" if pd.isna(value) else f"{value:,.2f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
