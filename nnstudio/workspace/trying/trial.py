"""A run opened to be tried: what its model takes, its samples if they are there, its answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from nnstudio.data.info import DataError
from nnstudio.errors import UserError
from nnstudio.inspection.normalised import class_of, parts_of_weights
from nnstudio.project.data.fields import Field
from nnstudio.project.data.source import Text
from nnstudio.project.data.spec import DataSpec
from nnstudio.workspace.data_page.shown_samples import looks_of
from nnstudio.workspace.evaluating import predicted
from nnstudio.workspace.opened_run import OpenedRun, Which, open_folder
from nnstudio.workspace.trying.answers import Answer, answer_of
from nnstudio.workspace.trying.drawings import LOOKED, Ink, ink_of

if TYPE_CHECKING:  # needs torch
    from torch import nn

    from nnstudio.evaluation.activations import Activation
    from nnstudio.evaluation.explaining import Explanation, Method
    from nnstudio.export.recipe import Recipe
    from nnstudio.workspace.data_page.shown_samples import ShownSamples

Takes = Literal["picture", "sound", "row", "text", "other"]
Values = Mapping[str, NDArray[Any]]
"""One sample by field, (1, *shape) each, in the units of the data."""


@dataclass(frozen=True)
class Tried:
    """What the model gave. values: the sample; given: the first input as the model got it, without
    the batch; seen: what the module gave that was asked for. explanation: of the answer `explains`,
    or `unexplained`, the reason why there is none.
    """

    values: Values
    given: NDArray[Any]
    answers: tuple[Answer, ...]
    seen: Activation | None = None
    explanation: Explanation | None = None
    explains: str = ""
    unexplained: str = ""


@dataclass(frozen=True)
class Trial:
    """A run whose model can be tried. Making and asking it may take a while.

    takes: what can be given besides a sample. fields: those that the model gets. shown: the samples
    of its data; None if they cannot be had, which `gone` says in one sentence. ink: how drawings
    look, for pictures.
    """

    run: OpenedRun
    model: nn.Module = field(repr=False)
    recipe: Recipe = field(repr=False)
    takes: Takes
    fields: tuple[Field, ...]
    shown: ShownSamples | None = field(default=None, repr=False)
    gone: str = ""
    ink: Ink | None = None

    @property
    def spec(self) -> DataSpec:
        """What is known of the data."""
        return self.recipe.spec

    @property
    def modules(self) -> tuple[tuple[str, str], ...]:
        """Name and type of every module of the model, in the order of their making."""
        parts = parts_of_weights(self.model)
        return tuple(
            (name, class_of(module))
            for name, module in self.model.named_modules()
            if name and module not in parts
        )

    def sample(self, index: int) -> Values:
        """A sample of the data, by its number in the source."""
        assert self.shown is not None
        fields = self.shown.samples.fields
        return {one.name: np.asarray(fields[one.name][index : index + 1]) for one in self.fields}

    def answer(
        self,
        values: Values,
        module: str = "",
        length: int | None = None,
        method: Method | None = None,
    ) -> Tried:
        """What the model gives for one sample, prepared as those of the training.

        module: whose output is read besides. length: how many tokens of a text count. method: by
        which the likeliest class, or the first number, is explained. Raises a `UserError` with one
        sentence.
        """
        run = self.run
        prepared = run.prepare(values)
        found: Any = predicted(self.model, prepared, run.settings, run.takes, run.mapping.losses)
        rows = found if isinstance(found, Mapping) else {self.recipe.outputs[0].name: found}
        first: Any = next(iter(prepared.values())) if isinstance(prepared, Mapping) else prepared
        given = np.take(np.asarray(first), 0, axis=run.mapping.batch_axis)
        answers = []
        for output in self.recipe.outputs:
            one = np.asarray(rows[output.name])
            one = np.take(one, 0, axis=run.mapping.batch_axis)
            if output.says == "next":
                one = one[(length or len(one)) - 1]
            answers.append(answer_of(output, one, given))
        seen = self._activation(prepared, module) if module else None
        tried = Tried(values, given, tuple(answers), seen)
        if method is None:
            return tried
        first_rows = rows[self.recipe.outputs[0].name]
        return self._explained(tried, prepared, first_rows, module, method)

    def _explained(
        self, tried: Tried, prepared: object, rows: Any, module: str, method: Method
    ) -> Tried:
        """The same with the explanation of the first output."""
        from nnstudio.evaluation.explaining import explained

        run, output = self.run, self.recipe.outputs[0]
        axis = run.mapping.batch_axis
        logits = np.take(np.asarray(rows), 0, axis=axis)
        flat = logits.ravel()
        target = 0 if output.says in ("numbers", "two_classes") else int(flat.argmax())
        names = output.about.get("classes", output.about.get("numbers", ()))
        named = names[-1] if output.says == "two_classes" else None
        explains = named or (names[target] if target < len(names) else output.name)
        by = dict(self.model.named_modules())
        if method == "grad_cam" and "Conv" not in type(by.get(module)).__name__:
            module = next((n for n in reversed(by) if "Conv" in type(by[n]).__name__), "")
            if not module:
                return replace(tried, unexplained="The model has no convolution for Grad-CAM.")
        if method == "grad_cam":
            explains += f", at {module}"
        try:
            found = explained(
                self.model,
                prepared,
                target,
                method,
                run.settings,
                output=output.name,
                batch_axis=axis,
                module=module,
            )
        except UserError as error:
            return replace(tried, unexplained=str(error))
        return replace(tried, explanation=found, explains=explains)

    def _activation(self, prepared: object, module: str) -> Activation:
        from nnstudio.evaluation.activations import activation_of

        axis = self.run.mapping.batch_axis
        return activation_of(self.model, prepared, module, self.run.settings, axis)


def open_trial(folder: Path) -> Trial:
    """Open the run in a folder, with its data if they are there. Raises a `UserError`."""
    from nnstudio.data.preparation import keeping
    from nnstudio.export.recipe import recipe_of

    run = open_folder(folder)
    model = _model(run)
    fitted = keeping.read(run.folder)
    recipe = recipe_of(run.source.root, run.project.data, run.mapping, fitted, run.settings, model)
    names = dict.fromkeys(name for one in recipe.inputs for name in one.fields)
    fields = tuple(recipe.spec.by_name[name] for name in names)
    shown, gone = None, ""
    try:
        shown = run.shown()
    except (UserError, OSError) as error:
        gone = str(error)
    takes = _takes(recipe.spec, fields, text=recipe.reads == "text")
    ink = _ink(run, fields[0], shown) if takes == "picture" else None
    return Trial(run, model, recipe, takes, fields, shown, gone, ink)


def _model(run: OpenedRun) -> nn.Module:
    which: Which
    for which in ("best", "last"):
        try:
            return run.model(which)
        except UserError:
            if which == "last":
                raise
    raise AssertionError


def _takes(spec: DataSpec, fields: Sequence[Field], *, text: bool) -> Takes:
    if text and isinstance(spec.source, Text):
        return "text"
    if all(one.kind in ("number", "category") and not one.shape for one in fields):
        return "row"
    if len(fields) > 1:
        return "other"
    (only,) = fields
    if only.kind == "audio":
        return "sound"
    is_picture = looks_of(only) == "pictures" and only.kind in ("image", "number")
    return "picture" if is_picture and _channels(only) in (1, 3) else "other"


def _channels(one: Field) -> int:
    return one.shape[0] if len(one.shape) == 3 else 1


def _ink(run: OpenedRun, one: Field, shown: ShownSamples | None) -> Ink | None:
    if shown is not None:
        train = run.parts().parts.train[:LOOKED]
        ink = ink_of(np.asarray(shown.samples.fields[one.name][np.sort(train)]))
        return ink if _channels(one) == 1 else replace(ink, extent=None)  # photographs have none
    return Ink(0.0, 255.0, whole=True, guessed=True) if one.kind == "image" else None


def reason_not_to_draw(trial: Trial) -> str:
    """Why nothing can be drawn; empty if it can."""
    if trial.takes != "picture":
        return "Its model takes no pictures."
    if trial.ink is None:
        return f"It is not known between which values its pictures lie: {trial.gone}"
    return ""


def text_values(trial: Trial, text: str) -> tuple[Values, int]:
    """The tokens of a text as a sample, and how many of them count; of a long text the end.

    Raises `DataError` for no token.
    """
    from nnstudio.data.reading.text.tokens import Numbering, cut

    source = trial.spec.source
    assert isinstance(source, Text)
    (only,) = trial.fields
    numbering = Numbering(only.classes, source.unit)
    blocks = [numbering.numbers(block) for block in cut([text], source.unit) if len(block)]
    tokens = np.concatenate(blocks) if blocks else np.zeros(0, np.int64)
    if not len(tokens):
        raise DataError("Type the beginning of a text: the model tells what comes next.")
    length = int(only.shape[0])
    last = tokens[-length:]
    padded = np.pad(last, (0, length - len(last)))
    return {only.name: padded[None]}, len(last)


def cell_value(one: Field, text: str) -> NDArray[Any]:
    """A cell of a table as a value (1,). Raises `DataError` if it is none."""
    if one.kind == "category":
        return np.array([text or None], object)
    words = text.strip().replace(",", "")
    if not words:
        return np.array([np.nan], np.float32)
    try:
        return np.array([float(words)], np.float32)
    except ValueError as error:
        raise DataError(f"Expected a number for '{one.name}', received '{text}'.") from error
