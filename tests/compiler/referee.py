"""A recursive reader of the graph: what a project means, without order, variables or text.

It computes the outputs of a project by walking from the Outputs back, calling the very submodules
of the built model by their place in `state_dict` (places are counted here, by a logic of its own)
and operations through a table. What the generated `forward` computes must be equal to the bit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812 (the name everybody knows)
from torch import Tensor, nn

from nnstudio.analysis.recurrences import Table
from nnstudio.analysis.report import BlockReport
from nnstudio.catalog import registry
from nnstudio.graph.order import upstream
from nnstudio.graph.values import Expr, Group, Node, Port, Repeat, Value
from nnstudio.project.values import Block, Project
from nnstudio.symbols.dimension import Dim
from nnstudio.symbols.expression import parse
from nnstudio.symbols.tensor import Listed

Environment = dict[str, Any]
Tensors = dict[str, Tensor | None]


def evaluate(value: Any, names: Mapping[str, Any], *, texts: bool = False) -> Any:
    """A parameter value as a plain one; with `texts`, text is an expression (shape patterns)."""
    if isinstance(value, Expr):
        return parse(value.text).evaluate(names)
    if texts and isinstance(value, str):
        return parse(value).evaluate(names)
    if isinstance(value, tuple):
        return [evaluate(item, names, texts=texts) for item in value]
    return value


def environment(block: Block, given: Environment, tensors: Tensors) -> Environment:
    """The names of a block in one use: given values, then sizes, then defaults, then locals."""
    names = dict(given)
    computed = {item.name for item in block.locals}
    for node in block.graph.of_type("Input"):
        tensor = tensors.get(node.name)
        pattern = node.params["shape"]
        assert isinstance(pattern, tuple)
        for item, size in zip(pattern, () if tensor is None else tensor.shape, strict=False):
            if isinstance(item, str) and item.isidentifier() and item not in computed:
                names.setdefault(item, size)
    for parameter in block.parameters:
        if parameter.name not in names:
            names[parameter.name] = evaluate(parameter.default, {})
    for local in block.locals:
        names[local.name] = parse(local.value.text).evaluate(names)
    return names


def is_module(project: Project, node: Node) -> bool:
    if node.type in project.by_name:
        return True
    layer = registry.find(node.type)
    return layer is not None and layer.is_module


def places(project: Project, block: Block, names: Environment) -> dict[str, str]:
    """The place in `state_dict` of each node's module; that of the first repetition if inline."""
    used: dict[str, int] = {}
    containers: dict[str, str] = {}
    found: dict[str, str] = {}

    def step(prefix: str, kind: str, name: str, size: int) -> str:
        if kind in ("Sequential", "ModuleList"):
            index = used.get(prefix, 0)
            used[prefix] = index + size
            return f"{prefix}{index}"
        return f"{prefix}{name}"

    for node in block.graph.nodes:
        if node.shares or not is_module(project, node) or node.id in block.graph.standing_for:
            continue
        prefix, kind = "", str(block.kind)
        for group in containers_around(block, node):
            if group.id not in containers:
                containers[group.id] = step(prefix, kind, group.name, 1)
            prefix, kind = f"{containers[group.id]}.", group.kind
        size = 1
        always = node.when is None or node.instead is not None
        if node.repeat is None and not always and kind in ("Sequential", "ModuleList"):
            assert node.when is not None
            size = int(bool(parse(node.when.text).evaluate(names)))
        elif node.repeat is not None and node.repeat.kind == "inline":
            size = evaluate(node.repeat.count, names)
        found[node.id] = step(prefix, kind, node.name, size)
    return found


def containers_around(block: Block, node: Node) -> list[Group]:
    """The groups around a node that are containers, outermost first."""
    result: list[Group] = []
    identifier = node.group
    while identifier is not None:
        group = next(g for g in block.graph.groups if g.id == identifier)
        if group.kind != "frame":
            result.insert(0, group)
        identifier = group.parent
    return result


