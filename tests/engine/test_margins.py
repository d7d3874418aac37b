"""The margin of a round: exact over a bill, and still where no document moves it."""

from fractions import Fraction

from engine.margins import margins_of_bill
from engine.saving import nearest_coin
from hypothesis import given
from hypothesis import strategies as st

COSTS = st.dictionaries(st.integers(0, 5), st.integers(1, 5000), min_size=1)
RATES = st.integers(0, 3000).map(lambda number: Fraction(number, 10_000))


@given(COSTS, RATES)
def test_the_margin_of_a_bill_is_exact_on_the_whole(costs, rate):
    found = margins_of_bill([costs], rate)
    assert sum(found.values()) == nearest_coin(sum(costs.values()) * rate)


@given(COSTS, RATES)
def test_a_bill_credited_in_full_leaves_no_margin(costs, rate):
    refund = {key: -coins for key, coins in costs.items()}
    assert not any(margins_of_bill([costs, refund], rate).values())


@given(COSTS, RATES, st.data())
def test_a_credit_note_moves_no_margin_of_what_it_does_not_touch(costs, rate, data):
    touched = data.draw(st.sets(st.sampled_from(sorted(costs))))
    refund = {key: -data.draw(st.integers(1, costs[key])) for key in touched}
    before, after = margins_of_bill([costs], rate), margins_of_bill([costs, refund], rate)
    assert {key: after[key] for key in costs.keys() - touched} == {
        key: before[key] for key in costs.keys() - touched
    }


@given(COSTS, RATES)
def test_a_credit_note_without_its_bill_gives_its_margin_back(costs, rate):
    refund = {key: -coins for key, coins in costs.items()}
    found = margins_of_bill([refund], rate)
    assert sum(found.values()) == -nearest_coin(sum(costs.values()) * rate)
    assert all(coins <= 0 for coins in found.values())
