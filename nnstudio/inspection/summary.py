"""`summarise`: the modules of a model as they are called, with shapes, parameters and exact FLOPs.

The model is run once on one batch without gradients and left as it was. Tables for people are
torchinfo's; operations are counted by torch's own counter, because torchinfo's figures for
attention and for Linear on sequences are wrong. No project and no catalogue here: any module may
be summarised.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import torch
import torchinfo
from torch import Tensor, nn

from nnstudio.inspection.flop_counter import Operations, formula_of
from nnstudio.inspection.normalised import class_of, parts_of_weights
from nnstudio.inspection.torchinfo_table import torchinfo_table

Example: TypeAlias = Tensor | tuple[Sequence[int], torch.dtype] | None
"""An input as `forward` takes it, or its shape and dtype, or None for an input left open."""


@dataclass(frozen=True)
class Row:
    """One call of a module, or a container whose children are called."""

    path: str
    """As in `named_modules`; empty for the model itself."""
    name: str
    """The attribute or index under which its parent holds it."""
    depth: int
    class_name: str
    output_shapes: tuple[tuple[int, ...], ...]
    """Of every tensor it returns; empty for a container that is not itself called."""
    parameters: int
    """With all below it; counted again at every call, see `recursive`."""
    trainable: int
    recursive: bool
    """The same module was called before: its parameters are already counted there."""
    flops: int | None
    """Of this call for one sample, with all below it; None for a container not itself called, and
    where it is not known, see `uncounted`."""
    uncounted: tuple[str, ...] = ()
    """Operations in it of which nobody knows how many they are."""
    children: tuple[Row, ...] = ()

    @property
    def is_leaf(self) -> bool:
        """True if no other module is called in it."""
        return not self.children

    @property
    def output_shape(self) -> tuple[int, ...] | None:
        """The shape of the first tensor returned."""
        return self.output_shapes[0] if self.output_shapes else None

    def walk(self) -> Iterator[Row]:
        """This row and all below it, in the order of the calls."""
        stack = [self]
        while stack:
            row = stack.pop()
            yield row
            stack.extend(reversed(row.children))


@dataclass(frozen=True)
class Summary:
    """Layers and totals of one run of a model. Bytes and FLOPs are those of one sample."""

    root: Row
    parameters: int
    trainable: int
    buffers: int
    """Elements of all buffers."""
    flops: int | None
    """Of matrix products, convolutions, attention, recurrent layers and the like; a multiply and an
    add count as two. Everything else (norms, activations, sums) counts as nothing, as is usual.
    None if there is an operation without a formula: `uncounted` names it."""
    parameter_bytes: int
    buffer_bytes: int
    activation_bytes: int
    """Of what the innermost modules return, views and results in place not counted: what a
    forward pass without gradients makes, and the order of what a training keeps."""
    by_formula: tuple[str, ...]
    """Paths of the layers whose FLOPs are counted by formula: recurrent ones, distances."""
    uncounted: tuple[str, ...]
    """Operations that have no formula, so that the FLOPs are not known."""
    not_called: tuple[str, ...]
    """Paths of modules with parameters that were neither called nor lie in a called layer."""
    text: str
    """torchinfo's table, with the FLOPs above in the place of its multiply-adds."""

    @property
    def rows(self) -> tuple[Row, ...]:
        """All rows in the order of the calls, the model first."""
        return tuple(self.root.walk())


def summarise(model: nn.Module, inputs: Sequence[Example], *, samples: int = 1) -> Summary:
    """Run `model` once on `inputs` and tell what was called.

    `inputs` are the positional arguments of `forward`, batch included; `samples` says how many
    samples they hold. Examples given by shape are random (floating point) or zeros. The model's
    modes, buffers and torch's random numbers are afterwards what they were. Nothing that another
    thread relies on is switched meanwhile. An error of the model is raised as it is.
    """
    tensors = _tensors(model, inputs)
    trace = _Trace(model, samples)
    with _preserve_state(model, trace.counter):
        trace.run(tensors)
        table = torchinfo_table(model, tensors)
    parameters = list(model.parameters())
    buffers = list(model.buffers())
    summary = Summary(
        root=trace.root(),
        parameters=sum(p.numel() for p in parameters),
        trainable=sum(p.numel() for p in parameters if p.requires_grad),
        buffers=sum(b.numel() for b in buffers),
        flops=trace.root().flops,
        parameter_bytes=sum(p.numel() * p.element_size() for p in parameters),
        buffer_bytes=sum(b.numel() * b.element_size() for b in buffers),
        activation_bytes=trace.activation_bytes // samples,
        by_formula=tuple(dict.fromkeys(trace.by_formula)),
        uncounted=trace.root().uncounted,
        not_called=trace.not_called(),
        text="",
    )
    return replace(summary, text=_text(table, summary))


