"""What a step of the preparation is: a name, its parameters, what it fits and what it does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from nnstudio.data.declared import DeclaredStep
from nnstudio.project.data.fields import Field

Fitted = Mapping[str, NDArray[Any]]
Form = tuple[int, ...]


class Preparation(DeclaredStep):
    """A step with its parameters; a subclass is one kind of step and its fields are parameters.

    Fitted values come from the training part alone and are saved with the run. `field` says more
    of the values, such as the classes of a category; steps that need it are never without.
    """

    def form(self, form: Form, field: Field) -> Form:
        """The shape of a sample after it, from that before."""
        return form

    def fit(self, values: NDArray[Any], field: Field | None = None) -> Fitted:
        """What has to be known of the training part, (n, *shape), to do it."""
        return {}

    def apply(
        self, values: NDArray[Any], fitted: Fitted, field: Field | None = None
    ) -> NDArray[Any]:
        """The values (n, *shape) after it, as a new array."""
        raise NotImplementedError

    def undo(self, values: NDArray[Any], fitted: Fitted) -> NDArray[Any] | None:
        """The values of a number (n, k) before it, from those after it; None if it loses some."""
        return None
