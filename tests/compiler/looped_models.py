"""Small models whose repetitions go through parts, carry states, or collect what they give."""

from __future__ import annotations

from nnstudio.graph.values import Expr, Repeat
from nnstudio.graph.values import FrozenMap as Ports
from nnstudio.project.values import Block, BlockParameter, Project
from tests.drawing import Drawing

P = BlockParameter


def sequence_cell() -> Block:
    """A cell of two states on pictures."""
    d = Drawing("Cell", P("in_channels", "int"), P("hidden", "int"))
    x = d.input("x", "N", "in_channels", "H", "W")
    h = d.input("h", "N", "hidden", "H", "W")
    c = d.input("c", "N", "hidden", "H", "W")
    both = d.add("Concat", x, h, dim=1)
    wide = {"out_channels": "=2 * hidden", "kernel_size": 3, "padding": 1}
    gates = d.add("Chunk", d.add("Conv2d", both, name="conv", **wide), chunks=2, dim=1)
    first, second = d.ports("Chunk", 1)[1][:2]
    keep = d.add("SigmoidFunction", gates[first])
    c = d.add("Add", d.add("Multiply", keep, c), gates[second])
    d.output(d.add("Multiply", keep, d.add("SigmoidFunction", c)), "h_next")
    d.output(c, "c_next")
    return d.block()


def conv_lstm() -> Project:
    """As many steps as the data have; the last state is read."""
    d = Drawing("ConvLSTM", P("hidden", "int", 6), blocks=(sequence_cell(),))
    x = d.input("x", "N", "T", 3, "H", "W", example=(2, 5, 3, 8, 8))
    zeros = d.add("Zeros", x, size=("N", "hidden", "H", "W"))
    again = Repeat(None, "shared", (("h", "h_next"), ("c", "c_next")), Ports({"x": 1}))
    at = {"x": x, "h": zeros, "c": zeros}
    y = d.add("Cell", name="cell", at=at, hidden="=hidden", repeat=again)
    d.output(d.add("Conv2d", y, name="head", out_channels=1, kernel_size=1))
    return d.project()


def wave_net() -> Project:
    """Every repetition feeds a sum beside the chain."""
    b = Drawing("ResidualBlock", P("channels", "int"), P("skip", "int"), P("dilation", "int", 1))
    x = b.input("x", "N", "channels", "T")
    wide = {"kernel_size": 3, "padding": "=dilation", "dilation": "=dilation"}
    y = b.add("GELUFunction", b.add("Conv1d", x, name="conv", out_channels="=channels", **wide))
    back = b.add("Conv1d", y, name="back", out_channels="=channels", kernel_size=1)
    b.output(b.add("Add", x, back), "x_next")
    b.output(b.add("Conv1d", y, name="aside", out_channels="=skip", kernel_size=1), "skip")
    d = Drawing("WaveNet", P("skip", "int", 12), P("layers", "int", 4), blocks=(b.block(),))
    x = d.input("x", "N", 8, "T", example=(2, 8, 32))
    again = Repeat(Expr("layers"), collect=Ports({"skip": ("sum", 0)}))
    at = {"skip": "=skip", "dilation": "=2**i"}
    y = d.add("ResidualBlock", x, name="blocks", repeat=again, **at)
    d.output(d.add("Conv1d", y["skip"], name="out", out_channels=3, kernel_size=1))
    return d.project()


