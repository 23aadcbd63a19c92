"""What analysis says: per node, per block, and as a list of problems."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from nnstudio.analysis.memory import BlockMemory
from nnstudio.analysis.recurrences import Table
from nnstudio.catalog.layers.io import INPUT
from nnstudio.catalog.memory import OWN, Memory
from nnstudio.catalog.use import Resolved
from nnstudio.graph.values import Node
from nnstudio.project.commands.base import Command
from nnstudio.project.values import Block
from nnstudio.symbols.dimension import Dim
from nnstudio.symbols.symbolic import Scope
from nnstudio.symbols.tensor import Tensor

Severity = Literal["error", "warning", "advice"]


@dataclass(frozen=True, slots=True)
class Fix:
    """A fix that can be applied: its title and the command that does it."""

    title: str
    command: Command


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong or unwise: where (block, node id, parameter), what is expected, what came."""

    severity: Severity
    sentence: str
    block: str
    node: str | None = None
    node_name: str = ""
    param: str | None = None
    fix: Fix | None = None


@dataclass(frozen=True)
class NodeReport:
    """One node in one use of its block.

    `inputs` and `outputs` hold what is known per port; `params` every parameter as resolved
    (given, default and derived), `auto` the names of the derived ones. `parameters` and `flops`
    (one sample, forward; a multiply-add counts as two) include repetitions; None if not known.
    `repetitions` is how many there are as a formula, None if it is not repeated, `tables` the lists
    of sizes that they need, `named` the names that sizes in its outputs got, with their formulas;
    None: of which no formula is known here. `guarded`: it may have nothing to work on. `memory` is
    what a layer does with that of its input; a block's is in `inner`. Of a repeated block that is
    the report of the first repetition; `unlike` are those of the next ones whose layers are others,
    the first of each kind. `others` are the reports of its alternatives, which are among those of
    the block, too.
    """

    inputs: Mapping[str, Tensor] = field(default_factory=dict)
    outputs: Mapping[str, Tensor] = field(default_factory=dict)
    params: Mapping[str, Resolved] = field(default_factory=dict)
    auto: frozenset[str] = frozenset()
    parameters: int | None = 0
    flops: int | None = 0
    active: bool = True
    repeats: int | None = 1
    needs_repetition: bool = False
    repetitions: Dim | None = None
    tables: tuple[Table, ...] = ()
    named: Mapping[str, Dim | None] = field(default_factory=dict)
    inner: BlockReport | None = None
    unlike: tuple[BlockReport, ...] = ()
    ok: bool = True
    connected: bool = True
    problems: tuple[Problem, ...] = ()
    guarded: bool = False
    node: Node | None = None
    memory: Memory = OWN
    others: tuple[NodeReport, ...] = ()


@dataclass(frozen=True)
class BlockReport:
    """One use of a block: reports by node id, the scope of its names, outputs, totals, problems.

    `source` and `nested` are the blocks it was made from, `absent` the open optional Inputs: what
    an analysis after an edit compares before it takes reports over. `trace` finds out what it does
    with the memory of its Inputs.
    """

    block: str
    nodes: Mapping[str, NodeReport] = field(default_factory=dict)
    scope: Scope = field(default_factory=dict)
    inputs: Mapping[str, Tensor] = field(default_factory=dict)
    outputs: Mapping[str, Tensor] = field(default_factory=dict)
    parameters: int | None = 0
    flops: int | None = 0
    problems: tuple[Problem, ...] = ()
    nested: tuple[Block, ...] = ()
    source: Block | None = None
    absent: frozenset[str] = frozenset()
    trace: Callable[[], BlockMemory] = field(default=BlockMemory, compare=False, repr=False)

    @cached_property
    def derived(self) -> Mapping[str, Dim | Table]:
        """The sizes with names of their own by their formula or list, each after what it needs."""
        found: dict[str, Dim | Table] = {}
        for node in self.nodes.values():
            found |= {table.name: table for table in node.tables}
            for name, formula in node.named.items():
                if formula is not None:
                    found.setdefault(name, formula)
        return found

    @cached_property
    def memory(self) -> BlockMemory:
        """What it does with the memory of its Inputs, found out when it is first asked for."""
        return self.trace()

    @cached_property
    def overwrites(self) -> bool:
        """True if a layer in it, or in a block inside, writes into its input."""
        return any(
            node.memory.overwrites or (node.inner is not None and node.inner.overwrites)
            for node in self.nodes.values()
        )

    @cached_property
    def layers(self) -> tuple[object, ...]:
        """What is there of its nodes: equal for two uses with the same layers, whatever sizes."""
        return tuple(
            (node.active, node.repeats, node.inner.layers if node.inner is not None else ())
            for node in self.nodes.values()
        )

    @cached_property
    def plain(self) -> frozenset[str]:
        """The ids of the nodes whose reports rest on their definition and what comes in alone."""
        return frozenset(
            node_id
            for node_id, report in self.nodes.items()
            if (node := report.node) is not None
            and report.ok
            and not report.problems
            and not report.guarded
            and not report.tables
            and not report.named
            and report.inner is None
            and node.repeat is None
            and node.when is None
            and node.shares is None
            and node.instead is None
            and node.type != INPUT
        )

    @property
    def ok(self) -> bool:
        """True if nothing in it is an error."""
        return all(problem.severity != "error" for problem in self.problems)


@dataclass(frozen=True)
class Report:
    """The whole project: the root block's report and one report for each block."""

    root: BlockReport
    blocks: Mapping[str, BlockReport]
    problems: tuple[Problem, ...]

    @property
    def ok(self) -> bool:
        """True if the project can be compiled."""
        return all(problem.severity != "error" for problem in self.problems)

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that stop compilation."""
        return tuple(p for p in self.problems if p.severity == "error")

    def at(self, path: tuple[str, ...]) -> BlockReport | None:
        """The report reached by entering the nodes of `path`, from the root."""
        report: BlockReport | None = self.root
        for node in path:
            entered = report.nodes.get(node) if report is not None else None
            report = entered.inner if entered is not None else None
        return report


def failure_report(block: Block, sentence: str, at: Node | None = None) -> BlockReport:
    """Report of a block of which nothing is known but what is wrong, perhaps at a node."""
    place = (at.id, at.name or at.type) if at is not None else (None, "")
    problem = Problem("error", sentence, block.name, *place)
    return BlockReport(block.name, problems=(problem,), parameters=None, flops=None, source=block)
