"""Generated text becomes an `nn.Module`: the only way a model is made."""

from __future__ import annotations

import hashlib
import linecache
from collections.abc import Mapping
from typing import Any
from weakref import WeakValueDictionary, finalize

import torch
from torch import Tensor, nn

from nnstudio.analysis.report import BlockReport
from nnstudio.catalog.layers.io import INPUT
from nnstudio.compiler.dtypes import DTYPES
from nnstudio.compiler.errors import CompileError
from nnstudio.compiler.memory import BYTES, UNKNOWN_SIZE
from nnstudio.compiler.source import Source
from nnstudio.graph.values import Node
from nnstudio.project.values import Block
from nnstudio.runs.memory import free_memory, is_shortage, not_enough
from nnstudio.symbols.dimension import BATCH_NAMES

FEW = 10_000_000
"""So many parameters fit anywhere."""


_classes: WeakValueDictionary[str, type[nn.Module]] = WeakValueDictionary()


def file_name(source: Source) -> str:
    """The name under which tracebacks show the text that is executed."""
    digest = hashlib.sha256(source.plain.encode()).hexdigest()[:12]
    return f"<nnstudio {source.root} {digest}>"


def model_class(source: Source) -> type[nn.Module]:
    """Execute the plain text and return the root's class; tracebacks show its lines.

    One text is one class, while it is in use; the lines are let go together with it.
    """
    name = file_name(source)
    found = _classes.get(name)
    if found is None:
        namespace: dict[str, Any] = {"__name__": f"nnstudio_generated_{source.root}"}
        exec(compile(source.plain, name, "exec"), namespace)
        made: type[nn.Module] = namespace[source.root]
        found = _classes.setdefault(name, made)
        if found is made:  # no other thread was faster
            entry = (len(source.plain), None, source.plain.splitlines(keepends=True), name)
            linecache.cache[name] = entry
            finalize(made, _let_go, name, entry).atexit = False
    return found


def _let_go(name: str, entry: object) -> None:
    """Forget the lines of a class, unless they are by now those of another one."""
    if linecache.cache.get(name) is entry:
        del linecache.cache[name]


def build(source: Source, **arguments: Any) -> nn.Module:
    """An instance of the model; `arguments` override the defaults of its parameters.

    Raises `CompileError`, also for a model for which there is not enough memory.
    """
    made = model_class(source)
    sure = source.parameters is not None and source.parameters <= FEW and not arguments
    if not sure or "register_buffer" in source.plain:
        _refuse_without_memory(source, made, arguments)
    return _made(source, made, arguments)


def _made(source: Source, made: type[nn.Module], arguments: Mapping[str, Any]) -> nn.Module:
    try:
        return made(**arguments)
    except (TypeError, ValueError, RuntimeError, MemoryError) as error:
        if is_shortage(error):
            free = free_memory() or 0
            needed = BYTES * (source.parameters or 0)
            sentence = not_enough(f"the weights of {source.root}", needed, free)
            raise CompileError(sentence) from error
        raise CompileError(f"{source.root} cannot be built: {error}") from error


def build_meta(source: Source, **arguments: Any) -> nn.Module:
    """An instance on the meta device: shapes without memory, no random number is drawn."""
    with torch.device("meta"):
        return _made(source, model_class(source), arguments)


def _refuse_without_memory(
    source: Source, made: type[nn.Module], arguments: Mapping[str, Any]
) -> None:
    """Raise `CompileError` before memory is taken that is not there: the system may end us."""
    try:
        with torch.device("meta"), torch.random.fork_rng(devices=[]):
            model = made(**arguments)
    except Exception:
        return  # a module that cannot be made so may still be made
    refuse_without_memory(source.root, model)


def refuse_without_memory(root: str, model: nn.Module) -> None:
    """Raise `CompileError` where the weights and buffers of a model do not fit."""
    needed = sum(t.numel() * t.element_size() for t in (*model.parameters(), *model.buffers()))
    free = free_memory()
    if free is not None and needed > free:
        raise CompileError(not_enough(f"the weights of {root}", needed, free))


def build_empty(source: Source, **arguments: Any) -> nn.Module:
    """An instance with all weights and buffers zero, made without drawing a random number."""
    model = build_meta(source, **arguments)
    refuse_without_memory(source.root, model)
    tied = _tied_names(model)
    model = model.to_empty(device="cpu")
    for name, owner in tied:
        path, _, last = name.rpartition(".")
        setattr(model.get_submodule(path), last, model.get_parameter(owner))
    with torch.no_grad():
        for tensor in (*model.parameters(), *model.buffers()):
            tensor.zero_()
    return model


def build_for_weights(source: Source, **arguments: Any) -> nn.Module:
    """An instance whose weights will be those of a file.

    No random number is drawn, so that a training that runs meanwhile stays the same; unless the
    model has tensors that no file of weights holds, which only its constructor can make.
    """
    model = build_empty(source, **arguments)
    kept = set(model.state_dict())
    computed = any(name not in kept for name, _ in model.named_buffers()) or any(
        isinstance(value, Tensor) for module in model.modules() for value in vars(module).values()
    )
    if not computed:
        return model
    with torch.random.fork_rng(devices=[]):
        return build(source, **arguments)


def _tied_names(model: nn.Module) -> list[tuple[str, str]]:
    """Names of parameters that are the tensor of another name: `to_empty` parts them."""
    owners: dict[int, str] = {}
    found: list[tuple[str, str]] = []
    for name, parameter in model.named_parameters(remove_duplicate=False):
        owner = owners.setdefault(id(parameter), name)
        # one module called by several names stays one
        if owner != name and not _same_module(model, name, owner):
            found.append((name, owner))
    return found


def _same_module(model: nn.Module, name: str, owner: str) -> bool:
    ends = [model.get_submodule(path.rpartition(".")[0]) for path in (name, owner)]
    return ends[0] is ends[1]


def example_inputs(
    block: Block, report: BlockReport, batch: int = 2, generator: torch.Generator | None = None
) -> dict[str, Tensor]:
    """Random tensors of the shapes of the root's Inputs; sizes that are not known become 8."""
    generator = generator or torch.Generator().manual_seed(0)
    shapes = _input_shapes(block, report, batch)
    return {node.name: _random(node, shape, generator) for node, shape in shapes}


def meta_inputs(block: Block, report: BlockReport, batch: int = 2) -> dict[str, Tensor]:
    """The same on the meta device: shapes without memory."""
    shapes = _input_shapes(block, report, batch)
    return {
        node.name: torch.empty(
            shape, dtype=DTYPES[str(node.params.get("dtype", "float"))], device="meta"
        )
        for node, shape in shapes
    }


def _input_shapes(
    block: Block, report: BlockReport, batch: int
) -> list[tuple[Node, tuple[int, ...]]]:
    free: dict[str, int] = {}
    result: list[tuple[Node, tuple[int, ...]]] = []
    for node in block.graph.of_type(INPUT):
        if node.params.get("optional") is True:
            continue
        shape = []
        for dim in report.inputs[node.name].shape:
            if dim.value is not None:
                shape.append(dim.value)
            else:
                shape.append(
                    free.setdefault(dim.text, batch if dim.text in BATCH_NAMES else UNKNOWN_SIZE)
                )
        result.append((node, tuple(shape)))
    return result


def _random(node: Node, shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
    kind = str(node.params.get("dtype", "float"))
    if kind == "float":
        return torch.randn(shape, generator=generator)
    return torch.randint(0, 2, shape, generator=generator).to(DTYPES[kind])
