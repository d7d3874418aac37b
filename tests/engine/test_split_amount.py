"""Money: largest remainder, running totals and tie-breaking keys."""

from decimal import Decimal
from fractions import Fraction

import pytest
from engine.apportion import cumulative_increments, exact_weight, rotated_keys, split_amount
from hypothesis import assume, given
from hypothesis import strategies as st

exact = st.one_of(
    st.integers(0, 10**6),
    st.decimals(0, 1000, places=6),
    st.fractions(0, 100, max_denominator=60),
)
weight_lists = st.lists(exact, min_size=1, max_size=12).filter(any)
amounts = st.integers(-(10**12), 10**12)


def hamilton(amount, weights, keys):
    """Largest remainder as the textbook states it."""
    sign = -1 if amount < 0 else 1
    whole = sum(map(Fraction, weights))
    exact_shares = [Fraction(weight) * abs(amount) / whole for weight in weights]
    shares = [share.numerator // share.denominator for share in exact_shares]
    ranking = sorted(range(len(weights)), key=lambda i: (shares[i] - exact_shares[i], keys[i]))
    for position in ranking[: abs(amount) - sum(shares)]:
        shares[position] += 1
    return [sign * share for share in shares]


@given(amounts, weight_lists, st.randoms(use_true_random=False))
def test_equals_the_textbook_rule(amount, weights, random):
    keys = random.sample(range(100), len(weights))
    assert split_amount(amount, weights, keys) == hamilton(amount, weights, keys)


@given(amounts, weight_lists)
def test_sum_is_exact_and_every_share_is_within_a_cent(amount, weights):
    shares = split_amount(amount, weights)
    whole = sum(map(Fraction, weights))
    assert sum(shares) == amount
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share - Fraction(weight) * amount / whole) < 1
        assert weight or share == 0


@given(amounts, weight_lists)
def test_negative_amount_is_the_mirror_image(amount, weights):
    assert split_amount(-amount, weights) == [-share for share in split_amount(amount, weights)]


@given(amounts, weight_lists, exact.filter(bool))
def test_scale_of_the_weights_does_not_matter(amount, weights, factor):
    scaled = [Fraction(weight) * Fraction(factor) for weight in weights]
    assert split_amount(amount, scaled) == split_amount(amount, weights)


@given(amounts, weight_lists, st.randoms(use_true_random=False))
def test_order_of_members_does_not_matter_with_keys(amount, weights, random):
    keyed = dict(zip("abcdefghijkl", weights, strict=False))
    expected = dict(
        zip(keyed, split_amount(amount, list(keyed.values()), list(keyed)), strict=True)
    )
    names = random.sample(list(keyed), len(keyed))
    shares = split_amount(amount, [keyed[name] for name in names], names)
    assert dict(zip(names, shares, strict=True)) == expected


def test_keys_may_be_anything_comparable():
    assert split_amount(100, [1, 1, 1], keys=[(2, "a"), (1, "z"), (1, "b")]) == [33, 33, 34]
    assert split_amount(100, [1, 1, 1], keys=["same"] * 3) == [34, 33, 33]


@pytest.mark.parametrize(
    ("amount", "weights", "keys", "error"),
    [
        (100, [], None, ValueError),
        (100, [0, 0], None, ValueError),
        (100, [1, -1], None, ValueError),
        (100, [1, 1], [1], ValueError),
        (100, [Decimal("NaN")], None, ValueError),
        (100, [Decimal("Infinity"), 1], None, ValueError),
        (100, [0.5, 0.5], None, TypeError),
        (100, [True, 1], None, TypeError),
        (100, ["1"], None, TypeError),
        (100, [None], None, TypeError),
        (100.0, [1], None, TypeError),
        (True, [1], None, TypeError),
        (Decimal(100), [1], None, TypeError),
        (100, [1, 1], [1, "a"], TypeError),
    ],
)
def test_refuses(amount, weights, keys, error):
    with pytest.raises(error):
        split_amount(amount, weights, keys)


