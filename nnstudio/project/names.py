"""Names: which a node, group, block or parameter may bear, and which a new one gets.

Attributes (modules, container groups, Parameter, Buffer) are `state_dict` keys and own their
names; function nodes, Inputs and Outputs name variables. No torch here: the names that
`nn.Module` keeps for itself are listed, and a test compares the list with torch.
"""

from __future__ import annotations

import builtins
import keyword
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, replace
from typing import Literal

from nnstudio.catalog import registry
from nnstudio.catalog.layers.io import BUFFER, INPUT, OUTPUT, PARAMETER
from nnstudio.graph.values import Graph, Group, Node
from nnstudio.project.values import Block, Project
from nnstudio.symbols.expression import FUNCTIONS
from nnstudio.symbols.symbolic import REPETITION

MAX_NAME = 64

# dir(nn.Module) and its instance attributes; published models use `keys` and `values`
_MODULE_ATTRIBUTES = """
    T_destination add_module apply bfloat16 buffers call_super_init children compile cpu cuda
    double dump_patches eval extra_repr float forward get_buffer get_extra_state get_parameter
    get_submodule half ipu load_state_dict modules mtia named_buffers named_children
    named_modules named_parameters parameters register_backward_hook register_buffer
    register_forward_hook register_forward_pre_hook register_full_backward_hook
    register_full_backward_pre_hook register_load_state_dict_post_hook
    register_load_state_dict_pre_hook register_module register_parameter
    register_state_dict_post_hook register_state_dict_pre_hook requires_grad_ set_extra_state
    set_submodule share_memory state_dict to to_empty train training type xpu zero_grad _apply
    _backward_hooks _backward_pre_hooks _buffers _call_impl _compiled_call_impl _forward_hooks
    _forward_hooks_always_called _forward_hooks_with_kwargs _forward_pre_hooks
    _forward_pre_hooks_with_kwargs _get_backward_hooks _get_backward_pre_hooks _get_name
    _init_weights _is_full_backward_hook _load_from_state_dict _load_state_dict_post_hooks
    _load_state_dict_pre_hooks _maybe_warn_non_full_backward_hook _modules _named_members
    _non_persistent_buffers_set _parameters _register_load_state_dict_pre_hook
    _register_state_dict_hook _replicate_for_data_parallel _save_to_state_dict _slow_forward
    _state_dict_hooks _state_dict_pre_hooks _version _wrapped_call_impl
    """
MODULE_ATTRIBUTES = frozenset(_MODULE_ATTRIBUTES.split())
_CONTAINER_ATTRIBUTES = """
    append clear extend insert items keys pop update values _get_abs_string_index _get_item_by_idx
    """
CONTAINER_ATTRIBUTES = frozenset(_CONTAINER_ATTRIBUTES.split())
BUILTINS = frozenset(dir(builtins))
CODE_NAMES = frozenset({"self", "super", "torch", "nn", "F", "math", "Tensor"})

Role = Literal["attribute", "member", "key", "variable", "input", "output"]


def word_problem(name: str) -> str | None:
    """Why `name` cannot be written in Python code at all, in one sentence."""
    if not name:
        return "A name is needed here"
    if len(name) > MAX_NAME:
        return f"A name has at most {MAX_NAME} characters, '{name[:20]}...' has {len(name)}"
    if not name.isidentifier() or unicodedata.normalize("NFKC", name) != name:
        return f"'{name}' is not a name: letters, digits and _ are allowed, and no digit first"
    if keyword.iskeyword(name):
        return f"'{name}' is a keyword of Python"
    if name.startswith("__"):
        return f"'{name}' begins with two underscores, which Python treats in a special way"
    return None


def reserved_problem(name: str) -> str | None:
    """Why `name` cannot be an attribute of a module, in one sentence."""
    if name in FUNCTIONS:
        return f"'{name}' is a function of the expressions"
    if name == REPETITION:
        return f"'{name}' is the index of the repetitions"
    if name in MODULE_ATTRIBUTES:
        return f"'{name}' is an attribute of every nn.Module"
    if name in BUILTINS:
        return f"'{name}' is a builtin of Python"
    if name in CODE_NAMES:
        return f"'{name}' has a meaning of its own in the generated code"
    return None


