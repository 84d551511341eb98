"""Conditions of workflows: checked when typed, bounded when they run, able to say what decided (D-16.1, D-16.3).

The language is that of the rule-engine library, without what could run away: no powers, no regular expressions, no
functions but `any all sum min max abs`. Numbers are decimals. Nothing in a condition can run code (E-2.4).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

from fluorders_tui.domain.errors import Invalid, Refused
from fluorders_tui.domain.workflow_names import ALL_NAMES, CHANGE, CUSTOMER, LINE, NEVER, ORDER, USER, Kind, Name

__all__ = ["ALWAYS", "Condition", "Facts", "Part", "compile_condition", "moment"]

#: The condition that needs none.
ALWAYS = ""

LONGEST = 2_000
DEEPEST = 20
MOST_WORDS = 200
MOST_LOOPS = 8

_SAME_KINDS = "Numbers are compared with numbers, texts with 'texts', dates with dates as in d'2026-12-31'."

FUNCTIONS = ("any", "all", "sum", "min", "max", "abs")

_TOKEN = re.compile(
    r"""\s+
    | (?P<date>d'\d{4}-\d{2}-\d{2}')
    | (?P<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
    | (?P<number>\d+(?:\.\d+)?)
    | (?P<word>[A-Za-z_][A-Za-z_0-9]*)
    | (?P<mark>==|!=|<=|>=|[<>+\-*/%()\[\],.])
    """,
    re.VERBOSE,
)
_WORDS = {"and", "or", "not", "in", "for", "if", "true", "false"}


@dataclass(frozen=True, slots=True)
class Facts:
    """What a condition looks at: values by the names of `workflow_names`."""

    order: Mapping[str, Any]
    lines: Sequence[Mapping[str, Any]]
    customer: Mapping[str, Any]
    user: Mapping[str, Any]
    change: Mapping[str, Any]
    old: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a condition between its `and`s or `or`s: whether it holds, and the values it looked at."""

    text: str
    holds: bool
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int


def moment(date: dt.date | None) -> dt.datetime:
    """A date as conditions compare it; one that is not there is never."""
    return NEVER if date is None else dt.datetime(date.year, date.month, date.day, tzinfo=dt.UTC)


class Condition:
    """A checked condition. Made by `compile_condition`."""

    def __init__(self, text: str, rule: Any, parts: Sequence[tuple[str, Any]], joined: str) -> None:
        self.text = text
        self.joined = joined
        """`and` or `or` between the parts, "" for a single one."""
        self._rule = rule
        self._parts = parts

    def holds(self, facts: Facts) -> bool:
        """Whether it is true of `facts`. Raises `Refused` where it can't be computed: a division by zero."""
        return self._rule is None or bool(_evaluated(self._rule, self.text, _thing(facts)))

    def explain(self, facts: Facts) -> tuple[Part, ...]:
        """Its parts with what each says of `facts` and what it looked at, for a dry run (D-16.3)."""
        thing = _thing(facts)
        return tuple(
            Part(text, bool(_evaluated(rule, text, thing)), dict(_values(text, thing))) for text, rule in self._parts
        )


def compile_condition(text: str) -> Condition:
    """Check a condition and make it ready to run; an empty one always holds.

    Raises `Invalid` with the place: an unknown name with the nearest that there is, a wrong type, an unfinished
    text, anything too long or too deep (D-16.3).
    """
    return _compiled(text.strip())


@lru_cache(maxsize=512)
def _compiled(text: str) -> Condition:
    if not text:
        return Condition(text, None, (), "")
    tokens = _tokens(text)
    _check_bounds(tokens)
    rule = _rule(tokens)
    joined, pieces = _split(tokens)
    parts = [(text[one[0].at : one[-1].at + len(one[-1].text)], _rule(one) if joined else rule) for one in pieces]
    return Condition(text, rule, parts, joined)


# -- reading -----------------------------------------------------------------------------------------------------


def _tokens(text: str) -> list[_Token]:
    if len(text) > LONGEST:
        raise Invalid(f"A condition has at most {LONGEST} characters; this one has {len(text)}.", field="condition")
    found: list[_Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise Invalid(
                f"“{text[at]}” at character {at + 1} means nothing here.", field="condition", rule="D-16.3",
                hint=_instead_of(text[at:]),
            )  # fmt: skip
        if match.lastgroup:
            found.append(_Token(match.lastgroup, match.group(), at))
        at = match.end()
    return found


def _instead_of(rest: str) -> str:
    if rest.startswith("="):
        return "Equal is written ==, unequal !=."
    if rest[0] in "'\"":
        return "The text has no closing quote."
    if rest[0] in "&|!":
        return "Write and, or, not."
    return "Names, numbers, 'texts', and == != < <= > >= + - * / % ( ) [ ] are known."


def _check_bounds(tokens: Sequence[_Token]) -> None:
    """Nothing that costs more than a walk over the lines for each word, and no powers: they could run away."""
    for token, after in pairwise(tokens):
        if token.text == after.text == "*":
            raise Invalid(f"Powers are not known (character {token.at + 1}).", field="condition", rule="D-16.3")
    words = sum(1 for one in tokens if one.kind != "mark" or one.text not in "()[],.")
    if words > MOST_WORDS:
        raise Invalid(
            f"The condition has {words} words and signs; {MOST_WORDS} are the most.", field="condition", rule="D-16.3",
            hint="Make two workflows of it.",
        )  # fmt: skip
    if sum(one.text == "for" for one in tokens) > MOST_LOOPS:
        raise Invalid(
            f"A condition goes through the lines at most {MOST_LOOPS} times.", field="condition", rule="D-16.3"
        )
    loops = [0]
    for token in tokens:
        if token.text in ("(", "["):
            loops.append(0)
            if len(loops) > DEEPEST + 1:
                raise Invalid(f"Brackets are more than {DEEPEST} deep.", field="condition", rule="D-16.3")
        elif token.text in (")", "]") and len(loops) > 1:
            inside = loops.pop()
            loops[-1] = max(loops[-1], inside)
        elif token.text == "for":
            if loops[-1]:
                raise Invalid(
                    f"Lines can't be gone through inside going through lines (character {token.at + 1}).",
                    field="condition", rule="D-16.3",
                )  # fmt: skip
            loops[-1] = 1


def _rule(tokens: Sequence[_Token]) -> Any:
    engine = import_module("rule_engine")
    try:
        rule = engine.Rule(_for_engine(tokens), _context())
    except RecursionError as error:
        raise Invalid("The condition is too deep.", field="condition", rule="D-16.3") from error
    except engine.EngineError as error:
        raise _told(error, tokens) from error
    _check_compared(rule.statement.expression)
    result = rule.statement.expression.result_type
    if result != engine.DataType.BOOLEAN:
        raise Invalid(
            f"The condition gives a {_word(result)}, not yes or no.", field="condition", rule="D-16.3",
            hint="Compare it with something: order.total > 1000",
        )  # fmt: skip
    return rule


def _check_compared(node: Any) -> None:
    """The library lets a number equal a text, which is never true: here it is refused."""
    for inside in _inside(node):
        _check_compared(inside)
    pair = [getattr(node, side, None) for side in ("left", "right")]
    if type(node).__name__ == "ComparisonExpression":
        kinds = [one.result_type for one in pair if one is not None]
    elif type(node).__name__ == "ContainsExpression":
        kinds = [node.member.result_type, getattr(node.container.result_type, "value_type", node.member.result_type)]
    else:
        return
    if len({one.name for one in kinds}) > 1 and "UNDEFINED" not in {one.name for one in kinds}:
        raise Invalid(
            f"A {_word(kinds[0])} is never a {_word(kinds[1])}.", field="condition", rule="D-16.3", hint=_SAME_KINDS
        )


def _inside(node: Any) -> Iterator[Any]:
    slots = {name for one in type(node).__mro__ for name in getattr(one, "__slots__", ())}
    for name in {*slots, *getattr(node, "__dict__", {})} - {"context"}:
        value = getattr(node, name, None)
        for one in value if isinstance(value, list | tuple) else (value,):
            if hasattr(one, "result_type"):
                yield one


def _for_engine(tokens: Sequence[_Token]) -> str:
    """The same condition as the library writes it: its own functions have a `$`."""
    pieces: list[str] = []
    for token, after in zip(tokens, [*tokens[1:], None], strict=True):
        called = after is not None and after.text == "("
        if token.kind == "word" and called and token.text not in _WORDS:
            if token.text not in FUNCTIONS:
                raise Invalid(
                    f"There is no function “{token.text}” (character {token.at + 1}).", field="condition",
                    rule="D-16.3", hint=f"There are {', '.join(FUNCTIONS)}.",
                )  # fmt: skip
            pieces.append(f"${token.text}")
        else:
            pieces.append(token.text)
    return " ".join(pieces).replace(" . ", ".").replace(" (", "(")


def _told(error: Any, tokens: Sequence[_Token]) -> Invalid:
    """The library's complaint in the desk's words, with the place and the nearest name."""
    name = getattr(error, "symbol_name", None) or getattr(error, "attribute_name", None)
    if name is not None:
        at = next((token.at for token in tokens if token.text == name), None)
        before = _before(tokens, name)
        known = ALL_NAMES.get(before if before in ALL_NAMES else ("" if not before else "line"), CHANGE)
        options = list(known) if before else [*CHANGE, "order", "old", "lines", "customer", "user"]
        near = import_module("rule_engine").suggestions.suggest_symbol(name, options)
        where = f" (character {at + 1})" if at is not None else ""
        whole = f"{before}.{name}" if before else name
        nearest = f"{before}.{near}" if before else near
        return Invalid(f"There is no name “{whole}”{where}.", field="condition", rule="D-16.3",
                       hint=f"The nearest is {nearest}.")  # fmt: skip
    token = getattr(error, "token", None)
    if token is not None or type(error).__name__ == "RuleSyntaxError":
        shown = f"before “{token.value}”" if token is not None else "at its end"
        return Invalid(f"The condition can't be read {shown}.", field="condition", rule="D-16.3")
    message = str(getattr(error, "message", "") or error)
    return Invalid(f"The types don't fit together: {message}.", field="condition", rule="D-16.3", hint=_SAME_KINDS)


def _before(tokens: Sequence[_Token], name: str) -> str:
    for place, token in enumerate(tokens):
        if token.text == name and place >= 2 and tokens[place - 1].text == ".":
            return tokens[place - 2].text
    return ""


def _split(tokens: Sequence[_Token]) -> tuple[str, list[Sequence[_Token]]]:
    """The parts between the outermost `or`s, else between the outermost `and`s."""
    for joined in ("or", "and"):
        depth, pieces, start = 0, [], 0
        for place, token in enumerate(tokens):
            depth += (token.text in ("(", "[")) - (token.text in (")", "]"))
            if depth == 0 and token.kind == "word" and token.text == joined:
                pieces.append(tokens[start:place])
                start = place + 1
        if pieces:
            return joined, [*pieces, tokens[start:]]
    return "", [tokens]


# -- running -----------------------------------------------------------------------------------------------------


def _evaluated(rule: Any, text: str, thing: Mapping[str, Any]) -> Any:
    engine = import_module("rule_engine")
    try:
        return rule.evaluate(thing)
    except engine.EngineError as error:
        message = str(getattr(error, "message", "") or error)
        raise Refused(f"“{text}” can't be computed: {message}.", field="condition", rule="D-16.3") from error


def _thing(facts: Facts) -> dict[str, Any]:
    return {
        "order": SimpleNamespace(**facts.order),
        "old": SimpleNamespace(**facts.old),
        "customer": SimpleNamespace(**facts.customer),
        "user": SimpleNamespace(**facts.user),
        "lines": tuple(SimpleNamespace(**line) for line in facts.lines),
        **facts.change,
    }


def _values(text: str, thing: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The values of the names in a part, but those of single lines."""
    tokens = _tokens(text)
    for place, token in enumerate(tokens):
        if token.kind != "word" or (place and tokens[place - 1].text == "."):
            continue
        if token.text in CHANGE:
            yield token.text, thing[token.text]
        elif token.text in ("order", "old", "customer", "user") and place + 2 < len(tokens):
            name = tokens[place + 2].text
            yield f"{token.text}.{name}", getattr(thing[token.text], name)


@lru_cache(maxsize=1)
def _context() -> Any:
    engine = import_module("rule_engine")
    types = engine.DataType
    kinds = {
        Kind.TEXT: types.STRING,
        Kind.NUMBER: types.FLOAT,
        Kind.DATE: types.DATETIME,
        Kind.YES_NO: types.BOOLEAN,
        Kind.TEXTS: types.ARRAY(types.STRING),
    }

    def typed(names: Mapping[str, Name]) -> dict[str, Any]:
        return {name: kinds[one.kind] for name, one in names.items()}

    def record(title: str, names: Mapping[str, Name]) -> Any:
        return types.OBJECT(title, typed(names), accessor=getattr)

    return engine.Context(
        type_resolver={
            "order": record("order", ORDER),
            "old": record("order", ORDER),
            "customer": record("customer", CUSTOMER),
            "user": record("user", USER),
            "lines": types.ARRAY(record("line", LINE)),
            **typed(CHANGE),
        },
        resolver=engine.resolve_item,
        default_timezone="utc",
    )


def _word(result: Any) -> str:
    return {"FLOAT": "number", "STRING": "text", "DATETIME": "date"}.get(getattr(result, "name", ""), "value")
