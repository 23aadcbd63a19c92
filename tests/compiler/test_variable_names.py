"""What values are called in `forward`: names that were given stay, and no name misleads."""

from __future__ import annotations

import pytest

from nnstudio.catalog import registry
from nnstudio.catalog.code import FunctionCode
from nnstudio.compiler.codegen.variable_names import RESERVED, singular
from nnstudio.compiler.source import generate
from nnstudio.project.english import many_of
from nnstudio.project.values import BlockParameter
from tests.compiler.test_rules import lines_of, mlp, text_of
from tests.drawing import Drawing, Drawn


def forward_of(drawing: Drawing) -> list[str]:
    """The lines of `forward`, after the referee has found that it computes what is drawn."""
    lines = lines_of(text_of(drawing.project()))
    start = next(k for k, line in enumerate(lines) if line.startswith("def forward"))
    return lines[start + 1 :]


def head_of(d: Drawing, x: Drawn, name: str, result: str) -> Drawn:
    """Heads of an attention, made of a linear layer."""
    y = d.add("Linear", x, name=name, out_features="=width")
    y = d.add("UnflattenDim", y, dim=-1, sizes=("heads", -1))
    return d.add("Transpose", y, dim0=1, dim1=2, name=result)


def attention() -> Drawing:
    d = mlp(BlockParameter("width", "int", 8), BlockParameter("heads", "int", 2))
    x = d.input("x", "N", 5, "width")
    query, key, value = (head_of(d, x, name, f"{name}_heads") for name in "qkv")
    scores = d.add("MatMul", query, d.add("Transpose", key, dim0=-2, dim1=-1), name="scores")
    weights = d.add("SoftmaxFunction", scores, dim=-1, name="weights")
    mixed = d.add("Transpose", d.add("MatMul", weights, value), dim0=1, dim1=2)
    d.output(d.add("FlattenDims", mixed, start_dim=2))
    return d


def test_a_call_goes_on_under_the_name_of_what_becomes_of_it() -> None:
    assert forward_of(attention()) == [
        "q_heads = self.q(x).unflatten(-1, (self.heads, -1)).transpose(1, 2)",
        "k_heads = self.k(x).unflatten(-1, (self.heads, -1)).transpose(1, 2)",
        "scores = q_heads @ k_heads.transpose(-2, -1)",
        "weights = F.softmax(scores, dim=-1)",
        "v_heads = self.v(x).unflatten(-1, (self.heads, -1)).transpose(1, 2)",
        "return (weights @ v_heads).transpose(1, 2).flatten(2)",
    ]


def test_parts_of_a_call_are_taken_apart_at_once() -> None:
    d = mlp()
    x = d.add("Linear", d.input("x", "N", 4), name="both", out_features=6)
    parts = d.add("Chunk", x, chunks=2, dim=-1)
    left = d.add("ReLUFunction", parts, name="left")
    d.output(d.add("Multiply", left, d.add("ReLUFunction", parts["part1"], name="right")))
    assert forward_of(d)[0] == "left, right = self.both(x).chunk(2, dim=-1)"


def test_a_call_that_is_read_twice_has_a_name() -> None:
    d = mlp()
    x = d.add("Linear", d.input("x", "N", 4), name="fc", out_features=4)
    d.output(d.add("Add", d.add("FlattenDims", x, start_dim=1, name="flat"), x))
    assert forward_of(d)[0] == "x = self.fc(x)"


@pytest.mark.parametrize("name", ["", "total"])
def test_a_given_name_stays(name: str) -> None:
    d = mlp()
    x, y = d.input("x", "N", 4), d.input("y", "N", 4)
    total = d.add("Add", x, y, name=name)
    d.output(d.add("Linear", total, name="fc", out_features=2))
    kept = ["total = x + y", "return self.fc(total)"]
    assert forward_of(d) == (kept if name else ["return self.fc(x + y)"])


def test_a_given_name_is_not_that_of_what_a_layer_makes_of_it() -> None:
    d = mlp()
    x, y = d.input("x", "N", 4), d.input("y", "N", 4)
    total = d.add("Add", x, y, name="total")
    total = d.add("Linear", total, name="fc", out_features=2)
    d.output(d.add("Linear", d.add("ReLUFunction", total), name="head", out_features=2))
    assert forward_of(d) == ["total = x + y", "x = self.fc(total)", "return self.head(F.relu(x))"]


