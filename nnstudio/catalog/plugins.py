"""Layers of other packages: found by the entry point group `nnstudio.layers`, checked, guarded.

Whatever is wrong with a plugin becomes a `PluginProblem`; nothing it does may stop the program.
Its package must be installed where the generated code runs, too: the code imports it.
"""

from __future__ import annotations

import ast
import importlib.metadata
import keyword
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any, get_args

from nnstudio.catalog.code import CodeError, FunctionCode, ModuleCode, import_problem
from nnstudio.catalog.layer import AUTO, Category, Cost, Input, Layer, Output, Param, ParamKind
from nnstudio.catalog.memory import Declared, Memory
from nnstudio.catalog.use import ShapeError, Use
from nnstudio.symbols.bounds import ExpressionError
from nnstudio.symbols.tensor import Tensor

GROUP = "nnstudio.layers"
FAILURES = (Exception, SystemExit)


@dataclass(frozen=True, slots=True)
class PluginProblem:
    """Reason why a plugin, or one layer of it, is not there."""

    plugin: str
    reason: str

    @property
    def sentence(self) -> str:
        """One sentence for the list of problems."""
        return f"plugin '{self.plugin}': {self.reason}"


def plugin_layers(known: Collection[str]) -> tuple[list[Layer], list[PluginProblem]]:
    """The usable layers of all plugins and what is wrong with the others.

    `known` are the types that exist already.
    """
    layers: dict[str, Layer] = {}
    owners: dict[str, str] = {}
    problems: list[PluginProblem] = []
    try:
        points = sorted(importlib.metadata.entry_points(group=GROUP), key=lambda p: p.name)
    except FAILURES as error:
        return [], [PluginProblem(GROUP, f"the entry points cannot be read: {message_of(error)}")]
    for point in points:
        try:
            found = _declarations(point.load())
        except FAILURES as error:
            failure = f"'{point.value}' cannot be loaded: {message_of(error)}"
            problems.append(PluginProblem(point.name, failure))
            continue
        for item in found:
            reason = _problem(item, known, owners)
            if reason is not None:
                problems.append(PluginProblem(point.name, reason))
            else:
                layers[item.type] = guard_layer(item)
                owners[item.type] = point.name
    return list(layers.values()), problems


def _declarations(found: Any) -> list[Any]:
    """Declarations of an entry point: a Layer, several, or a callable that gives them."""
    if callable(found) and not isinstance(found, Layer):
        found = found()
    if isinstance(found, Layer):
        return [found]
    if isinstance(found, str | bytes) or not isinstance(found, Iterable):
        raise TypeError(f"expected a Layer or several, received {kind_of(found)}")
    return list(found)


def _problem(item: Any, known: Collection[str], owners: dict[str, str]) -> str | None:
    """Reason why an item cannot be a layer; a declaration may hold anything."""
    if not isinstance(item, Layer):
        return f"expected a Layer, received {kind_of(item)}"
    try:
        return _name_problem(item.type, known, owners) or _declaration_problem(item)
    except FAILURES as error:
        return f"the declaration of {item.type!r:.60} cannot be read: {message_of(error)}"


def _name_problem(name: Any, known: Collection[str], owners: dict[str, str]) -> str | None:
    if not _is_name(name):
        return f"expected a name of letters, digits and _ as a layer's type, received {name!r:.60}"
    if name in known:
        return f"the layer '{name}' exists already in NN Studio"
    if name in owners:
        return f"the layer '{name}' is declared already by the plugin '{owners[name]}'"
    return None


def _declaration_problem(layer: Layer) -> str | None:
    what = f"the layer '{layer.type}'"
    if not isinstance(layer.category, Category):
        return f"{what} expects a Category, received {kind_of(layer.category)}"
    if layer.rule is not None and not callable(layer.rule):
        return f"{what} expects a function as its shape rule, received {kind_of(layer.rule)}"
    if layer.cost is not None and not callable(layer.cost):
        return f"{what} expects a function as its cost, received {kind_of(layer.cost)}"
    if not isinstance(layer.code, ModuleCode | FunctionCode):
        return f"{what} expects ModuleCode or FunctionCode, received {kind_of(layer.code)}"
    if not all(isinstance(text, str) for text in (layer.help, layer.link, *layer.keywords)):
        return f"{what} expects texts as help, link and keywords"
    groups: list[tuple[str, Any, type]] = [
        ("inputs", layer.inputs, Input),
        ("outputs", layer.outputs, Output),
        ("params", layer.params, Param),
    ]
    for field, items, kind in groups:
        if not isinstance(items, tuple) or not all(isinstance(item, kind) for item in items):
            return f"{what} expects a tuple of {kind.__name__} as its {field}"
        names = [item.name for item in items]
        bad = next((name for name in names if not _is_name(name)), None)
        if bad is not None or len(set(names)) < len(names):
            return f"{what} expects different names in its {field}, received {names!r:.80}"
    if not layer.outputs:
        return f"{what} needs an output"
    for param in layer.params:
        if param.kind not in get_args(ParamKind):
            kinds = ", ".join(get_args(ParamKind))
            return f"{what}: '{param.name}' expects one of the kinds {kinds}"
        if param.kind == "choice" and not param.choices:
            return f"{what}: '{param.name}' needs choices"
        if param.default is AUTO and layer.rule is None:
            return f"{what}: '{param.name}' is AUTO, so the layer needs a shape rule that finds it"
    for statement in layer.code.imports:
        problem = import_problem(statement)
        if problem is not None:
            return f"{what}: {problem}"
    return (
        None
        if _takes_apart(layer)
        else (
            f"{what} needs a result in its code that takes its outputs apart, such as "
            f"'{', '.join(f'{{{port.name}}}' for port in layer.outputs)}', "
            f"received {layer.code.result!r:.60}"
        )
    )


