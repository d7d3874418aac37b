"""Formulas that members agree on: ``machines * 2 + operators / 3 + min(area, 50)``, exact.

A formula is typed by people and computed for every member, so it is a language of its own and not
Python's: numbers, names, ``+ - * /``, ``min``, ``max`` and parentheses, nothing else, and limits of
length, depth and size, so that no text can keep a server busy. Nothing is ever evaluated as code.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import NamedTuple

from .exact import Exact, exact_number, exact_weight

__all__ = [
    "Formula",
    "FormulaDivisionError",
    "FormulaError",
    "FormulaLimitError",
    "FormulaNameError",
    "FormulaSyntaxError",
    "FUNCTIONS",
    "parse_formula",
]

MAXIMUM_LENGTH = 500  # characters of a formula
MAXIMUM_DEPTH = 20  # parentheses and signs within each other
MAXIMUM_BITS = 256  # of the numerator and the denominator of a value

FUNCTIONS: dict[str, Callable[..., Fraction]] = {"max": max, "min": min}
OPERATORS: dict[str, Callable[[Fraction, Fraction], Fraction]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": lambda left, right: left / right,
}
PRECEDENCE = (("+", "-"), ("*", "/"))  # the loosest first
TOKEN = re.compile(r"\s*(?:([0-9]+(?:\.[0-9]*)?|\.[0-9]+)|([^\W\d]\w*)|(.))", re.DOTALL)


class FormulaError(ValueError):
    """Whatever is wrong with a formula, or with computing it."""


class FormulaSyntaxError(FormulaError):
    """Something stands where it cannot: ``found`` at ``position``, counted from 1.

    ``found`` is empty where the formula ends too early.
    """

    def __init__(self, found: str, position: int) -> None:
        super().__init__(f"unexpected {found or 'end'!r} at position {position}")
        self.found, self.position = found, position


class FormulaLimitError(FormulaError):
    """The formula is longer or deeper, or its value larger, than is computed."""


class FormulaNameError(FormulaError):
    """``name`` is none that has a value."""

    def __init__(self, name: str) -> None:
        super().__init__(f"unknown name {name!r}")
        self.name = name


class FormulaDivisionError(FormulaError, ZeroDivisionError):
    """Something is divided by zero."""


class _Token(NamedTuple):
    kind: str  # "number", "name", "sign", or "end"
    text: str
    position: int


class _Step(NamedTuple):
    """A step of a stack machine: push a number or a value, or fold the last ``count`` values."""

    kind: str  # "number", "name", "fold"
    value: Fraction | str | Callable[..., Fraction]
    count: int = 0


class Formula(NamedTuple):
    """A formula that was understood: its steps, and the names whose values it needs."""

    text: str
    names: frozenset[str]
    steps: tuple[_Step, ...]

    def compute(self, values: Mapping[str, Exact]) -> Fraction:
        """Return the value of the formula, exact.

        :param values: an exact number for every name
        :raises FormulaNameError: a name without a value
        :raises FormulaDivisionError: something is divided by zero
        :raises FormulaLimitError: the value has more digits than weights have
        :raises TypeError: float or bool among the values

        >>> parse_formula("machines * 2 + operators / 3").compute({"machines": 4, "operators": 2})
        Fraction(26, 3)
        """
        stack: list[Fraction] = []
        for step in self.steps:
            if step.kind == "number":
                stack.append(step.value)
            elif step.kind == "name":
                stack.append(_get_value(values, step.value))
            else:
                operands = stack[-step.count :]
                del stack[-step.count :]
                stack.append(_fold(step.value, operands))
        return _within_limits(stack[0])


def _get_value(values: Mapping[str, Exact], name: str) -> Fraction:
    if name not in values:
        raise FormulaNameError(name)
    return exact_number(values[name], name)


def _fold(function: Callable[..., Fraction], operands: list[Fraction]) -> Fraction:
    if len(operands) == 1 and function in FUNCTIONS.values():  # min and max want several
        return operands[0]
    try:
        return function(*operands)
    except ZeroDivisionError:
        raise FormulaDivisionError("division by zero") from None


def _within_limits(value: Fraction) -> Fraction:
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > MAXIMUM_BITS:
        raise FormulaLimitError(f"the value has more than {MAXIMUM_BITS} bits")
    return value


def parse_formula(text: str) -> Formula:
    """Understand a formula, without computing it.

    :param text: numbers (``2``, ``2.5``), names (letters, digits and ``_``), ``+ - * /``,
        ``min(…)`` and ``max(…)`` of one or more parts, and parentheses; spaces count for nothing
    :raises FormulaSyntaxError: anything else, with the place where it stands
    :raises FormulaLimitError: longer than 500 characters, or deeper than 20

    >>> sorted(parse_formula("-2 * min(area, 50) + area").names)
    ['area']
    >>> parse_formula("2 ** 9")
    Traceback (most recent call last):
    engine.formula.FormulaSyntaxError: unexpected '*' at position 4
    """
    if len(text) > MAXIMUM_LENGTH:
        raise FormulaLimitError(f"the formula has more than {MAXIMUM_LENGTH} characters")
    steps = _Parser(_read_tokens(text)).parse()
    names = frozenset(step.value for step in steps if step.kind == "name")
    return Formula(text, names, tuple(steps))


def _read_tokens(text: str) -> list[_Token]:
    text = text.rstrip()
    tokens = []
    for match in TOKEN.finditer(text):
        kind = ("number", "name", "sign")[match.lastindex - 1]
        tokens.append(_Token(kind, match[match.lastindex], match.start(match.lastindex) + 1))
    return [*tokens, _Token("end", "", len(text) + 1)]


class _Parser:
    """Recursive descent; what it reads becomes steps in the order in which they are computed."""

    def __init__(self, tokens: list[_Token]) -> None:
        self.tokens = tokens
        self.index = 0
        self.depth = 0
        self.steps: list[_Step] = []

    def parse(self) -> list[_Step]:
        self._read_level(0)
        self._expect("end", "")
        return self.steps

    def _take(self, *texts: str) -> str | None:
        """Go past the next sign if it is one of these."""
        token = self.tokens[self.index]
        if token.kind == "sign" and token.text in texts:
            self.index += 1
            return token.text
        return None

    def _expect(self, kind: str, text: str) -> None:
        token = self.tokens[self.index]
        if (token.kind, token.text) != (kind, text):
            raise FormulaSyntaxError(token.text, token.position)
        self.index += 1

    def _read_level(self, level: int) -> None:
        """Read parts joined by the operators of a level of precedence, from the left."""
        if level == len(PRECEDENCE):
            self._read_part()
            return
        self._read_level(level + 1)
        while operator := self._take(*PRECEDENCE[level]):
            self._read_level(level + 1)
            self.steps.append(_Step("fold", OPERATORS[operator], 2))

    def _read_part(self) -> None:
        """Read a number, a name, a function, something in parentheses, or one of them negated."""
        token = self.tokens[self.index]
        self.index += 1
        if token.kind == "number":
            self.steps.append(_Step("number", exact_weight(token.text)))
        elif token.kind == "name" and token.text in FUNCTIONS:
            self._read_function(FUNCTIONS[token.text])
        elif token.kind == "name":
            self.steps.append(_Step("name", token.text))
        elif token.text == "(" and token.kind == "sign":
            self._read_within(lambda: self._read_level(0))
            self._expect("sign", ")")
        elif token.text == "-" and token.kind == "sign":
            self.steps.append(_Step("number", Fraction(0)))
            self._read_within(self._read_part)
            self.steps.append(_Step("fold", OPERATORS["-"], 2))
        else:
            raise FormulaSyntaxError(token.text, token.position)

    def _read_function(self, function: Callable[..., Fraction]) -> None:
        self._expect("sign", "(")
        self._read_within(lambda: self._read_level(0))
        count = 1
        while self._take(","):
            self._read_within(lambda: self._read_level(0))
            count += 1
        self._expect("sign", ")")
        self.steps.append(_Step("fold", function, count))

    def _read_within(self, read: Callable[[], None]) -> None:
        self.depth += 1
        if self.depth > MAXIMUM_DEPTH:
            raise FormulaLimitError(f"more than {MAXIMUM_DEPTH} parts within each other")
        read()
        self.depth -= 1