class Use:
    """One use of a block: its module, its names and the tensors on its inputs."""

    def __init__(
        self,
        project: Project,
        block: Block,
        module: nn.Module,
        given: Environment,
        tensors: Tensors,
    ) -> None:
        self.project = project
        self.block = block
        self.graph = block.graph
        self.module = module
        self.tensors = tensors
        self.names = environment(block, given, tensors)
        self.places = places(project, block, self.names)
        self.used = upstream(self.graph, [n.id for n in self.graph.of_type("Output")])
        self.known: dict[str, dict[str, Tensor | None]] = {}
        self.inner: dict[str, Use] = {}

    def outputs(self) -> dict[str, Tensor]:
        result: dict[str, Tensor] = {}
        for node in self.graph.of_type("Output"):
            tensor = self.at(self.graph.incoming[node.id]["input"])
            assert tensor is not None
            result[node.name] = tensor
        return result

    def at(self, port: Port) -> Tensor | None:
        if port.node not in self.known:
            self.known[port.node] = self.node(self.graph.by_id[port.node])
        return self.known[port.node][port.name]

    def node(self, node: Node) -> dict[str, Tensor | None]:
        if node.type == "Input":
            return {"output": self.tensors.get(node.name)}
        inputs = {name: self.at(self.graph.incoming[node.id][name]) for name in self.ports(node)}
        if node.type in ("Parameter", "Buffer"):
            tensor = getattr(self.module, node.name)
            there = node.when is None or bool(parse(node.when.text).evaluate(self.names))
            assert (tensor is not None) is there
            for formula in inputs.values() if there else ():
                assert formula is not None
                assert torch.equal(tensor, formula), f"{node.name} differs from its formula"
            return {"output": tensor}
        owner = self.graph.by_id[node.shares] if node.shares else node
        repeat = owner.repeat
        if node.repeat is not None and node.shares:
            repeat = replace(node.repeat, kind="shared")
        if repeat is None:
            return self.once(node, owner, self.names, inputs, self.places.get(owner.id))
        if repeat.has_modes:
            return self.modes(node, owner, repeat, inputs)
        first = next(iter(inputs))
        outputs: dict[str, Tensor | None] | None = None
        for index in range(evaluate(repeat.count, self.names)):
            place = self.places.get(owner.id)
            if place is not None and repeat.kind in ("ModuleList", "Sequential"):
                place = f"{place}.{index}"
            elif place is not None and repeat.kind == "inline":
                head, _, number = place.rpartition(".")
                place = f"{head}{'.' if head else ''}{int(number) + index}"
            outputs = self.once(node, owner, {**self.names, "i": index}, inputs, place)
            inputs = {**inputs, first: next(iter(outputs.values()))}
        return outputs or {self.outputs_of(node)[0]: inputs[first]}

    def modes(
        self, node: Node, owner: Node, repeat: Repeat, inputs: dict[str, Any]
    ) -> dict[str, Any]:
        """Repetitions with inputs that are carried, parts or the same; what is kept of them."""
        names = self.outputs_of(node)
        carry = repeat.carry
        if carry is None:
            free = [name for name in inputs if name not in repeat.each]
            left = [name for name in names if name not in repeat.collect]
            carry = ((free[0], left[0]),) if free and left else ()
        counts = [
            len(inputs[port]) if dim is None else inputs[port].shape[dim]
            for port, dim in repeat.each.items()
        ]
        count = counts[0] if repeat.count is None else evaluate(repeat.count, self.names)
        assert all(found == count for found in counts)
        states = {port: inputs[port] for port, _ in carry}
        every: list[dict[str, Any]] = []
        for index in range(count):
            place = self.places.get(owner.id)
            if repeat.kind == "ModuleList":
                place = f"{place}.{index}"
            given = {**inputs, **states}
            at = count - 1 - index if repeat.reverse else index
            for port, dim in repeat.each.items():
                given[port] = inputs[port][at] if dim is None else inputs[port].select(dim, at)
            found = self.once(node, owner, {**self.names, "i": index}, given, place)
            states = {port: found[output] for port, output in carry}
            every.append(found)
        result: dict[str, Any] = {}
        for name in names:
            result[name] = every[-1].get(name) if every else None
            how, dim = repeat.collect.get(name, ("last", 0))
            parts = [found[name] for found in every] if how != "last" else []
            turned = repeat.reverse and repeat.each and how != "sum"
            parts = parts[::-1] if turned else parts
            if how == "list":
                result[name] = parts
            elif how == "sum":
                result[name] = _sum([0 * parts[0], *parts], {})
            elif how != "last":
                result[name] = torch.stack(parts, dim) if how == "stack" else torch.cat(parts, dim)
        if not every:
            result |= {output: inputs[port] for port, output in carry}
        return result

    def once(
        self,
        node: Node,
        owner: Node,
        names: Environment,
        inputs: Tensors,
        place: str | None,
    ) -> dict[str, Tensor | None]:
        outputs = self.outputs_of(node)
        if owner.instead is not None and owner.when is not None:
            if not parse(owner.when.text).evaluate(names):
                return self.alternative(node, owner, names, inputs, place)
            owner = replace(owner, when=None)
            node = replace(node, when=None)
        for condition in {owner.when, node.when}:
            if condition is not None and not parse(condition.text).evaluate(names):
                return {outputs[0]: next(iter(inputs.values()))}
        passed = absent(inputs, self.needed(node))
        if passed is not None:
            return {outputs[0]: passed[0]}
        if place is None:
            return dict(zip(outputs, operation(node, names, inputs), strict=False))
        module = self.module.get_submodule(place)
        used = self.project.by_name.get(owner.type)
        if used is not None:
            given = {name: evaluate(value, names) for name, value in owner.params.items()}
            self.inner[node.id] = Use(self.project, used, module, given, inputs)
            return dict(self.inner[node.id].outputs())
        wired = {e.source.name for e in self.graph.outgoing[node.id] if e.target.node in self.used}
        return dict(zip(outputs, layer_call(module, inputs, wired), strict=False))

    def alternative(
        self, node: Node, owner: Node, names: Environment, inputs: Tensors, place: str | None
    ) -> dict[str, Tensor | None]:
        """What the alternative of a node gives for its inputs, by their position."""
        other = self.graph.by_id[owner.instead or ""]
        ports = self.declared(other)
        given = {ports[self.declared(node).index(name)]: inputs[name] for name in inputs}
        found = self.once(other, other, names, given, place)
        return dict(zip(self.outputs_of(node), found.values(), strict=False))

    def declared(self, node: Node) -> list[str]:
        """All inputs that a node could have."""
        used = self.project.by_name.get(node.type)
        if used is not None:
            return [n.name for n in used.graph.of_type("Input")]
        layer = registry.find(node.type)
        assert layer is not None
        most = range(8)
        return [
            name
            for port in layer.inputs
            for name in ([f"{port.name}.{k}" for k in most] if port.variadic else [port.name])
        ]

    def ports(self, node: Node) -> list[str]:
        """The connected inputs in the order of the layer's or block's declaration."""
        connected = self.graph.incoming[node.id]
        used = self.project.by_name.get(node.type)
        if used is not None:
            return [n.name for n in used.graph.of_type("Input") if n.name in connected]
        layer = registry.find(node.type)
        assert layer is not None
        order: list[str] = []
        for port in layer.inputs:
            if port.variadic:
                order += [f"{port.name}.{k}" for k in range(len(connected))]
            else:
                order.append(port.name)
        return [name for name in order if name in connected]

    def needed(self, node: Node) -> list[str]:
        """The connected inputs without which nothing is computed; all where none must be there."""
        connected = self.ports(node)
        used = self.project.by_name.get(node.type)
        if used is not None:
            optional = {n.name for n in used.graph.of_type("Input") if n.params.get("optional")}
        else:
            layer = registry.find(node.type)
            assert layer is not None
            optional = {p.name for p in layer.inputs if p.optional}
            if not layer.is_module and len(optional) == len(layer.inputs):
                optional = set()
        return [name for name in connected if name not in optional]

    def outputs_of(self, node: Node) -> list[str]:
        used = self.project.by_name.get(node.type)
        if used is not None:
            return [n.name for n in used.graph.of_type("Output")]
        layer = registry.find(node.type)
        assert layer is not None
        return [port.name for port in layer.outputs]


