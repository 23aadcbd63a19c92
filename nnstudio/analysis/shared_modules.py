"""A module that several nodes call is built for one of them."""

from __future__ import annotations

from nnstudio.analysis.free_sizes import label
from nnstudio.analysis.report import NodeReport
from nnstudio.analysis.values import distinct_text, formula_text


def built_for_another(owner: NodeReport | None, report: NodeReport) -> str | None:
    """What does not suit a node that calls the module of `owner`, as a sentence."""
    if owner is None or not owner.ok or not report.ok:
        return None
    for name in sorted(owner.auto & report.auto):
        mine, theirs = report.params[name], owner.params[name]
        if formula_text(mine) != formula_text(theirs):
            assert owner.node is not None
            return (
                f"calls '{label(owner.node)}', which is built for {name} "
                f"{distinct_text(theirs, mine)}, received {distinct_text(mine, theirs)}"
            )
    pairs = zip(owner.others, report.others, strict=False)
    return next((told for pair in pairs if (told := built_for_another(*pair))), None)
