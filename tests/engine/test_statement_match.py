"""Matching lines of a bank statement: who paid, what it closes, and what stays open for doubt."""

import pytest
from engine.statement_match import (
    OpenItem,
    Payer,
    StatementLine,
    find_payer,
    plain_words,
    propose,
)
from hypothesis import given
from hypothesis import strategies as st

ROSA, LUZ = 7, 8
PAYERS = [
    Payer(ROSA, names=("Rosa Quispe Mamani",), phones=("+51 987 654 321",), codes=("10456789012",)),
    Payer(LUZ, names=("Luz Quispe",), phones=("912345678", ""), codes=("",)),
]


@pytest.mark.parametrize(
    ("text", "payer"),
    [
        ("YAPE 987654321", ROSA),
        ("yape de 51987654321 a red", ROSA),
        ("Transf. RUC 10456789012", ROSA),
        ("TRANSFERENCIA QUISPE MAMANI, ROSA", ROSA),
        ("Plin Luz Quispe", LUZ),
        ("Plin Quispe", None),
        ("987654321 y 912345678", None),
        ("op. 12345678", None),
        ("", None),
    ],
    ids=str,
)
def test_a_payer_is_found_by_phone_code_or_whole_name(text, payer):
    assert find_payer(text, PAYERS) == payer


def test_words_lose_accents_case_and_signs():
    assert plain_words("Cuota: Junín/2026") == " cuota junin 2026 "
    assert plain_words("") == " "


def due(key, amount, day=1, partner=ROSA, fund=1, **vals):
    return OpenItem(key, amount, fund, day, partner=partner, **vals)


def transit(key, amount, day=1, fund=1, **vals):
    return OpenItem(key, amount, fund, day, **vals)


def line(key, amount, partner=None, day=9, text=""):
    return StatementLine(key, amount, day, partner, text)


@pytest.mark.parametrize(
    ("amount", "partner", "items", "found"),
    [
        (10, ROSA, [due(1, 10)], (1,)),
        (10, ROSA, [due(1, 10, 2), due(2, 10, 1)], (2,)),
        (30, ROSA, [due(1, 10), due(2, 20, 2), due(3, 5, 3)], (1, 2)),
        (15, ROSA, [due(1, 10), due(2, 20, 2), due(3, 5, 3)], (1, 3)),
        (15, ROSA, [due(1, 20), due(2, 10, 2), due(3, 10, 3), due(4, 5, 4)], (2, 4)),
        (15, ROSA, [due(1, 20), due(2, 10, 2), due(3, 5, 3), due(4, 7, 4), due(5, 8, 5)], None),
        (11, ROSA, [due(1, 10)], None),
        (10, LUZ, [due(1, 10)], None),
        (10, None, [due(1, 10)], None),
        (10, ROSA, [due(1, 10, fund=1), due(2, 10, fund=2)], None),
        (-10, ROSA, [due(1, 10)], None),
        (-10, ROSA, [due(1, -10)], (1,)),
        (0, ROSA, [due(1, 10), due(2, -10)], None),
    ],
    ids=[
        "one due",
        "equal dues, oldest first",
        "the oldest ones",
        "the only choice",
        "the only choice, of equal ones the oldest",
        "two choices",
        "partial is the user's",
        "another member's",
        "by amount alone, no",
        "of two funds",
        "of the other side",
        "an advance given back",
        "nothing was paid",
    ],
)
def test_dues_of_a_member(amount, partner, items, found):
    assert propose([line(50, amount, partner)], items).get(50) == found


@pytest.mark.parametrize(
    ("partner", "items", "found"),
    [
        (None, [transit(1, 30), transit(2, 20)], (1,)),
        (None, [transit(1, 30), transit(2, 30)], None),
        (ROSA, [transit(1, 30, payers=frozenset({ROSA})), due(2, 30)], (1,)),
        (ROSA, [transit(1, 30, payers=frozenset({LUZ})), due(2, 30)], (2,)),
        (ROSA, [transit(1, 30, payers=frozenset({LUZ, ROSA})), due(2, 30)], None),
        (ROSA, [transit(1, 30), due(2, 30)], None),
        (ROSA, [transit(1, 30)], (1,)),
    ],
    ids=[
        "the only one of its amount",
        "two of its amount",
        "what the member paid already",
        "what another member paid",
        "a deposit of both, or its due",
        "a deposit of nobody, or its due",
        "no due that could be meant",
    ],
)
def test_money_in_transit(partner, items, found):
    assert propose([line(50, 30, partner)], items).get(50) == found


def test_a_reference_decides_between_equal_amounts():
    items = [
        transit(1, 30, references=("CAJAF/2026/00001",)),
        transit(2, 30, references=("CAJAF/2026/00002",)),
    ]
    assert propose([line(50, 30, text="Dep. CAJAF-2026-00002")], items) == {50: (2,)}


def test_a_reference_names_what_many_members_owe():
    items = [due(key, 10, partner=key, references=("Cuota mayo 2026",)) for key in (1, 2, 3)]
    assert propose([line(50, 30, text="CUOTA MAYO 2026")], items) == {50: (1, 2, 3)}
    assert propose([line(50, 10, partner=2, text="CUOTA MAYO 2026")], items) == {50: (2,)}
    assert propose([line(50, 20, text="CUOTA MAYO 2026")], items) == {}
    assert propose([line(50, 10, partner=4, text="CUOTA MAYO 2026")], items[:1]) == {}


def test_what_two_lines_could_mean_is_proposed_to_neither():
    assert propose([line(50, 30), line(51, 30)], [transit(1, 30)]) == {}


def test_two_payments_of_a_member_close_one_due_after_the_other():
    items = [due(1, 10), due(2, 10, 2)]
    found = propose([line(51, 10, ROSA, day=8), line(50, 10, ROSA), line(52, 10, ROSA)], items)
    assert found == {51: (1,), 50: (2,)}


AMOUNTS = st.integers(-30, 30)
PARTNERS = st.none() | st.integers(1, 3)


@given(
    st.lists(st.tuples(AMOUNTS, PARTNERS, st.integers(1, 5)), max_size=6),
    st.lists(st.tuples(AMOUNTS, PARTNERS, st.integers(1, 2), st.integers(1, 5)), max_size=9),
)
def test_what_is_proposed_adds_up_and_is_proposed_once(lines, items):
    lines = [line(key, amount, who, day) for key, (amount, who, day) in enumerate(lines, start=50)]
    items = [
        OpenItem(key, amount, fund, day, partner=who)
        for key, (amount, who, fund, day) in enumerate(items)
    ]
    amounts = {item.key: item.amount for item in items}
    partners = {item.key: item.partner for item in items}
    found = propose(lines, items)
    taken = [key for keys in found.values() for key in keys]
    assert len(taken) == len(set(taken))
    for one in lines:
        if one.key in found:
            assert sum(amounts[key] for key in found[one.key]) == one.amount
            assert {partners[key] for key in found[one.key]} <= {None, one.partner}
