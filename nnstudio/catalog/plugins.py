"""Layers of other packages: found by the entry point group `nnstudio.layers`, checked, guarded.

Whatever is wrong with a plugin becomes a `PluginProblem`; nothing it does may stop the program,
and what it prints is not seen. Its package must be installed where the generated code runs, too:
the code imports it.
"""

from __future__ import annotations

import ast
import importlib.metadata
import keyword
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any, get_args

from nnstudio.catalog.code import FunctionCode, ModuleCode, import_problem
from nnstudio.catalog.guards import guard_layer, kind_of
from nnstudio.catalog.isolation import IMPORTING, ForeignError, UnansweredError, call, message_of
from nnstudio.catalog.layer import (
    AUTO,
    REQUIRED,
    Category,
    Input,
    Layer,
    Output,
    Param,
    ParamKind,
)
from nnstudio.symbols.expression import is_literal

GROUP = "nnstudio.layers"
MAX_LAYERS = 10_000


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
    stuck: set[str] = set()
    try:
        points = sorted(importlib.metadata.entry_points(group=GROUP), key=lambda p: p.name)
    except Exception as error:
        return [], [PluginProblem(GROUP, f"the entry points cannot be read: {message_of(error)}")]
    for point in points:
        package = point.value.partition(":")[0].partition(".")[0]
        try:
            if package in stuck:  # its modules are still being imported, and would be waited for
                raise UnansweredError(f"the import of {package} does not end")
            found = call(lambda: _read(point, known, owners), IMPORTING)  # noqa: B023
        except ForeignError as error:
            if isinstance(error, UnansweredError):
                stuck.add(package)
            problems.append(PluginProblem(point.name, f"'{point.value}' cannot be loaded: {error}"))
            continue
        for item in found:
            if isinstance(item, Layer):
                layers[item.type] = guard_layer(item)
            else:
                problems.append(item)
    return list(layers.values()), problems


def _read(
    point: importlib.metadata.EntryPoint, known: Collection[str], owners: dict[str, str]
) -> list[Layer | PluginProblem]:
    """The usable layers of one entry point, and what is wrong with the others."""
    found: list[Layer | PluginProblem] = []
    for item in _declarations(point.load()):
        reason = _problem(item, known, owners)
        if reason is not None:
            found.append(PluginProblem(point.name, reason))
        else:
            found.append(item)
            owners[item.type] = point.name
    return found


def _declarations(found: Any) -> list[Any]:
    """Declarations of an entry point: a Layer, several, or a callable that gives them."""
    if callable(found) and not isinstance(found, Layer):
        found = found()
    if isinstance(found, Layer):
        return [found]
    if isinstance(found, str | bytes) or not isinstance(found, Iterable):
        raise TypeError(f"expected a Layer or several, received {kind_of(found)}")
    layers = list(islice(found, MAX_LAYERS + 1))
    if len(layers) > MAX_LAYERS:
        raise TypeError(f"expected at most {MAX_LAYERS:,} layers, received more")
    return layers


def _problem(item: Any, known: Collection[str], owners: dict[str, str]) -> str | None:
    """Reason why an item cannot be a layer; a declaration may hold anything."""
    if not isinstance(item, Layer):
        return f"expected a Layer, received {kind_of(item)}"
    try:
        return _name_problem(item.type, known, owners) or _declaration_problem(item)
    except BaseException as error:
        name = item.type if isinstance(item.type, str) else kind_of(item.type)
        return f"the declaration of '{name:.60}' cannot be read: {message_of(error)}"


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
    if not isinstance(layer.example, dict) or not isinstance(layer.facts, tuple):
        return f"{what} expects a dict as its example and a tuple as its facts"
    for param in layer.params:
        if param.kind not in get_args(ParamKind):
            kinds = ", ".join(get_args(ParamKind))
            return f"{what}: '{param.name}' expects one of the kinds {kinds}"
        if param.kind == "choice" and not param.choices:
            return f"{what}: '{param.name}' needs choices"
        if not all(isinstance(choice, str) for choice in param.choices):
            return f"{what}: '{param.name}' expects texts as its choices"
        if not all(
            value is AUTO or value is REQUIRED or is_literal(value)
            for value in (param.default, param.initial)
        ):
            return f"{what}: '{param.name}' expects a plain value as its default and at first"
        if not all(isinstance(v, int | float | None) for v in (param.minimum, param.maximum)):
            return f"{what}: '{param.name}' expects numbers as its limits"
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
