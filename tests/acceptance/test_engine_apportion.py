"""Worked cases for splitting money (A1-A5) and apportioning units (L1-L6)."""

from decimal import Decimal
from fractions import Fraction

import pytest
from engine.apportion import (
    allot_lots,
    cumulative_increments,
    rotated_keys,
    split_amount,
    water_fill,
)


def test_A1_four_equal_shares():
    assert split_amount(30150, [1, 1, 1, 1]) == [7538, 7538, 7537, 7537]


def test_A2_base_and_tax_of_an_invoice_are_each_exact():
    total, base, tax = 18225, 15445, 2780
    for amount in (total, base, tax):
        assert sum(split_amount(amount, [98, 2])) == amount
    assert split_amount(total, [98, 2]) == [17861, 364]
    assert split_amount(base, [98, 2]) == [15136, 309]
    assert split_amount(tax, [98, 2]) == [2724, 56]


def test_A3_costs_paid_by_the_first_are_owed_by_the_others():
    shares = [split_amount(cost, [60, 30, 10]) for cost in (500_000, 1_000_000)]
    kept, *owed = (sum(member) for member in zip(*shares, strict=True))
    assert (kept, owed) == (900_000, [450_000, 150_000])


def test_A4_thirds_and_their_reversal():
    shares = split_amount(10000, [1, 1, 1])
    assert sorted(shares, reverse=True) == [3334, 3333, 3333]
    reversal = split_amount(-10000, [1, 1, 1])
    assert [a + b for a, b in zip(shares, reversal, strict=True)] == [0, 0, 0]


def totals_of_10_000_invoices(amount, weights, keys_of):
    totals = [0] * len(weights)
    for number in range(1, 10_001):
        shares = split_amount(amount, weights, keys_of(number))
        totals = [a + b for a, b in zip(totals, shares, strict=True)]
    return totals


def test_A5_rotated_keys_leave_nobody_more_than_1_00_ahead():
    totals = totals_of_10_000_invoices(10000, [1, 1, 1], lambda n: rotated_keys(3, n))
    assert sum(totals) == 10_000 * 10000
    assert max(totals) - min(totals) <= 100


def test_A5_fixed_keys_would_put_one_member_100_00_ahead():
    totals = totals_of_10_000_invoices(10000, [1, 1, 1], lambda n: None)
    assert max(totals) - min(totals) == 10_000


@pytest.mark.parametrize("gap", [2, 3, 7])
def test_A5_rotated_keys_when_every_second_or_third_number_is_another_kind_of_document(gap):
    totals = totals_of_10_000_invoices(10000, [1, 1, 1], lambda n: rotated_keys(3, gap * n))
    assert max(totals) - min(totals) <= 500


def test_A5_rotated_keys_are_fair_where_only_two_of_three_tie():
    _largest, one, other = totals_of_10_000_invoices(10002, [2, 1, 1], lambda n: rotated_keys(3, n))
    assert abs(one - other) <= 100


def test_A5_a_running_total_does_not_drift():
    totals = [0, 0, 0]
    for number in range(1, 10_001):
        increments = cumulative_increments(number * 10000, [1, 1, 1], totals)
        assert sum(increments) == 10000
        totals = [a + b for a, b in zip(totals, increments, strict=True)]
        assert max(totals) - min(totals) <= 1


@pytest.mark.parametrize("turn", range(6))
def test_A5_two_credit_notes_give_back_what_each_was_given(turn):
    keys = rotated_keys(3, turn)
    invoice = split_amount(10000, [1, 1, 1], keys)
    first = cumulative_increments(-5000, [1, 1, 1], [0, 0, 0], keys)
    second = cumulative_increments(-10000, [1, 1, 1], first, keys)
    assert sum(first) == sum(second) == -5000
    assert [sum(member) for member in zip(invoice, first, second, strict=True)] == [0, 0, 0]


def test_L1_webster_where_hamilton_differs():
    claims = [5117, 4400, 162, 161, 160]
    assert allot_lots(100, claims) == [51, 43, 2, 2, 2]
    assert split_amount(100, claims) == [51, 44, 2, 2, 1]


def test_L2_webster():
    assert allot_lots(10, [1, 5, 3, 2]) == [1, 4, 3, 2]


def test_L3_divisible_shares_up_to_claims():
    shares = water_fill(10, [1, 1, 1, 1], [2, Decimal("2.6"), 4, 5])
    assert shares == [2, Fraction(13, 5), Fraction(27, 10), Fraction(27, 10)]


def test_L4_shortage():
    claims = [100, 50, 50, 200, 300, 100, 200]
    expected = [50, 25, 25, 100, 150, 50, 100]
    assert allot_lots(500, claims, caps=claims) == expected
    assert water_fill(500, claims, claims) == expected


def test_L5_tie_by_key():
    requests = [2, 2, 1, 1]
    assert allot_lots(5, requests, caps=requests) == [2, 1, 1, 1]
    assert allot_lots(5, requests, caps=requests, keys="dcba") == [1, 2, 1, 1]


def test_L6_zero_weight_keeps_its_floor():
    assert allot_lots(10, [1, 0], caps=[3, 9]) == [3, 0]
    assert allot_lots(10, [1, 0], caps=[3, 9], floors=[0, 4]) == [3, 4]


def test_L6_caps():
    assert allot_lots(10, [1, 1], caps=[2, 10]) == [2, 8]
    assert allot_lots(10, [1, 1], caps=[10, 10]) == [5, 5]
