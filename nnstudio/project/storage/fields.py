"""The fields of a project file's records: texts, words, ids, values, lists, to and from JSON.

Only form is checked. Each error is a `FileError` with one sentence that begins with the place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NoReturn, TypeVar, get_args

from nnstudio.errors import UserError
from nnstudio.graph.values import EMPTY, Expr, FrozenMap, Port, Value
from nnstudio.project.limits import MAX_TEXT, is_text

T = TypeVar("T")
Json = dict[str, Any]
MAX_DEPTH = 8


class FileError(UserError):
    """A project file that cannot be read or written; one sentence that names the place."""


def fail(place: str, sentence: str) -> NoReturn:
    """Raise `FileError` for a place in the file."""
    raise FileError(f"{place}: {sentence}" if place else sentence)


# -- writing ---------------------------------------------------------------------------------


def value_to_json(value: Value) -> Any:
    """Expressions as ``{"expr": text}``, tuples as lists."""
    if isinstance(value, Expr):
        return {"expr": value.text}
    if isinstance(value, tuple):
        return [value_to_json(item) for item in value]
    return value


def values_to_json(values: Mapping[str, Value]) -> Json:
    """A record of values by name."""
    return {name: value_to_json(value) for name, value in values.items()}


def without_empty(record: Json) -> Json:
    """The record without what is None or empty: the defaults of most fields."""
    return {key: value for key, value in record.items() if value not in (None, "", [], {})}


# -- reading ---------------------------------------------------------------------------------


def short_text(data: object) -> str:
    """A value that came, in a few words."""
    if isinstance(data, dict | list):
        return "a record" if isinstance(data, dict) else "a list"
    text = repr(data)
    return text if len(text) <= 60 else text[:57] + "..."


def record(data: object, place: str, allowed: str, required: str = "") -> Json:
    """`data` as a record with keys out of `allowed` and all of `required`."""
    if not isinstance(data, dict):
        fail(place, f"expected a record {{...}}, received {short_text(data)}")
    for key in data:
        if key not in allowed.split():
            fail(place, f"expected one of the keys {', '.join(allowed.split())}, received '{key}'")
    for key in required.split():
        if key not in data:
            fail(place, f"expected the key '{key}', received a record without it")
    return data


def text(data: object, place: str, *, lines: bool = False) -> str:
    """`data` as a text of printable characters, with `lines` of several lines."""
    if not isinstance(data, str):
        fail(place, f"expected a text, received {short_text(data)}")
    if len(data) > MAX_TEXT:
        fail(place, f"expected at most {MAX_TEXT:,} characters, received {len(data):,}")
    if not is_text(data, lines=lines):
        fail(place, f"expected printable characters, received {short_text(data)}")
    return data


def identifier(data: object, place: str) -> str:
    """`data` as an id: letters, digits, - and _."""
    found = text(data, place)
    if not found or len(found) > 64 or not found.replace("-", "_").replace("_", "a").isalnum():
        fail(place, f"expected an id of letters, digits, - and _, received {short_text(data)}")
    return found


def choice(data: object, place: str, literal: Any) -> Any:
    """`data` as one of the words of a Literal type."""
    words = get_args(literal)
    if data not in words or not isinstance(data, str):
        fail(place, f"expected one of {', '.join(words)}, received {short_text(data)}")
    return data


def items(data: object, place: str, read: Callable[[object, str], T]) -> tuple[T, ...]:
    """`data` as a list, each item through `read`."""
    if not isinstance(data, list):
        fail(place, f"expected a list [...], received {short_text(data)}")
    return tuple(read(item, f"{place}[{k}]") for k, item in enumerate(data))


def value(data: object, place: str, depth: int = 0) -> Value:
    """A literal, a list of values, or ``{"expr": text}``."""
    if isinstance(data, dict):
        return Expr(text(record(data, place, "expr", "expr")["expr"], f"{place}.expr"))
    if isinstance(data, list):
        if depth >= MAX_DEPTH:
            fail(place, f"expected lists at most {MAX_DEPTH} deep, received a deeper one")
        return tuple(value(item, f"{place}[{k}]", depth + 1) for k, item in enumerate(data))
    if isinstance(data, str):
        return text(data, place)
    assert data is None or isinstance(data, bool | int | float)
    return data


def values(data: object, place: str) -> FrozenMap[Value]:
    """A record of values by name."""
    if not isinstance(data, dict):
        fail(place, f"expected a record {{...}}, received {short_text(data)}")
    found = {text(k, place): value(v, f"{place}.{k}") for k, v in data.items()}
    return FrozenMap(found) if found else EMPTY


def expression(data: object, place: str) -> Expr:
    """An expression where nothing else may stand: its plain text."""
    return Expr(text(data, place))


def two_ports(data: object, place: str) -> tuple[Port, Port]:
    """``["id.output", "id.input"]``."""
    if not isinstance(data, list) or len(data) != 2:
        fail(place, f'expected ["id.output", "id.input"], received {short_text(data)}')
    ends = []
    for end in data:
        at, dot, port = text(end, place).partition(".")
        if not dot or not port:
            fail(place, f'expected ["id.output", "id.input"], received {short_text(end)}')
        ends.append(Port(identifier(at, place), port))
    return ends[0], ends[1]
