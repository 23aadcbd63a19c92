"""The models of a comparison: as the project is now, its variants, other files, values of one
setting or parameter."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nnstudio.project.commands.search_points import axis_of_text, project_at
from nnstudio.project.presets import load_target, with_variant
from nnstudio.project.refusal import Refusal
from nnstudio.project.search.space import MODEL, Choices
from nnstudio.project.values import Project
from nnstudio.studies.plan import Variant
from nnstudio.workspace.chosen_data import NO_CHOICES
from nnstudio.workspace.studies.finished import prepared

NOW = "now"


@dataclass(frozen=True)
class Candidate:
    """A model that can be compared. id: what it is chosen by; note: what it is."""

    id: str
    name: str
    note: str
    file: Path | None = None


def candidates(project: Project, title: str, files: Sequence[Path]) -> tuple[Candidate, ...]:
    """The project as it is, its variants, and files that were added."""
    found = [Candidate(NOW, title, "as it is now")]
    for variant in project.variants:
        values = {**dict(variant.values), **dict(variant.training), **dict(variant.data)}
        found.append(Candidate(f"variant:{variant.name}", variant.name, _told(values)))
    found += [Candidate(f"file:{path}", path.stem, str(path), path) for path in files]
    return tuple(found)


def _told(values: Mapping[str, Any]) -> str:
    listed = [f"{name} {value}" for name, value in values.items()]
    return ", ".join(listed[:4]) + (f" and {len(listed) - 4} more" if len(listed) > 4 else "")


def varied(project: Project, name: str, values: str) -> tuple[Any, ...]:
    """The values of a setting or parameter with which each model is trained. Raises `UserError`."""
    if not values.strip():
        raise Refusal(f"{name.removeprefix(MODEL)}: give values with commas between them")
    axis = axis_of_text(project, f"{name}={values}")
    found = axis.choices if isinstance(axis, Choices) else axis.values()
    if found is None or len(found) < 2:
        raise Refusal(
            f"{name.removeprefix(MODEL)}: give at least two values with commas between them, such "
            "as 0.1, 0.01"
        )
    for value in found:
        project_at(project, {name: value})
    return tuple(found)


def variants_of(
    project: Project,
    chosen: Sequence[Candidate],
    name: str,
    values: tuple[Any, ...],
    fit_told: Callable[[str], None],
) -> tuple[Variant, ...]:
    """Every chosen model, with every value if there are any, each with its own data and settings.

    fit_told: told what was changed of a model to fit it to its data. Takes as long as their data
    take to be understood. Raises `UserError`.
    """
    found: dict[str, Variant] = {}
    for title, made in _made(project, chosen, name, values):
        if title in found:
            raise Refusal(f"Two models are called {title}: save one of them under another name")
        found[title] = Variant(title, prepared(made, {}, NO_CHOICES, fit_told))
    return tuple(found.values())


def _made(
    project: Project, chosen: Sequence[Candidate], name: str, values: tuple[Any, ...]
) -> Iterator[tuple[str, Project]]:
    for one in chosen:
        if one.file is not None:
            base = load_target(one.file)
        elif one.id == NOW:
            base = project
        else:
            base = with_variant(project, one.name)
        if not values:
            yield one.name, base
        for value in values:
            said = f"{name.removeprefix(MODEL)} {value}"
            title = said if len(chosen) == 1 else f"{one.name}, {said}"
            yield title, project_at(base, {name: value})
