"""Our segments beside a published classification of the same areas: how far they agree, and what lies where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from geodata.errors import CoverageError, SchemaError, examples
from geodata.files import read_table
from segmentation.agreement import adjusted_rand

LEVELS = ("super", "sub")
CODE_HEADINGS = ("oa_code", "oa21cd", "oa11cd", "oa", "code", "geo_code", "geography_code", "output_area")
SHOWN = 6


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """Two classifications of the same areas.

    Parameters
    ----------
    source
        Name of the published table.
    agreement
        Adjusted Rand index, indexed by ``published`` (a column of labels), one column per level of ours.
    table
        One row per pair that occurs: ``published label level segment name n_areas share_of_label share_of_segment``;
        shares from 0 to 1.
    n_areas, n_unlabelled
        Areas compared, and areas of ours that the published table has no label for.
    """

    source: str
    agreement: pd.DataFrame
    table: pd.DataFrame
    n_areas: int
    n_unlabelled: int

    def sentences(self) -> tuple[str, ...]:
        """Return the agreement in words, and where the areas of the first published label column are in ours."""
        lines = [f"Beside {self.source}: {self.n_areas:,} areas compared{self._left_out()}."]
        for published, row in self.agreement.iterrows():
            level = "super" if row["super"] >= row["sub"] else "sub"
            kind = "super clusters" if level == "super" else "sub-clusters"
            lines.append(
                f"'{published}' and our {kind} agree at {row[level]:.2f} (adjusted Rand index: 1 the same, 0 chance): "
                f"{_in_words(float(row[level]))}."
            )
        return (*lines, *self._where())

    def _left_out(self) -> str:
        return f"; {self.n_unlabelled:,} have no label there and are left out" if self.n_unlabelled else ""

    def _where(self) -> list[str]:
        first = self.table[(self.table["published"] == self.agreement.index[0]) & (self.table["level"] == "super")]
        labels = first.groupby("label")["n_areas"].sum().sort_values(ascending=False, kind="stable").index[:SHOWN]
        lines = []
        for label in labels:
            rows = first[first["label"] == label].sort_values("n_areas", ascending=False, kind="stable")
            best = rows.iloc[0]
            lines.append(
                f"Of the {rows['n_areas'].sum():,} areas labelled {label}, {100 * best['share_of_label']:.0f} % are in "
                f"'{best['name']}'."
            )
        return lines


def read_published(path: Path) -> pd.DataFrame:
    """Read a published classification: one column of area codes, and one or more of labels.

    Returns
    -------
    DataFrame
        Labels as text, indexed by ``oa_code``.

    Raises
    ------
    SchemaError
        There is no column of codes or of labels, or an area appears twice.
    """
    table = read_table(path)
    known = {str(column).strip().casefold(): column for column in table.columns}
    code = next((known[heading] for heading in CODE_HEADINGS if heading in known), None)
    if code is None or len(table.columns) < 2:
        raise SchemaError(
            f"{path.name}: a published classification needs a column of area codes headed oa_code and at least one of "
            f"labels. It has {examples(list(table.columns))}."
        )
    labels = table.drop(columns=code).set_axis(pd.Index(table[code].astype("str").str.strip(), name="oa_code"), axis=0)
    twice = labels.index[labels.index.duplicated()].unique()
    if len(twice):
        raise SchemaError(f"{path.name}: {examples(list(twice))} appear twice. Keep one row for each area.")
    text = labels.apply(lambda column: column.map(_label_text, na_action="ignore"))
    return pd.DataFrame(text.rename(columns=str))


def compare(
    table: pd.DataFrame, published: pd.DataFrame, *, names: Mapping[tuple[str, int], str], source: str
) -> Comparison:
    """Hold segments beside a published classification.

    Parameters
    ----------
    table
        Columns ``super`` and ``sub``, indexed by ``oa_code``.
    published
        From :func:`read_published`.
    names
        Name of each segment, by level and number.
    source
        What to call the published table.

    Raises
    ------
    CoverageError
        The two have no area in common.
    """
    both = table.index.intersection(published.index)
    both = both[published.loc[both].notna().any(axis=1).to_numpy()]
    if not len(both):
        raise CoverageError(
            f"{source}: none of our {len(table):,} areas ({examples(list(table.index))}) is in it "
            f"({examples(list(published.index))}). Take labels of the same census."
        )
    ours, theirs = table.loc[both], published.loc[both]
    rand = {
        str(column): {
            level: adjusted_rand(ours[level].to_numpy()[known], theirs[column].to_numpy()[known]) for level in LEVELS
        }
        for column in theirs
        for known in [theirs[column].notna().to_numpy()]
    }
    parts = [_crossed(theirs[column], ours[level], names) for column in theirs for level in LEVELS]
    agreement = pd.DataFrame.from_dict(rand, orient="index").rename_axis("published")
    return Comparison(source, agreement, pd.concat(parts, ignore_index=True), len(both), len(table) - len(both))


def _crossed(labels: pd.Series, segments: pd.Series, names: Mapping[tuple[str, int], str]) -> pd.DataFrame:
    level = str(segments.name)
    counts = pd.DataFrame({"label": labels, "segment": segments}).dropna().value_counts(sort=False)
    long = counts.rename("n_areas").reset_index().sort_values(["label", "segment"], ignore_index=True)
    totals = {column: long.groupby(column)["n_areas"].transform("sum") for column in ("label", "segment")}
    long = long.assign(
        published=str(labels.name),
        level=level,
        name=[names[level, int(number)] for number in long["segment"]],
        share_of_label=long["n_areas"] / totals["label"],
        share_of_segment=long["n_areas"] / totals["segment"],
    )
    return long[["published", "label", "level", "segment", "name", "n_areas", "share_of_label", "share_of_segment"]]


def _label_text(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()


def _in_words(rand: float) -> str:
    if rand >= 0.65:
        return "much the same groups"
    if rand >= 0.35:
        return "alike in the main lines, different in detail"
    return "they group the areas differently" if rand >= 0.1 else "hardly more alike than chance"