def test_what_is_made_of_several_results_is_not_called_like_the_first() -> None:
    d = mlp()
    x, y = d.input("x", "N", 5, 4), d.input("y", "N", 5, 4)
    source = d.add("Transpose", x, dim0=0, dim1=1, name="source")
    target = d.add("Transpose", y, dim0=0, dim1=1, name="target")
    at = {"query": source, "key": target, "value": target}
    mixed = d.add("MultiheadAttention", name="attention", at=at, num_heads=2)
    d.output(d.add("Transpose", mixed, dim0=0, dim1=1, name="decoded"))
    assert forward_of(d)[2:] == [
        "attention, _ = self.attention(source, target, target, need_weights=False)",
        "return attention.transpose(0, 1)",
    ]


def test_an_output_gives_its_name_to_what_it_alone_returns() -> None:
    """name_of_dead_operand: the last reader of a value is not called like it."""
    d = mlp()
    h = d.add("Linear", d.input("x", "N", 8), name="hidden", out_features=6)
    h = d.add("ReLUFunction", h, name="h")
    d.output(d.add("Linear", h, name="mean", out_features=4), "mu")
    d.output(d.add("Linear", h, name="fc", out_features=4), "logvar")
    assert forward_of(d) == [
        "h = F.relu(self.hidden(x))",
        "mu = self.mean(h)",
        "logvar = self.fc(h)",
        "return {'mu': mu, 'logvar': logvar}".replace("'", '"'),
    ]


def states(*names: str) -> Drawing:
    """A cell by hand: the next states are Outputs of a block."""
    d = Drawing("Cell", BlockParameter("size"))
    x, h, c = d.input("x", "N", "size"), d.input("h", "N", "size"), d.input("c", "N", "size")
    gates = d.add("Linear", d.add("Concat", x, h, dim=1), name="gates", out_features="=4 * size")
    parts = d.add("Chunk", gates, chunks=4, dim=1)
    k, f, o = (d.add("SigmoidFunction", parts[f"part{n}"], name="kfo"[n]) for n in range(3))
    g = d.add("TanhFunction", parts["part3"], name="g")
    c = d.add("Add", d.add("Multiply", f, c), d.add("Multiply", k, g), name="c_next")
    d.output(d.add("Multiply", o, d.add("TanhFunction", c)), names[0])
    d.output(c, names[1])
    model = mlp(blocks=(d.block(),))
    x, h, c = (model.input(name, "N", 3) for name in ("x", "h", "c"))
    step = model.add("Cell", x, h, c, name="cell")
    step = model.add("Cell", x, step, step[names[1]], shares=step)
    model.output(step, "h")
    model.output(step[names[1]], "c")
    return model


def test_a_block_returns_a_tuple_and_states_keep_their_names() -> None:
    lines = forward_of(states("h_next", "c_next"))
    assert lines[:9] == [
        "x = self.gates(torch.cat([x, h], dim=1))",
        "k, f, o, g = x.chunk(4, dim=1)",
        "o = torch.sigmoid(o)",
        "f = torch.sigmoid(f)",
        "k = torch.sigmoid(k)",
        "g = torch.tanh(g)",
        "c_next = f * c + k * g",
        "h_next = o * torch.tanh(c_next)",
        "return h_next, c_next",
    ]
    assert lines[-4:] == [
        "def forward(self, x: Tensor, h: Tensor, c: Tensor) -> dict[str, Tensor]:",
        "h, c = self.cell(x, h, c)",
        "h, c = self.cell(x, h, c)",
        'return {"h": h, "c": c}',
    ]


def test_an_operation_is_written_into_a_later_statement_that_alone_reads_it() -> None:
    d = mlp()
    x, y = d.input("x", "N", 4), d.input("y", "N", 4)
    kept = d.add("SigmoidFunction", x)
    other = d.add("Linear", y, name="fc", out_features=4)
    other = d.add("Linear", other, name="fc2", out_features=4)
    d.output(d.add("Subtract", at={"input": kept, "other": other}))
    assert forward_of(d) == [
        "y = self.fc(y)",
        "y = self.fc2(y)",
        "return torch.sigmoid(x) - y",
    ]


def test_an_operation_stays_before_what_writes_into_its_input() -> None:
    d = mlp()
    x, y = d.input("x", "N", 4), d.input("y", "N", 4)
    kept = d.add("SigmoidFunction", x)
    other = d.add("ReLU", d.add("Linear", y, name="fc", out_features=4), name="act", inplace=True)
    d.output(d.add("Subtract", at={"input": kept, "other": other}))
    assert forward_of(d) == [
        "x = torch.sigmoid(x)",
        "y = self.fc(y)",
        "y = self.act(y)",
        "return x - y",
    ]


def test_a_skip_has_a_name_of_its_own_and_the_way_down_is_x() -> None:
    d = mlp()
    x = d.add("Linear", d.input("x", "N", 8), name="down1", out_features=8)
    y = d.add("Linear", x, name="down2", out_features=4)
    y = d.add("Linear", y, name="up", out_features=8)
    d.output(d.add("Linear", d.add("Concat", y, x, dim=1), name="out", out_features=2))
    assert forward_of(d) == [
        "down1 = self.down1(x)",
        "x = self.down2(down1)",
        "x = self.up(x)",
        "return self.out(torch.cat([x, down1], dim=1))",
    ]