def container_of(graph: Graph, group: str | None) -> Group | None:
    """The innermost group around that is a container in the code too; frames are only paint."""
    for identifier in graph.ancestry(group):
        found = graph.groups_by_id[identifier]
        if found.kind != "frame":
            return found
    return None


@dataclass(frozen=True, slots=True)
class Place:
    """What a name is for, and the container (None: the block) in which it must be the only one."""

    role: Role
    scope: str | None = None


def _inside(block: Block, group: str | None) -> Place:
    container = container_of(block.graph, group)
    kind = container.kind if container else block.kind
    if kind in ("Sequential", "ModuleList"):
        return Place("member", container.id if container else None)
    return Place("key", container.id) if container else Place("attribute")


def place_of(project: Project, block: Block, node: Node) -> Place:
    """What the name of `node` is for."""
    if node.type == INPUT:
        return Place("input")
    if node.type == OUTPUT:
        return Place("output")
    if node.type in (PARAMETER, BUFFER):
        return Place("attribute")
    if node.shares is not None:
        return Place("variable")
    if node.type not in project.by_name:
        layer = registry.find(node.type)
        if (layer is None and not node.name) or (layer is not None and not layer.is_module):
            return Place("variable")
    return _inside(block, node.group)


class BlockNames:
    """All names of one block, counted by place: made once to check many."""

    def __init__(self, project: Project, block: Block) -> None:
        self.project = project
        self.block = block
        self.count: Counter[tuple[Role, str | None, str]] = Counter()
        self.all: Counter[str] = Counter()
        for node in block.graph.nodes:
            self.add(place_of(project, block, node), node.name)
        for group in block.graph.groups:
            if group.kind != "frame":
                self.add(_inside(block, group.parent), group.name)

    def add(self, place: Place, name: str, change: int = 1) -> None:
        """Count a name in (or, with -1, out)."""
        self.count[place.role, place.scope, name] += change
        if name:
            self.all[name] += change

    def _uses(self, role: Role, scope: str | None, name: str) -> int:
        return self.count[role, scope, name]

    def node_problem(self, node: Node, name: str) -> str | None:
        """Why `node` cannot be called `name`, in one sentence; the node may be a new one."""
        place = place_of(self.project, self.block, node)
        known = self.block.graph.by_id.get(node.id)
        own = None
        if known is not None and known.name == name:
            own = place_of(self.project, self.block, known)
        return self._problem(place, name, own)

    def group_problem(self, group: Group | None, name: str) -> str | None:
        """Why a container group cannot be called `name`; None stands for a new one in the block."""
        place = _inside(self.block, group.parent if group else None)
        known = self.block.graph.groups_by_id.get(group.id) if group else None
        own = None
        if known is not None and known.kind != "frame" and known.name == name:
            own = _inside(self.block, known.parent)
        return self._problem(place, name, own)

    def _problem(self, place: Place, name: str, own: Place | None) -> str | None:
        if place.role == "variable":
            if not name:
                return None
            return word_problem(name) or _variable_problem(name)
        if place.role == "key":
            if not name or "." in name or len(name) > MAX_NAME or not name.isprintable():
                return f"'{name}' cannot be a key of a ModuleDict: it needs a text without dots"
            if name in MODULE_ATTRIBUTES or name in CONTAINER_ATTRIBUTES:
                return f"'{name}' is an attribute of every nn.ModuleDict"
        else:
            # an Output is a key of the dict that `forward` returns, which may be a keyword: "class"
            problem = None
            if place.role != "output" or not keyword.iskeyword(name):
                problem = word_problem(name)
            if problem is not None or place.role == "member":
                return problem
            reserved = reserved_problem if place.role == "attribute" else _variable_problem
            problem = reserved(name)
            if problem is not None:
                return problem
            kind = self.block.kind
            if kind != "Module" and place.role == "attribute" and name in CONTAINER_ATTRIBUTES:
                return f"'{name}' is an attribute of every nn.{kind}"
        uses = self._uses(place.role, place.scope, name) - (own == place)
        if uses > 0:
            return f"'{name}' is used already in {self._where(place)}"
        other: Role | None = {"attribute": "input", "input": "attribute"}.get(place.role)  # type: ignore[assignment]
        if other is not None:
            taken = self._uses(other, None, name) - (own is not None and own.role == other)
            if taken > 0:
                what = "an Input" if other == "input" else "a layer or group"
                return f"'{name}' is used already by {what} of {self.block.name}"
        return None

    def _where(self, place: Place) -> str:
        if place.scope is not None:
            return self.block.graph.groups_by_id[place.scope].name
        words = {"input": "the Inputs of ", "output": "the Outputs of "}
        return words.get(place.role, "") + self.block.name

    def free(self, node: Node, stem: str, number: int = 1) -> str:
        """The first of stem, stem2, stem3, ... that `node` may bear and no one else here bears."""
        known = self.block.graph.by_id.get(node.id)
        between = "_" if stem[-1:].isdigit() else ""
        for k in range(number, number + len(self.all) + 100):
            name = stem if k == 1 else f"{stem}{between}{k}"
            taken = self.all[name] - (known is not None and known.name == name)
            if not taken and self.node_problem(node, name) is None:
                return name
        return f"node_{node.id}"


