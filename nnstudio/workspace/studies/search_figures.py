"""What can be an objective of a search, known before anything is trained."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from nnstudio.compiler.inference import full_report
from nnstudio.data.answer import Answer
from nnstudio.data.pipeline.understanding import describe
from nnstudio.errors import UserError
from nnstudio.project.refusal import Refusal
from nnstudio.project.search.space import Choices, Space
from nnstudio.project.training.objective_settings import OF_NUMBERS
from nnstudio.project.values import Project
from nnstudio.studies.search.plan import COSTS, Objective
from nnstudio.workspace.fit_to_data import answers_for, losses_of

_MOST_ALIKE = 5
"""So many classes or fewer have no top 5."""
_OF_TRAINING = ("loss", "accuracy")
"""Figures that are told of the training part, too; r2 is, where the loss is mse."""


def figures_for(
    answers: Sequence[Answer],
    *,
    loss: str = "auto",
    losses: Iterable[str] = (),
    validates: bool = True,
) -> tuple[str, ...]:
    """The figures of an epoch that can be an objective, of what is asked of a model.

    Those of the first answer by their names; of several answers those of each after its name, too.
    loss: as in the settings, auto or a name. losses: of the model's own, each of which has a
    figure. validates: whether there are samples to validate with.
    """
    found: dict[str, None] = {"loss": None}
    for number, answer in enumerate(answers):
        names = _figures_of(answer, loss)
        if number == 0:
            if not validates:
                keeps = (*_OF_TRAINING, *(["r2"] if loss in ("auto", "mse") else []))
                return tuple(found | dict.fromkeys(name for name in names if name in keeps))
            found |= dict.fromkeys(names)
        if len(answers) > 1:
            own = [name for name in names if name != "accuracy"]  # which is that of the first alone
            found |= dict.fromkeys(f"{answer.name}.{name}" for name in own)
    return tuple(found | dict.fromkeys(losses))


def _figures_of(answer: Answer, loss: str) -> list[str]:
    is_of_numbers = answer.task in ("number", "reconstruction")
    if loss in OF_NUMBERS or (loss == "auto" and is_of_numbers):
        return ["mae", "rmse", *(["r2"] if answer.task == "number" else [])]
    if answer.task == "labels":
        return ["accuracy", "macro_f1"]
    top = ["top_5"] if len(answer.classes) > _MOST_ALIKE else []
    return ["accuracy", "balanced_accuracy", "macro_f1", *top]


def validates(project: Project) -> bool:
    """Whether there are samples to validate with; of a division that is given that is supposed."""
    split = project.data.split
    return split.by == "given" or split.validation > 0


def refuse_objectives(
    project: Project, space: Space, objectives: Sequence[Objective], *, folds: bool
) -> None:
    """Raise `Refusal` for an objective that no training of the search will tell.

    project: fitted to its data. folds: each trial is judged by what a fold holds out.
    """
    has: dict[str, None] = {}
    axis = space.axis("loss")
    losses = axis.choices if isinstance(axis, Choices) else (project.training.loss,)
    answers, own = _asked(project)
    judged = folds or validates(project)
    for loss in losses:
        has |= dict.fromkeys(figures_for(answers, loss=str(loss), losses=own, validates=judged))
    for one in objectives:
        if one.figure in (*has, *COSTS):
            continue
        what = "that is no figure of a training of this model and data"
        if not judged and one.figure in figures_for(answers, losses=own):
            what = "that is a figure of the validation, and no samples are set aside for it"
        raise Refusal(
            f"The objective {one.figure} cannot be had: {what}; expected one of "
            f"{', '.join((*has, *COSTS))}"
        )


def _asked(project: Project) -> tuple[tuple[Answer, ...], tuple[str, ...]]:
    """What is asked of the model, and the names of the losses that it computes itself."""
    info = describe(project.data)
    try:
        answers = answers_for(project, full_report(project), info)
    except UserError:  # what is wrong with it is told by who trains it
        return info.answers, losses_of(project)
    return tuple(replace(one, name=name) for name, one in answers.items()), losses_of(project)