def _takes_apart(layer: Layer) -> bool:
    """True if the left side of `... = self.name(x)` can be written, with every output in it."""
    result, names = layer.code.result, {port.name: port.name for port in layer.outputs}
    if getattr(layer.code, "count", None) is not None or (not result and len(names) == 1):
        return True
    try:
        tree = ast.parse(f"{result.format(**names)} = 0")
    except (SyntaxError, LookupError, ValueError, AttributeError):
        return False
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} >= names.keys()


def _is_name(name: Any) -> bool:
    return isinstance(name, str) and name.isidentifier() and not keyword.iskeyword(name)


# -- rules and code that may fail ------------------------------------------------------------


def guard_layer(layer: Layer) -> Layer:
    """The layer with a rule, a cost and texts whose failures are sentences.

    Without a rule both are found by running it, so what is not declared stays undeclared.
    """
    code: ModuleCode | FunctionCode
    if isinstance(layer.code, ModuleCode):
        call, construct = layer.code.call, layer.code.construct
        code = replace(
            layer.code,
            call=_text(layer.type, call, "f({})") if call else None,
            construct=_text(layer.type, construct) if construct else None,
        )
    else:
        code = replace(layer.code, write=_text(layer.type, layer.code.write))
    layer = replace(layer, code=code, memory=_memory(layer.memory))
    rule, cost, count = layer.rule, layer.cost, len(layer.outputs)
    if rule is None:
        return replace(layer, cost=None if cost is None else _costs(cost))

    def shapes(use: Use) -> tuple[Tensor, ...]:
        try:
            found: Any = rule(use)
        except (ShapeError, ExpressionError):
            raise
        except FAILURES as error:
            raise ShapeError(
                f"the shape rule of {layer.type} failed: {message_of(error)}"
            ) from error
        outputs = found if isinstance(found, tuple) else (found,)
        if len(outputs) != count or not all(isinstance(item, Tensor) for item in outputs):
            kinds = ", ".join(kind_of(item) for item in outputs)
            raise ShapeError(
                f"the shape rule of {layer.type} must give {count} tensors, received {kinds}"
            )
        return outputs

    return replace(layer, rule=shapes, cost=_costs(cost))


def _memory(told: Declared | None) -> Declared | None:
    if told is None or isinstance(told, Memory):
        return told

    def memory(use: Use) -> Memory:
        try:
            found: Any = told(use)
        except FAILURES:
            found = None
        return found if isinstance(found, Memory) else Memory(passes=True)

    return memory


def _costs(cost: Cost | None) -> Cost:
    def costs(use: Use, outputs: tuple[Tensor, ...]) -> tuple[int | None, int | None]:
        try:
            parameters, operations = cost(use, outputs) if cost is not None else (None, None)
        except FAILURES:  # a cost is only told, so it may as well be unknown
            return None, None
        return parameters, operations

    return costs


def _text(layer_type: str, write: Callable[[Any], str], form: str = "{}") -> Callable[[Any], str]:
    def checked(written: Any) -> str:
        try:
            text = write(written)
            ast.parse(form.format(text), mode="eval")
        except FAILURES as error:
            raise CodeError(
                f"the code of {layer_type} cannot be written: {message_of(error)}"
            ) from error
        return text

    return checked


def message_of(error: BaseException) -> str:
    """Message of an error in one line, with its type."""
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text:.200}" if text else type(error).__name__


def kind_of(value: object) -> str:
    """Kind of a value that came where something else was expected."""
    return "None" if value is None else f"a value of type {type(value).__name__}"
