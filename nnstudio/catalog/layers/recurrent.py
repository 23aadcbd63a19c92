"""Recurrent layers and cells as modules of `torch.nn`."""

from __future__ import annotations

from nnstudio.catalog.code import ModuleCode, Written
from nnstudio.catalog.layer import AUTO, Category, Input, Layer, Output, Param
from nnstudio.catalog.links import module_link
from nnstudio.catalog.memory import KEPT, OWN
from nnstudio.catalog.rules.recurrent import cell_cost, recurrent, recurrent_cell, recurrent_cost

_INPUT_SIZE = Param("input_size", "int", AUTO, "Features of each step.", minimum=1)
_HIDDEN_SIZE = Param("hidden_size", "int", help="Size of the state.", initial=128, minimum=1)
_BIAS = Param("bias", "bool", True, "Add learnable values.")
_NONLINEARITY = Param(
    "nonlinearity", "choice", "tanh", "The activation of the state.", choices=("tanh", "relu")
)
_PROJECTION = Param(
    "proj_size", "int", 0, "Project the output to this size; 0: no projection.", minimum=0
)


def _with_states(*names: str) -> tuple[Input, ...]:
    return (Input(), *(Input(name, optional=True) for name in names))


def _call_with_pair(w: Written) -> str:
    """The two states of an LSTM travel as one tuple."""
    states = [text for name, text in w.inputs.items() if name != "input"]
    return f"{w.inputs['input']}, ({', '.join(states)})" if states else w.inputs["input"]


def _call_in_order(w: Written) -> str:
    return ", ".join(w.inputs.values())


def _recurrent(name: str, gates: int, text: str, keywords: tuple[str, ...]) -> Layer:
    lstm = name == "LSTM"
    own = {"RNN": (_NONLINEARITY,), "LSTM": (), "GRU": ()}[name]
    return Layer(
        type=name,
        category=Category.RECURRENT,
        inputs=_with_states("h_0", "c_0") if lstm else _with_states("h_0"),
        outputs=(Output(), Output("h_n"), Output("c_n")) if lstm else (Output(), Output("h_n")),
        params=(
            _INPUT_SIZE,
            _HIDDEN_SIZE,
            Param("num_layers", "int", 1, "Layers on top of each other.", minimum=1),
            *own,
            _BIAS,
            Param(
                "batch_first",
                "bool",
                False,
                "(batch, length, features) instead of (length, batch, features).",
                initial=True,
                structural=True,
            ),
            Param("dropout", "float", 0.0, "Dropout between the layers.", minimum=0.0, maximum=1.0),
            Param("bidirectional", "bool", False, "Read the sequence backwards too."),
            *((_PROJECTION,) if lstm else ()),
        ),
        rule=recurrent,
        cost=recurrent_cost(gates),
        memory=KEPT if lstm else OWN,
        code=ModuleCode(
            positional=("input_size", "hidden_size"),
            call=_call_with_pair if lstm else _call_in_order,
            result="{output}, ({h_n}, {c_n})" if lstm else "{output}, {h_n}",
        ),
        facts=("input_size", "hidden_size", "num_layers", "bidirectional"),
        help=text,
        link=module_link(name),
        keywords=("sequence", "recurrent", "rnn", *keywords),
        example={
            "input": (2, 5, 4),
            "params": {"hidden_size": 6, "num_layers": 2, "batch_first": True},
        },
    )


def _cell(name: str, gates: int, text: str) -> Layer:
    lstm = name == "LSTMCell"
    return Layer(
        type=name,
        category=Category.RECURRENT,
        inputs=_with_states("hx", "cx") if lstm else _with_states("hx"),
        outputs=(Output("h"), Output("c")) if lstm else (Output("h"),),
        params=(
            _INPUT_SIZE,
            _HIDDEN_SIZE,
            _BIAS,
            *((_NONLINEARITY,) if name == "RNNCell" else ()),
        ),
        rule=recurrent_cell(2 if lstm else 1),
        cost=cell_cost(gates),
        memory=KEPT if name == "RNNCell" else OWN,
        code=ModuleCode(
            positional=("input_size", "hidden_size"),
            call=_call_with_pair if lstm else _call_in_order,
            result="{h}, {c}" if lstm else "",
        ),
        facts=("input_size", "hidden_size"),
        help=text,
        link=module_link(name),
        keywords=("recurrent", "step", "cell"),
        example={"input": (2, 4), "params": {"hidden_size": 6}},
    )


LAYERS: tuple[Layer, ...] = (
    _recurrent(
        "RNN",
        1,
        "Reads a sequence step by step with one state. Simple, but it forgets quickly.",
        ("elman",),
    ),
    _recurrent(
        "LSTM",
        4,
        "Reads a sequence with a state and a protected cell, steered by gates. "
        "Remembers over long distances.",
        ("long short-term memory",),
    ),
    _recurrent(
        "GRU",
        3,
        "Reads a sequence with a gated state. Lighter than an LSTM, often as good.",
        ("gated recurrent unit",),
    ),
    _cell("RNNCell", 1, "One step of an RNN. For loops that are drawn by hand."),
    _cell("LSTMCell", 4, "One step of an LSTM. For loops that are drawn by hand."),
    _cell("GRUCell", 3, "One step of a GRU. For loops that are drawn by hand."),
)
