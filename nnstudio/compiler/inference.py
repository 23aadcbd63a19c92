"""Layers without a shape rule: run once for each different use, and remembered.

`full_report` is the analysis with such layers run where they are met. A window cannot wait for
that: it analyses with `DeferredInference`, which answers from what is known. torch is loaded when
the first such layer is run, not before.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

from nnstudio.analysis.analyse import analyse
from nnstudio.analysis.inference import Inference, Inferred
from nnstudio.analysis.probing import infer_by_trials, names_of_use
from nnstudio.analysis.report import Problem, Report
from nnstudio.catalog.isolation import message_of
from nnstudio.catalog.layer import Layer
from nnstudio.catalog.use import ShapeError, Use
from nnstudio.graph.values import Node
from nnstudio.project.values import Project
from nnstudio.symbols.bounds import ExpressionError
from nnstudio.symbols.symbolic import Scope
from nnstudio.symbols.work import Cancelled

REMEMBERED = 4096
WAITING = "has no shape rule, and its shapes are being found by running it"


@dataclass(frozen=True)
class _Asked:
    """One use of a layer without a rule, by itself."""

    layer: Layer
    node: Node
    use: Use
    scope: Scope

    @property
    def key(self) -> object:
        """Equal for uses that give the same: the name and place of the node do not matter."""
        worth = [(name, self.scope.get(name)) for name in names_of_use(self.use, self.scope)]
        parts = (self.node.params, self.use.params, self.use.inputs, worth)
        return id(self.layer), repr(parts)


class _Known:
    """Answers, or the sentences of failures. The layers are held so that ids stay theirs."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: dict[object, tuple[Layer, Inferred | str]] = {}

    def get(self, key: object) -> Inferred | str | None:
        """The answer for a use, if it is known."""
        with self._lock:
            found = self._found.get(key)
        return None if found is None else found[1]

    def find(self, asked: _Asked) -> Inferred | str:
        """The same, run now if need be."""
        key = asked.key
        answer = self.get(key)
        if answer is None:
            answer = _run(asked)
            with self._lock:
                if len(self._found) >= REMEMBERED:
                    del self._found[next(iter(self._found))]
                self._found[key] = (asked.layer, answer)
        return answer


_known = _Known()


def _run(asked: _Asked) -> Inferred | str:
    try:
        from nnstudio.compiler.meta_run import run
    except ImportError as error:
        why = message_of(error)
        return f"has no shape rule, and torch, which would run it, cannot be loaded: {why}"
    try:
        return infer_by_trials(asked.layer, asked.node, asked.use, asked.scope, run)
    except (ShapeError, ExpressionError) as error:
        return str(error)


def _unwrap(answer: Inferred | str) -> Inferred:
    if isinstance(answer, str):
        raise ShapeError(answer)
    return answer


def infer(layer: Layer, node: Node, use: Use, scope: Scope) -> Inferred:
    """Find the outputs of a use, running it now unless they are known. Raises `ShapeError`."""
    return _unwrap(_known.find(_Asked(layer, node, use, scope)))


class DeferredInference:
    """An `Inference` that never waits: what is not known is refused for now, and noted.

    `find` runs what was noted, in any thread. After it an analysis from scratch has the answers,
    and may note what rests on them.
    """

    def __init__(self) -> None:
        self._noted: dict[object, _Asked] = {}

    def __call__(self, layer: Layer, node: Node, use: Use, scope: Scope) -> Inferred:
        asked = _Asked(layer, node, use, scope)
        answer = _known.get(asked.key)
        if answer is None:
            self._noted[asked.key] = asked
            raise ShapeError(WAITING)
        return _unwrap(answer)

    @property
    def is_requested(self) -> bool:
        """True if there is something to find."""
        return bool(self._noted)

    def find(self) -> None:
        """Run what was noted. Takes as long as the layers take, and first loads torch."""
        while True:
            try:
                _, asked = self._noted.popitem()
            except KeyError:
                return
            _known.find(asked)

    def forget(self) -> None:
        """Let go of what has not been begun."""
        self._noted.clear()


def full_report(
    project: Project,
    previous: Report | None = None,
    infer: Inference = infer,
    cancelled: Cancelled | None = None,
) -> Report:
    """Analyse a project completely: layers without a shape rule are run where they are met.

    As soon as `cancelled` says so, it ends with a `CancelledError`.
    """
    return analyse(project, previous, infer, cancelled)


def is_waiting(problem: Problem) -> bool:
    """True if nothing is wrong but that `DeferredInference` does not know yet."""
    return problem.sentence.endswith(WAITING)