def _variable_problem(name: str) -> str | None:
    if name in CODE_NAMES:
        return f"'{name}' has a meaning of its own in the generated code"
    return None


def attribute_problem(project: Project, block: Block, node: Node | None, name: str) -> str | None:
    """Why `node` (None: a new container group) cannot be called `name`; None if it can."""
    names = BlockNames(project, block)
    return names.group_problem(None, name) if node is None else names.node_problem(node, name)


def group_problem(project: Project, block: Block, group: Group, name: str) -> str | None:
    """Why the container `group` cannot be called `name`; None if it can."""
    return BlockNames(project, block).group_problem(group, name)


_SPELLINGS = (
    (re.compile(r"[123][dD]$"), ""),
    (re.compile(r"^(Batch|Layer|Group|Instance|RMS|LocalResponse)Norm$"), "Norm"),
    (re.compile(r"^(Adaptive)?(Avg|Max|LP|FractionalMax)Pool$"), "Pool"),
    (re.compile(r"^(Multihead|MultiHead)Attention$"), "Attention"),
    (re.compile(r"^([PR]?)ReLU"), r"\1relu"),
    (re.compile(r"ReLU"), "Relu"),
    (re.compile(r"SiLU$"), "Silu"),
    (re.compile(r"ResNet"), "Resnet"),
    (re.compile(r"([123])D(?=[A-Z])"), r"\1d"),
)


def snake_case(type_name: str) -> str:
    """The name an engineer would give: Conv2d -> conv, ResNetBlock2D -> resnet_block."""
    name = type_name
    for pattern, replacement in _SPELLINGS:
        name = pattern.sub(replacement, name)
    name = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", name)
    name = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).lower()
    return re.sub(r"\W", "_", name).strip("_") or "layer"


def free_name(project: Project, block: Block, node: Node) -> str:
    """A name for a new node of the type of `node`: conv, conv2, ...; "" for function nodes."""
    return _default_name(BlockNames(project, block), node)


def _default_name(names: BlockNames, node: Node) -> str:
    if node.type == INPUT:
        return names.free(node, "x")
    if node.type == OUTPUT:
        return names.free(node, "output")
    if place_of(names.project, names.block, replace(node, name="?")).role == "variable":
        return ""
    wish = snake_case(node.type)
    if word_problem(wish) or reserved_problem(wish):
        wish = f"{wish}_block" if node.type in names.project.by_name else f"{wish}_layer"
    return names.free(node, wish)