def _tensors(model: nn.Module, inputs: Sequence[Example]) -> list[Tensor | None]:
    device = next((t.device for t in (*model.parameters(), *model.buffers())), torch.device("cpu"))
    generator = torch.Generator().manual_seed(0)  # our own: torch's numbers stay where they are
    tensors: list[Tensor | None] = []
    for example in inputs:
        if isinstance(example, tuple):
            shape, dtype = example
            if dtype.is_floating_point:
                made = torch.randn(tuple(shape), generator=generator).to(dtype)
            else:
                made = torch.zeros(tuple(shape), dtype=dtype)
            tensors.append(made.to(device))
        else:
            if example is not None and not example.is_meta:
                example = example.to(device)
            tensors.append(example)
    return tensors


@contextmanager
def _preserve_state(model: nn.Module, counter: Operations) -> Iterator[None]:
    """Evaluation mode inside; modes, buffers and random numbers as before afterwards."""
    modes = [(module, module.training) for module in model.modules()]
    buffers = [
        (module, name, buffer, buffer.detach().clone())
        for module in model.modules()
        for name, buffer in module._buffers.items()
        if buffer is not None
    ]
    on_cuda = {t.device for t in (*model.parameters(), *model.buffers()) if t.is_cuda}
    states = {device: torch.cuda.get_rng_state(device) for device in on_cuda}
    state = torch.get_rng_state()
    try:
        model.eval()
        with torch.no_grad():
            yield
    finally:
        for module, training in modes:
            module.training = training
        for module, name, buffer, values in buffers:
            if not buffer.is_meta and not torch.equal(buffer, values):
                with torch.no_grad():
                    buffer.copy_(values)
            module._buffers[name] = buffer
        if counter.drew:  # else leave them alone: a training in another thread may be drawing
            torch.set_rng_state(state)
            for device, own in states.items():
                torch.cuda.set_rng_state(own, device)


@dataclass
class _Call:
    """A row while it is being made."""

    path: str
    class_name: str
    parameters: int
    trainable: int
    recursive: bool = False
    output_shapes: tuple[tuple[int, ...], ...] = ()
    flops: int | None = None
    uncounted: tuple[str, ...] = ()
    called: bool = False
    children: list[_Call] = field(default_factory=list)


