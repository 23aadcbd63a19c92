"""A model with all that changes while it learns: weights, optimizer, random numbers.

One step and one measurement; no epochs, no events, no files.
"""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn

from nnstudio.data.answer import in_words
from nnstudio.data.dataset import DataSet
from nnstudio.data.rows import Rows, count, each, first
from nnstudio.project.training_settings import TrainingSettings
from nnstudio.training import checkpoints
from nnstudio.training.augmenting import augment_for
from nnstudio.training.checkpoints import Checkpoint
from nnstudio.training.failures import TrainingError
from nnstudio.training.objectives import answers, objective_for
from nnstudio.training.optimizers import build_optimizer, warm_up


class TrainStep:
    """Puts the model on the device and makes the optimizer for it."""

    def __init__(
        self, model: nn.Module, example: DataSet, settings: TrainingSettings, device: torch.device
    ) -> None:
        """example: the data set to train on; the model is tried out on two of its samples.

        Raises `TrainingError` if model, data and loss do not go together.
        """
        torch.manual_seed(settings.seed)
        self.model = model.to(device)
        self.device = device
        self._example = example.with_scales_on(device)
        self._settings = settings
        # Before the optimizer is made: lazy modules get their weights here.
        self.objective = objective_for(settings, example, self._try_out())
        self._augment = augment_for(example, self.objective)
        self.parameters = [p for p in model.parameters() if p.requires_grad]
        if not self.parameters:
            raise TrainingError("The model has no weights that could be trained.")
        self._optimizer = build_optimizer(self.parameters, settings, device)
        warm_up(device)

    def set_rate(self, rate: float) -> None:
        for group in self._optimizer.param_groups:
            group["lr"] = rate

    def step(self, inputs: Rows, targets: Rows) -> tuple[Tensor, Tensor | None]:
        """Learn from one batch; its mean loss and number of right answers, on the device."""
        self._optimizer.zero_grad(set_to_none=True)
        loss, correct = self._judge(inputs, targets, learning=True)
        loss.backward()  # type: ignore[no-untyped-call]
        if self._settings.clip_norm is not None:
            nn.utils.clip_grad_norm_(self.parameters, self._settings.clip_norm)
        self._optimizer.step()
        return loss, correct

    def measure(self, inputs: Rows, targets: Rows) -> tuple[Tensor, Tensor | None]:
        """The same figures without learning. The caller puts the model into `eval`."""
        with torch.no_grad():
            return self._judge(inputs, targets, learning=False)

    def _judge(
        self, inputs: Rows, targets: Rows, *, learning: bool
    ) -> tuple[Tensor, Tensor | None]:
        given = self._example.on_scale(inputs)
        if learning and self._augment is not None:
            given, targets = self._augment(given, targets)
        given = self._example.along_axis(given)
        if self.objective.reconstructs:  # a copy: the model may overwrite what it is given
            targets = first(given).movedim(self._example.batch_axis, 0).clone()
        output = answers(self._call(given), self._example.batch_axis)
        return self.objective.measure(output, targets, learning=learning)

    def _call(self, given: Rows) -> object:
        return self.model(given) if isinstance(given, Tensor) else self.model(**given)

    def copy(self) -> TrainStep:
        """Make another one as this one was made, with weights of its own, to try steps out."""
        made = copy.copy(self)
        made.model = copy.deepcopy(self.model)
        made.parameters = [p for p in made.model.parameters() if p.requires_grad]
        made._optimizer = build_optimizer(made.parameters, self._settings, self.device)
        return made

    def tensors(self) -> dict[str, Tensor]:
        """All that is needed, beside the weights, to go on exactly from here."""
        return {
            **checkpoints.optimizer_tensors(self._optimizer),
            **checkpoints.rng_tensors(self.device),
        }

    def restore(self, checkpoint: Checkpoint) -> None:
        """Raises `TrainingError` if the checkpoint is another model's, or damaged."""
        checkpoints.restore_model(self.model, checkpoint)
        checkpoints.restore_optimizer(self._optimizer, checkpoint)
        checkpoints.restore_rng(self.device, checkpoint)

    def _try_out(self) -> Rows:
        """The output for a few samples: errors show before anything is set up."""
        which = slice(0, 2) if self._example.rows is None else self._example.rows[:2]
        few = each(lambda rows: rows[which].to(self.device, copy=True), self._example.inputs)
        self.model.eval()
        with torch.no_grad():
            output = answers(self._call(self._example.to_model(few)), self._example.batch_axis)
        for rows in (output,) if isinstance(output, Tensor) else output.values():
            if len(rows) != count(few):
                raise TrainingError(
                    f"The model makes {in_words(tuple(rows.shape))} of {count(few)} samples: "
                    "expected one row per sample."
                )
        return output