def free_like(names: BlockNames, node: Node) -> str:
    """The node's own name if it may bear it, else that name counted on, else one from its type."""
    if names.node_problem(node, node.name) is None:
        return node.name
    if word_problem(node.name):
        return _default_name(names, node)
    stem = node.name.rstrip("0123456789")
    return names.free(node, stem, int(node.name[len(stem) :] or 1))


def free_group_name(names: BlockNames, group: Group) -> str:
    """The group's own title or name if it may bear it, else that name counted on."""
    if group.kind == "frame" or names.group_problem(group, group.name) is None:
        return group.name
    stand_in = Node(group.id, names.block.name, group.name, group=group.parent)
    wish = group.name if word_problem(group.name) is None else "group"
    stem = wish.rstrip("0123456789") or wish
    return names.free(stand_in, stem, int(wish[len(stem) :] or 1))


def settled(project: Project, block_name: str) -> Project:
    """The project with a free name for every node and group of a block that may not bear its own.

    Needed where a container goes or comes: members of a Sequential are numbered, attributes of
    a block are named.
    """
    names = BlockNames(project, project.by_name[block_name])
    graph = names.block.graph
    if not any(names.node_problem(n, n.name) for n in graph.nodes) and not any(
        g.kind != "frame" and names.group_problem(g, g.name) for g in graph.groups
    ):
        return project
    for group in reversed(graph.groups):  # of two that collide, the earlier keeps its name
        names = BlockNames(project, project.by_name[block_name])
        renamed = replace(group, name=free_group_name(names, group))
        if renamed != group:
            groups = tuple(renamed if g.id == group.id else g for g in names.block.graph.groups)
            project = project.with_graph(block_name, replace(names.block.graph, groups=groups))
    block = project.by_name[block_name]
    names = BlockNames(project, replace(block, graph=replace(block.graph, nodes=())))
    kept: dict[str, Node] = {}
    # Inputs first: their names are ports of the block, which its uses know
    for node in sorted(graph.nodes, key=lambda n: n.type != INPUT):
        if names.node_problem(node, node.name) is None:
            names.add(place_of(project, names.block, node), node.name)
            kept[node.id] = node
    nodes = []
    for node in graph.nodes:
        if node.id not in kept:
            node = replace(node, name=free_like(names, node))
            names.add(place_of(project, names.block, node), node.name)
        nodes.append(node)
    return project.with_graph(block_name, replace(block.graph, nodes=tuple(nodes)))


def parameter_problem(block: Block, name: str) -> str | None:
    """Why a parameter or local of `block` cannot be called `name`; None if it can."""
    problem = word_problem(name)
    if problem is not None:
        return problem
    if name in FUNCTIONS or name in BUILTINS or name in CODE_NAMES or name in (REPETITION, "N"):
        return f"'{name}' has a meaning of its own and cannot name a parameter"
    if name in MODULE_ATTRIBUTES:
        return f"'{name}' is an attribute of every nn.Module"
    if any(p.name == name for p in block.parameters):
        return f"{block.name} has a parameter '{name}' already"
    if any(known.name == name for known in block.locals):
        return f"{block.name} has a local '{name}' already"
    return None


def class_name_problem(project: Project, name: str) -> str | None:
    """Why a new block cannot be called `name`, in one sentence; None if it can."""
    problem = word_problem(name)
    if problem is not None:
        return problem
    if name in BUILTINS or name in CODE_NAMES or name in FUNCTIONS or name == REPETITION:
        return f"'{name}' has a meaning of its own in Python and cannot name a block"
    if registry.find(name) is not None:
        return f"'{name}' is a layer already; a block needs a name of its own"
    if name in project.by_name:
        return f"There is a block '{name}' already"
    return None


def free_class_name(project: Project, wish: str) -> str:
    """`wish`, or the first of wish2, wish3, ... that a new block may bear."""
    if word_problem(wish) is not None:
        wish = "Block"
    stem = wish.rstrip("0123456789")
    number = int(wish[len(stem) :] or 1)
    while True:
        name = stem if number == 1 else f"{stem}{number}"
        if class_name_problem(project, name) is None:
            return name
        number += 1