def test_a_block_that_gives_the_next_state_is_called_like_the_state() -> None:
    d = Drawing("Step", BlockParameter("size"))
    x, memory = d.input("x", "N", "size"), d.input("memory", "N", "size")
    d.output(d.add("TanhFunction", d.add("Add", x, memory)), "memory_next")
    model = mlp(blocks=(d.block(),))
    x, memory = model.input("x", "N", 3), model.input("memory", "N", 3)
    memory = model.add("Step", x, memory, name="step")
    model.output(model.add("Step", x, memory, shares=memory))
    assert forward_of(model)[-2:] == [
        "memory = self.step(x, memory)",
        "return self.step(x, memory)",
    ]


def test_results_of_a_second_call_bear_its_name_where_those_of_the_first_are_in_use() -> None:
    d = Drawing("Judge")
    x = d.input("x", "N", 4)
    d.output(d.add("Linear", x, name="score", out_features=1), "score")
    d.output(d.add("Linear", x, name="sort", out_features=3), "sort")
    model = mlp(blocks=(d.block(),))
    real, made = model.input("real", "N", 4), model.input("made", "N", 4)
    first = model.add("Judge", real, name="judge")
    second = model.add("Judge", made, name="of_made", shares=first)
    model.output(model.add("Subtract", first["score"], second["score"]))
    assert forward_of(model)[-3:] == [
        "score, _ = self.judge(real)",
        "score_of_made, _ = self.judge(made)",
        "return score - score_of_made",
    ]


def test_parts_and_states_are_called_by_what_they_are_for() -> None:
    d = mlp()
    x = d.input("x", "N", 5, 4)
    parts = d.add("Linear", x, name="qkv", out_features=12)
    parts = d.add("Chunk", parts, chunks=3, dim=-1)
    y = d.add("ScaledDotProductAttention", parts, parts["part1"], parts["part2"])
    y = d.add("Select", y, dim=1, index=0)
    h = d.add("Linear", y, name="start", out_features=4)
    d.output(d.add("GRUCell", name="cell", at={"input": y, "hx": h}, hidden_size=4))
    assert forward_of(d) == [
        "query, key, value = self.qkv(x).chunk(3, dim=-1)",
        "attention = F.scaled_dot_product_attention(query, key, value)[:, 0]",
        "h = self.start(attention)",
        "return self.cell(attention, h)",
    ]


def test_results_of_an_operation_are_called_like_its_outputs() -> None:
    d = mlp()
    best = d.add("TopK", d.input("x", "N", 5), k=2)
    d.output(d.add("Multiply", best, best["indices"]))
    text = generate(d.project()).text
    assert "values, indices = x.topk(2)" in text


@pytest.mark.parametrize(
    ("one", "many"),
    [
        *(("block", "blocks"), ("branch", "branches"), ("box", "boxes"), ("entry", "entries")),
        *(("key", "keys"), ("loss", "losses"), ("size", "sizes"), ("axis", "axes")),
    ],
)
def test_names_of_lists_and_of_their_items(one: str, many: str) -> None:
    assert (many_of(one), singular(many), singular(f"{many}_2")) == (many, one, one)


def test_a_list_of_what_is_many_already() -> None:
    assert [many_of(name) for name in ("logits", "y", "x")] == ["all_logits", "ys", "xs"]
    assert [singular(name) for name in ("net", "ties", "stage1")] == ["layer", "tie", "layer"]


def test_nouns_are_names_that_mean_nothing_else() -> None:
    layers = registry.all_layers().values()
    nouns = {layer.code.noun for layer in layers if isinstance(layer.code, FunctionCode)}
    assert all(noun.isidentifier() and noun not in RESERVED for noun in nouns - {""})


@pytest.mark.parametrize(
    ("shape", "unpacked"),
    [
        (("N", "length", 4), "batch, length, _ = x.shape"),
        (("N", "batch", 4), "N, batch, _ = x.shape"),
        (("N", "range_size", "range"), "batch, range_size, range_size_size = x.shape"),
    ],
)
def test_sizes_have_names_of_their_own(shape: tuple[str | int, ...], unpacked: str) -> None:
    d = mlp()
    names = [size for size in shape if isinstance(size, str)]
    x = d.input("x", *shape, example=(2, 3, 4))
    ones = d.add("Ones", x, size=tuple(f"={name}" for name in names))
    d.output(d.add("Add", x, ones) if len(names) == 3 else ones)
    assert forward_of(d)[0] == unpacked
