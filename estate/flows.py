"""Cash flows: who pays or gains what, in which year, and how sure it is. From a user's table or from a plan.

One row is one line of money of one body over one or more years. Amounts are pounds a year, gains positive and costs
negative. Year 0 is today. A row without a last year goes on to the horizon, whatever that is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from estate.appraisal import GREEN_BOOK_RATE, discount_factor
from geodata.errors import DataError, did_you_mean

Floats = NDArray[np.float64]
Timing = Literal["start", "middle", "end"]

#: What a line of money can be. The last four are how things are paid for, and stay out of the economic view.
KINDS: Final = ("cost", "benefit", "receipt", "residual", "borrowing", "repayment", "interest", "transfer")
GAINS: Final = ("benefit", "receipt", "residual", "borrowing")
FINANCING: Final = ("borrowing", "repayment", "interest", "transfer")
PRICES: Final = ("real", "nominal", "present value")
CONFIDENCE: Final = ("recorded", "estimated", "assumed")

COLUMNS: Final = {
    "option": "",
    "body": "",
    "line": "",
    "kind": "benefit",
    "first_year": 0,
    "last_year": 0.0,
    "gbp": 0.0,
    "low_gbp": np.nan,
    "high_gbp": np.nan,
    "prices": "real",
    "capital": False,
    "one_off": False,
    "cashable": True,
    "condition": "",
    "planned": False,
    "confidence": "assumed",
    "source": "",
}
ENDLESS: Final = np.inf
_WHEN = {"start": 1.0, "middle": 0.5, "end": 0.0}


def timing_named(word: str) -> Timing:
    """Return the timing of that name.

    Raises
    ------
    DataError
        There is none.
    """
    if word not in _WHEN:
        raise DataError(f"timing: '{word}' is not known.{did_you_mean(word, _WHEN)} Give start, middle or end.")
    return cast("Timing", word)


@dataclass(frozen=True, slots=True)
class Terms:
    """How flows are appraised.

    Parameters
    ----------
    horizon_years
        Years counted after today.
    rate
        Real discount rate a year up to year 30; from year 31 it is 3.0 %, or this rate where it is lower.
    timing
        Where in its year a flow falls; year 0 is today and never discounted. HM Treasury's tables use the end.
    inflation
        Yearly change of the price level that turns nominal into real prices.
    optimism_bias
        Share added to capital costs.
    """

    horizon_years: int = 10
    rate: float = GREEN_BOOK_RATE
    timing: Timing = "end"
    inflation: float = 0.02
    optimism_bias: float = 0.0

    def __post_init__(self) -> None:
        faults = []
        if not 1 <= self.horizon_years <= 100 or self.horizon_years != int(self.horizon_years):
            faults.append(f"the horizon is {self.horizon_years:g} years; give a whole number from 1 to 100")
        if not 0 <= self.rate < 1:
            faults.append(f"the discount rate is {self.rate:g}; give a share from 0 to 1, such as 0.035")
        if not -0.5 < self.inflation < 1:
            faults.append(f"inflation is {self.inflation:g}; give a share a year, such as 0.02")
        if not 0 <= self.optimism_bias <= 10:
            faults.append(f"the optimism bias is {self.optimism_bias:g}; give a share of 0 or more, such as 0.24")
        if faults:
            raise DataError(f"appraisal: {'; '.join(faults)}.")

    def moments(self) -> Floats:
        """Return when the flows of each year fall (years from today), shape (horizon_years + 1,)."""
        years = np.arange(self.horizon_years + 1, dtype=np.float64)
        return np.maximum(years - _WHEN[self.timing], 0.0)

    def weights(self) -> Floats:
        """Return what a real pound of each year is worth today, shape (horizon_years + 1,)."""
        return discount_factor(self.moments(), rate=self.rate)

    def sentences(self) -> tuple[str, ...]:
        """Return the conventions in words.

        Examples
        --------
        >>> Terms(horizon_years=5).sentences()[1]
        'Optimism bias: none is added.'
        """
        later = min(0.03, self.rate)
        source = "HM Treasury Green Book" if self.rate == GREEN_BOOK_RATE else "set by the user"
        long = f", {later:.1%} from year 31" if self.horizon_years > 30 else ""
        at = {"start": "at the start", "middle": "in the middle", "end": "at the end"}[self.timing]
        bias = f"{self.optimism_bias:.0%} is added to capital costs" if self.optimism_bias else "none is added"
        return (
            f"Real prices over {self.horizon_years} years at {self.rate:.1%} a year{long} ({source}); "
            f"flows fall {at} of their year, year 0 today.".replace("%", " %"),
            f"Optimism bias: {bias}.".replace("%", " %"),
            f"Nominal amounts are turned into today's prices at {self.inflation:.1%} a year.".replace("%", " %"),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Flows:
    """The lines of money of one or more options.

    Parameters
    ----------
    table
        One row a line: the columns of ``COLUMNS``; ``gbp`` a year, gains positive, in the row's own prices; years count
        from today; ``last_year`` is infinite for a line that goes on; ``low_gbp`` and ``high_gbp`` are the same
        amount at its worst and its best, missing where nobody said; ``condition`` names what must come true for the
        line to count; ``planned`` lines are in the body's own plans already.
    first_year
        Calendar year of year 0 (2026 for 2026/27), None where the source counts from 0.
    unit_gbp
        Pounds in one unit of the source (1000 where it speaks in thousands): results are shown in it.
    source
        Name of the file or plan.
    """

    table: pd.DataFrame
    first_year: int | None = None
    unit_gbp: float = 1.0
    source: str = ""

    def __post_init__(self) -> None:
        missing = [name for name in COLUMNS if name not in self.table]
        if missing:
            raise ValueError(f"cash flows lack {', '.join(missing)}")

    def options(self) -> list[str]:
        """Return the names of the options in the order of the table."""
        return list(dict.fromkeys(self.table["option"]))

    def bodies(self) -> list[str]:
        """Return the names of the bodies in the order of the table."""
        return list(dict.fromkeys(self.table["body"]))

    def of(self, option: str) -> Flows:
        """Return the flows of one option.

        Raises
        ------
        DataError
            There is no such option.
        """
        if option not in set(self.table["option"]):
            raise DataError(
                f"{self.source}: there is no option '{option}'.{did_you_mean(option, self.options())} "
                f"Give one of: {', '.join(self.options())}."
            )
        return self.where(self.table["option"].eq(option))

    def where(self, rows: pd.Series) -> Flows:
        """Return the flows of the rows that are True."""
        return replace(self, table=self.table[rows])

    def claimed(self) -> Flows:
        """Return the flows that count without conditions and are not in a body's own plans already."""
        return self.where(self.table["condition"].eq("") & ~self.table["planned"])

    def economic(self) -> Flows:
        """Return the flows without interest, borrowing, repayment and transfers between bodies (Green Book)."""
        return self.where(~self.table["kind"].isin(FINANCING))

    def year_name(self, year: int) -> str:
        """Return what the source calls a year.

        Examples
        --------
        >>> Flows(flow_table([]), first_year=2026).year_name(3)
        '2029/30'
        """
        if self.first_year is None:
            return f"year {year}"
        start = self.first_year + year
        return f"{start}/{(start + 1) % 100:02d}"


