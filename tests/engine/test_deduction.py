"""What a limit leaves of open amounts, oldest first."""

import pytest
from engine.deduction import deduct_in_order
from hypothesis import given
from hypothesis import strategies as st


@given(st.integers(-100, 10_000), st.lists(st.integers(0, 3_000), max_size=8))
def test_takes_the_limit_in_order_and_never_more(limit, open_amounts):
    taken = deduct_in_order(limit, open_amounts)
    assert sum(taken) == min(max(limit, 0), sum(open_amounts))
    assert all(0 <= some <= amount for some, amount in zip(taken, open_amounts, strict=True))
    partly = [i for i, some in enumerate(taken) if some < open_amounts[i]]
    assert all(not some for some in taken[partly[0] + 1 :]) if partly else True


def test_refuses_floats_and_negative_amounts():
    with pytest.raises(TypeError):
        deduct_in_order(1.0, [1])
    with pytest.raises(ValueError, match="negative"):
        deduct_in_order(1, [-1])
