"""Formulas over declared facts: exact, as Python computes them, and nothing but arithmetic."""

import time
from fractions import Fraction

import pytest
from engine.formula import (
    MAXIMUM_DEPTH,
    MAXIMUM_LENGTH,
    FormulaDivisionError,
    FormulaError,
    FormulaLimitError,
    FormulaNameError,
    FormulaSyntaxError,
    parse_formula,
)
from hypothesis import assume, given
from hypothesis import strategies as st

VALUES = {"machines": 4, "operators": Fraction(7), "area": Fraction("12.5"), "idle": 0}


@st.composite
def expressions(draw, depth=3):
    """A formula and the same in Python, where every number is a Fraction."""
    kind = draw(st.sampled_from(["number", "name", "sign", "operator", "function", "parts"]))
    if not depth or kind == "number":
        text = draw(st.from_regex(r"\A(0|[1-9][0-9]{0,3})(\.[0-9]{1,4})?\Z"))
        return text, f"Fraction('{text}')"
    if kind == "name":
        name = draw(st.sampled_from(sorted(VALUES)))
        return name, name
    parts = [draw(expressions(depth=depth - 1)) for _ in range(3)]
    if kind == "sign":
        return tuple(f"-{part}" for part in parts[0])
    if kind == "operator":
        signs = [draw(st.sampled_from("+-*/")) for _ in range(2)]
        join = draw(st.sampled_from(["{0}{3}{1}{4}{2}", "({0} {3} {1}) {4} {2}"]))
        return tuple(join.format(*texts, *signs) for texts in zip(*parts, strict=True))
    if kind == "function":
        function = draw(st.sampled_from(["min", "max"]))
        return tuple(f"{function}({', '.join(texts)})" for texts in zip(*parts, strict=True))
    return tuple(f"({part})" for part in parts[0])


@given(both=expressions())
def test_computes_what_python_computes_with_fractions(both):
    text, python = both
    assume(len(text) <= MAXIMUM_LENGTH)
    names = {name: Fraction(value) for name, value in VALUES.items()}
    try:
        expected = eval(python, {"Fraction": Fraction, "min": min, "max": max}, names)
    except ZeroDivisionError:
        with pytest.raises(FormulaDivisionError):
            parse_formula(text).compute(VALUES)
    else:
        assume(max(abs(expected.numerator), expected.denominator) < 2**200)
        assert parse_formula(text).compute(VALUES) == expected


@given(text=st.text(max_size=60) | st.text("0123456789.+-*/(),_ aminx\n", max_size=40))
def test_any_text_is_computed_or_refused(text):
    try:
        formula = parse_formula(text)
        value = formula.compute(dict.fromkeys(formula.names, Fraction(3, 7)))
    except FormulaError:
        return
    assert isinstance(value, Fraction)


@pytest.mark.parametrize(
    ("text", "found", "position"),
    [
        ("", "", 1),
        ("  ", "", 1),
        ("machines +", "", 11),
        ("machines ** 2", "*", 11),
        ("2 machines", "machines", 3),
        ("1e9", "e9", 2),
        ("min()", ")", 5),
        ("min", "", 4),
        ("(machines", "", 10),
        ("machines)", ")", 9),
        ("1, 2", ",", 2),
        ("machines // 2", "/", 11),
        ("area.real", ".", 5),
        ("__import__('os')", "(", 11),
        ("machines if area else 2", "if", 10),
        ("[1][0]", "[", 1),
        ("lambda: 1", ":", 7),
        ("max(*area)", "*", 5),
        ("+2", "+", 1),
        ("sum(area)", "(", 4),
        ("2 % 3", "%", 3),
        ("machines = 2", "=", 10),
        ("٣ + 1", "٣", 1),
    ],
)
def test_nothing_but_arithmetic_is_understood(text, found, position):
    with pytest.raises(FormulaSyntaxError) as error:
        parse_formula(text)
    assert (error.value.found, error.value.position) == (found, position)


def test_numbers_are_exact_and_names_are_told():
    formula = parse_formula("machines * 0.1 + .2 + 2. / 3 + min(area, 50)")
    assert formula.names == {"machines", "area"}
    assert formula.compute(VALUES) == Fraction(4, 10) + Fraction(2, 10) + Fraction(2, 3) + 12 + (
        Fraction(1, 2)
    )


@pytest.mark.parametrize(
    ("text", "value"),
    [("2 - 3 - 4", -5), ("-2 - -3", 1), ("12 / 3 / 2", 2), ("1 + 2 * 3", 7), ("min(5)", 5)],
)
def test_operators_bind_as_people_learned(text, value):
    assert parse_formula(text).compute({}) == value


def test_a_name_without_a_value_and_floats_are_refused():
    with pytest.raises(FormulaNameError) as error:
        parse_formula("machines + looms").compute({"machines": 1})
    assert error.value.name == "looms"
    with pytest.raises(TypeError):
        parse_formula("machines").compute({"machines": 0.5})


@pytest.mark.parametrize("text", ["1 / idle", "1 / (area - 12.5)", "min(1, 2 / 0)"])
def test_a_division_by_zero(text):
    with pytest.raises(FormulaDivisionError):
        parse_formula(text).compute(VALUES)


@pytest.mark.parametrize(
    "text",
    [
        "1" * (MAXIMUM_LENGTH + 1),
        "(" * (MAXIMUM_DEPTH + 1) + "1" + ")" * (MAXIMUM_DEPTH + 1),
        "-" * (MAXIMUM_DEPTH + 1) + "1",
        "min(" * (MAXIMUM_DEPTH + 1) + "1" + ")" * (MAXIMUM_DEPTH + 1),
    ],
)
def test_length_and_depth_have_limits(text):
    with pytest.raises(FormulaLimitError):
        parse_formula(text)


def test_the_size_of_a_value_has_a_limit_and_no_formula_takes_long():
    text = "*".join(["a"] * (MAXIMUM_LENGTH // 2))
    started = time.perf_counter()
    with pytest.raises(FormulaLimitError):
        parse_formula(text).compute({"a": 10**20})
    with pytest.raises(FormulaLimitError):
        parse_formula("1" + "/a" * 240).compute({"a": Fraction(10**20, 3)})
    assert time.perf_counter() - started < 1
