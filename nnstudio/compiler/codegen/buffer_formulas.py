"""Buffers by formula: operations that rest on nothing but parameters are written in `__init__`."""

from __future__ import annotations

from collections.abc import Collection

from nnstudio.analysis.report import BlockReport
from nnstudio.catalog import registry
from nnstudio.catalog.code import FunctionCode, Written
from nnstudio.compiler.codegen.lines import Line
from nnstudio.compiler.codegen.statements import Statement, join_statements
from nnstudio.compiler.codegen.value_text import in_python, layer_params
from nnstudio.compiler.codegen.variable_names import RESERVED
from nnstudio.compiler.errors import CompileError
from nnstudio.graph.order import upstream
from nnstudio.graph.values import Node, Port
from nnstudio.project.values import Block


class Formulas:
    """Writes the operations that feed a buffer as statements."""

    def __init__(self, block: Block, report: BlockReport, taken: Collection[str]) -> None:
        self.graph = block.graph
        self.report = report
        self.names: dict[str, str] = {}
        self.taken = taken

    def statements(self, buffer: Node) -> tuple[list[Line], str]:
        """The statements before `register_buffer` and the text of the value.

        What is computed for a conditional buffer may not be there for another one.
        """
        before = dict(self.names)
        source = self.graph.incoming[buffer.id]["formula"]
        nodes = upstream(self.graph, [source.node])
        statements: list[Statement] = []
        for node_id in self._order(source.node, nodes):
            node = self.graph.by_id[node_id]
            if node_id in self.names:
                continue
            layer = registry.find(node.type)
            if layer is None or not isinstance(layer.code, FunctionCode):
                raise CompileError(
                    f"'{buffer.name}' is computed in __init__, so '{node.name or node.type}' "
                    "must be an operation that rests on no input and no module"
                )
            params = layer_params(layer, node, self.report.nodes[node_id])
            inputs = {port: self.names[p.node] for port, p in self._sources_in_order(node).items()}
            shapes = {port: t.rank for port, t in self.report.nodes[node_id].inputs.items()}
            text = layer.code.write(
                Written(inputs, params.texts, params.given, frozenset({"output"}), shapes)
            )
            name = self._name(node, buffer)
            self.names[node_id] = name
            # a name that another buffer rests on, too, has to stay
            mine = all(edge.target.node in nodes for edge in self.graph.outgoing[node_id])
            statements.append(Statement(name, in_python(text), (node_id,), pure=mine))
        name = self.names[source.node]
        short = join_statements(statements, [name])
        if buffer.when is not None:
            self.names = before
        return [Line(f"{s.target} = {s.value}", 2, s.nodes) for s in short], name

    def _sources_in_order(self, node: Node) -> dict[str, Port]:
        known = self.report.nodes[node.id].inputs
        incoming = self.graph.incoming[node.id]
        return {port: incoming[port] for port in known}

    def _order(self, end: str, nodes: set[str]) -> list[str]:
        done: list[str] = []
        stack: list[tuple[str, bool]] = [(end, False)]
        while stack:
            node, ready = stack.pop()
            if node in done:
                continue
            if ready:
                done.append(node)
                continue
            stack.append((node, True))
            sources = [p.node for p in self.graph.incoming[node].values() if p.node in nodes]
            stack += [(source, False) for source in reversed(sources)]
        return done

    def _name(self, node: Node, buffer: Node) -> str:
        """The node's own name, else that of the operand that ends here, else that of the buffer."""
        ending = [
            self.names[port.node]
            for port in self._sources_in_order(node).values()
            if len(self.graph.outgoing[port.node]) == 1
        ]
        wanted = node.name or (ending[0] if ending else buffer.name)
        if wanted in ending:
            return wanted
        name, k = wanted, 2
        while name in self.taken or name in RESERVED or name in self.names.values():
            name, k = f"{wanted}{k}", k + 1
        return name