class _Trace:
    """Follows the calls of all modules during one run."""

    def __init__(self, model: nn.Module, samples: int) -> None:
        self.model = model
        self.samples = samples
        self.counter = Operations()
        self.activation_bytes = 0
        self.by_formula: list[str] = []
        self._paths = {module: path for path, module in model.named_modules()}
        self._unseen = parts_of_weights(model)
        self._modules = dict(model.named_modules())
        self._seen: set[nn.Module] = set()
        self._open: list[_Call] = []
        self._starts: list[tuple[int, int]] = []
        self._correction = 0
        self._root: _Call | None = None

    def run(self, inputs: Sequence[Tensor | None]) -> None:
        with ExitStack() as hooks:
            for module in self._paths.keys() - self._unseen:
                handles = (
                    module.register_forward_pre_hook(self._enter),
                    module.register_forward_hook(self._leave, with_kwargs=True),
                )
                for handle in handles:
                    hooks.callback(handle.remove)
            with self.counter:
                self.model(*inputs)

    def _flops(self) -> int:
        return self.counter.flops + self._correction

    def _call(self, module: nn.Module, *, recursive: bool = False) -> _Call:
        parameters = list(module.parameters())
        return _Call(
            path=self._paths[module],
            class_name=class_of(module),
            parameters=sum(p.numel() for p in parameters),
            trainable=sum(p.numel() for p in parameters if p.requires_grad),
            recursive=recursive,
        )

    def _enter(self, module: nn.Module, inputs: Any) -> None:
        call = self._call(module, recursive=module in self._seen)
        self._seen.add(module)
        self._open.append(call)
        self._starts.append((self._flops(), len(self.counter.unknown)))

    def _leave(self, module: nn.Module, args: Any, named: dict[str, Any], outputs: Any) -> None:
        inputs = (args, named)
        call, (start, known) = self._open.pop(), self._starts.pop()
        formula, unknown = formula_of(module), self.counter.unknown
        if formula is not None:
            exact = formula(module, list(_all_tensors(inputs)))
            self._correction += exact - (self._flops() - start)
            self.by_formula.append(call.path)
            del unknown[known:]
        call.called = True
        call.uncounted = tuple(dict.fromkeys(unknown[known:]))
        call.flops = None if call.uncounted else (self._flops() - start) // self.samples
        tensors = list(_all_tensors(outputs))
        call.output_shapes = tuple(tuple(t.shape) for t in tensors)
        if not call.children:
            taken = {_storage(t) for t in _all_tensors(inputs)}
            self.activation_bytes += sum(
                t.numel() * t.element_size() for t in tensors if _storage(t) not in taken
            )
        if self._open:
            self._place(call, self._open[-1])
        else:
            self._root = call

    def _place(self, call: _Call, caller: _Call) -> None:
        """Put a call below its caller, through the containers between that nobody calls."""
        start = f"{caller.path}." if caller.path else ""
        between = call.path.removeprefix(start).split(".")[:-1]
        if not call.path.startswith(start):  # held elsewhere in the model, called here
            between = []
        path = caller.path
        for name in between:
            path = f"{path}.{name}" if path else name
            last = caller.children[-1] if caller.children else None
            if last is None or last.path != path or last.called:
                last = self._call(self._modules[path])
                caller.children.append(last)
                self._seen.add(self._modules[path])
            caller = last
        caller.children.append(call)

    def root(self) -> Row:
        assert self._root is not None
        return _row(self._root, 0)

    def not_called(self) -> tuple[str, ...]:
        reached = set(self._seen)
        assert self._root is not None
        stack = [self._root]
        while stack:
            call = stack.pop()
            stack += call.children
            if not call.children:
                reached.update(self._modules[call.path].modules())
        found: list[str] = []
        for path, module in self._modules.items():
            if module in reached or any(path.startswith(f"{other}.") for other in found):
                continue
            if any(True for _ in module.parameters()):
                found.append(path)
        return tuple(found)


def _row(call: _Call, depth: int) -> Row:
    return Row(
        path=call.path,
        name=call.path.rpartition(".")[2],
        depth=depth,
        class_name=call.class_name,
        output_shapes=call.output_shapes,
        parameters=call.parameters,
        trainable=call.trainable,
        recursive=call.recursive,
        flops=call.flops,
        uncounted=call.uncounted,
        children=tuple(_row(child, depth + 1) for child in call.children),
    )


def _storage(tensor: Tensor) -> int:
    """What tells one memory from another, also on the meta device, where there is none."""
    storage: int = tensor.untyped_storage()._cdata
    return storage


def _all_tensors(value: Any) -> Iterator[Tensor]:
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _all_tensors(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _all_tensors(part)


_REPLACED = (
    "Total params",
    "Trainable params",
    "Non-trainable params",
    "Total mult-adds",
    "Forward/backward pass size",
    "Estimated Total Size",
)


def _text(table: torchinfo.ModelStatistics, summary: Summary) -> str:
    """torchinfo's rows over our totals.

    Its multiply-adds and memory are wrong, and a parameter held by two modules counts twice in
    its total.
    """
    lines = [line for line in str(table).splitlines() if not line.startswith(_REPLACED)]
    rule = lines[0]
    last = [k for k, line in enumerate(lines) if line == rule][3]  # below its totals
    operations = "unknown"
    if summary.flops is not None:
        note = " (some layers by formula)" if summary.by_formula else ""
        operations = f"{summary.flops:,}{note}"
    elif summary.uncounted:
        operations = f"unknown (no formula for {', '.join(summary.uncounted)})"
    totals = [
        f"Total params: {summary.parameters:,}",
        f"Trainable params: {summary.trainable:,}",
        f"Non-trainable params: {summary.parameters - summary.trainable:,}",
        f"Forward FLOPs of one sample: {operations}",
    ]
    return "\n".join([*lines[:last], *totals, *lines[last:]])
