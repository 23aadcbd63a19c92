"""What a model computes, as a value to compare: blocks inlined, names of nodes left out.

Two projects of one meaning apply the same layers with the same values to the same inputs. Terms
are numbered as they are found, so that shared parts cost nothing.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

from nnstudio.catalog import registry
from nnstudio.catalog.layer import REQUIRED
from nnstudio.catalog.layers.io import INPUT, OUTPUT
from nnstudio.graph.order import topological
from nnstudio.graph.values import Expr, Graph, Node
from nnstudio.project.checks import canonical
from nnstudio.project.rewrite import _is_pattern, substitute_names
from nnstudio.project.values import Block, Project
from nnstudio.symbols.bounds import ExpressionError
from nnstudio.symbols.expression import parse

Env = Mapping[str, Any]


class Meaning:
    """Terms of a project; `terms` of two projects can be compared if one `Meaning` made both."""

    def __init__(self) -> None:
        self.numbers: dict[Hashable, int] = {}

    def term(self, *parts: Hashable) -> int:
        return self.numbers.setdefault(parts, len(self.numbers))

    def of(self, project: Project) -> dict[str, int | None]:
        """The term of each Output of the model."""
        model = project.model
        env = {
            p.name: project.values.get(p.name, p.default)
            for p in model.parameters
            if p.name in project.values or p.default is not REQUIRED
        }
        inputs = {
            n.name: self.term("input", k, self.values(project, n, env, ("dtype", "optional")))
            for k, n in enumerate(model.graph.of_type(INPUT))
        }
        return self.block(project, model, env, inputs)

    def block(
        self, project: Project, block: Block, env: Env, inputs: Mapping[str, int | None]
    ) -> dict[str, int | None]:
        env = dict(env)
        for local in block.locals:
            env[local.name] = self.evaluated(local.value, env)
        graph = block.graph
        found: dict[tuple[str, str], int | None] = {}
        results: dict[str, int | None] = {}
        for identifier in topological(graph) or []:
            node = graph.by_id[identifier]
            feeding = {
                port: found.get((source.node, source.name))
                for port, source in graph.incoming[identifier].items()
            }
            feeding = {port: term for port, term in sorted(feeding.items()) if term is not None}
            if node.type == INPUT:
                found[identifier, "output"] = inputs.get(node.name)
            elif node.type == OUTPUT:
                results[node.name] = feeding.get("input")
            elif node.type in project.by_name and not node.repeat and not node.when:
                owner = graph.by_id[node.shares] if node.shares else node
                inner = project.by_name[node.type]
                outputs = self.block(project, inner, self.arguments(inner, owner, env), feeding)
                found.update({(identifier, port): term for port, term in outputs.items()})
            else:
                owner = graph.by_id[node.shares] if node.shares else node
                what = self.place(project, graph, owner, env)
                ports = {e.source.name for e in graph.outgoing[identifier]}
                for port in ports:
                    found[identifier, port] = self.term(what, port, tuple(feeding.items()))
        return results

    def place(self, project: Project, graph: Graph, node: Node, env: Env) -> int:
        """A node with what stands there where it does not."""
        own = self.layer(project, node, env)
        if node.when is None or node.instead is None:
            return own
        others = (self.layer(project, other, env) for other in graph.alternatives(node))
        return self.term("place", own, *others)

    def arguments(self, inner: Block, use: Node, env: Env) -> dict[str, Any]:
        values = {p.name: p.default for p in inner.parameters if p.default is not REQUIRED}
        return values | {k: self.evaluated(v, env) for k, v in use.params.items()}

    def layer(self, project: Project, node: Node, env: Env) -> int:
        inner = project.by_name.get(node.type)
        kind: Hashable = node.type
        if inner is not None:
            inputs: dict[str, int | None] = {
                n.name: self.term("port", n.name) for n in inner.graph.of_type(INPUT)
            }
            outputs = self.block(project, inner, self.arguments(inner, node, env), inputs)
            kind = tuple(sorted(outputs.items()))
        values = self.values(project, node, env) if inner is None else ()
        repeat = node.repeat and (str(self.evaluated(node.repeat.count, env)), node.repeat.kind)
        when = node.when and str(self.evaluated(node.when, env))
        normalised = [node.parametrization] if node.parametrization is not None else []
        return self.term(kind, values, repeat, None if when == "True" else when, *normalised)

    def values(
        self, project: Project, node: Node, env: Env, only: tuple[str, ...] = ()
    ) -> Hashable:
        inside = {k: v for k, v in env.items() if k != "i"} if node.repeat else env
        layer = registry.find(node.type)
        defaults = {p.name: str(canonical(p.default)) for p in layer.params} if layer else {}
        found = (
            (k, str(self.evaluated(v, inside, _is_pattern(project, node, k))))
            for k, v in sorted(node.params.items())
            if not only or k in only
        )
        return tuple((k, text) for k, text in found if defaults.get(k) != text)

    def evaluated(self, value: Any, env: Env, pattern: bool = False) -> Any:
        if isinstance(value, tuple):
            return tuple(self.evaluated(item, env, pattern) for item in value)
        if pattern and isinstance(value, str):
            return env.get(value, value)
        if not isinstance(value, Expr):
            return value
        plain = {k: list(v) if isinstance(v, tuple) else v for k, v in env.items()}
        known = {k: v for k, v in plain.items() if not isinstance(v, Expr)}
        try:
            return canonical(parse(value.text).evaluate(known))
        except ExpressionError:
            # names of the outside that are not known stay; those that are, take their values
            return substitute_names(value.text, env)
