"""A run's folder opened again: its project, its model with weights, its parts of the samples.

Nothing in the folder is executed: the model is made from the project, as it was for the training,
and refused if its text is not the one that was trained. Nothing is fitted or drawn anew either.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from pydantic import ValidationError

from nnstudio.compiler.inference import full_report
from nnstudio.compiler.source import Source
from nnstudio.data.info import DataError, InputMapping
from nnstudio.data.samples import PARTS
from nnstudio.errors import UserError, in_one_line
from nnstudio.project.storage import file
from nnstudio.project.training_settings import TrainingSettings
from nnstudio.project.values import Project
from nnstudio.runs.errors import RunStoreError
from nnstudio.runs.folder import MODEL_FILE, PROJECT_FILE, SPLITS_FILE
from nnstudio.runs.owner import owner_of
from nnstudio.runs.record import RECORD, RunRecord, read_record
from nnstudio.runs.store import RunStore
from nnstudio.workspace.evaluating import (
    KeptWeights,
    Watch,
    chosen_part,
    evaluated,
    forms_in_words,
    nobody_watches,
    own_parts,
    predicted,
)
from nnstudio.workspace.kept_run import data_fingerprint, source_fingerprint
from nnstudio.workspace.training import plan_training

if TYPE_CHECKING:
    from torch import nn

    from nnstudio.data.dataset import DataSet
    from nnstudio.data.pipeline.assembling import Assembled
    from nnstudio.data.rows import Rows
    from nnstudio.evaluation.evaluation import Evaluation
    from nnstudio.workspace.data_page.shown_samples import ShownSamples

Which: TypeAlias = Literal["best", "last"]
"""A checkpoint of a run: that of its best epoch, or the last one."""


@dataclass(frozen=True)
class OpenedRun:
    """A run as its folder tells it. It reads only; the training may still go on.

    project: as it was trained. text: the program of its model, as it is kept. settings: of the
    training. Every method raises a `UserError` with one sentence for what cannot be had.
    """

    record: RunRecord
    project: Project = field(repr=False)
    text: str = field(repr=False)
    settings: TrainingSettings = field(repr=False)

    @property
    def folder(self) -> Path:
        """Where the run lies."""
        return self.record.folder

    @property
    def source(self) -> Source:
        """The program of the model, made from the project.

        Raises `RunStoreError` if this program of ours would write another one by now.
        """
        return self._planned[0]

    @property
    def mapping(self) -> InputMapping:
        """How the model is given the samples, and where the batch lies."""
        return self._planned[1]

    @cached_property
    def _planned(self) -> tuple[Source, InputMapping]:
        report = full_report(self.project)
        source, mapping = plan_training(self.project, report, self.settings)
        if source_fingerprint(source.plain) != self.record.fingerprints.get(
            "source"
        ) and not _same_program(source.plain, self.text):
            by = self.record.versions.get("nnstudio", "another version")
            raise RunStoreError(
                f"'{self.record.name}' was trained as the program in {self.folder / MODEL_FILE}, "
                f"but its project now gives another one: it was written by NN Studio {by}, or its "
                "files were edited."
            )
        return source, mapping

    # -- weights --------------------------------------------------------------------------------

    def checkpoint(self, which: Which = "best") -> Path:
        """The folder of a checkpoint. A run that has no best one yet may have a last one."""
        from nnstudio.training import checkpoints

        return checkpoints.find(self.folder, which)

    def model(self, which: Which = "best") -> nn.Module:
        """A new model on the CPU with all weights of a checkpoint, ready to predict.

        which: the best epoch, or the last step. With averaged weights, those are the average.
        """
        from nnstudio.training import checkpoints

        return self.model_of(checkpoints.find(self.folder, which))

    def model_of(self, checkpoint: Path) -> nn.Module:
        """The model with the weights in one checkpoint's folder."""
        from nnstudio.compiler.build import build_for_weights
        from nnstudio.training import checkpoints, kept_tensors

        weights = checkpoints.weights(checkpoint)
        model = build_for_weights(self.source)
        kept_tensors.restore_model(model, weights)
        return model.eval()

    # -- judging --------------------------------------------------------------------------------

    def evaluate(
        self,
        part: str | None = None,
        *,
        which: Which | None = None,
        device: str | None = None,
        times: bool = True,
        watch: Watch = nobody_watches,
    ) -> Evaluation:
        """Judge a part by all figures: train, validation or test; without a name the test part if
        there is one, else the validation.

        which: the checkpoint; without a name the best, or the last where no epoch has ended. Its
        predictions are kept in the folder, and made again when it is another one. device: such as
        cpu, in place of that of the training. Raises a `UserError` with one sentence.
        """
        part = chosen_part(part, self.sizes(), self.record.name)
        while True:
            path = self._chosen_checkpoint(which)
            try:
                return evaluated(
                    part,
                    self.own_parts,
                    lambda path=path: self.model_of(path),  # type: ignore[misc]
                    self.settings,
                    weights=self._kept_weights(path),
                    device=device,
                    times=times,
                    losses=self.mapping.losses,
                    watch=watch,
                )
            except UserError:
                # a training that still runs has replaced it meanwhile
                if path.exists() or self._chosen_checkpoint(which) == path:
                    raise

    def _kept_weights(self, path: Path) -> KeptWeights:
        from nnstudio.training import checkpoints

        return KeptWeights(self.folder, path.name, checkpoints.sum_of_weights(path))

    def _chosen_checkpoint(self, which: Which | None) -> Path:
        from nnstudio.training import checkpoints

        folder = checkpoints.folder_of(self.folder)
        if not any((folder / name).exists() for name in (checkpoints.BEST, checkpoints.LAST)):
            why = "the run ended before the first one was written"
            if owner_of(self.folder) is not None:
                why = "the first one is written after half a minute, or when the training stops"
            raise RunStoreError(f"'{self.record.name}' has no checkpoint: {why}.")
        if which is not None:
            return self.checkpoint(which)
        return self.checkpoint("last" if checkpoints.best_of(self.folder) is None else "best")

    def predict(self, inputs: object, which: Which = "best") -> Rows:
        """What the model gives for tensors or arrays as it takes them, one or several by name.

        They must be prepared as those of the training, which `prepare` does. Outputs have samples
        along the model's batch axis.
        """
        if which not in self._models:
            self._models[which] = self.model(which)
        return predicted(
            self._models[which], inputs, self.settings, self.takes, self.mapping.losses
        )

    def prepare(self, fields: object) -> Rows:
        """New samples as the model takes them, prepared with what the training part told.

        fields: values (n, ...) by the names of the fields, in the units of the data; categories as
        words; without names where the model gets one field. Raises `DataError` with one sentence.
        """
        from nnstudio.data.pipeline.assembling import inputs_for_model
        from nnstudio.data.pipeline.new_samples import samples_of
        from nnstudio.data.pipeline.understanding import built_in, samples_for
        from nnstudio.data.preparation import keeping

        spec = self.project.data
        info = built_in(spec)
        if info is not None:  # its fields stand in no project
            spec = samples_for(spec, self.mapping).spec
        samples = samples_of(spec, fields)
        return inputs_for_model(samples, self.mapping, keeping.read(self.folder), info)

    @cached_property
    def _models(self) -> dict[str, nn.Module]:
        return {}

    @property
    def takes(self) -> str:
        """The form of each input in words: `N x 1 x 8 x 8`."""
        return forms_in_words(self.mapping)

    # -- samples --------------------------------------------------------------------------------

    def parts(self) -> Assembled:
        """Train, validation and test as the training had them, with their numbers in the source.

        By the kept index sets and the kept preparation. Balancing may have added new samples to
        the training part, after its own. Raises `DataError` if the data have changed since.
        """
        return self._parts

    @cached_property
    def _parts(self) -> Assembled:
        return self._assembled()

    def own_parts(self) -> Assembled:
        """The same with the samples of the source alone, one for each number in `parts`."""
        return self._own_parts

    @cached_property
    def _own_parts(self) -> Assembled:
        return own_parts(self._parts)

    def shown(self) -> ShownSamples:
        """The samples of the source as they are looked at: pictures, curves, sounds, rows, texts.

        By the numbers that `JudgedSample.index` and the index sets of `parts` have.
        """
        import numpy as np

        from nnstudio.workspace.data_page.overview import Overview
        from nnstudio.workspace.data_page.shown_samples import ShownSamples

        found = self.parts()
        assert found.samples is not None
        part = np.full(len(found.samples), -1, np.int8)
        for number, name in enumerate(PARTS):
            part[getattr(found.parts, name)] = number
        return ShownSamples(Overview(found.samples, part))

    def sizes(self) -> dict[str, int]:
        """How many samples each part has, by its name."""
        from nnstudio.data.pipeline import kept_parts

        parts = kept_parts.read(self.folder / SPLITS_FILE)
        return {name: len(getattr(parts, name)) for name in PARTS}

    def part(self, name: str) -> DataSet:
        """One of the `own_parts` by its name: train, validation or test."""
        found: DataSet = getattr(self.own_parts(), name)
        return found

    def _assembled(self) -> Assembled:
        from nnstudio.data.pipeline import kept_parts
        from nnstudio.data.pipeline.assembling import assemble_again
        from nnstudio.data.pipeline.understanding import built_in, refuse_errors, samples_for
        from nnstudio.data.preparation import keeping

        spec, mapping = self.project.data, self.mapping
        parts = kept_parts.read(self.folder / SPLITS_FILE)
        split = self.record.fingerprints.get("split")
        if split is not None and kept_parts.fingerprint_of(parts) != split:
            raise DataError(
                f"{self.folder / SPLITS_FILE} holds other parts than those that were trained with: "
                "the file has been changed."
            )
        preparation = keeping.read(self.folder)
        self._refuse_changed_data()
        samples = samples_for(spec, mapping)
        refuse_errors(samples)
        if spec.samples is not None and len(samples) != spec.samples:
            raise DataError(
                f"'{self.record.name}' was trained with data of {spec.samples:,} samples, but "
                f"{len(samples):,} are read from {spec.source.path} now."
            )
        info = built_in(spec)
        return assemble_again(samples, mapping, parts, preparation, info)

    def _refuse_changed_data(self) -> None:
        from nnstudio.data.fingerprint import has_changed
        from nnstudio.data.pipeline.understanding import existing
        from nnstudio.project.data.places import place_of

        spec = self.project.data
        known = self.record.fingerprints.get("data")
        if known is not None and known != data_fingerprint(spec):
            raise DataError(
                f"{self.folder / PROJECT_FILE} names other data than those that were trained with."
            )
        before = getattr(spec.source, "fingerprint", None)
        if before is None:
            return
        path = existing(place_of(spec.source))
        if has_changed(path, before):
            raise DataError(
                f"{path} has changed since '{self.record.name}' was trained with it "
                f"({before.size:,} bytes then): put back what was there, or train anew."
            )


