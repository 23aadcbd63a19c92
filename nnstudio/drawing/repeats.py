"""How often a drawn node is built, and what goes from one repetition to the next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from nnstudio.drawing.formulas import Formula, text_of
from nnstudio.drawing.script import refusal
from nnstudio.graph.values import CollectKind, Expr, FrozenMap, Repeat, RepeatKind

_MODES = ("count", "carry", "each", "collect", "reverse")


def repeat_of(given: Any, kind: RepeatKind) -> Repeat | None:
    """A repeat as a script gives it: a number, a formula, or its modes by name.

    ``{"count": b.depth, "carry": {"h": "state"}, "each": {"x": 1}, "collect": {"y": ("stack", 1)},
    "reverse": True}``: as in `Repeat`; without a count as often as there are parts, without a
    dimension (``"collect": {"y": "sum"}``) along 0.
    Raises `DrawingError`.
    """
    if given is None or isinstance(given, Repeat):
        return given
    if not isinstance(given, Mapping):
        return Repeat(_count(given), kind)
    unknown = next((key for key in given if key not in _MODES), None)
    if unknown is not None:
        raise refusal(f"repeat has no '{unknown}'; it has: {', '.join(_MODES)}")
    count, reverse = given.get("count"), given.get("reverse", False)
    if not isinstance(reverse, bool):
        raise refusal(f"reverse expects True or False, received {reverse!r:.60}")
    carry = given.get("carry")
    collect = {name: _collected(name, how) for name, how in _named(given, "collect").items()}
    return Repeat(
        None if count is None else _count(count),
        kind,
        None if carry is None else tuple(_named(given, "carry").items()),
        FrozenMap(_each(given)),
        FrozenMap(collect),
        reverse,
    )


def _count(given: Any) -> int | Expr:
    if not isinstance(given, int | str | Formula | Expr):
        raise refusal(f"repeat expects a whole number or a formula, received {given!r:.60}")
    if isinstance(given, int):
        return given
    return Expr(given.removeprefix("=") if isinstance(given, str) else text_of(given))


def _named(given: Mapping[str, Any], what: str) -> dict[str, Any]:
    expected = {
        "carry": "outputs by the names of inputs",
        "each": "dimensions (None for a list) by the names of inputs",
        "collect": "ways by the names of outputs",
    }[what]
    found = given.get(what, {})
    texts = isinstance(found, Mapping) and all(isinstance(key, str) for key in found)
    if not texts or (what == "carry" and not all(isinstance(v, str) for v in found.values())):
        raise refusal(f"{what} expects {expected}, received {found!r:.60}")
    return dict(found)


def _each(given: Mapping[str, Any]) -> dict[str, int | None]:
    found = _named(given, "each")
    for name, dim in found.items():
        if dim is not None and not _is_whole(dim):
            raise refusal(f"each: {name} expects a dimension or None, received {dim!r:.60}")
    return found


def _collected(name: str, given: Any) -> tuple[CollectKind, int]:
    way, dim = given if isinstance(given, tuple) and len(given) == 2 else (given, 0)
    ways: tuple[CollectKind, ...] = get_args(CollectKind)
    found = next((known for known in ways if isinstance(way, str) and way == known), None)
    if found is None or not _is_whole(dim):
        raise refusal(
            f"collect: {name} expects one of {', '.join(ways)}, perhaps in a pair with a "
            f"dimension, received {given!r:.60}"
        )
    return found, dim


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