def u_net() -> Project:
    """A list on the way down, gone through in reverse on the way up; the depth is a parameter."""
    down = Drawing("Down", P("in_channels", "int"), P("out_channels", "int"))
    x = down.input("image", "N", "in_channels", "h", "w")
    wide = {"out_channels": "=out_channels", "kernel_size": 3, "padding": 1}
    x = down.add("Conv2d", x, name="conv", **wide)
    down.output(down.add("MaxPool2d", x, name="pool", kernel_size=2), "image_next")
    down.output(x, "skip")
    up = Drawing("Up", P("in_channels", "int"), P("out_channels", "int"))
    x = up.input("image", "N", "in_channels", "h", "w")
    skip = up.input("skip", "N", "out_channels", "skip_h", "skip_w")
    grow = {"out_channels": "=out_channels", "kernel_size": 2, "stride": 2}
    x = up.add("Concat", up.add("ConvTranspose2d", x, name="up", **grow), skip, dim=1)
    up.output(up.add("Conv2d", x, name="conv", **wide))
    blocks = (down.block(), up.block())
    d = Drawing("UNet", P("depth", "int", 3), P("width", "int", 8), blocks=blocks)
    x = d.input("image", "N", 3, 64, 64)
    again = Repeat(Expr("depth"), collect=Ports({"skip": ("list", 0)}))
    y = d.add("Down", x, name="down", out_channels="=width * 2 ** i", repeat=again)
    x = d.add("Conv2d", y, name="bottom", out_channels="=width * 2 ** depth", kernel_size=1)
    again = Repeat(Expr("depth"), each=Ports({"skip": None}), reverse=True)
    at = {"image": x, "skip": y["skip"]}
    x = d.add("Up", name="up", at=at, out_channels="=width * 2 ** (depth - 1 - i)", repeat=again)
    d.output(d.add("Conv2d", x, name="head", out_channels=2, kernel_size=1))
    return d.project()


def branches() -> Project:
    """Parallel convolutions of several dilations, joined."""
    b = Drawing("Branch", P("channels", "int"), P("dilation", "int"))
    x = b.input("x", "N", "channels", "h", "w")
    wide = {"kernel_size": 3, "padding": "=dilation", "dilation": "=dilation"}
    b.output(b.add("Conv2d", x, name="conv", out_channels="=2 * channels", **wide))
    d = Drawing("ASPP", P("rates", "list[int]", (1, 2, 3)), blocks=(b.block(),))
    x = d.input("x", "N", 4, 16, 16)
    again = Repeat(Expr("len(rates)"), carry=(), collect=Ports({"output": ("concat", 1)}))
    y = d.add("Branch", x, name="branches", dilation="=rates[i]", repeat=again)
    d.output(d.add("Conv2d", y, name="project", out_channels=6, kernel_size=1))
    return d.project()


def scan() -> Project:
    """Two inputs gone through at once, a state, and every step kept."""
    b = Drawing("Step", P("d", "int"))
    delta, x, h = (b.input(name, "N", "d") for name in ("delta", "x", "h"))
    h = b.add("Add", b.add("Multiply", h, delta), x)
    b.output(b.add("Linear", h, name="out", out_features="=d"), "y")
    b.output(h, "h_next")
    d = Drawing("Scan", P("d", "int", 4), blocks=(b.block(),))
    x = d.input("x", "N", "T", "d", example=(2, 7, 4))
    delta = d.add("SigmoidFunction", x, name="delta")
    at = {"delta": delta, "x": x, "h": d.add("Zeros", x, size=("N", "d"))}
    each, collect = Ports({"delta": 1, "x": 1}), Ports({"y": ("stack", 1)})
    again = Repeat(None, "shared", (("h", "h_next"),), each, collect)
    y = d.add("Step", name="step", at=at, repeat=again)
    d.output(d.add("Linear", y["y"], name="o", out_features="=d"))
    return d.project()


def cell_of_torch() -> Project:
    """A cell called for each step; its first state goes on and is kept of every step, too."""
    d = Drawing("Reader", P("hidden", "int", 6))
    x = d.input("x", "N", "T", 3, example=(2, 5, 3))
    zeros = d.add("Zeros", x, size=("N", "hidden"))
    collect = Ports({"h": ("stack", 1)})
    again = Repeat(None, "shared", (("hx", "h"), ("cx", "c")), Ports({"input": 1}), collect)
    at = {"input": x, "hx": zeros, "cx": zeros}
    y = d.add("LSTMCell", name="cell", at=at, hidden_size="=hidden", repeat=again)
    d.output(d.add("Linear", y["h"], name="head", out_features=2))
    return d.project()


_MAKERS = (conv_lstm, wave_net, u_net, branches, scan, cell_of_torch)
MODELS = {make.__name__: make for make in _MAKERS}