def layer_call(module: nn.Module, inputs: Tensors, wired: set[str]) -> tuple[Tensor, ...]:
    """Call a module of torch as its documentation says."""
    match module:
        case nn.MultiheadAttention():
            masks = {k: v for k, v in inputs.items() if k not in ("query", "key", "value")}
            query, key, value = inputs["query"], inputs["key"], inputs["value"]
            found = module(query, key, value, need_weights="weights" in wired, **masks)
        case nn.LSTM():
            states = tuple(v for k, v in inputs.items() if k != "input")
            output, (h_n, c_n) = (
                module(inputs["input"], states) if states else module(inputs["input"])
            )
            found = (output, h_n, c_n)
        case nn.LSTMCell():
            states = tuple(v for k, v in inputs.items() if k != "input")
            found = module(inputs["input"], states)
        case nn.TransformerEncoderLayer():
            found = module(**inputs)
        case _:
            found = module(*inputs.values())
    return found if isinstance(found, tuple) else (found,)


def absent(inputs: Tensors, needed: list[str]) -> tuple[Tensor | None] | None:
    """What passes a node one of whose needed inputs was left open: the first that is there."""
    there = [inputs[name] for name in needed if inputs[name] is not None]
    if len(there) == len(needed):
        return None
    return (there[0] if there else None,)


