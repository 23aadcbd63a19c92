"""What the weight of a drawn layer is computed from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from nnstudio.drawing.script import refusal
from nnstudio.graph.values import Parametrization, ParametrizationKind
from nnstudio.project.parametrizations import values_problem

_VALUES = ("kind", "dim", "n_power_iterations")


def parametrization_of(given: Any) -> Parametrization | None:
    """A parametrization as a script gives it: its kind, or its values by name.

    ``"weight_norm"``, ``{"kind": "spectral_norm", "n_power_iterations": 2}``; a dim of "all" is
    torch's None. Raises `DrawingError`.
    """
    if given is None or isinstance(given, Parametrization):
        return given
    values = dict(given) if isinstance(given, Mapping) else {"kind": given}
    unknown = next((key for key in values if key not in _VALUES), None)
    if unknown is not None:
        raise refusal(f"parametrization has no '{unknown}'; it has: {', '.join(_VALUES)}")
    kinds: tuple[ParametrizationKind, ...] = get_args(ParametrizationKind)
    kind = next((known for known in kinds if values.get("kind") == known), None)
    if kind is None:
        received = f"{values.get('kind')!r:.60}"
        raise refusal(f"parametrization expects one of {', '.join(kinds)}, received {received}")
    item = Parametrization(kind, values.get("dim"), values.get("n_power_iterations", 1))
    unfit = values_problem(item)
    if unfit is not None:
        raise refusal(unfit)
    return item
