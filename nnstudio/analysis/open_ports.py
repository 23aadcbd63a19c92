"""Ports that may carry nothing: those that rest on an optional Input, or on a conditional tensor.

A Parameter or Buffer with a condition is None where that does not hold, as an optional Input is
where it was left open. What works on such a port happens only if something is there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from nnstudio.analysis.containers import is_module
from nnstudio.analysis.repeat_wiring import WiringError, moving_inputs
from nnstudio.analysis.report import Fix
from nnstudio.catalog.layers.io import BUFFER, INPUT, OUTPUT, PARAMETER
from nnstudio.graph.order import topological
from nnstudio.graph.values import Expr, Node, Port
from nnstudio.project.commands.node import SetWhen
from nnstudio.project.conditions import both
from nnstudio.project.ports import node_ports
from nnstudio.project.values import Block, Project

TENSORS = (PARAMETER, BUFFER)


@dataclass(frozen=True)
class Origin:
    """On what it rests whether a port carries something: an optional Input, or a condition.

    `node` is the Input or the tensor, `when` the condition of the tensor. Ports of one `key` carry
    something together or not at all.
    """

    node: Node
    when: Expr | None = None

    @property
    def key(self) -> str:
        return self.node.id if self.when is None else _key(self.when)


@dataclass(frozen=True)
class Guard:
    """A call that happens only if what is `optional` is there; else `passing` goes through.

    `tests` are the inputs to be asked, one for all that are there together, each with the tensor of
    the block that says it too. `condition` says the same where only tensors are asked and what is
    left out is an operation; None where the data say it, or a module is built all the same.
    `together` is equal for calls that happen together.
    """

    passing: str
    optional: tuple[str, ...]
    tests: tuple[tuple[str, Port | None], ...]
    condition: Expr | None
    together: frozenset[str]

    @property
    def opens(self) -> bool:
        """True if nothing leaves it either where nothing is there."""
        return self.passing in self.optional

    def asks(self, condition: Expr) -> bool:
        """True if the condition holds wherever the call happens."""
        return _key(condition) in self.together


class OpenPorts:
    """Follows the wires of a block: what minds that nothing may be there, and what cannot.

    `effective` is what a node means that shares a module.
    """

    def __init__(self, project: Project, block: Block, effective: Callable[[Node], Node]) -> None:
        self.project = project
        self.block = block
        self.graph = block.graph
        self.effective = effective
        self.origins: dict[Port, Origin] = {}
        self.guards: dict[str, Guard] = {}
        self.errors: list[tuple[str, WiringError]] = []
        for node in self.graph.of_type(INPUT):
            if node.params.get("optional") is True:
                self.origins[Port(node.id, "output")] = Origin(node)
        for node_type in TENSORS:
            for node in self.graph.of_type(node_type):
                if node.when is not None:
                    self.origins[Port(node.id, "output")] = Origin(node, node.when)
        if self.origins:
            for node_id in topological(self.graph) or ():
                node = self.graph.by_id[node_id]
                if node.type not in TENSORS:
                    self._follow(node)

    def _follow(self, node: Node) -> None:
        incoming = self.graph.incoming[node.id]
        module = is_module(self.project, node)
        ports = node_ports(self.project, self.graph, node)
        modes = moving_inputs(self.effective(node).repeat)
        free = {p.name for p in ports.inputs if p.optional and not p.variadic} - modes
        if not module and len(free) == len(ports.inputs):  # called with nothing at all
            free = set()
        needed = [p.name for p in ports.inputs if p.name in incoming and p.name not in free]
        origins = {n: self.origins[incoming[n]] for n in needed if incoming[n] in self.origins}
        if not origins:
            return
        fixed = [name for name in needed if name not in origins]
        keys = {origin.key for origin in origins.values()}
        first_only = module or node.when is not None
        used = {edge.source.name for edge in self.graph.outgoing[node.id]}
        later = {p.name for p in ports.outputs[1:]} & used
        if node.type == OUTPUT or (module and not self._by_itself(node)):
            name, origin = next(iter(origins.items()))
            self._refuse(node, f"needs its input '{name}', but {_why_open(origin)}", origin)
        elif (not fixed and len(keys) > 1) or (fixed and first_only and needed[0] not in fixed):
            self._refuse(node, *_nothing([*origins.values()]))
        elif later:
            sentence = f"may have nothing to work on, so its output '{min(later)}' cannot be used"
            self._refuse(node, sentence)
        elif self.effective(node).instead is not None:
            origin = next(iter(origins.values()))
            self._refuse(node, f"has an alternative, but {_why_open(origin)}", origin)
        else:
            self.guards[node.id] = self._guard(node, module, fixed, origins)
            if not fixed:
                origin = next(iter(origins.values()))
                self.origins.update({Port(node.id, p.name): origin for p in ports.outputs})

    def _refuse(self, node: Node, sentence: str, origin: Origin | None = None) -> None:
        fix: Fix | None = None
        if origin is not None and origin.when is not None:
            always = SetWhen(self.block.name, origin.node.id, None)
            fix = Fix(f"Build {origin.node.name} always", always)
        self.errors.append((node.id, WiringError(sentence, fix)))

    def _guard(
        self, node: Node, module: bool, fixed: list[str], origins: dict[str, Origin]
    ) -> Guard:
        tests = {origin.key: (name, origin) for name, origin in reversed(origins.items())}
        asked = sorted(tests.values(), key=lambda test: list(origins).index(test[0]))
        condition: Expr | None = None
        for _, origin in asked:
            condition = both(condition, origin.when)
        by_data = any(origin.when is None for _, origin in asked)
        if by_data or module or (not fixed and node.when is not None):
            condition = None
        return Guard(
            fixed[0] if fixed else next(iter(origins)),
            tuple(origins),
            tuple((n, None if o.when is None else Port(o.node.id, "output")) for n, o in asked),
            condition,
            frozenset(tests),
        )

    def _by_itself(self, node: Node) -> bool:
        """True if the module is called once, by its own name: a call that can be left out."""
        graph = self.graph
        owner = graph.by_id.get(node.shares or node.id, node)
        contained = any(graph.groups_by_id[g].kind != "frame" for g in graph.ancestry(owner.group))
        repeated = owner.repeat or node.repeat
        return self.block.kind == "Module" and not contained and not repeated


def _key(condition: Expr) -> str:
    return f"when {condition.text}"


def _why_open(origin: Origin) -> str:
    if origin.when is None:
        return f"the optional Input '{origin.node.name}' may be open"
    return f"'{origin.node.name}' is there only if {origin.when.text}"


def _nothing(origins: list[Origin]) -> tuple[str, Origin | None]:
    """Why a call may have nothing to work on, and a tensor with a condition if there is one."""
    conditional = {origin.key: origin for origin in origins if origin.when is not None}
    if not conditional:
        return "rests on optional Inputs, so nothing may be there to work on", None
    reasons = [_why_open(origin) for origin in {o.key: o for o in origins}.values()]
    sentence = f"may have nothing to work on: {' and '.join(reasons)}"
    return sentence, next(iter(conditional.values()))
