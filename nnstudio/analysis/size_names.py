"""Names for sizes that a formula cannot say shortly, given in the walk over a block."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from nnstudio.analysis.definition import Definition
from nnstudio.analysis.recurrences import Table
from nnstudio.analysis.report import NodeReport
from nnstudio.analysis.size_stems import UNTOLD, role_of
from nnstudio.graph.values import Node
from nnstudio.symbols.dimension import Dim
from nnstudio.symbols.symbolic import Scope
from nnstudio.symbols.tensor import Tensor

MAX_SHOWN = 48
"""Characters of a formula of a size; a longer one gets a name."""

Named = tuple[Mapping[str, Tensor], Mapping[str, Dim | None]]
"""Outputs, and the names in them with their formulas, None where nothing can be said."""
EMPTY_NAMES: Mapping[str, Dim | None] = {}


class NamedSizes:
    """The names that the walk over a block gives to sizes.

    A long formula gets a name, so that no text grows without end; so does a size that a block makes
    step by step, of which nothing can be said outside. Lists of sizes have names, too.
    """

    def __init__(self, definition: Definition, scope: Scope) -> None:
        self.definition = definition
        self.scope = scope
        self.used: set[str] = set()
        self.by_formula: dict[str, str] = {}
        self.untold: dict[str, str] = {}
        self.rests_on: dict[str, frozenset[str]] = {}
        self.formulas: dict[str, Dim] = {}

    @property
    def taken(self) -> frozenset[str]:
        """The names that mean something already."""
        return frozenset(self.scope) | self.used

    def named(self, node: Node, outputs: Mapping[str, Tensor]) -> Named:
        """The outputs of a node with names where they are needed."""
        if not _may_need_names(outputs):  # by far the most
            return outputs, EMPTY_NAMES
        given: dict[str, Dim | None] = {}
        found = {port: self._tensor(node, tensor, given) for port, tensor in outputs.items()}
        return found, given

    def _needs_name(self, dim: Dim) -> bool:
        if dim.terms is None or not _may_be_long(dim.terms):
            return False
        return len(dim.text) > MAX_SHOWN or UNTOLD in dim.text

    def _tensor(self, node: Node, tensor: Tensor, given: dict[str, Dim | None]) -> Tensor:
        shape: list[Dim] = []
        for k, dim in enumerate(tensor.shape):
            untold = dim.terms is not None and self._is_untold(dim)
            if not self._needs_name(dim) or (dim.names & self.definition.free and not untold):
                shape.append(dim)
                continue
            key = f"{node.id}: {dim.text}" if untold else dim.text
            name = self.by_formula.get(key)
            if name is None:
                role = role_of(tensor.rank, k)
                name = f"{self.definition.stems[node.id].of_all}_{role}"
                while name in self.taken:
                    name += "_"
                self.by_formula[key] = name
                self.used.add(name)
            if untold:
                self.untold[name] = node.type
            else:
                self.rests_on[name] = dim.names
            given[name] = None if untold else Dim(None, dim.terms)
            if not untold:
                self.formulas[name] = Dim(None, dim.terms)
            shape.append(Dim.atom(name, dim.value))
        return replace(tensor, shape=tuple(shape))

    def _is_untold(self, dim: Dim) -> bool:
        return any(n.startswith(UNTOLD) or n in self.untold for n in dim.names) and (
            len(dim.text) > MAX_SHOWN or UNTOLD in dim.text
        )

    def listed(self, tables: Iterable[Table]) -> None:
        """Take the names of lists of sizes."""
        for table in tables:
            self.used.add(table.name)
            self.rests_on[table.name] = table.names

    def takes_over(self, report: NodeReport) -> bool:
        """True if the names in an earlier report are those that would be given now.

        Then they are taken, else nothing happens.
        """
        if not report.tables and not report.named:
            return True
        assert report.node is not None
        own = self.definition.stems[report.node.id].of_all
        names = [table.name for table in report.tables]
        for name, formula in report.named.items():
            known = self.by_formula.get(formula.text) if formula is not None else None
            if known is None and not name.startswith(f"{own}_"):
                return False
            if known is None:
                names.append(name)
            elif known != name:
                return False
        if any(name in self.taken or name.endswith("_") for name in names):
            return False
        self.listed(report.tables)
        for name, formula in report.named.items():
            self.used.add(name)
            if formula is None:
                self.untold[name] = report.node.type
            else:
                self.by_formula[formula.text] = name
                self.rests_on[name] = formula.names
                self.formulas[name] = formula
        return True

    def rooted(self, names: frozenset[str]) -> frozenset[str]:
        """`names`, and those that the lists and long formulas among them rest on."""
        if not self.rests_on:
            return names
        found: set[str] = set()
        left = list(names)
        while left:
            name = left.pop()
            if name not in found:
                found.add(name)
                left += self.rests_on.get(name, ())
        return frozenset(found)


def _may_need_names(outputs: Mapping[str, Tensor]) -> bool:
    for tensor in outputs.values():
        for dim in tensor.shape:
            if dim.terms is not None and _may_be_long(dim.terms):
                return True
    return False


def _may_be_long(terms: Mapping[tuple[str, ...], int]) -> bool:
    """True if the text of a formula may be long, or name what has no name yet."""
    length = 0
    for monomial in terms:
        length += 8
        for atom in monomial:
            length += len(atom) + 5
            if atom[:1] == "_" and atom.startswith(UNTOLD):
                return True
    return length > MAX_SHOWN
