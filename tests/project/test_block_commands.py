"""Commands on blocks: making, dissolving, names, parameters, and what must follow or is refused."""

from __future__ import annotations

from dataclasses import replace

from nnstudio.graph.values import Expr, FrozenMap, Graph, Node, Port, Repeat
from nnstudio.project.commands.block import (
    AddBlock,
    DeleteBlock,
    RemoveLocal,
    RenameBlock,
    SetKind,
    SetLocal,
    SetNote,
    SetRequirement,
)
from nnstudio.project.commands.dissolve import Dissolve
from nnstudio.project.commands.fit_to_data import FitToData
from nnstudio.project.commands.graph import AddNodes, Delete
from nnstudio.project.commands.group import GroupNodes
from nnstudio.project.commands.make_block import MakeBlock
from nnstudio.project.commands.model import ApplyVariant, SetRootValue, SetTraining
from nnstudio.project.commands.node import SetParam, SetRepeat, SetShares
from nnstudio.project.commands.parameter import (
    AddBlockParameter,
    PromoteToParameter,
    RemoveBlockParameter,
    RenameBlockParameter,
    SetBlockParameter,
)
from nnstudio.project.training_settings import TrainingSettings
from nnstudio.project.values import Block, BlockParameter, Project, Requirement, Variant
from nnstudio.symbols.dimension import Dim
from nnstudio.symbols.tensor import Tensor
from tests.project.meaning import Meaning
from tests.project.test_commands import done, ends, node, refusal, small, wire
from tests.project.test_state_machine import residual_project


def same_meaning(before: Project, after: Project) -> bool:
    meaning = Meaning()
    return list(meaning.of(before).values()) == list(meaning.of(after).values())


def params(project: Project, block: str, name: str) -> dict[str, object]:
    found = next(n for n in project.by_name[block].graph.nodes if n.name == name)
    return dict(found.params)


# -- making a block ---------------------------------------------------------------------------


def test_make_a_block_of_a_residual() -> None:
    project = done(small(), SetParam("Model", "c", "out_channels", Expr("hidden")))
    made = done(project, MakeBlock("Model", frozenset({"c", "r", "a"}), "Residual"))
    block = made.by_name["Residual"]
    assert [(n.type, n.name) for n in block.graph.nodes] == [
        ("Input", "x"),
        ("Conv2d", "conv"),
        ("ReLU", "relu"),
        ("Add", ""),
        ("Output", "output"),
    ]
    assert block.graph.of_type("Input")[0].params["shape"] == ("N", 8, "h", "w")
    assert block.parameters == (BlockParameter("hidden", default=8),)
    (use,) = made.model.graph.of_type("Residual")
    assert use.name == "residual"
    assert dict(use.params) == {"hidden": Expr("hidden")}
    assert ends(made) == {f"x.output -> {use.id}.x", f"{use.id}.output -> y.input"}
    assert same_meaning(project, made)
    assert same_meaning(project, done(made, Dissolve("Model", use.id)))


