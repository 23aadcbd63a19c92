"""What a repetition loses: an error that says which output, and silence where nothing is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from nnstudio.analysis.analyse import analyse
from nnstudio.graph.values import RepeatKind
from nnstudio.project.storage import file
from nnstudio.project.values import Block, Project
from tests.drawing import Drawing

CASES = Path(__file__).parents[1] / "cases" / "structure"


def cell(inputs: list[str], outputs: list[str], *, optional: str = "") -> Block:
    """Each Output is the Input at its place after a layer; further ones take the last Input."""
    drawing = Drawing("Cell")
    given = [
        drawing.input(name, "N", 4, **({"optional": True} if name == optional else {}))
        for name in inputs
    ]
    for k, name in enumerate(outputs):
        source = given[min(k, len(given) - 1)]
        drawing.output(drawing.add("Linear", source, name=f"fc{k}", out_features=4), name)
    return drawing.block()


def model(
    block: Block, count: int | str = 3, kind: str = "shared", open_input: str = ""
) -> Project:
    drawing = Drawing("Model", blocks=(block,))
    x = drawing.input("x", "N", 4)
    wires = {n.name: x for n in block.graph.of_type("Input") if n.name != open_input}
    use = drawing.add("Cell", name="cell", at=wires, repeat=count, kind=kind)
    drawing.output(use)
    return drawing.project()


def errors(project: Project) -> list[str]:
    return [problem.sentence for problem in analyse(project).errors]


def test_the_case() -> None:
    assert errors(file.read(CASES / "repeat_second_output_lost.nns")) == [
        "cell: its output 'c_next' is lost: only the first output is carried, so every repetition "
        "gets the same 'c'; carry it, too"
    ]


@pytest.mark.parametrize(
    ("inputs", "outputs", "lost"),
    [
        (["h", "c"], ["h_next", "c_next"], ("c_next", "c")),
        (["h", "c"], ["h", "c_out"], ("c_out", "c")),
        (["hidden", "cell", "x"], ["new_hidden", "new_cell"], ("new_cell", "cell")),
        (["h0", "c0"], ["hNext", "cNext"], ("cNext", "c0")),
        (["x", "memory"], ["y", "tap"], ("tap", "memory")),
        (["a", "b", "c"], ["a", "b", "c_1"], ("b", "b")),
    ],
)
@pytest.mark.parametrize("kind", ["shared", "ModuleList"])
def test_a_second_state(
    inputs: list[str], outputs: list[str], lost: tuple[str, str], kind: RepeatKind
) -> None:
    (sentence,) = errors(model(cell(inputs, outputs), kind=kind))
    assert f"its output '{lost[0]}' is lost" in sentence
    assert f"every repetition gets the same '{lost[1]}'" in sentence


def test_a_state_that_is_not_even_given_at_the_start() -> None:
    block = cell(["h", "c"], ["h_next"], optional="c")
    drawing = Drawing("Cell")
    drawing.nodes, drawing.edges = list(block.graph.nodes), list(block.graph.edges)
    drawing.output(drawing.add("Neg", drawing.input("z", "N", 4), name="neg"), "c_next")
    (sentence,) = errors(model(drawing.block(), open_input="c"))
    assert "every repetition goes without 'c'" in sentence


def test_a_state_that_goes_into_the_wrong_input() -> None:
    """As torch's own cells have it, the data come first."""
    (sentence,) = errors(model(cell(["x", "h"], ["h_next"])))
    assert sentence == (
        "cell: its first output 'h_next' goes into its first input 'x' in the next repetition, "
        "not into 'h'; carry it there"
    )


@pytest.mark.parametrize("kind", ["RNNCell", "GRUCell", "LSTMCell"])
def test_the_cells_of_torch(kind: str) -> None:
    drawing = Drawing("Model")
    x = drawing.input("x", "N", 4)
    states = {"hx": x, "cx": x} if kind == "LSTMCell" else {"hx": x}
    drawing.output(drawing.add(kind, x, name="cell", at=states, hidden_size=4, repeat=3))
    (sentence,) = errors(drawing.project())
    assert "goes into its first input 'input' in the next repetition, not into 'hx'" in sentence


@pytest.mark.parametrize("count", [0, 1])
def test_one_repetition_loses_nothing(count: int) -> None:
    assert errors(model(cell(["h", "c"], ["h_next", "c_next"]), count)) == []


def test_a_count_that_is_known_to_be_one_only_now() -> None:
    drawing = Drawing("Model", blocks=(cell(["h", "c"], ["h_next", "c_next"]),))
    x = drawing.input("x", "N", 4)
    drawing.output(drawing.add("Cell", x, x, name="cell", repeat="max(1, 1)"))
    assert "is lost" in errors(drawing.project())[0]


def test_what_is_no_state() -> None:
    """Attention weights have another shape than what every repetition reads."""
    drawing = Drawing("Model")
    x = drawing.input("x", "N", 5, 8)
    wires = {"query": x, "key": x, "value": x}
    heads = {"num_heads": 2, "batch_first": True}
    drawing.output(drawing.add("MultiheadAttention", name="layers", at=wires, repeat=2, **heads))
    assert errors(drawing.project()) == []


def test_one_state_and_what_all_repetitions_read() -> None:
    assert errors(model(cell(["x", "memory"], ["x"]))) == []
    assert errors(model(cell(["h", "x"], ["h_next"]))) == []


def test_layers_that_follow_each_other_have_states_of_their_own() -> None:
    drawing = Drawing("Model")
    x = drawing.input("x", "N", 5, 6)
    drawing.output(drawing.add("LSTM", x, name="layers", hidden_size=6, batch_first=True, repeat=2))
    assert errors(drawing.project()) == []
