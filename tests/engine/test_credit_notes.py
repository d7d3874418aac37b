"""Credit notes that take pieces back, and those that only lower a price."""

from fractions import Fraction

import pytest
from engine.credit_notes import Document, find_lowered
from hypothesis import given
from hypothesis import strategies as st

INVOICE = Document("F1", 10, 1000)
CASES = {
    "all at its price": ([(-10, -1000)], (), 0),
    "some at its price": ([(-3, -300)], (), 0),
    "nothing": ([], (), 0),
    "the price, on all pieces": ([(-10, -200)], (1,), 200),
    "the price, on some pieces": ([(-4, -20)], (1,), 20),
    "the price, as one piece of its own": ([(-1, -200)], (1,), 200),
    "the price twice": ([(-10, -200), (-10, -100)], (1, 2), 300),
    "the price, then all at what was left": ([(-10, -200), (-10, -800)], (1,), 0),
    "the price, then half at what was left": ([(-10, -200), (-5, -400)], (1,), 100),
    "the price, then half at the first price": ([(-10, -200), (-5, -500)], (1,), 200),
    "the price, then all at the first price": ([(-10, -200), (-10, -1000)], (1,), 200),
    "half, then the price of the rest": ([(-5, -500), (-5, -50)], (2,), 50),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_credit_note_takes_back_what_it_pays_for(case):
    credits, lines, amount = case
    documents = [INVOICE, *(Document("N", q, a, "F1") for q, a in credits)]
    assert find_lowered(documents) == (lines, amount)


def test_each_invoice_has_its_own_price():
    documents = [INVOICE, Document("F2", 10, 1500), Document("N1", -10, -1000, "F1")]
    assert find_lowered(documents).lines == ()
    assert find_lowered([*documents[:2], Document("N1", -10, -1000, "F2")]) == ((2,), 1000)
    assert find_lowered([*documents[:2], Document("N1", -10, -1250)]).lines == ()


def test_rounding_to_the_coin_takes_back():
    thirds = Document("F1", 3, Fraction(10001, 100))
    back = [Document("N", -1, Fraction(-3333, 100), "F1")] * 3
    assert find_lowered([thirds, *back], Fraction(3, 100)).lines == ()
    assert find_lowered([thirds, *back]).lines == (1,)


def test_what_was_never_invoiced_is_taken_back():
    assert find_lowered([Document("N1", -3, -1)]) == ((), 0)


@given(
    st.integers(1, 30),
    st.integers(1, 50),
    st.lists(st.tuples(st.booleans(), st.integers(1, 9)), max_size=6),
)
def test_what_is_left_to_pay_is_what_the_documents_say(pieces, price, credits):
    documents, held, net = [Document("F", pieces, pieces * price)], pieces, pieces * price
    for takes, number in credits:
        unit = Fraction(net, held) if held else 0
        if takes:
            quantity = min(number, held)
            amount = quantity * unit
        else:
            quantity, amount = held, unit * held * Fraction(number, 10)
        if not amount:
            continue
        documents.append(Document("N", -quantity, -amount, "F"))
        held -= quantity if takes else 0
        net -= amount
    assert held * price - find_lowered(documents).amount == net
