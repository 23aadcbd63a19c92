"""Commands on blocks: which there are, their names, parameters, locals, requirements and notes."""

from __future__ import annotations

from dataclasses import dataclass, replace

from nnstudio.graph.values import Expr
from nnstudio.project.checks import check_expression
from nnstudio.project.commands.base import block_of, refuse_note
from nnstudio.project.free_names import with_free_names
from nnstudio.project.limits import is_text
from nnstudio.project.names import class_name_problem, parameter_problem
from nnstudio.project.refusal import Refusal
from nnstudio.project.rewrite import refuse_used
from nnstudio.project.values import Block, BlockKind, Local, Project, Requirement
from nnstudio.symbols.article import with_article


@dataclass(frozen=True)
class AddBlock:
    """Add a block, empty if none is given."""

    name: str
    block: Block | None = None

    @property
    def title(self) -> str:
        return f"Add block {self.name}"

    def apply(self, project: Project) -> Project:
        problem = class_name_problem(project, self.name)
        if problem is not None:
            raise Refusal(problem)
        new = replace(self.block or Block(self.name), name=self.name)
        return replace(project, blocks=(*project.blocks, new))


@dataclass(frozen=True)
class DeleteBlock:
    """Delete a block that is used nowhere."""

    name: str

    @property
    def title(self) -> str:
        return f"Delete block {self.name}"

    def apply(self, project: Project) -> Project:
        block_of(project, self.name)
        if self.name == project.root:
            raise Refusal(f"{self.name} is the model itself and cannot be deleted")
        users = dict.fromkeys(block for block, _ in project.uses(self.name))
        if users:
            raise Refusal(f"{self.name} is used in {', '.join(users)} and cannot be deleted")
        return replace(project, blocks=tuple(b for b in project.blocks if b.name != self.name))


@dataclass(frozen=True)
class RenameBlock:
    """Give a block another name; all its uses follow."""

    name: str
    new_name: str

    @property
    def title(self) -> str:
        return f"Rename to {self.new_name}"

    def apply(self, project: Project) -> Project:
        block_of(project, self.name)
        if self.new_name == self.name:
            return project
        problem = class_name_problem(project, self.new_name)
        if problem is not None:
            raise Refusal(problem)
        blocks = []
        for block in project.blocks:
            if block.graph.of_type(self.name):
                nodes = tuple(
                    replace(n, type=self.new_name) if n.type == self.name else n
                    for n in block.graph.nodes
                )
                block = replace(block, graph=replace(block.graph, nodes=nodes))
            blocks.append(replace(block, name=self.new_name) if block.name == self.name else block)
        root = self.new_name if project.root == self.name else project.root
        return replace(project, root=root, blocks=tuple(blocks))


@dataclass(frozen=True)
class SetLocal:
    """Add a local to a block, or change its expression."""

    block: str
    name: str
    value: Expr

    @property
    def title(self) -> str:
        return f"Set local {self.name}"

    def apply(self, project: Project) -> Project:
        block = block_of(project, self.block)
        names = [known.name for known in block.locals]
        index = names.index(self.name) if self.name in names else len(names)
        if index == len(names):
            problem = parameter_problem(project, block, self.name)
            if problem is not None:
                raise Refusal(problem)
        visible = frozenset(p.name for p in block.parameters) | frozenset(names[:index])
        check_expression(self.value.text, self.name, visible)
        new = (*block.locals[:index], Local(self.name, self.value), *block.locals[index + 1 :])
        return project.with_block(replace(block, locals=new))


@dataclass(frozen=True)
class RemoveLocal:
    """Remove a local that nothing in the block uses."""

    block: str
    name: str

    @property
    def title(self) -> str:
        return f"Remove local {self.name}"

    def apply(self, project: Project) -> Project:
        block = block_of(project, self.block)
        if all(known.name != self.name for known in block.locals):
            raise Refusal(f"{block.name} has no local '{self.name}'")
        refuse_used(project, block, self.name)
        left = tuple(known for known in block.locals if known.name != self.name)
        return project.with_block(replace(block, locals=left))


@dataclass(frozen=True)
class SetRequirement:
    """Add a requirement (`index` None), change the one at `index`, or (None) remove it."""

    block: str
    index: int | None
    requirement: Requirement | None
    title: str = "Set requirement"

    def apply(self, project: Project) -> Project:
        block = block_of(project, self.block)
        rows = list(block.requirements)
        if self.index is not None and not 0 <= self.index < len(rows):
            raise Refusal(f"{block.name} has {len(rows)} requirements, not one more")
        if self.requirement is not None:
            known = frozenset(p.name for p in block.parameters)
            known |= frozenset(local.name for local in block.locals)
            check_expression(self.requirement.condition.text, "condition", known)
            refuse_note(self.requirement.sentence)
            if not is_text(self.requirement.sentence, lines=False):
                raise Refusal("The sentence of a requirement is one line")
        at = len(rows) if self.index is None else self.index
        rows[at : at + 1] = [self.requirement] if self.requirement is not None else []
        return project.with_block(replace(block, requirements=tuple(rows)))


@dataclass(frozen=True)
class SetNote:
    """Set the note of a block: what it is and where it comes from."""

    block: str
    note: str
    title: str = "Set note"

    def apply(self, project: Project) -> Project:
        refuse_note(self.note)
        return project.with_block(replace(block_of(project, self.block), note=self.note))


@dataclass(frozen=True)
class SetKind:
    """Make a block a Module, or a Sequential or ModuleList with numbered children."""

    block: str
    kind: BlockKind

    @property
    def title(self) -> str:
        return f"Make {self.block} {with_article(self.kind)}"

    def apply(self, project: Project) -> Project:
        block = replace(block_of(project, self.block), kind=self.kind)
        return with_free_names(project.with_block(block), self.block)
