"""What works, but is unwise: advice with its reason, and a fix where there is one.

Each rule looks at a node and what feeds it, and speaks only where the wires make it certain. One
subject a module; here is only the list of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nnstudio.analysis.advice.batch import mixed_samples
from nnstudio.analysis.advice.branches import unused_branches
from nnstudio.analysis.advice.linear import linear_maps
from nnstudio.analysis.advice.norms import batch_norms
from nnstudio.analysis.advice.order import sequentials_out_of_order
from nnstudio.analysis.advice.positions import attention_without_positions
from nnstudio.analysis.advice.recurrent import idle_dropout
from nnstudio.analysis.advice.scores import scores_for_the_loss
from nnstudio.analysis.report import BlockReport, Problem
from nnstudio.project.values import Project


def advice(project: Project, reports: Mapping[str, BlockReport]) -> Iterator[Problem]:
    """All advice on the blocks in use; `reports` are those of each block's first use."""
    yield from scores_for_the_loss(project, reports)
    yield from attention_without_positions(project, reports)
    if project.root in reports:
        yield from mixed_samples(project, reports[project.root])
    yield from advice_inside(project, reports)


def advice_inside(project: Project, reports: Mapping[str, BlockReport]) -> Iterator[Problem]:
    """Advice that rests on the nodes of one block alone, so that it holds beside errors too."""
    for name, report in reports.items():
        block = project.by_name[name]
        yield from batch_norms(project, block, report)
        yield from linear_maps(block)
        yield from idle_dropout(block)
        yield from unused_branches(block, report)
        yield from sequentials_out_of_order(project, block)