def operation(node: Node, names: Environment, inputs: Tensors) -> tuple[Tensor, ...]:
    """The outputs of an operation without a module."""
    layer = registry.find(node.type)
    assert layer is not None
    values: dict[str, Value] = {p.name: p.default for p in layer.params} | dict(node.params)
    shapes = {p.name for p in layer.params if p.kind == "shape"}
    params = {k: evaluate(v, names, texts=k in shapes) for k, v in values.items()}
    found = OPERATIONS[node.type]([t for t in inputs.values() if t is not None], params)
    return found if isinstance(found, tuple) else (found,)


def _sum(tensors: list[Tensor], params: Environment) -> Tensor:
    total = tensors[0]
    for tensor in tensors[1:]:
        total = total + tensor
    return total


def _product(tensors: list[Tensor], params: Environment) -> Tensor:
    total = tensors[0]
    for tensor in tensors[1:]:
        total = total * tensor
    return total


def _scale(tensors: list[Tensor], params: Environment) -> Tensor:
    result = tensors[0]
    if params["factor"] != 1.0:
        result = result * params["factor"]
    return result + params["offset"] if params["offset"] != 0.0 else result


def _slice(tensors: list[Tensor], params: Environment) -> Tensor:
    x = tensors[0]
    index: list[slice] = [slice(None)] * x.ndim
    index[params["dim"]] = slice(params["start"], params["end"], params["step"])
    return x[tuple(index)]


def _made(fill: float) -> Callable[[list[Tensor], Environment], Tensor]:
    def make(tensors: list[Tensor], params: Environment) -> Tensor:
        return torch.full(params["size"], fill, dtype=tensors[0].dtype if tensors else None)

    return make


def _arange(tensors: list[Tensor], params: Environment) -> Tensor:
    numbers = torch.arange(params["start"], params["end"], params["step"])
    return numbers.float() if params["dtype"] == "float" else numbers


def _flatten(tensors: list[Tensor], params: Environment) -> Tensor:
    return torch.flatten(tensors[0], params["start_dim"], params["end_dim"])