def open_folder(folder: Path) -> OpenedRun:
    """The run in a folder. Raises `RunStoreError` or `FileError` with one sentence."""
    record = read_record(folder.absolute())
    folder = record.folder
    project = file.read(folder / PROJECT_FILE)
    text = file.read_text(folder / MODEL_FILE)
    names = TrainingSettings.model_fields
    given = {name: value for name, value in record.settings.items() if name in names}
    try:
        settings = TrainingSettings.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in ("settings", *first["loc"]))
        raise RunStoreError(f"{folder / RECORD} is damaged: '{place}': {first['msg']}.") from error
    return OpenedRun(record, project, text, settings)


def open_run(run: str | Path, store: Callable[[], RunStore] = RunStore) -> OpenedRun:
    """A run by its folder, its id, or a beginning of the id that no other has.

    store: gives the store, which is asked only if there is no such folder. Raises `RunStoreError`
    if there is none or several, and what `open_folder` does.
    """
    return open_folder(folder_of(run, store))


def is_run(run: str, store: Callable[[], RunStore] = RunStore) -> bool:
    """True for a run's folder, and for an id or a beginning of one, be it that of several runs.

    Raises `RunStoreError` if the store cannot be read.
    """
    if Path(run).is_dir():
        return True  # whether there is a run in it, `open_run` says
    try:
        folder_of(run, store)
    except RunStoreError as error:
        return " runs begin with " in str(error)
    return True


def folder_of(run: str | Path, store: Callable[[], RunStore] = RunStore) -> Path:
    """The folder of the run that is meant; raises `RunStoreError`."""
    if not str(run).strip():
        raise RunStoreError("Expected a run: its folder, its id, or a beginning of the id.")
    path = Path(run)
    try:
        is_folder, holds_one = path.is_dir(), (path / RECORD).is_file()
    except (OSError, ValueError):  # no name that a file could have
        is_folder = holds_one = False
    if holds_one:
        return path.absolute()
    found = store()
    found.refresh()
    try:
        return found.get(str(run)).folder
    except RunStoreError as error:
        if is_folder and " runs begin with " not in str(error):
            raise RunStoreError(
                f"There is no run in {in_one_line(str(path))}: expected a file {RECORD}."
            ) from error
        raise


def _same_program(one: str, other: str) -> bool:
    """True for texts that differ in their form alone."""
    try:
        return ast.dump(ast.parse(one)) == ast.dump(ast.parse(other))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
