"""Fitting a model to a data set: which form of the samples it takes, and how many classes."""

from __future__ import annotations

from dataclasses import dataclass, replace

from nnstudio.analysis.report import Report
from nnstudio.catalog.layers.io import LOSS, OUTPUT
from nnstudio.compiler.inference import full_report
from nnstudio.data.answer import Answer, Form, GivenForm
from nnstudio.data.info import DataSetInfo
from nnstudio.project.commands.data import SetData
from nnstudio.project.commands.fit_to_data import FitToData, tokens_taken
from nnstudio.project.refusal import Refusal
from nnstudio.project.values import Project
from nnstudio.symbols.dimension import BATCH, batch_axis
from nnstudio.symbols.tensor import Tensor
from nnstudio.workspace.input_mapping import RequiredInput, fields_for, map_inputs, required_inputs


def form_for(
    wanted: RequiredInput, forms: tuple[tuple[int, ...], ...], info: DataSetInfo
) -> tuple[int, ...] | None:
    """The form of the data to which an Input is fitted, None if it takes one as it is.

    Of those with the same number of dimensions it is the one with most sizes in common. Raises
    `Refusal` if there is none.
    """
    if any(wanted.takes(form) for form in forms):
        return None
    near = [form for form in forms if len(form) == len(wanted.form)]
    if near:
        return max(
            near, key=lambda form: sum(a == b for a, b in zip(wanted.form, form, strict=True))
        )
    offered = ", ".join(" × ".join(map(str, form)) for form in forms)
    count = len(wanted.form)
    raise Refusal(
        f"A sample of {info.in_sentence} offers {offered} for {wanted.name}, which takes {count} "
        f"{'dimension' if count == 1 else 'dimensions'} besides the batch"
    )


def losses_of(project: Project) -> tuple[str, ...]:
    """Names of the model's Outputs that a training makes small, in their order."""
    outputs = project.model.graph.of_type(OUTPUT)
    return tuple(node.name for node in outputs if node.params.get("role") == LOSS)


def answers_for(project: Project, report: Report, info: DataSetInfo) -> dict[str, Answer]:
    """What is asked of each Output: the target of its name, of a single one also the first.

    Raises `Refusal` if there is no Output, or one without a target.
    """
    losses = losses_of(project)
    outputs = [name for name in report.root.outputs if name not in losses]
    if not outputs:
        has = "only losses" if losses else "none"
        raise Refusal(
            f"training needs an Output that is compared with the data, {project.root} has {has}"
        )
    asked = {answer.name: answer for answer in info.answers}
    if len(outputs) == 1:
        (name,) = outputs
        return {name: asked.get(name, info.answers[0])}
    missing = [name for name in outputs if name not in asked]
    if missing:
        raise Refusal(
            f"{project.root} has {len(outputs)} Outputs, but {info.in_sentence} has no target "
            f"for {', '.join(missing)}"
        )
    return {name: asked[name] for name in outputs}


def refuse_outputs(
    project: Project, report: Report, info: DataSetInfo, loss: str | None = None
) -> None:
    """Raise `Refusal` if an output has no target, or cannot be judged by it.

    More values than classes are no mistake: those of the others are learnt to be small.
    """
    sample = _sample(project, report, info)
    loss = loss or project.training.loss
    for name, answer in answers_for(project, report, info).items():
        tensor = report.root.outputs[name]
        if not answer.is_answered_by(given_form(tensor), loss, sample, more=True):
            by = "" if loss == "auto" else f", and the loss {loss} is chosen"
            raise Refusal(
                f"{name} gives {tensor.label}, but {info.in_sentence} asks for "
                f"{answer.in_sentence}{by}"
            )


def given_form(tensor: Tensor) -> GivenForm:
    """The shape of one sample of an output, None for sizes that are free."""
    axis = batch_axis(dim.text for dim in tensor.shape) or 0
    return tuple(dim.value for at, dim in enumerate(tensor.shape) if at != axis)


def _sample(project: Project, report: Report, info: DataSetInfo) -> Form | None:
    try:
        return map_inputs(project, report, info, project.data.resize).inputs[0].form
    except Refusal:
        return None


def can_be_fed(project: Project, report: Report, info: DataSetInfo, resize: bool = False) -> bool:
    """True if samples of `info` can be given to the model as it is."""
    try:
        map_inputs(project, report, info, resize)
    except Refusal:
        return False
    return True


def is_fitted(project: Project, report: Report, info: DataSetInfo, resize: bool = False) -> bool:
    """True if the model takes the samples and tells the classes of `info` apart as it is.

    A single output must have just as many values as there are classes; several outputs, and those
    over a vocabulary, at least as many.
    """
    if not can_be_fed(project, report, info, resize):
        return False
    return not _vocabularies(project, report, info) and tells_apart(project, report, info)


def _vocabularies(
    project: Project, report: Report, info: DataSetInfo
) -> tuple[tuple[str, int], ...]:
    """The Inputs whose embeddings know too few tokens, with the number that there are."""
    if not info.tokens:
        return ()
    known = (
        (one.name, tokens_taken(project, one.name)) for one in required_inputs(project, report)
    )
    return tuple((name, info.tokens) for name, count in known if count and count < info.tokens)