def flow_table(rows: list[dict[str, object]]) -> pd.DataFrame:
    """Return rows as a table of cash flows; what a row does not say takes its default.

    Examples
    --------
    >>> flow_table([{"line": "rent saved", "gbp": 10.0}])[["line", "kind", "gbp", "cashable"]].values.tolist()
    [['rent saved', 'benefit', 10.0, True]]
    """
    table = pd.DataFrame([{**COLUMNS, **row} for row in rows], columns=list(COLUMNS))
    types = {name: np.asarray(value).dtype for name, value in COLUMNS.items() if not isinstance(value, str)}
    return table.astype(types)


def yearly(flows: Flows, terms: Terms) -> pd.DataFrame:
    """Return the real money of each row in each year.

    Parameters
    ----------
    flows
        Any flows. Rows in present value stand in year 0 as they are.
    terms
        Horizon, prices and optimism bias.

    Returns
    -------
    DataFrame
        Index as ``flows.table``; columns 0 to ``horizon_years`` (GBP, real).
    """
    table = flows.table
    years = np.arange(terms.horizon_years + 1)
    first, last = table["first_year"].to_numpy()[:, None], table["last_year"].to_numpy()[:, None]
    residual = table["kind"].eq("residual").to_numpy()[:, None] & (table["last_year"].to_numpy()[:, None] == ENDLESS)
    present = np.where(residual, years == years[-1], (years >= first) & (years <= last))
    bias = np.where(table["capital"] & table["kind"].eq("cost"), 1.0 + terms.optimism_bias, 1.0)
    nominal = table["prices"].eq("nominal").to_numpy()[:, None]
    price = np.where(nominal, (1.0 + terms.inflation) ** -terms.moments(), 1.0)
    money = (table["gbp"].to_numpy() * bias)[:, None] * present * price
    return pd.DataFrame(money, index=table.index, columns=years)


def row_values(flows: Flows, terms: Terms) -> pd.Series:
    """Return the present value of each row (GBP), index as ``flows.table``."""
    return pd.Series(yearly(flows, terms).to_numpy() @ terms.weights(), index=flows.table.index, name="pv_gbp")
