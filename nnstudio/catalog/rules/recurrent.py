"""Recurrent layers and cells: sequences, hidden states, directions."""

from __future__ import annotations

from nnstudio.catalog.layer import Cost, Rule
from nnstudio.catalog.rules.axes import demand, equal_sizes, switch
from nnstudio.catalog.rules.cost import Outputs, cost, enabled, number, size
from nnstudio.catalog.use import Steps, Use
from nnstudio.symbols.dimension import Dim
from nnstudio.symbols.tensor import Tensor


def _output_width(use: Use) -> Dim:
    """hidden_size, or proj_size where there is a projection."""
    hidden = use.dim("hidden_size")
    if not use.has_value("proj_size"):
        return hidden
    projected = use.dim("proj_size")
    if projected.is_constant:
        return projected if projected.value else hidden
    value = projected.value if projected.value else hidden.value
    number = None if projected.value is None else value
    return Dim.atom(f"({projected.text}) if ({projected.text}) else ({hidden.text})", number)


def recurrent(use: Use) -> tuple[Tensor, ...]:
    """(N, L, input_size) or (L, N, input_size) -> outputs of all steps, and the last states.

    The states are (num_layers * directions, N, hidden_size) whatever `batch_first` says.
    """
    x = use.inputs["input"]
    batch_first = switch(use, "batch_first")
    layout = "(batch, length, features)" if batch_first else "(length, batch, features)"
    use.rank(x, 3, layout=layout)
    demand(use, x, "float")
    use.auto("input_size", x.shape[2], "input features")
    hidden = use.dim("hidden_size")
    use.at_least("hidden_size", hidden, 1)
    use.at_least("num_layers", use.dim("num_layers"), 1)
    width = _output_width(use)
    projected = use.dim("proj_size").value if use.has_value("proj_size") else None
    if projected:
        use.at_least("proj_size", width, 1)
        if hidden.value is not None and projected >= hidden.value:
            use.fail(
                f"'proj_size' must be smaller than hidden_size {hidden.label}, "
                f"received {projected}",
                param="proj_size",
            )
    output = Tensor((*x.shape[:2], use.either("bidirectional", width * 2, width)))
    layers = use.dim("num_layers")
    layers = use.either("bidirectional", layers * 2, layers)
    batch = x.shape[0 if batch_first else 1]
    state, cell = Tensor((layers, batch, width)), Tensor((layers, batch, hidden))
    for name, expected in (("h_0", state), ("c_0", cell)):
        if name in use.inputs:
            equal_sizes(use, expected, use.inputs[name], f"the initial state {name}")
    if not use.has_value("proj_size"):
        return output, state
    if ("h_0" in use.inputs) != ("c_0" in use.inputs):
        use.fail("expects both initial states, h_0 and c_0, or neither")
    return output, state, cell


def _weights(use: Use, gates: int) -> tuple[int, int]:
    """(weights, biases) of all layers and directions."""
    hidden, width = size(use, "hidden_size"), number(_output_width(use))
    directions = 2 if enabled(use, "bidirectional") else 1
    weights = biases = 0
    for layer in range(size(use, "num_layers")):
        incoming = number(use.x.shape[2]) if layer == 0 else width * directions
        weights += directions * gates * hidden * (incoming + width)
        if use.has_value("proj_size") and use.value("proj_size"):
            weights += directions * hidden * width
        biases += directions * gates * hidden * 2
    return weights, biases if enabled(use, "bias") else 0


def recurrent_cost(gates: int) -> Cost:
    """Weights and biases; one multiply-add per weight and step."""

    def flops(use: Use, outputs: Outputs) -> int:
        steps = number(use.x.shape[1 if use.value("batch_first") else 0])
        return 2 * _weights(use, gates)[0] * steps

    return cost(lambda use, outputs: sum(_weights(use, gates)), flops)


def recurrent_cell(states: int) -> Rule:
    """(N, input_size) and its states (N, hidden_size) -> the next states."""

    def rule(use: Use) -> Tensor | tuple[Tensor, ...]:
        x = use.inputs["input"]
        if x.rank == 3:
            use.fail(
                "takes one step of a sequence, 2 dimensions (batch, features), "
                f"received 3 ({x.label})",
                fix=Steps.through("input", x, 2),
            )
        use.rank(x, 2, layout="(batch, features)")
        demand(use, x, "float")
        use.auto("input_size", x.shape[1], "input features")
        use.at_least("hidden_size", use.dim("hidden_size"), 1)
        state = Tensor((x.shape[0], use.dim("hidden_size")))
        names = ("hx", "cx")[:states] if states > 1 else ("hx",)
        for name in names:
            if name in use.inputs:
                equal_sizes(use, state, use.inputs[name], f"the state {name}")
        if states > 1 and ("hx" in use.inputs) != ("cx" in use.inputs):
            use.fail("expects both states, hx and cx, or neither")
        return state if states == 1 else (state, state)

    return rule


def cell_cost(gates: int) -> Cost:
    """Weights and biases of one step; one multiply-add per weight."""

    def weights(use: Use) -> int:
        hidden = size(use, "hidden_size")
        return gates * hidden * (number(use.x.shape[1]) + hidden)

    def parameters(use: Use, outputs: Outputs) -> int:
        return weights(use) + enabled(use, "bias") * 2 * gates * size(use, "hidden_size")

    return cost(parameters, lambda use, outputs: 2 * weights(use))