OPERATIONS: dict[str, Callable[[list[Tensor], Environment], Tensor | tuple[Tensor, ...]]] = {
    "Add": _sum,
    "Multiply": _product,
    "Subtract": lambda t, p: t[0] - t[1],
    "Maximum": lambda t, p: torch.maximum(t[0], t[1]),
    "Scale": _scale,
    "Neg": lambda t, p: -t[0],
    "LogicalNot": lambda t, p: ~t[0],
    "MaskedFill": lambda t, p: torch.where(t[1], torch.tensor(p["value"]), t[0]),
    "Concat": lambda t, p: torch.cat(t, p["dim"]),
    "Stack": lambda t, p: torch.stack(t, p["dim"]),
    "Chunk": lambda t, p: tuple(torch.chunk(t[0], p["chunks"], p["dim"])),
    "Unbind": lambda t, p: torch.unbind(t[0], p["dim"]),
    "Roll": lambda t, p: torch.roll(t[0], p["shifts"], p["dims"]),
    "Flip": lambda t, p: torch.flip(t[0], p["dims"]),
    "Index": lambda t, p: torch.stack([t[0][k] for k in t[1].flatten()]).unflatten(0, t[1].shape),
    "FlattenDims": _flatten,
    "Transpose": lambda t, p: t[0].transpose(p["dim0"], p["dim1"]),
    "Permute": lambda t, p: t[0].permute(p["dims"]),
    "Reshape": lambda t, p: t[0].reshape(p["shape"]),
    "Unsqueeze": lambda t, p: t[0].unsqueeze(p["dim"]),
    "Squeeze": lambda t, p: t[0].squeeze(p["dim"]),
    "Expand": lambda t, p: t[0].expand(p["sizes"]),
    "Mean": lambda t, p: t[0].mean(p["dim"], keepdim=p["keepdim"]),
    "Sum": lambda t, p: t[0].sum(p["dim"], keepdim=p["keepdim"]),
    "Select": lambda t, p: t[0].select(p["dim"], p["index"]),
    "Slice": _slice,
    "MatMul": lambda t, p: t[0] @ t[1],
    "ReLUFunction": lambda t, p: F.relu(t[0]),
    "GELUFunction": lambda t, p: F.gelu(t[0], approximate=p["approximate"]),
    "SigmoidFunction": lambda t, p: torch.sigmoid(t[0]),
    "SoftmaxFunction": lambda t, p: torch.softmax(t[0], p["dim"]),
    "Var": lambda t, p: t[0].var(p["dim"], correction=p["correction"], keepdim=p["keepdim"]),
    "Norm": lambda t, p: torch.linalg.vector_norm(t[0], p["ord"], p["dim"], p["keepdim"]),
    "Divide": lambda t, p: t[0] / t[1],
    "Sqrt": lambda t, p: torch.sqrt(t[0]),
    "UnflattenDim": lambda t, p: t[0].unflatten(p["dim"], p["sizes"]),
    "ScaledDotProductAttention": lambda t, p: F.scaled_dot_product_attention(
        *t, is_causal=p["is_causal"]
    ),
    "Outer": lambda t, p: t[0][:, None] * t[1],
    "RepeatInterleave": lambda t, p: t[0].repeat_interleave(p["repeats"], p["dim"]),
    "Bmm": lambda t, p: torch.bmm(*t),
    "TanhFunction": lambda t, p: torch.tanh(t[0]),
    "SiLUFunction": lambda t, p: F.silu(t[0]),
    "Rsqrt": lambda t, p: torch.rsqrt(t[0]),
    "Power": lambda t, p: t[0] ** p["exponent"],
    "Exp": lambda t, p: torch.exp(t[0]),
    "RandnLike": lambda t, p: torch.randn_like(t[0]),
    "Sin": lambda t, p: torch.sin(t[0]),
    "Cos": lambda t, p: torch.cos(t[0]),
    "Triu": lambda t, p: torch.triu(t[0], p["diagonal"]),
    "Greater": lambda t, p: t[0] > t[1],
    "Less": lambda t, p: t[0] < t[1],
    "NotEqual": lambda t, p: t[0] != t[1],
    "Abs": lambda t, p: t[0].abs(),
    "Max": lambda t, p: t[0].amax(p["dim"], p["keepdim"]),
    "Eye": lambda t, p: torch.eye(p["n"], dtype=t[0].dtype if t else None),
    "OneHot": lambda t, p: F.one_hot(t[0], p["num_classes"]),
    "Pad": lambda t, p: F.pad(t[0], p["pad"], p["mode"], p["value"]),
    "Cast": lambda t, p: t[0].to(
        {"float": torch.float, "int": torch.long, "bool": torch.bool}[p["dtype"]]
    ),
    "LeakyReLUFunction": lambda t, p: F.leaky_relu(t[0], p["negative_slope"]),
    "SoftplusFunction": lambda t, p: F.softplus(t[0]),
    "Detach": lambda t, p: t[0].detach(),
    "Einsum": lambda t, p: torch.einsum(p["equation"], *t),
    "TopK": lambda t, p: tuple(torch.topk(t[0], p["k"], p["dim"], p["largest"], p["sorted"])),
    "Argmin": lambda t, p: t[0].argmin(p["dim"], p["keepdim"]),
    "Cdist": lambda t, p: torch.cdist(*t, p=p["p"]),
    "Multinomial": lambda t, p: torch.multinomial(t[0], p["num_samples"], p["replacement"]),
    "Ones": _made(1.0),
    "Zeros": _made(0.0),
    "Arange": _arange,
    "Linspace": lambda t, p: torch.linspace(p["start"], p["end"], p["steps"]),
    "Cumprod": lambda t, p: t[0].cumprod(p["dim"]),
    "Clamp": lambda t, p: t[0].clamp(p["min"], p["max"]),
    "Interpolate": lambda t, p: F.interpolate(t[0], p["size"], p["scale_factor"], p["mode"]),
}


