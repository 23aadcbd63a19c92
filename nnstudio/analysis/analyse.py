"""`analyse`: the report on a project. An edit costs what it changes: nodes of the previous report
whose definition, inputs and names are the same are taken over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import replace

from nnstudio.analysis.advice import advice, advice_inside
from nnstudio.analysis.binding import Binding, root_binding
from nnstudio.analysis.blocks import Analysis
from nnstudio.analysis.boundary import boundary_problems
from nnstudio.analysis.consistent_uses import differing_uses
from nnstudio.analysis.extent import MAX_LEVELS, too_large
from nnstudio.analysis.free_sizes import label
from nnstudio.analysis.inference import Inference, not_inferred
from nnstudio.analysis.report import BlockReport, Problem, Report, failure_report
from nnstudio.analysis.two_meanings import names_with_two_meanings
from nnstudio.catalog import registry
from nnstudio.catalog.layer import REQUIRED
from nnstudio.catalog.layers.io import INPUT
from nnstudio.catalog.rules.cost import without_batch
from nnstudio.catalog.use import ShapeError
from nnstudio.project.values import Block, Project
from nnstudio.symbols.bounds import ExpressionError
from nnstudio.symbols.work import Cancelled, OutOfStepsError, allowance, look

STEPS = 1_500_000
"""Of the analysis of a model, and of that of all blocks which it does not use. Seconds, at most."""


def analyse(
    project: Project,
    previous: Report | None = None,
    infer: Inference = not_inferred,
    cancelled: Cancelled | None = None,
) -> Report:
    """Shapes, costs and problems of every node of `project`.

    `infer` finds the shapes of layers without a rule, which are refused without it;
    `nnstudio.compiler.inference.full_report` runs them. As soon
    as `cancelled` says so, it ends with a `CancelledError`.
    """
    analysis = Analysis(project, infer)
    with allowance(STEPS, cancelled):
        earlier = _earlier(previous, project.model)
        root = _standalone(analysis, project.model, dict(project.values), earlier)
    reports: dict[str, BlockReport] = {}
    problems: dict[Problem, None] = {}
    for problem in differing_uses(_collect(root, reports, problems)):
        problems[problem] = None
    for problem in _root_values(project):
        problems[problem] = None
    for name in reports:
        look(cancelled)
        block = project.by_name[name]
        for problem in boundary_problems(analysis.definition(block)):
            problems[problem] = None
        for problem in names_with_two_meanings(project, block, reports[name]):
            problems[problem] = None
    for plugin in registry.plugin_problems():
        problems[Problem("warning", plugin.sentence, project.root)] = None
    if root.ok:
        large = too_large(project, root)
        if large is not None:
            problems[large] = None
        found: Iterable[Problem] = advice(project, reports)
    else:
        found = _beside_errors(project, reports, problems)
    for problem in found:
        problems[problem] = None
    analysis.given_up = False
    used = {node.type for block in project.blocks for node in block.graph.nodes}
    with allowance(STEPS, cancelled):
        for block in project.blocks:
            if block.name not in reports:
                # said once: that there are too many, and that blocks lie too deep of the outermost
                said = analysis.given_up or (
                    analysis.levels[block.name] > MAX_LEVELS and block.name in used
                )
                unused = _standalone(analysis, block, {}, _earlier(previous, block))
                reports[block.name] = unused
                if not said:
                    for problem in unused.problems:
                        problems[replace(problem, severity="warning")] = None
    severity = {"error": 0, "warning": 1, "advice": 2}
    ordered = sorted(problems, key=lambda problem: severity[problem.severity])
    return Report(root, reports, tuple(ordered))


def _beside_errors(
    project: Project, reports: Mapping[str, BlockReport], problems: Iterable[Problem]
) -> list[Problem]:
    """Advice on a model that has errors: none on what is wrong itself, and no fix before it is."""
    wrong = {(p.block, p.node) for p in problems if p.severity == "error"}
    whole = {n: r for n, r in reports.items() if _is_whole(project.by_name[n], r)}
    return [
        replace(problem, fix=None)
        for problem in advice_inside(project, whole)
        if (problem.block, problem.node) not in wrong
    ]


def _is_whole(block: Block, report: BlockReport) -> bool:
    """True if every node has a report, so that advice on one is not a guess about another."""
    return all(node.id in report.nodes for node in block.graph.nodes)


def _is_alone(block: Block) -> bool:
    """True if nothing is given to it: it computes once, and no size of its values is a batch."""
    return not block.graph.of_type(INPUT)


def _earlier(previous: Report | None, block: Block) -> BlockReport | None:
    """The earlier report of a block, if operations were counted in it as they are now.

    What is counted for one call differs from what is counted for a sample of a batch.
    """
    if previous is None:
        return None
    alone = previous.root.source is not None and _is_alone(previous.root.source)
    if alone or _is_alone(block):
        same = block.name == previous.root.block and alone and _is_alone(block)
        return previous.root if same else None
    return previous.blocks.get(block.name)


def _standalone(
    analysis: Analysis, block: Block, values: dict[str, object], previous: BlockReport | None
) -> BlockReport:
    """The report of a block by itself: given values or defaults, sizes from the examples."""
    analysis.at = None
    try:
        binding: Binding = root_binding(block, values)
        with without_batch() if _is_alone(block) else nullcontext():
            return analysis.block(block, binding, previous)
    except (ShapeError, ExpressionError) as error:
        return failure_report(block, f"{block.name}: {error}")
    except OutOfStepsError as error:
        return _unfinished(analysis, block, str(error))


def _unfinished(analysis: Analysis, block: Block, needed: str) -> BlockReport:
    """The report of a block that takes too long, with the place where it was given up."""
    chain, at = list(analysis.path), analysis.at
    analysis.path.clear()
    analysis.given_up = True
    where = f" (given up at {' > '.join([*chain, label(at[1])])})" if at is not None else ""
    sentence = f"{block.name}: takes {needed} to analyse; it needs fewer nodes or repetitions"
    inside = at is None or at[0] != block.name
    return failure_report(block, f"{sentence}{where}", None if inside or at is None else at[1])


def _collect(
    report: BlockReport, reports: dict[str, BlockReport], problems: dict[Problem, None]
) -> dict[str, list[BlockReport]]:
    """Reports of all blocks in use (the first use counts) and the problems, innermost first.

    Returns all uses of the blocks inside, by the block's name.
    """
    uses: dict[str, list[BlockReport]] = {}
    reports.setdefault(report.block, report)
    seen = {id(report)}
    stack = [report]
    while stack:
        current = stack.pop()
        for node in current.nodes.values():
            inner = node.inner
            if inner is not None and id(inner) not in seen:
                seen.add(id(inner))
                uses.setdefault(inner.block, []).append(inner)
                reports.setdefault(inner.block, inner)
                stack.append(inner)
        for problem in current.problems:
            entered = current.nodes.get(problem.node or "")
            if entered is None or entered.inner is None or entered.inner.ok:
                problems[problem] = None
    return uses


def _root_values(project: Project) -> Iterator[Problem]:
    """Values that the model lacks, or that no parameter takes."""
    root = project.model
    for parameter in root.parameters:
        if parameter.default is REQUIRED and parameter.name not in project.values:
            sentence = f"{root.name}: needs a value for {parameter.name}"
            yield Problem("error", sentence, root.name, param=parameter.name)
    for name in project.values:
        if root.parameter(name) is None:
            yield Problem(
                "warning", f"{root.name} has no parameter '{name}'", root.name, param=name
            )