def test_messages_say_where():
    with pytest.raises(ValueError, match="weight at position 1 is negative"):
        split_amount(100, [1, Fraction(-1, 3)])
    with pytest.raises(ValueError, match="2 weights but 1 keys"):
        split_amount(100, [1, 1], ["a"])


@given(st.lists(amounts, max_size=8), weight_lists)
def test_increments_lead_to_the_split_of_the_running_total(parts, weights):
    given_so_far, total = [0] * len(weights), 0
    for part in parts:
        total += part
        increments = cumulative_increments(total, weights, given_so_far)
        assert sum(increments) == part
        given_so_far = [a + b for a, b in zip(given_so_far, increments, strict=True)]
        assert given_so_far == split_amount(total, weights)


@given(st.integers(0, 10**9), st.integers(0, 10**4), weight_lists)
def test_increment_asks_at_most_one_cent_back(earlier, part, weights):
    before = split_amount(earlier, weights)
    assert min(cumulative_increments(earlier + part, weights, before)) >= -1


def test_increment_can_ask_one_cent_back():
    """The Alabama paradox of Hamilton, in cents."""
    weights = [6, 6, 2]
    assert split_amount(10, weights) == [4, 4, 2]
    assert cumulative_increments(11, weights, [4, 4, 2]) == [1, 1, -1]


@given(amounts.filter(bool), weight_lists, st.data())
def test_frozen_rows_as_weights_give_each_row_back(amount, weights, data):
    rows = [abs(row) for row in split_amount(amount, weights)]
    part = data.draw(st.integers(0, sum(rows)))
    first = cumulative_increments(part, rows, [0] * len(rows))
    last = cumulative_increments(sum(rows), rows, first, keys=range(len(rows), 0, -1))
    assert [a + b for a, b in zip(first, last, strict=True)] == rows


@pytest.mark.parametrize(
    ("already", "error"), [([0], ValueError), ([0, 0.0], TypeError), ([0, False], TypeError)]
)
def test_increments_refuse(already, error):
    with pytest.raises(error):
        cumulative_increments(100, [1, 1], already)


@given(st.integers(0, 40), st.integers())
def test_rotated_keys_are_a_permutation_that_repeats(count, turn):
    keys = rotated_keys(count, turn)
    assert sorted(keys) == list(range(count))
    assert rotated_keys(count, turn) == keys


@given(st.integers(1, 12), st.integers(-50, 50))
def test_each_round_puts_everyone_in_every_place_once(count, round_number):
    turns = [rotated_keys(count, round_number * count + turn) for turn in range(count)]
    for member_keys in zip(*turns, strict=True):
        assert sorted(member_keys) == list(range(count))


@given(st.integers(2, 10), st.integers(-50, 50))
def test_two_rounds_favour_no_member_of_any_pair(count, pair_of_rounds):
    start = pair_of_rounds * 2 * count
    turns = [rotated_keys(count, start + turn) for turn in range(2 * count)]
    for one in range(count):
        for other in range(one):
            assert sum(keys[one] < keys[other] for keys in turns) == count


@pytest.mark.parametrize(
    ("count", "turn", "error"),
    [(-1, 0, ValueError), (3.0, 0, TypeError), (3, 1.0, TypeError), (True, 0, TypeError)],
)
def test_rotated_keys_refuse(count, turn, error):
    with pytest.raises(error):
        rotated_keys(count, turn)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=0))
def test_exact_weight_reads_stored_and_typed_numbers_alike(number):
    assume(number < 10**10)
    assert exact_weight(number) == exact_weight(str(number)) == Fraction(number)


@pytest.mark.parametrize(
    ("value", "error"),
    [
        (0.1, TypeError),
        (True, TypeError),
        (None, TypeError),
        ("one third", ValueError),
        ("", ValueError),
        ("NaN", ValueError),
        ("inf", ValueError),
    ],
)
def test_exact_weight_refuses(value, error):
    with pytest.raises(error):
        exact_weight(value)