def judge(project: Project, module: nn.Module, inputs: Mapping[str, Tensor]) -> Use:
    """The use of the root block with the weights of `module`; ask it for its `outputs`."""
    given = {name: evaluate(value, {}) for name, value in project.values.items()}
    return Use(project, project.model, module, given, dict(inputs))


def forward(module: nn.Module, project: Project, inputs: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The outputs of the generated `forward`, by name."""
    found = module(**inputs)
    if isinstance(found, dict):
        return found
    (output,) = project.model.graph.of_type("Output")
    return {output.name: found}


def seed(number: int) -> None:
    """Begin the random numbers of the CPU anew.

    `torch.manual_seed` does so for every kind of GPU, too, and writes down the whole stack of calls
    for each that is not there yet: far more work than a small model.
    """
    torch.default_generator.manual_seed(number)


def assert_equal(project: Project, module: nn.Module, inputs: Mapping[str, Tensor]) -> Use:
    """Demand that reader and generated text agree to the bit; returns what was computed."""
    module.eval()
    with torch.no_grad():
        use = judge(project, module, inputs)
        seed(0)
        expected = use.outputs()
        seed(0)
        found = forward(module, project, inputs)
    assert list(found) == list(expected)
    for name, tensor in expected.items():
        assert found[name].shape == tensor.shape
        assert torch.equal(found[name], tensor), f"{name} differs"
    return use


def assert_shapes(report: BlockReport, use: Use) -> None:
    """Demand that analysed shapes are the real ones, at every node that was computed."""
    for node, outputs in use.known.items():
        found = report.nodes[node]
        for port, tensor in outputs.items():
            if tensor is None:
                continue
            if isinstance(tensor, list):
                assert_list(found.outputs[port], tensor)
                continue
            sizes = [dim.value for dim in found.outputs[port].shape]
            real = list(tensor.shape)
            same = [a is None or a == b for a, b in zip(sizes, real, strict=True)]
            assert all(same), f"{report.block}.{node}.{port}: analysed {sizes}, real {real}"
        if found.inner is not None and found.repeats == 1 and node in use.inner:
            assert_shapes(found.inner, use.inner[node])


def assert_list(found: Any, tensors: list[Tensor]) -> None:
    """Demand that a list has the analysed parts."""
    assert isinstance(found, Listed)
    assert found.count.value in (None, len(tensors))
    for part, tensor in zip(found.parts or (), tensors, strict=found.parts is not None):
        sizes = [dim.value for dim in part.shape]
        assert all(a in (None, b) for a, b in zip(sizes, tensor.shape, strict=True))


def with_derived(report: BlockReport, names: Environment) -> Environment:
    """`names`, and the sizes that have names of their own, as far as they have values."""
    found = dict(names)
    for name, size in report.derived.items():
        if all(found.get(n) is not None for n in size.names):
            found[name] = size_of(size, found)
    return found


def size_of(size: Dim | Table, names: Environment) -> Any:
    """The value of a size that has a name of its own."""
    if isinstance(size, Dim):
        return parse(size.text).evaluate(names)
    sizes = [parse(size.start.text).evaluate(names)]
    for index in range(parse(size.count.text).evaluate(names)):
        step = parse(size.step.text)
        sizes.append(step.evaluate({**names, size.name: sizes, "i": index}))
    return sizes


def assert_formulas(report: BlockReport) -> None:
    """Demand that every formula has the value of its number, wherever its names have values."""
    names = with_derived(report, {n: quantity.value for n, quantity in report.scope.items()})
    for node, found in report.nodes.items():
        for tensor in found.outputs.values():
            for dim in tensor.shape:
                if dim.value is not None and all(names.get(n) is not None for n in dim.names):
                    value = parse(dim.text).evaluate(names)
                    where = f"{report.block}.{node}: {dim.text}"
                    assert value == dim.value, f"{where} is {value}, not {dim.value}"
        if found.inner is not None:
            assert_formulas(found.inner)