def test_the_pattern_of_an_input_comes_from_the_wire() -> None:
    project = done(small(), SetParam("Model", "c", "out_channels", Expr("hidden")))
    wide = Dim.atom("hidden", 8) * 2
    tensor = Tensor((Dim.atom("N"), wide, Dim.atom("h", 14) // 2, Dim(3)), "int")
    command = MakeBlock("Model", frozenset({"r"}), "Act", {Port("c", "output"): tensor})
    made = done(project, command)
    pattern = made.by_name["Act"].graph.of_type("Input")[0].params
    assert dict(pattern) == {"shape": ("N", Expr("2 * hidden"), "size1", 3), "dtype": "int"}
    assert [p.name for p in made.by_name["Act"].parameters] == ["hidden"]


def test_inputs_and_outputs_get_good_names() -> None:
    nodes = (
        Node("q", "Linear", "queries", FrozenMap({"out_features": 8})),
        Node("m", "Input", "mask", FrozenMap({"shape": ("N", "h"), "dtype": "bool"})),
        Node("att", "MultiheadAttention", "attention", FrozenMap({"num_heads": 2})),
        Node("one", "ReLU", "one"),
        Node("two", "ReLU", "two"),
    )
    edges = [wire("x", "q"), wire("m", "att.key_padding_mask"), wire("att.weights", "two")]
    edges += [wire("q", f"att.{port}") for port in ("query", "key", "value")]
    edges += [wire("att", "one")]
    project = done(small(), AddNodes("Model", nodes, tuple(edges)))
    made = done(project, MakeBlock("Model", frozenset({"att"}), "Attending"))
    graph = made.by_name["Attending"].graph
    assert {n.name for n in graph.of_type("Input")} == {"mask", "query"}
    assert {n.name for n in graph.of_type("Output")} == {"attention2", "weights"}
    assert same_meaning(project, made)


def test_locals_become_parameters() -> None:
    project = done(
        small(),
        SetLocal("Model", "wide", Expr("2 * hidden")),
        SetParam("Model", "c", "out_channels", Expr("wide + hidden")),
    )
    made = done(project, MakeBlock("Model", frozenset({"c"}), "Stem"))
    assert made.by_name["Stem"].parameters == (
        BlockParameter("hidden", default=8),
        BlockParameter("wide"),
    )
    assert params(made, "Model", "stem") == {"hidden": Expr("hidden"), "wide": Expr("wide")}


def test_a_selection_that_nothing_leaves_has_an_output() -> None:
    project = done(
        small(), AddNodes("Model", (Node("l", "LSTM", "lstm", FrozenMap({"hidden_size": 4})),))
    )
    made = done(project, MakeBlock("Model", frozenset({"l"}), "Memory"))
    assert len(made.by_name["Memory"].graph.of_type("Output")) == 1


def test_members_of_containers_get_names_of_their_own() -> None:
    project = done(
        small(),
        AddNodes("Model", (Node("d", "Conv2d", "conv2"),)),
        GroupNodes("Model", frozenset({"c", "d", "r"}), "net", "Sequential", "g"),
        SetParam("Model", "c", "padding", 1),
    )
    made = done(project, MakeBlock("Model", frozenset({"c", "d"}), "Pair"))
    (use,) = made.model.graph.of_type("Pair")
    assert use.group == "g"
    whole = done(project, MakeBlock("Model", frozenset({"c", "d", "r"}), "Whole"))
    assert [g.name for g in whole.by_name["Whole"].graph.groups] == ["net"]
    assert not whole.model.graph.groups


def test_refused_blocks() -> None:
    project = small()
    assert "Select" in refusal(project, MakeBlock("Model", frozenset(), "B"))
    assert "stays outside" in refusal(project, MakeBlock("Model", frozenset({"x", "c"}), "B"))
    between = refusal(project, MakeBlock("Model", frozenset({"c", "a"}), "B"))
    assert "relu lies between" in between
    assert "layer already" in refusal(project, MakeBlock("Model", frozenset({"c"}), "Conv2d"))
    shared = done(
        project, AddNodes("Model", (Node("s", "ReLU", "act"),)), SetShares("Model", "s", "r")
    )
    assert "select both" in refusal(shared, MakeBlock("Model", frozenset({"s"}), "B"))
    sized = Node("v", "View", "", FrozenMap({"shape": ("N", Expr("h * w"))}))
    lost = done(
        small(), Delete("Model", frozenset({"a"})), AddNodes("Model", (sized,), (wire("r", "v"),))
    )
    assert "'h'" in refusal(lost, MakeBlock("Model", frozenset({"v"}), "B")) or "'w'"


# -- dissolving -------------------------------------------------------------------------------


def test_dissolving_substitutes_the_arguments() -> None:
    project = residual_project()
    project = done(project, SetParam("Residual", "c1", "out_channels", Expr("2 * channels - 4")))
    after = done(project, Dissolve("Model", "b1"))
    assert params(after, "Model", "conv1")["out_channels"] == Expr("2 * hidden - 4")
    assert same_meaning(project, after)
    once = done(after, SetRepeat("Model", "b2", None), Dissolve("Model", "b2"))
    convs = [n.params["out_channels"] for n in once.model.graph.nodes if n.name == "conv1"]
    assert convs == [Expr("2 * hidden - 4"), 28]
    assert [g.name for g in once.model.graph.groups] == ["front", "body", "body2"]


def test_dissolving_a_numbered_block_keeps_its_keys() -> None:
    inner = Block(
        "Tower",
        graph=Graph(
            (Node("i", "Input", "x"), Node("r", "ReLU", "act"), Node("o", "Output", "output")),
            (wire("i", "r"), wire("r", "o")),
        ),
        kind="Sequential",
    )
    project = replace(small(), blocks=(*small().blocks, inner))
    use = Node("u", "Tower", "tower")
    project = done(project, AddNodes("Model", (use,), (wire("x", "u.x"), wire("u", "c"))))
    after = done(project, Dissolve("Model", "u"))
    (group,) = after.model.graph.groups
    assert (group.name, group.kind) == ("tower", "Sequential")
    assert same_meaning(project, after)


def test_an_input_straight_to_an_output() -> None:
    inner = Block(
        "Pass",
        graph=Graph((Node("i", "Input", "x"), Node("o", "Output", "output")), (wire("i", "o"),)),
    )
    project = replace(small(), blocks=(*small().blocks, inner))
    use = AddNodes("Model", (Node("u", "Pass", "pass_on"),), (wire("x", "u.x"), wire("u", "c")))
    after = done(project, use, Dissolve("Model", "u"))
    assert ends(after) == ends(small())


def test_what_is_taken_from_the_shape_must_be_told() -> None:
    project = done(residual_project(), SetParam("Model", "b1", "channels", clear=True))
    assert "taken from the shape" in refusal(project, Dissolve("Model", "b1"))
    told = done(project, Dissolve("Model", "b1", {"channels": Expr("hidden")}))
    assert params(told, "Model", "conv1")["out_channels"] == Expr("hidden")


def test_refused_dissolving() -> None:
    project = residual_project()
    assert "is repeated" in refusal(project, Dissolve("Model", "b2"))
    assert "is a layer" in refusal(project, Dissolve("Model", "stem"))
    twin = done(
        project, AddNodes("Model", (Node("t", "Residual", "twin"),)), SetShares("Model", "t", "b1")
    )
    assert "shares its module" in refusal(twin, Dissolve("Model", "t"))
    assert "shares its module" in refusal(twin, Dissolve("Model", "b1"))


# -- blocks and their parts -------------------------------------------------------------------


def test_blocks_come_and_go() -> None:
    project = done(small(), AddBlock("Head"), SetNote("Head", "Two\nlines."))
    assert project.by_name["Head"].note == "Two\nlines."
    assert done(project, DeleteBlock("Head")) == small()
    assert "model itself" in refusal(project, DeleteBlock("Model"))
    assert "is used in Model" in refusal(residual_project(), DeleteBlock("Residual"))
    assert "already" in refusal(project, AddBlock("Head"))
    assert "printable" in refusal(project, SetNote("Head", "\x00"))


def test_renaming_a_block() -> None:
    project = done(residual_project(), RenameBlock("Residual", "Res"), RenameBlock("Model", "Net"))
    assert project.root == "Net"
    assert [n.name for n in project.model.graph.of_type("Res")] == ["first", "second"]
    assert same_meaning(residual_project(), project)
    assert done(project, RenameBlock("Net", "Net")) == project


def test_parameters_of_a_block() -> None:
    project = residual_project()
    more = done(project, AddBlockParameter("Residual", BlockParameter("rate", "float", 0.5)))
    more = done(more, SetParam("Model", "b1", "rate", 0.25))
    assert "received 'a'" in refusal(more, SetParam("Model", "b1", "rate", "a"))
    whole = SetBlockParameter("Residual", BlockParameter("rate", "int", 1))
    assert "rate expects a whole number, received 0.25" in refusal(more, whole)
    note = SetBlockParameter("Residual", BlockParameter("rate", "float", 0.1, "Dropout."))
    assert done(more, note).by_name["Residual"].parameter("rate") == note.parameter
    assert done(more, RemoveBlockParameter("Residual", "rate")) == project
    assert "used by x, conv1" in refusal(project, RemoveBlockParameter("Residual", "channels"))
    assert "plain value" in refusal(
        project, AddBlockParameter("Residual", BlockParameter("a", "int", Expr("channels")))
    )


def test_renaming_a_parameter() -> None:
    project = replace(
        residual_project(),
        values=FrozenMap({"hidden": 4}),
        variants=(Variant("big", FrozenMap({"hidden": 64})),),
    )
    project = done(
        project,
        SetRequirement("Model", None, Requirement(Expr("hidden > [h for h in [1]][0]"), "Wide.")),
        RenameBlockParameter("Model", "hidden", "width"),
        RenameBlockParameter("Residual", "channels", "width"),
    )
    assert params(project, "Model", "stem") == {"out_channels": Expr("width")}
    assert params(project, "Model", "first") == {"width": Expr("width")}
    assert params(project, "Residual", "x")["shape"] == ("N", "width", "h", "w")
    assert project.model.locals[0].value == Expr("2 * width")
    assert project.model.requirements[0].condition == Expr("width > [h for h in [1]][0]")
    assert dict(project.values) == {"width": 4}
    assert dict(project.variants[0].values) == {"width": 64}
    taken = refusal(project, RenameBlockParameter("Residual", "width", "h"))
    assert "name of a size" in taken


def test_locals_and_requirements() -> None:
    project = done(
        small(),
        SetLocal("Model", "wide", Expr("2 * hidden")),
        SetLocal("Model", "wider", Expr("2 * wide")),
        SetLocal("Model", "wide", Expr("3 * hidden")),
    )
    assert [known.value.text for known in project.model.locals] == ["3 * hidden", "2 * wide"]
    assert "'wider'" in refusal(project, SetLocal("Model", "wide", Expr("wider")))
    assert "parameter 'hidden'" in refusal(project, SetLocal("Model", "hidden", Expr("1")))
    assert "local wider" in refusal(project, RemoveLocal("Model", "wide"))
    fewer = done(project, RemoveLocal("Model", "wider"), RemoveLocal("Model", "wide"))
    assert fewer == small()
    even = Requirement(Expr("hidden % 2 == 0"), "hidden must be even")
    one = done(small(), SetRequirement("Model", None, even))
    assert done(one, SetRequirement("Model", 0, None)) == small()
    other = Requirement(Expr("nobody"), "No.")
    assert "'nobody'" in refusal(one, SetRequirement("Model", 0, other))
    assert "1 requirements" in refusal(one, SetRequirement("Model", 3, even))


def test_numbered_blocks_free_their_names() -> None:
    project = done(residual_project(), SetKind("Residual", "Sequential"))
    assert project.by_name["Residual"].kind == "Sequential"
    assert done(project, SetKind("Residual", "Module")) == residual_project()


def test_promoting_a_value() -> None:
    project = done(small(), PromoteToParameter("Model", "c", "out_channels"))
    assert project.model.parameter("out_channels") == BlockParameter("out_channels", "int", 8)
    assert params(project, "Model", "conv")["out_channels"] == Expr("out_channels")
    assert same_meaning(small(), project)
    named = done(small(), PromoteToParameter("Model", "c", "kernel_size", "window"))
    assert named.model.parameter("window") == BlockParameter("window", "int", 3)
    default = done(small(), PromoteToParameter("Model", "c", "bias"))
    assert default.model.parameter("bias") == BlockParameter("bias", "bool", True)
    again = done(
        default,
        AddNodes("Model", (Node("d", "Conv2d", "second"),)),
        PromoteToParameter("Model", "d", "bias"),
    )
    assert again.model.parameter("second_bias") is not None
    assert "no plain value" in refusal(project, PromoteToParameter("Model", "c", "out_channels"))
    assert "no plain value" in refusal(project, PromoteToParameter("Model", "c", "in_channels"))
    assert "already" in refusal(small(), PromoteToParameter("Model", "c", "bias", "hidden"))


# -- the model as a whole ---------------------------------------------------------------------


def test_values_of_the_model() -> None:
    project = done(small(), SetRootValue("hidden", 64))
    assert dict(project.values) == {"hidden": 64}
    assert done(project, SetRootValue("hidden", None)) == small()
    assert "it has: hidden" in refusal(project, SetRootValue("hiden", 1))
    assert "whole number" in refusal(project, SetRootValue("hidden", 0.5))
    assert "received '1 + 1'" in refusal(project, SetRootValue("hidden", Expr("1 + 1")))


def test_variants_and_training() -> None:
    project = replace(small(), variants=(Variant("big", FrozenMap({"hidden": 64})),))
    assert dict(done(project, ApplyVariant("big")).values) == {"hidden": 64}
    assert "there are: big" in refusal(project, ApplyVariant("small"))
    settings = TrainingSettings(epochs=3)
    assert done(project, SetTraining(settings)).training == settings


def test_a_variant_may_bring_training_settings() -> None:
    long = Variant("long", training=FrozenMap({"epochs": 200}))
    project = replace(small(), variants=(Variant("short"), long))
    trained = done(project, SetTraining(TrainingSettings(seed=7)), ApplyVariant("long"))
    assert trained.training == TrainingSettings(seed=7, epochs=200)
    assert trained.values == project.values
    assert (project.variant, trained.variant) == (project.variants[0], long)


def test_fitting_a_model_with_num_classes() -> None:
    project = done(small(), AddBlockParameter("Model", BlockParameter("num_classes", default=10)))
    fitted = done(project, FitToData((1, 28, 28), 5))
    assert node(fitted, "x").params["shape"] == ("N", 1, 28, 28)
    assert dict(fitted.values) == {"num_classes": 5}
    flat = done(project, FitToData((192,), 5))
    assert node(flat, "x").params["shape"] == ("N", 192)


def test_fitting_keeps_the_names_of_parameters() -> None:
    project = done(
        small(),
        AddBlockParameter("Model", BlockParameter("num_classes", default=10)),
        SetParam("Model", "x", "shape", ("N", "hidden", "h", "w")),
    )
    fitted = done(project, FitToData((3, 16, 12), 5))
    assert node(fitted, "x").params["shape"] == ("N", "hidden", 16, 12)
    assert dict(fitted.values) == {"hidden": 3, "num_classes": 5}


def test_fitting_the_last_linear() -> None:
    nodes = (
        Node("f", "Linear", "first", FrozenMap({"out_features": 32})),
        Node("l", "Linear", "last", FrozenMap({"out_features": 10})),
        Node("s", "Softmax", "softmax"),
    )
    edges = (wire("a", "f"), wire("f", "l"), wire("l", "s"), wire("s", "y"))
    project = done(small(), AddNodes("Model", nodes, edges))
    fitted = done(project, FitToData((8, 9, 9), 3))
    assert params(fitted, "Model", "last")["out_features"] == 3
    assert params(fitted, "Model", "first")["out_features"] == 32
    named = done(project, SetParam("Model", "l", "out_features", Expr("hidden")))
    assert dict(done(named, FitToData((8, 9, 9), 3)).values) == {"hidden": 3}
    mixed = done(project, SetParam("Model", "l", "out_features", Expr("2 * hidden")))
    assert "by hand" in refusal(mixed, FitToData((8, 9, 9), 3))


def test_models_that_cannot_be_fitted() -> None:
    assert "by hand" in refusal(small(), FitToData((8, 9, 9), 3))
    assert "has 0" in refusal(Project(), FitToData((8,), 3))
    two = done(small(), AddNodes("Model", (Node("z", "Input", "z", FrozenMap({"shape": ("N",)})),)))
    assert "has 2" in refusal(two, FitToData((8, 9, 9), 3))


def test_repeats_inside_a_new_block_stay() -> None:
    project = done(
        small(),
        SetRepeat("Model", "c", Repeat(Expr("hidden"))),
        SetParam("Model", "c", "out_channels", Expr("8 * (i + 1)")),
    )
    made = done(project, MakeBlock("Model", frozenset({"c"}), "Chain"))
    assert made.by_name["Chain"].graph.nodes[1].repeat == Repeat(Expr("hidden"))
    assert same_meaning(project, made)