def refuse_vocabularies(project: Project, report: Report, info: DataSetInfo) -> None:
    """Raise `Refusal` if an embedding of an Input would be asked for a token it does not know."""
    for name, tokens in _vocabularies(project, report, info):
        raise Refusal(
            f"{name} is embedded with {tokens_taken(project, name):,} tokens, but "
            f"{info.in_sentence} has {tokens:,}"
        )


def tells_apart(project: Project, report: Report, info: DataSetInfo) -> bool:
    """True if the outputs of the model answer what `info` asks as they are."""
    try:
        answers = answers_for(project, report, info)
    except Refusal:
        return False
    sample = _sample(project, report, info)
    more = len(answers) > 1 or info.tokens > 0
    return all(
        answer.is_answered_by(
            given_form(report.root.outputs[name]), project.training.loss, sample, more=more
        )
        for name, answer in answers.items()
    )


def fit_command(project: Project, report: Report, info: DataSetInfo) -> FitToData:
    """The command that fits the model's Inputs and numbers of classes to a data set."""
    classes = classes_command(project, report, info)
    inputs = required_inputs(project, report)
    forms = [
        (wanted.name, form_for(wanted, offered, info))
        for wanted, _, offered in fields_for(project, inputs, info)
    ]
    if len(inputs) == 1:
        return replace(classes, form=forms[0][1])
    further = tuple((name, form) for name, form in forms if form is not None)
    return replace(classes, further=further)


def classes_command(project: Project, report: Report, info: DataSetInfo) -> FitToData:
    """The command that fits the numbers of classes and tokens alone, as far as they do not suit."""
    found = _answers_command(project, report, info)
    return replace(found, vocabularies=_vocabularies(project, report, info))


def _answers_command(project: Project, report: Report, info: DataSetInfo) -> FitToData:
    if tells_apart(project, report, info) or not report.root.outputs:
        return FitToData(None, 0)
    answers = answers_for(project, report, info)
    if len(answers) == 1:
        (answer,) = answers.values()
        return FitToData(None, _values(project, answer), by_pixel=answer.task == "per_pixel")
    heads = tuple((name, _values(project, answer)) for name, answer in answers.items())
    return FitToData(None, 0, heads=heads)


def _values(project: Project, answer: Answer) -> int:
    """How many values an output needs for each answer; 0 where its Input decides."""
    pairs = project.training.loss == "gaussian_nll" and answer.task == "number"
    return len(answer.classes) or answer.values * (2 if pairs else 1)


@dataclass(frozen=True)
class Fitting:
    """Command that makes model and data fit: first the model's part, then perhaps resizing."""

    model: FitToData
    data: SetData | None = None
    title: str = "Fit to data"

    def apply(self, project: Project) -> Project:
        project = self.model.apply(project)
        return self.data.apply(project) if self.data else project

    @property
    def summary(self) -> str:
        """Description for people: `input N × 1 × 8 × 8, 10 classes`."""
        done = [] if self.data is None else ["samples resized"]
        if self.model.form is not None:
            done.append(f"input {_batch_of(self.model.form)}")
        done += [f"{name} {_batch_of(form)}" for name, form in self.model.further]
        if self.model.classes:
            done.append(f"{self.model.classes} classes")
        done += [f"{classes} classes for {name}" for name, classes in self.model.heads]
        done += [f"{tokens} tokens for {name}" for name, tokens in self.model.vocabularies]
        return ", ".join(done) or "it fits as it is"


def _batch_of(form: tuple[int, ...]) -> str:
    return " × ".join([BATCH, *map(str, form)])


def best_fitting(project: Project, report: Report, info: DataSetInfo) -> Fitting:
    """Fit the model's Inputs to the data, or the data to them; nothing of what suits already.

    Where the samples can be given as they are (or resized, if the settings say so), or where the
    model has errors at the data's own size, its Inputs stay as they are and only the classes are
    fitted. Raises `Refusal` with the reason if nothing helps.
    """
    if can_be_fed(project, report, info, project.data.resize):
        return _check_fit(project, report, info, Fitting(classes_command(project, report, info)))
    try:
        return _check_fit(project, report, info, Fitting(fit_command(project, report, info)))
    except Refusal:
        if not can_be_fed(project, report, info, True):
            raise
    resizing = SetData(project.data.with_values(resize=True))
    fitting = Fitting(classes_command(project, report, info), resizing)
    return _check_fit(project, report, info, fitting)


def _check_fit(project: Project, report: Report, info: DataSetInfo, fitting: Fitting) -> Fitting:
    """The fitting, if a model without errors has none after it and suits the data."""
    fitted = fitting.apply(project)
    if not report.ok:
        return fitting
    after = full_report(fitted)
    if after.errors:
        raise Refusal(
            f"{project.root} cannot be fitted to {info.in_sentence} ({fitting.summary}): "
            f"{after.errors[0].sentence}"
        )
    refuse_outputs(fitted, after, info)
    if not is_fitted(fitted, after, info, fitted.data.resize):
        given = " and ".join(tensor.label for tensor in after.root.outputs.values())
        raise Refusal(
            f"{project.root} gives {given}, but {info.in_sentence} asks for "
            f"{info.answers[0].in_sentence}: set its last layer by hand"
        )
    return fitting
