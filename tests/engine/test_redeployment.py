"""Redeployment: what is left over goes to who can take it, each unit once, in few moves."""

from collections import Counter

import pytest
from engine.apportion import allot_lots
from engine.redeployment import Taker, redeploy
from hypothesis import given
from hypothesis import strategies as st

OFFERS = st.lists(st.integers(0, 30), max_size=5).map(
    lambda units: {f"g{number}": offer for number, offer in enumerate(units)}
)
TAKERS = st.lists(
    st.tuples(st.fractions(0, 9, max_denominator=4), st.none() | st.integers(0, 20)), max_size=5
).map(lambda rows: [Taker(f"t{number}", *row) for number, row in enumerate(rows)])
REFUSED = st.sets(st.tuples(*(st.sampled_from([f"{s}{n}" for n in range(5)]) for s in "gt")))


@given(offers=OFFERS, takers=TAKERS, refused=REFUSED)
def test_every_unit_moves_once_or_rests_where_nobody_can_take_it(offers, takers, refused):
    moves, rest = redeploy(offers, takers, refused)
    given_away, got = Counter(), Counter()
    for (giver, taker), units in moves.items():
        assert units > 0, "no empty moves"
        given_away[giver] += units
        got[taker] += units
    assert {giver: given_away[giver] + rest[giver] for giver in offers} == offers, "exact sums"
    assert not moves.keys() & refused, "nothing moves where it was refused"
    full = {t.key for t in takers if not t.weight or got[t.key] == t.room}
    for taker in takers:
        assert taker.room is None or got[taker.key] <= taker.room, "within its room"
    for giver, units in rest.items():
        free = [t.key for t in takers if t.key not in full and (giver, t.key) not in refused]
        assert not units or not free, "a rest has nobody to take it"


@given(offers=OFFERS, takers=TAKERS)
def test_takers_get_what_webster_gives_and_moves_are_few(offers, takers):
    moves, _rest = redeploy(offers, takers)
    got = Counter()
    for (_giver, taker), units in moves.items():
        got[taker] += units
    shares = allot_lots(sum(offers.values()), [t.weight for t in takers], [t.room for t in takers])
    assert [got[taker.key] for taker in takers] == shares
    assert len(moves) <= max(len(offers) + len(takers) - 1, 0)


def test_a_refused_pair_goes_to_others_and_then_rests():
    takers = [Taker("c", 1), Taker("d", 1, room=1)]
    assert redeploy({"a": 4}, takers, {("a", "c")}) == ({("a", "d"): 1}, {"a": 3})
    assert redeploy({"a": 4}, takers, {("a", "c"), ("a", "d")}) == ({}, {"a": 4})


@pytest.mark.parametrize("offers", [{"a": -1}, {"c": 1}])
def test_negative_offers_and_who_gives_and_takes_are_refused(offers):
    with pytest.raises(ValueError):
        redeploy(offers, [Taker("c", 1)])


def test_floats_are_refused():
    with pytest.raises(TypeError):
        redeploy({"a": 1.5}, [Taker("c", 1)])
    with pytest.raises(TypeError):
        redeploy({"a": 1}, [Taker("c", 0.5)])
