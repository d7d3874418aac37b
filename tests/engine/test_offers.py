"""Offers of suppliers: landed costs, the cheapest split, and quantities over lines and receipts."""

from fractions import Fraction
from itertools import product as every

import pytest
from engine import offers
from engine.offers import Goods
from hypothesis import given
from hypothesis import strategies as st

COSTS = st.lists(
    st.lists(st.one_of(st.none(), st.integers(0, 500)), min_size=3, max_size=3),
    min_size=1,
    max_size=4,
)
LOTS = st.lists(st.integers(0, 40), min_size=1, max_size=6)


def test_a_volume_break_counts_from_its_quantity_on():
    breaks = [(100, 900), (0, 1000)]
    assert offers.offer_cost(breaks, 99) == 99_000
    assert offers.offer_cost(breaks, 100) == 90_000
    assert offers.offer_cost([(50, 900)], 49) is None


def test_half_a_coin_is_rounded_up():
    assert offers.offer_cost([(0, Fraction(1, 2))], 1) == 1


def test_landed_costs_by_each_basis():
    lines = [Goods(10_000, Fraction(1), Fraction(30)), Goods(30_000, Fraction(3), Fraction(10))]
    assert offers.landed_costs(lines, [(400, "value")]) == [10_100, 30_300]
    assert offers.landed_costs(lines, [(400, "quantity")]) == [10_100, 30_300]
    assert offers.landed_costs(lines, [(400, "weight")]) == [10_300, 30_100]
    with pytest.raises(ValueError, match="not by volume"):
        offers.landed_costs(lines, [(400, "volume")])


@given(
    st.lists(st.tuples(st.integers(1, 10**6), st.integers(1, 99)), min_size=1, max_size=6),
    st.lists(st.tuples(st.integers(-500, 5000), st.sampled_from(offers.BASES)), max_size=3),
)
def test_landed_costs_sum_to_goods_and_freight(lines, freights):
    goods = [Goods(value, Fraction(count), Fraction(count, 7)) for value, count in lines]
    landed = offers.landed_costs(goods, freights)
    assert sum(landed) == sum(line.value for line in goods) + sum(a for a, _basis in freights)


@given(COSTS, st.lists(st.integers(0, 300), min_size=3, max_size=3))
def test_the_cheapest_split_is_that_of_trying_everything(table, freights):
    costs = {
        number: {supplier: cost for supplier, cost in enumerate(row) if cost is not None}
        for number, row in enumerate(table)
    }
    freight = dict(enumerate(freights))
    if not all(costs.values()):
        with pytest.raises(ValueError, match="nobody offers"):
            offers.cheapest_split(costs, freight)
        return
    totals = [
        sum(costs[number][supplier] for number, supplier in enumerate(choice))
        + sum(freight[supplier] for supplier in set(choice))
        for choice in every(*(costs[number] for number in costs))
    ]
    split = offers.cheapest_split(costs, freight)
    assert split.exact
    assert split.total == min(totals)
    assert split.total == sum(costs[p][s] for p, s in split.suppliers.items()) + sum(
        freight[s] for s in set(split.suppliers.values())
    )


def test_freight_may_make_the_dearer_prices_cheaper():
    costs = {"sheet": {"A": 100, "B": 95}, "towel": {"A": 100, "B": 95}}
    assert offers.cheapest_split(costs, {"B": 11}).suppliers == {"sheet": "A", "towel": "A"}
    assert offers.cheapest_split(costs, {"B": 9}).suppliers == {"sheet": "B", "towel": "B"}
    with pytest.raises(ValueError, match="negative"):
        offers.cheapest_split(costs, {"B": -1})


def test_more_than_ten_suppliers_are_not_proved():
    costs = {p: {s: 100 + (7 * s + 3 * p) % 11 for s in range(12)} for p in range(5)}
    split = offers.cheapest_split(costs, dict.fromkeys(range(12), 50))
    assert not split.exact
    cheapest_alone = min(sum(costs[p][s] for p in costs) + 50 for s in range(12))
    assert split.total == cheapest_alone


@given(LOTS, st.data())
def test_lines_and_members_both_sum(allotted, data):
    left, ordered = sum(allotted), []
    while left and len(ordered) < 4:
        ordered.append(data.draw(st.integers(0, left)))
        left -= ordered[-1]
    lines = offers.spread_over_lines(allotted, ordered)
    assert [sum(line) for line in lines] == ordered
    totals = [sum(line[member] for line in lines) for member in range(len(allotted))]
    assert all(total <= cap for total, cap in zip(totals, allotted, strict=True))
    if not left:
        assert not ordered or totals == allotted


@given(LOTS, st.lists(st.integers(0, 15), max_size=6))
def test_receipts_take_nothing_back_and_do_not_depend_on_their_parts(allotted, receipts):
    so_far, received = 0, [0] * len(allotted)
    for receipt in receipts:
        receipt = min(receipt, sum(allotted) - so_far)
        so_far += receipt
        part = offers.receive_so_far(so_far, allotted, received)
        assert min(part) >= 0
        assert sum(part) == receipt
        received = [a + b for a, b in zip(received, part, strict=True)]
    assert received == offers.receive_so_far(so_far, allotted, [0] * len(allotted))


def test_the_lot_is_as_fine_as_the_quantities():
    assert offers.finest_lot([Fraction(10), Fraction(3)]) == 1
    assert offers.finest_lot([Fraction(5, 4)]) == Fraction(1, 100)
    assert offers.finest_lot([Fraction(1, 3)]) == Fraction(1, 10**6)


@given(LOTS, st.integers(0, 60))
def test_what_a_network_received_so_far_takes_nothing_from_anyone_as_it_grows(allotted, total):
    if not any(allotted):
        return
    before = offers.share_received(total, allotted)
    after = offers.share_received(total + 1, allotted)
    assert sum(before) == total
    assert sum(after) == total + 1
    assert all(more >= less for more, less in zip(after, before, strict=True))
    assert offers.share_received(sum(allotted), allotted) == allotted
