"""Commands on the parameters of blocks; what is given to them at uses follows."""

from __future__ import annotations

from dataclasses import dataclass, replace

from nnstudio.catalog import registry
from nnstudio.catalog.layer import AUTO, REQUIRED
from nnstudio.graph.values import Expr, FrozenMap, Value
from nnstudio.project.checks import canonical, check_argument, expressions_in
from nnstudio.project.commands.base import block_of, node_of, refuse_note
from nnstudio.project.commands.make_block import type_of
from nnstudio.project.names import parameter_problem
from nnstudio.project.refusal import Refusal
from nnstudio.project.rewrite import refuse_used, users_of, with_name_replaced
from nnstudio.project.search.space import with_axis_renamed
from nnstudio.project.values import Block, BlockParameter, Project


def checked_parameter(block: Block, parameter: BlockParameter) -> BlockParameter:
    """The parameter with a canonical, fitting, literal default. Raises `Refusal`."""
    if parameter.default is not REQUIRED:
        default = canonical(parameter.default)
        parameter = replace(parameter, default=default)
        if default is not None:
            check_argument(parameter, default)
        if any(True for _ in expressions_in(default)):
            raise Refusal(f"The default of {parameter.name} must be a plain value")
    refuse_note(parameter.note)
    return parameter


@dataclass(frozen=True)
class AddBlockParameter:
    """Declare another parameter of a block."""

    block: str
    parameter: BlockParameter

    @property
    def title(self) -> str:
        return f"Add parameter {self.parameter.name}"

    def apply(self, project: Project) -> Project:
        block = block_of(project, self.block)
        problem = parameter_problem(project, block, self.parameter.name)
        if problem is not None:
            raise Refusal(problem)
        new = checked_parameter(block, self.parameter)
        return project.with_block(replace(block, parameters=(*block.parameters, new)))


@dataclass(frozen=True)
class SetBlockParameter:
    """Change type, default or note of a block's parameter."""

    block: str
    parameter: BlockParameter

    @property
    def title(self) -> str:
        return f"Change parameter {self.parameter.name}"

    def apply(self, project: Project) -> Project:
        block = block_of(project, self.block)
        _parameter_of(block, self.parameter.name)
        new = checked_parameter(block, self.parameter)
        for user, node_id in project.uses(self.block):
            node = project.by_name[user].graph.by_id[node_id]
            if new.name in node.params:
                check_argument(new, node.params[new.name])
        if self.block == project.root:
            for values in (project.values, *(v.values for v in project.variants)):
                if new.name in values:
                    check_argument(new, values[new.name])
        parameters = tuple(new if p.name == new.name else p for p in block.parameters)
        return project.with_block(replace(block, parameters=parameters))


def _parameter_of(block: Block, name: str) -> BlockParameter:
    found = block.parameter(name)
    if found is None:
        raise Refusal(f"{block.name} has no parameter '{name}'")
    return found


@dataclass(frozen=True)
class RemoveBlockParameter:
    """Remove a parameter that nothing in the block uses; uses of the block lose its value."""

    block: str
    name: str

    @property
    def title(self) -> str:
        return f"Remove parameter {self.name}"

    def apply(self, project: Project) -> Project:
        block = block_of(project, self.block)
        _parameter_of(block, self.name)
        refuse_used(project, block, self.name)
        parameters = tuple(p for p in block.parameters if p.name != self.name)
        project = project.with_block(replace(block, parameters=parameters))
        return _with_arguments(project, self.block, self.name, None)


def _with_arguments(project: Project, block: str, old: str, new: str | None) -> Project:
    """The values given to a parameter, at uses and for the model, renamed or (None) removed."""

    def move(values: FrozenMap[Value]) -> FrozenMap[Value]:
        if old not in values:
            return values
        kept = values.without(old)
        return kept if new is None else kept.with_(new, values[old])

    for user in dict.fromkeys(name for name, _ in project.uses(block)):
        graph = project.by_name[user].graph
        nodes = tuple(
            replace(n, params=move(n.params)) if n.type == block else n for n in graph.nodes
        )
        project = project.with_graph(user, replace(graph, nodes=nodes))
    if block == project.root:
        variants = tuple(replace(v, values=move(v.values)) for v in project.variants)
        space = with_axis_renamed(project.search, old, new)
        project = replace(project, values=move(project.values), variants=variants, search=space)
    return project


@dataclass(frozen=True)
class RenameBlockParameter:
    """Give a parameter another name; expressions and the values given to it follow."""

    block: str
    name: str
    new_name: str

    @property
    def title(self) -> str:
        return f"Rename parameter to {self.new_name}"

    def apply(self, project: Project) -> Project:
        block = block_of(project, self.block)
        old = _parameter_of(block, self.name)
        if self.new_name == self.name:
            return project
        problem = parameter_problem(project, block, self.new_name)
        if problem is None and users_of(project, block, self.new_name):
            problem = f"'{self.new_name}' is the name of a size in {block.name} already"
        if problem is not None:
            raise Refusal(problem)
        new = replace(old, name=self.new_name)
        block = with_name_replaced(project, block, self.name, self.new_name)
        parameters = tuple(new if p.name == self.name else p for p in block.parameters)
        project = project.with_block(replace(block, parameters=parameters))
        return _with_arguments(project, self.block, self.name, self.new_name)


@dataclass(frozen=True)
class PromoteToParameter:
    """Turn a node's plain value into a parameter of the block with that default."""

    block: str
    node: str
    param: str
    name: str = ""

    @property
    def title(self) -> str:
        return f"Make {self.param} a parameter"

    def apply(self, project: Project) -> Project:
        block = block_of(project, self.block)
        node = node_of(block.graph, self.node)
        layer = None if node.type in project.by_name else registry.find(node.type)
        spec = layer.param(self.param) if layer else None
        value = node.params.get(self.param)
        if value is None and spec is not None and self.param not in node.params:
            value = None if spec.default in (AUTO, REQUIRED) else canonical(spec.default)
        if value is None or any(True for _ in expressions_in(value)):
            raise Refusal(f"{self.param} has no plain value that could become a parameter")
        if spec is not None and (spec.structural or spec.kind == "shape"):
            raise Refusal(f"{self.param} must stay a plain value: it can be no expression")
        name = self.name or _free_parameter(project, block, node.name, self.param)
        kind = type_of(value)
        if kind == "int" and spec is not None and spec.kind in ("float", "number"):
            kind = "float"
        added = AddBlockParameter(self.block, BlockParameter(name, kind, value)).apply(project)
        block = added.by_name[self.block]
        promoted = block.graph.with_node(node.with_param(self.param, Expr(name)))
        return added.with_graph(self.block, promoted)


def _free_parameter(project: Project, block: Block, node: str, param: str) -> str:
    number = 1
    wishes = [param, f"{node}_{param}"]
    while True:
        for wish in wishes:
            if parameter_problem(project, block, wish) is None and not users_of(
                project, block, wish
            ):
                return wish
        number += 1
        wishes = [f"{param}{number}"]
