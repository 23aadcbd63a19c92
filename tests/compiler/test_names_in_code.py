"""A name that means something in the generated text is refused, or the text still computes."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from nnstudio.compiler.build import build
from nnstudio.compiler.source import generate
from nnstudio.graph.values import Expr
from nnstudio.project.commands.base import Command
from nnstudio.project.commands.block import AddBlock, RenameBlock, SetLocal
from nnstudio.project.commands.node import Rename, SetParam
from nnstudio.project.commands.parameter import AddBlockParameter, RenameBlockParameter
from nnstudio.project.fragment import Paste, copy
from nnstudio.project.refusal import Refusal
from nnstudio.project.storage.fields import FileError
from nnstudio.project.storage.file import dumps, loads
from nnstudio.project.values import Block, BlockParameter, Initialiser, Project
from tests.compiler.referee import seed
from tests.drawing import Drawing

USUAL = {
    "model": "Net",
    "block": "Inner",
    "parameter": "hidden",
    "parameter of the block": "width",
    "local": "wide",
    "variable of a list": "c",
    "input": "x",
    "second input": "gate",
    "input of the block": "y",
    "size": "length",
    "layer": "fc",
    "repeated layers": "layers",
    "shared repetition": "again",
    "operation": "",
    "formula": "",
    "buffer": "table",
    "container": "net",
    "member": "act",
    "several results": "rnn",
    "output": "result",
}
# of two of these with one name, each means the other
NAMING_SIZES = ("parameter", "parameter of the block", "local", "size")
MEANINGS = (
    *("torch", "nn", "F", "math", "Tensor", "make_divisible", "self", "super", "ValueError"),
    *("range", "len", "dict", "i", "_", "module", "name", "layer", "append", "forward", "Linear"),
    *("x", "gate", "hidden", "fc", "Net", "Inner", "length", "length_size"),
)


def drawn(**renamed: str) -> Project:
    """A model that speaks of everything that the head of a text may bring."""
    n = {**USUAL, **renamed}
    width, hidden, wide = n["parameter of the block"], n["parameter"], n["local"]
    inner = Drawing(n["block"], BlockParameter(width, "int"), BlockParameter("depth", "int", 2))
    y = inner.input(n["input of the block"], "N", n["size"], width)
    y = inner.add("Linear", y, name="layers", out_features=f"={width}", repeat="depth")
    y = inner.add("Linear", y, name=n["shared repetition"], out_features=f"={width}", repeat=2)
    inner.output(inner.add("Scale", y, factor=f"=sqrt({width}) / len([{width}])"))
    block = inner.block()
    last = inner.nodes[2]
    shared = replace(last, repeat=replace(last.repeat, kind="shared"))  # type: ignore[type-var]
    block = replace(
        block,
        graph=block.graph.with_node(shared),
        initialisers=(Initialiser("Linear", "zeros", target="bias"),),
    )
    c = n["variable of a list"]
    drawing = Drawing(
        n["model"],
        BlockParameter(hidden, "int", 8),
        BlockParameter("ratio", "float", 1.5),
        blocks=(block,),
        locals={wide: f"make_divisible({hidden} * ratio) + sum([{c} - floor({c}) for {c} in [4]])"},
        requirements={f"{hidden} > 0": "hidden is above 0"},
        initialisers=(Initialiser("", "ones", node="n4"), Initialiser("LSTM", "orthogonal")),
    )
    x = drawing.input(n["input"], "N", n["size"], 4)
    gate = drawing.input(n["second input"], "N", n["size"], f"{hidden}")
    net = drawing.group(n["container"], "Sequential")
    x = drawing.add("Linear", x, name=n["member"], out_features=f"={wide}", group=net)
    x = drawing.add("ReLU", x, name="relu", group=net)
    x = drawing.add("Linear", x, name=n["repeated layers"], out_features=f"={wide}", repeat=2)
    x = drawing.add(n["block"], x, name="inner")
    x = drawing.add(
        "LSTM", x, name=n["several results"], hidden_size=f"={hidden}", batch_first=True
    )
    x = drawing.add("Linear", x, name=n["layer"], out_features=f"={hidden}")
    gate = drawing.add("SigmoidFunction", drawing.add("Exp", gate), name=n["operation"])
    x = drawing.add("Multiply", x, gate)
    steps = drawing.add("Arange", end=f"={hidden}", dtype="float", name=n["formula"])
    table = drawing.add("Buffer", drawing.add("Exp", steps), name=n["buffer"])
    x = drawing.add("Add", x, table)
    x = drawing.add(
        "Expand", drawing.add("Mean", x, dim=1, keepdim=True), sizes=(-1, f"={n['size']}", -1)
    )
    drawing.output(x, name=n["output"])
    return drawing.project()


def computed(project: Project) -> Tensor:
    seed(0)
    model = build(generate(project))
    return model(torch.randn(2, 5, 4), torch.randn(2, 5, 8))


@pytest.fixture(scope="module")
def expected() -> Tensor:
    return computed(drawn())


def refusal(project: Project) -> str:
    """Why the reader of files refuses the project, empty if it does not."""
    try:
        assert loads(dumps(project)) == project
    except FileError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("role", USUAL)
def test_a_name_with_a_meaning(role: str, expected: Tensor) -> None:
    for name in MEANINGS:
        if role in NAMING_SIZES and name in {USUAL[other] for other in NAMING_SIZES}:
            continue
        project = drawn(**{role: name})
        sentence = refusal(project)
        if sentence:
            assert name in sentence
        else:
            assert torch.equal(computed(project), expected), name


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (AddBlock("hidden"), "'hidden' is a parameter or local of Net"),
        (AddBlock("wide"), "'wide' is a parameter or local of Net"),
        (AddBlock("_"), "'_' has a meaning of its own"),
        (RenameBlock("Inner", "ratio"), "'ratio' is a parameter or local of Net"),
        (AddBlockParameter("Net", BlockParameter("Inner")), "'Inner' is a block"),
        (RenameBlockParameter("Net", "ratio", "Net"), "'Net' is a block"),
        (SetLocal("Net", "Inner", Expr("2 * hidden")), "'Inner' is a block"),
        (Rename("Net", "n0", "range"), "'range' is a function of the expressions"),
        (Rename("Net", "n0", "i"), "'i' is the index of the repetitions"),
        (Rename("Net", "n0", "_"), "'_' has a meaning of its own"),
        (
            SetLocal("Net", "wide", Expr("sum([sqrt(math) for math in [4]])")),
            "'math' has a meaning of its own",
        ),
        (
            SetParam("Net", "n7", "out_features", Expr("[self for self in [4]][0]")),
            "'self' has a meaning of its own",
        ),
    ],
)
def test_commands_refuse_such_names(command: Command, sentence: str) -> None:
    with pytest.raises(Refusal, match=re.escape(sentence)):
        command.apply(drawn())


def test_a_block_from_elsewhere_that_would_hide_one_here_is_refused() -> None:
    here = Project(blocks=(Block("Model"), Block("width")))
    text = copy(drawn(), "Net", {"n5"})
    with pytest.raises(Refusal, match="Inner has a parameter 'width', which is a block here"):
        Paste("Model", text).apply(here)


def test_only_what_is_used_is_imported() -> None:
    note = "Like torch.nn and F.relu, with math.sqrt and make_divisible(8): a Tensor."
    drawing = Drawing("Net", kind="Sequential", note=note)
    x = drawing.add("Linear", drawing.input("x", "N", 4), name="fc", out_features=2)
    drawing.output(x)
    lines = generate(drawing.project()).text.splitlines()
    assert lines[0] == "from torch import nn"
    assert not any("import" in line for line in lines[1:])
