"""Runs side by side: what differs in settings, data and model, and the figures of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nnstudio.evaluation.figures.figure import in_json
from nnstudio.graph.values import Node
from nnstudio.project.compare import ABSENT, Difference, differences, parameter_in_words
from nnstudio.project.values import Project
from nnstudio.studies.errors import StudyError
from nnstudio.workspace.opened_run import OpenedRun

if TYPE_CHECKING:
    from nnstudio.evaluation.evaluation import Evaluation

_SETTINGS = ("Training", "Data", "Variants", "About")


@dataclass(frozen=True)
class RunComparison:
    """Runs with what each was judged. changes: from the first to each other one."""

    runs: tuple[OpenedRun, ...]
    evaluations: tuple[Evaluation, ...]
    changes: tuple[tuple[Difference, ...], ...]

    def settings(self, other: int) -> list[Difference]:
        """What differs in training and data; other: from 1."""
        return [one for one in self.changes[other - 1] if one.place in _SETTINGS[:2]]

    def architecture(self, other: int) -> dict[str, list[Difference]]:
        """Layers and what else makes the model: added, removed, changed; other: from 1.

        Two models of another name are compared layer by layer, by the names of these.
        """
        here, there = self.runs[0].project, self.runs[other].project
        if here.root != there.root:
            return _by_name(here, there)
        found: dict[str, list[Difference]] = {"added": [], "removed": [], "changed": []}
        for one in self.changes[other - 1]:
            if one.place in _SETTINGS or one.what.startswith("place"):
                continue
            whole = one.what in ("node", "block")
            kind = "added" if whole and one.here == ABSENT else "changed"
            kind = "removed" if whole and one.there == ABSENT else kind
            found[kind].append(one)
        return found

    def notes(self) -> list[str]:
        """What makes the figures less comparable, in sentences."""
        return [
            *notes_on(self.runs),
            "One run of each says nothing of chance: nnstudio compare TARGET TARGET trains both "
            "on the same folds.",
        ]

    def to_json(self) -> dict[str, Any]:
        """All of it as JSON values."""
        told = []
        for run, one in zip(self.runs, self.evaluations, strict=True):
            about = {"id": run.record.id, "name": run.record.name, "folder": str(run.folder)}
            parameters = {"trainable": one.model.trainable, "frozen": one.model.frozen}
            head = {"part": one.part, "samples": one.samples, "head": in_json(one.figures.head())}
            told.append({**about, "parameters": parameters, **head})
        changes = [
            {
                "run": self.runs[k].record.id,
                "settings": [_row(one) for one in self.settings(k)],
                "architecture": {
                    kind: [_row(one) for one in rows] for kind, rows in self.architecture(k).items()
                },
            }
            for k in range(1, len(self.runs))
        ]
        return {"runs": told, "changes": changes, "notes": self.notes()}


def notes_on(runs: Sequence[OpenedRun]) -> tuple[str, ...]:
    """Why a difference of the runs' figures may say nothing of their models, in sentences."""
    found = []
    for name, sentence in (
        ("data", "They were trained with different data."),
        ("split", "They were judged by different samples, as their parts differ."),
    ):
        if len({run.record.fingerprints.get(name) for run in runs}) > 1:
            found.append(f"{sentence} A difference of their figures may come from that alone.")
    return tuple(found)


def common_part(runs: Sequence[OpenedRun]) -> str:
    """The test part where all have one, else the validation. Raises `StudyError` if none is."""
    sizes = [run.sizes() for run in runs]
    for part in ("test", "validation", "train"):
        if all(size[part] for size in sizes):
            return part
    raise StudyError("The runs have no part in common that has samples in each.")


def _by_name(here: Project, there: Project) -> dict[str, list[Difference]]:
    found: dict[str, list[Difference]] = {"added": [], "removed": [], "changed": []}
    ours, theirs = _layers(here), _layers(there)
    for name in dict.fromkeys((*ours, *theirs)):
        one, other = ours.get(name), theirs.get(name)
        if one is None or other is None:
            kind = "added" if one is None else "removed"
            is_type = (ABSENT if node is None else node.type for node in (one, other))
            found[kind].append(Difference(name, "layer", *is_type))
        elif one.type != other.type:
            found["changed"].append(Difference(name, "type", one.type, other.type))
        else:
            for param in dict.fromkeys((*one.params, *other.params)):
                before, after = parameter_in_words(one, param), parameter_in_words(other, param)
                if before != after:
                    found["changed"].append(Difference(name, param, before, after))
    return found


def _layers(project: Project) -> dict[str, Node]:
    """The nodes of the model and of the blocks in it by their names."""
    found: dict[str, Node] = {}
    waiting, seen = [project.root], set()
    while waiting:
        name = waiting.pop()
        if name in seen or name not in project.by_name:
            continue
        seen.add(name)
        inside = "" if name == project.root else f" in {name}"
        for node in project.by_name[name].graph.nodes:
            waiting.append(node.type)
            if node.type not in ("Input", "Output"):
                found.setdefault(f"{node.name or node.type}{inside}", node)
    return found


def _row(one: Difference) -> dict[str, str]:
    return {"place": one.place, "what": one.what, "first": one.here, "this": one.there}


def compare_runs(runs: Sequence[OpenedRun], part: str | None = None) -> RunComparison:
    """Judge all by the same part: the test where all have one, else the validation."""
    part = part or common_part(runs)
    found = tuple(run.evaluate(part, times=False) for run in runs)
    changes = tuple(differences(runs[0].project, run.project) for run in runs[1:])
    return RunComparison(tuple(runs), found, changes)
