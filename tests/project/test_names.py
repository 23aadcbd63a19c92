"""Names: what may be called what, and what new things are called."""

from __future__ import annotations

import subprocess
import sys

import pytest

from nnstudio.graph.values import Graph, Group, Node
from nnstudio.project.free_names import free_name, snake_case
from nnstudio.project.names import attribute_problem, class_name_problem, parameter_problem
from nnstudio.project.reserved_names import CONTAINER_ATTRIBUTES, MODULE_ATTRIBUTES
from nnstudio.project.values import Block, BlockParameter, Project


def project_of(*nodes: Node, groups: tuple[Group, ...] = (), kind: str = "Module") -> Project:
    block = Block("Model", graph=Graph(nodes, groups=groups), kind=kind)  # type: ignore[arg-type]
    return Project(blocks=(block,))


def problem(project: Project, node: Node | None, name: str) -> str | None:
    return attribute_problem(project, project.model, node, name)


def test_the_lists_hold_what_torch_keeps_for_itself() -> None:
    nn = pytest.importorskip("torch.nn")
    own = set(dir(nn.Module)) | set(vars(nn.Module()))
    own = {name for name in own if not name.startswith("__")}
    assert own <= MODULE_ATTRIBUTES
    for container in (nn.ModuleDict, nn.ModuleList, nn.Sequential):
        extra = {name for name in dir(container) if not name.startswith("__")}
        assert extra <= MODULE_ATTRIBUTES | CONTAINER_ATTRIBUTES


def test_the_floor_imports_neither_torch_nor_qt() -> None:
    code = (
        "import sys, nnstudio.project.commands.block, nnstudio.project.presets, "
        "nnstudio.project.fragment, nnstudio.graph.layout\n"
        "assert not {'torch', 'PySide6', 'numpy'} & sys.modules.keys(), sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


@pytest.mark.parametrize(
    "name",
    [
        *("", "a b", "1a", "class", "None", "training", "forward", "type", "len", "i", "sqrt"),
        *("make_divisible", "self", "torch", "__secret", "a.b", "a" * 65, "ﬁt", "conv"),
    ],
)
def test_what_a_layer_cannot_be_called(name: str) -> None:
    project = project_of(Node("a", "Conv2d", "conv"))
    sentence = problem(project, Node("b", "Linear"), name)
    assert sentence
    assert not sentence.endswith(".")


@pytest.mark.parametrize("name", ["fc", "keys", "values", "conv2", "größe", "_private"])
def test_what_a_layer_can_be_called(name: str) -> None:
    project = project_of(Node("a", "Conv2d", "conv"))
    assert problem(project, Node("b", "Linear"), name) is None


def test_a_node_keeps_its_own_name() -> None:
    node = Node("a", "Conv2d", "conv")
    assert problem(project_of(node), node, "conv") is None


def test_functions_and_ports_name_variables() -> None:
    project = project_of(Node("a", "Conv2d", "conv"), Node("x", "Input", "x"))
    add = Node("b", "Add")
    assert problem(project, add, "") is None
    assert problem(project, add, "conv") is None
    assert problem(project, add, "lambda")
    assert problem(project, Node("y", "Input"), "x")
    assert problem(project, Node("y", "Input"), "mask") is None
    assert problem(project, Node("y", "Output"), "x") is None
    assert problem(project, Node("y", "Output"), "")


def test_attributes_and_inputs_do_not_share_a_name() -> None:
    project = project_of(Node("a", "Conv2d", "conv"), Node("x", "Input", "x"))
    assert "Input" in str(problem(project, Node("b", "Linear"), "x"))
    assert problem(project, Node("y", "Input"), "conv")
    assert problem(project, Node("p", "Parameter"), "conv")


def test_members_of_a_sequential_are_numbered() -> None:
    group = Group("g", "net", "Sequential")
    inside = Node("b", "Conv2d", "conv", group="g")
    project = project_of(Node("a", "Conv2d", "conv"), inside, groups=(group,))
    assert problem(project, inside, "conv") is None
    assert problem(project, inside, "type") is None
    assert problem(project, inside, "a b")
    assert problem(project, None, "conv")
    assert problem(project, None, "net")
    assert problem(project, None, "body") is None


def test_members_of_a_module_dict_are_keys() -> None:
    group = Group("g", "heads", "ModuleDict")
    one = Node("a", "Linear", "digit", group="g")
    two = Node("b", "Linear", "colour", group="g")
    project = project_of(one, two, groups=(group,))
    assert problem(project, two, "digit")
    assert problem(project, two, "any text") is None
    assert problem(project, two, "a.b")
    assert problem(project, two, "keys")


def test_frames_are_only_paint() -> None:
    group = Group("g", "any title", "frame")
    project = project_of(
        Node("a", "Conv2d", "conv"), Node("b", "Conv2d", "other", group="g"), groups=(group,)
    )
    assert problem(project, project.model.graph.by_id["b"], "conv")


def test_children_of_a_sequential_block_are_numbered() -> None:
    project = project_of(Node("a", "Conv2d", "conv"), kind="Sequential")
    assert problem(project, Node("b", "Conv2d"), "conv") is None
    assert problem(project, Node("p", "Parameter"), "append")


@pytest.mark.parametrize(
    ("type_name", "name"),
    [
        ("Conv2d", "conv"),
        ("ConvTranspose2d", "conv_transpose"),
        ("Linear", "linear"),
        ("MultiheadAttention", "attention"),
        ("BatchNorm2d", "norm"),
        ("AdaptiveAvgPool2d", "pool"),
        ("ResNetBlock2D", "resnet_block"),
        ("LeakyReLU", "leaky_relu"),
        ("ReLU6", "relu6"),
        ("GELU", "gelu"),
        ("LSTM", "lstm"),
        ("Hardswish", "hardswish"),
    ],
)
def test_type_names_in_snake_case(type_name: str, name: str) -> None:
    assert snake_case(type_name) == name


def test_free_names_count_on() -> None:
    project = Project()
    names = []
    for k, kind in enumerate(["Conv2d", "Conv2d", "Conv3d", "ReLU6", "ReLU6", "Add", "Input"]):
        node = Node(f"n{k}", kind)
        name = free_name(project, project.model, node)
        names.append(name)
        graph = project.model.graph
        graph = Graph((*graph.nodes, Node(f"n{k}", kind, name)))
        project = project.with_graph("Model", graph)
    assert names == ["conv", "conv2", "conv3", "relu6", "relu6_2", "", "x"]
    assert free_name(project, project.model, Node("o", "Output")) == "output"


def test_free_names_avoid_what_is_reserved() -> None:
    project = Project(blocks=(Block("Model"), Block("Type")))
    assert free_name(project, project.model, Node("t", "Type")) == "type_block"


@pytest.mark.parametrize("name", ["Model", "Conv2d", "class", "list", "nn", "1a", "", "Tensor"])
def test_what_a_block_cannot_be_called(name: str) -> None:
    assert class_name_problem(Project(), name)


def test_what_a_block_can_be_called() -> None:
    assert class_name_problem(Project(), "ResidualBlock") is None


@pytest.mark.parametrize(
    "name", ["hidden", "N", "i", "max", "self", "training", "lambda", "", "é b"]
)
def test_what_a_parameter_cannot_be_called(name: str) -> None:
    assert parameter_problem(Project(), Block("Model", (BlockParameter("hidden"),)), name)
