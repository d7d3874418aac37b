"""Where income covers expenses: planned from prices and costs, or observed in running results.

Amounts are exact (``int``, ``Fraction``, ``Decimal``) and in one currency; prices and costs are net
of value-added tax. Floats are refused.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from math import ceil
from typing import Any, NamedTuple

from .exact import Exact, exact_number, whole_number

__all__ = [
    "Breakeven",
    "BreakevenReached",
    "RunningResult",
    "breakeven",
    "breakeven_reached",
]


@dataclass(frozen=True)
class Breakeven:
    """The breakeven point of a mix of products.

    With several products a *unit* is a composite one: each product in proportion to its place in
    the mix, together one unit. With one product it is that product's unit.
    """

    units: Fraction
    """Composite units at which sales equal all costs; exact, seldom whole."""
    units_by_product: tuple[int, ...]
    """Whole units of each product at that point, each rounded up."""
    sales: Fraction
    """Sales at ``units``, in the currency of the prices."""
    margin_ratio: Fraction
    """Contribution margin per unit of sales: 0.4 if 1.00 sold leaves 0.40 for the fixed cost."""
    unit_margin: Fraction
    """Contribution margin of one composite unit."""
    fixed_cost: Fraction

    def profit_at(self, units: Exact) -> Fraction:
        """Return the profit when ``units`` composite units are sold; a loss is negative.

        :raises TypeError: float or bool
        :raises ValueError: negative units

        Case B1:

        >>> breakeven([(100, 20, 1)], 18000).profit_at(175)
        Fraction(-4000, 1)
        """
        units = exact_number(units, "units")
        if units < 0:
            raise ValueError("units cannot be negative")
        return units * self.unit_margin - self.fixed_cost

    def units_for_profit(self, profit: Exact) -> Fraction:
        """Return the composite units that leave ``profit``, a loss if negative; seldom whole.

        Inverse of :meth:`profit_at`.

        :raises TypeError: float or bool
        :raises ValueError: a loss greater than the fixed cost, which no number of units makes

        Case B1:

        >>> breakeven([(100, 20, 1)], 18000).units_for_profit(16000)
        Fraction(425, 1)
        """
        contribution = self.fixed_cost + exact_number(profit, "profit")
        if contribution < 0:
            raise ValueError("a loss cannot exceed the fixed cost while the margin is positive")
        return Fraction(contribution, self.unit_margin)


def breakeven(products: Iterable[tuple[Exact, Exact, Exact]], fixed_cost: Exact) -> Breakeven:
    """Return the point at which a mix of products covers its fixed cost.

    :param products: ``(price, variable_cost, mix)`` of each product, per unit and net of tax; mixes
        are shares of the *units* sold and only their ratios matter (50 : 30 : 20 or 5 : 3 : 2)
    :param fixed_cost: in the same currency, for the period that is looked at
    :raises TypeError: float or bool anywhere
    :raises ValueError: no products, something that is not a triple, a negative price or cost, a mix
        that is not positive, or a margin of the whole mix that is zero or negative. One product may
        be sold at a loss

    Cost-volume-profit analysis. Invariants: ``profit_at(units) == 0``; ``sales * margin_ratio ==
    fixed_cost``. Each of ``units_by_product`` is rounded up by itself, so selling them covers the
    fixed cost unless one product is sold below its variable cost.

    Case B2:

    >>> point = breakeven([(100, 60, 50), (50, 35, 30), (200, 120, 20)], 63000)
    >>> point.units, point.units_by_product, point.sales, point.margin_ratio
    (Fraction(14000, 9), (778, 467, 312), Fraction(490000, 3), Fraction(27, 70))
    """
    checked = [
        _checked_product(product, position) for position, product in enumerate(products, start=1)
    ]
    if not checked:
        raise ValueError("breakeven needs at least one product")
    fixed_cost = _not_negative(fixed_cost, "fixed cost")
    total_mix = sum(mix for _price, _cost, mix in checked)
    unit_price = Fraction(sum(price * mix for price, _cost, mix in checked), total_mix)
    unit_cost = Fraction(sum(cost * mix for _price, cost, mix in checked), total_mix)
    unit_margin = unit_price - unit_cost
    if unit_margin <= 0:
        raise ValueError(
            "there is no breakeven point: the variable costs of this mix are not below its prices"
        )
    units = Fraction(fixed_cost, unit_margin)
    return Breakeven(
        units=units,
        units_by_product=tuple(
            ceil(Fraction(units * mix, total_mix)) for _price, _cost, mix in checked
        ),
        sales=units * unit_price,
        margin_ratio=Fraction(unit_margin, unit_price),
        unit_margin=unit_margin,
        fixed_cost=fixed_cost,
    )


def _checked_product(product: Any, position: int) -> tuple[Fraction, Fraction, Fraction]:
    product = tuple(product)
    if len(product) != 3:
        raise ValueError(f"product {position} is not a price, a variable cost and a mix")
    price = _not_negative(product[0], f"price of product {position}")
    variable_cost = _not_negative(product[1], f"variable cost of product {position}")
    mix = exact_number(product[2], f"mix of product {position}")
    if mix <= 0:
        raise ValueError(f"mix of product {position} must be greater than zero")
    return price, variable_cost, mix


def _not_negative(value: Exact, name: str) -> Fraction:
    number = exact_number(value, name)
    if number < 0:
        raise ValueError(f"{name} cannot be negative")
    return number


class RunningResult(NamedTuple):
    """Income and expense from the start of the window to the end of one period, in minor units."""

    period: Hashable
    income: int
    expense: int

    @property
    def at_breakeven(self) -> bool:
        """Whether there is both income and expense, and income covers expense."""
        return self.income > 0 and self.expense > 0 and self.income >= self.expense


class BreakevenReached(NamedTuple):
    """Whether and when a joint business covered its expenses."""

    reached: bool
    """Whether it does so over the whole window: what the milestone asks."""
    first_period: Hashable | None
    """The first period at whose end it did, even if later expenses undid it; ``None`` if never."""
    series: tuple[RunningResult, ...]
    """Running totals at the end of every period, for the chart."""


def breakeven_reached(periods: Iterable[tuple[Hashable, int, int]]) -> BreakevenReached:
    """Tell whether total income reached or exceeded total expense over a window of periods.

    *Reached* means: income and expense, each added up from the start of the window, are both
    greater than zero and income is at least expense. Income without any expense posted is an
    incomplete account, not a success; a good last month after a bad year does not count by itself.

    :param periods: ``(period, income, expense)`` in chronological order, minor units, of the
        **whole** joint business (source documents, no attribution entries). A period may be
        negative where credit notes exceed invoices
    :raises TypeError: an amount that is not an ``int``
    :raises ValueError: a period that occurs twice

    Invariants: ``reached`` is ``series[-1].at_breakeven``; when it holds, ``first_period`` is not
    ``None``.

    >>> months = [("2026-01", 0, 500), ("2026-02", 400, 100), ("2026-03", 300, 0)]
    >>> result = breakeven_reached(months)
    >>> result.reached, result.first_period, result.series[1]
    (True, '2026-03', RunningResult(period='2026-02', income=400, expense=600))
    """
    periods = list(periods)
    names = [period for period, _income, _expense in periods]
    if len(set(names)) != len(names):
        raise ValueError("a period occurs twice; add up its income and expense first")
    incomes = accumulate(whole_number(income, "income") for _period, income, _expense in periods)
    expenses = accumulate(whole_number(expense, "expense") for _period, _income, expense in periods)
    series = tuple(RunningResult(*totals) for totals in zip(names, incomes, expenses, strict=True))
    first_period = next((result.period for result in series if result.at_breakeven), None)
    return BreakevenReached(bool(series) and series[-1].at_breakeven, first_period, series)
