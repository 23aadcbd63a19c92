"""What is asked of one output, and so which predictions are kept and which figures there are."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

from pydantic import TypeAdapter, ValidationError

from nnstudio.project.data.fields import TaskKind
from nnstudio.project.training.objective_settings import OF_NUMBERS

if TYPE_CHECKING:  # needs torch
    from nnstudio.training.single_objective import SingleObjective

Kind = Literal["classes", "labels", "numbers", "reconstruction"]
Unit = Literal["sample", "position", "pixel"]


@dataclass(frozen=True)
class Question:
    """One output and what is asked of it.

    name: of the output, "" for the only one. classes: the names of classes, of labels, or of the
    numbers; an output with more values than classes has names for those, too. unit: what has an
    answer. loss: by which it was trained. ignored: the class whose answers do not count. scores:
    what is given for each class are scores, not logits: there are no probabilities. scale: what
    errors of numbers are measured in, "" for the units of the data.
    """

    name: str
    kind: Kind
    task: TaskKind
    classes: tuple[str, ...] = ()
    unit: Unit = "sample"
    loss: str = ""
    ignored: int | None = None
    scores: bool = False
    scale: str = ""

    @property
    def of_tokens(self) -> bool:
        """True for models of texts, which have a perplexity."""
        return self.task in ("tokens", "next_token")

    def to_json(self) -> dict[str, Any]:
        """All of it as JSON values."""
        return {**asdict(self), "classes": list(self.classes)}

    @classmethod
    def from_json(cls, told: Any) -> Question:
        """Raises `ValueError` for what is none."""
        try:
            return TypeAdapter(cls).validate_python(told)
        except ValidationError as error:
            raise ValueError("it says of no output what is asked of it") from error


def question_of(name: str, objective: SingleObjective, values: tuple[str, ...] = ()) -> Question:
    """What an objective asks of the output `name`. values: the names of numbers, if known."""
    answer, form, loss = objective.answer, objective.form, objective.loss
    if loss in OF_NUMBERS:
        if objective.reconstructs:
            return Question(name, "reconstruction", answer.task, loss=loss)
        if answer.task == "classes" and form == (len(answer.classes),):
            return Question(name, "classes", answer.task, answer.classes, loss=loss, scores=True)
        count = 1
        for size in form:
            count *= size
        count = count // 2 if loss == "gaussian_nll" else count
        named = values if len(values) == count else _numbered(answer.name or name, count)
        return Question(name, "numbers", answer.task, named, loss=loss)
    if answer.task == "labels":
        return Question(name, "labels", answer.task, answer.classes, loss=loss)
    if loss == "binary_cross_entropy":
        return Question(name, "classes", answer.task, answer.classes, loss=loss)
    unit: Unit = (
        "pixel" if answer.task == "per_pixel" else "position" if len(form) == 2 else "sample"
    )
    given = form[0 if unit == "pixel" else -1]
    more = tuple(f"value {k + 1}" for k in range(len(answer.classes), given))
    return Question(
        name,
        "classes",
        answer.task,
        (*answer.classes, *more),
        unit,
        loss,
        objective.ignored,
    )


def _numbered(name: str, count: int) -> tuple[str, ...]:
    if count == 1:
        return (name or "target",)
    return tuple(f"{name or 'target'} {k + 1}" for k in range(count))
