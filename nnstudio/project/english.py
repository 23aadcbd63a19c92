"""One and many: how a name is put into the singular and the plural."""

from __future__ import annotations

_WITH_ES = ("ch", "sh", "ss", "x")
_IRREGULAR = {"axis": "axes", "cache": "caches", "index": "indices", "matrix": "matrices"}


def one_of(name: str) -> str | None:
    """``blocks`` -> ``block``, ``branches`` -> ``branch``; None for what is no plural."""
    plain = name.rstrip("0123456789_")
    for one, many in _IRREGULAR.items():
        if plain == many:
            return one
    if plain.endswith("ies") and len(plain) > 4:
        return f"{plain[:-3]}y"
    if plain.endswith("es") and plain[:-2].endswith(_WITH_ES):
        return plain[:-2]
    if plain.endswith("s") and not plain.endswith("ss") and len(plain) > 2:
        return plain[:-1]
    return None


def many_of(name: str) -> str:
    """``branch`` -> ``branches``; ``all_logits`` of what is many already."""
    if name in _IRREGULAR:
        return _IRREGULAR[name]
    if name.endswith(_WITH_ES) and len(name) > 1:
        return f"{name}es"
    if name.endswith("s"):
        return f"all_{name}"
    if name.endswith("y") and len(name) > 1 and name[-2] not in "aeiou_":
        return f"{name[:-1]}ies"
    return f"{name}s"
