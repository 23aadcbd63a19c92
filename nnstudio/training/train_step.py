"""A model with all that changes while it learns: weights, optimizers, averages, random numbers.

One step and one measurement; no epochs, no events, no files.
"""

from __future__ import annotations

import copy
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from nnstudio.data.answer import in_words
from nnstudio.data.dataset import DataSet
from nnstudio.data.rows import Rows, count, each, first
from nnstudio.project.training_settings import TrainingSettings
from nnstudio.training import forward, kept_tensors, machine, starting
from nnstudio.training.augmenting import augment_for
from nnstudio.training.checkpoints import Checkpoint
from nnstudio.training.failures import TrainingError
from nnstudio.training.objectives import Objective, answers, objective_for
from nnstudio.training.optimizers import build_optimizers, warm_up
from nnstudio.training.single_objective import Judged
from nnstudio.training.way import Way


class TrainStep:
    """Puts the model on the device and makes the optimizers for it."""

    fewest = 1
    """Samples that each process must get of a batch, where there are several."""
    says: tuple[str, ...] = ()
    """What the user should know of how it learns, in sentences."""

    def __init__(
        self,
        model: nn.Module,
        example: DataSet,
        settings: TrainingSettings,
        device: torch.device,
        *,
        resumes: bool = False,
        losses: tuple[str, ...] = (),
    ) -> None:
        """example: the data set to train on; the model is tried out on two of its samples.

        resumes: weights will come from a checkpoint. losses: names of outputs that are losses
        themselves. Raises `TrainingError` if model, data and
        settings do not go together, or the machine cannot do what they ask for.
        """
        machine.refuse_what_cannot_be(settings, device)
        torch.manual_seed(settings.seed)
        self.model = model.to(device)
        self.device = device
        self._example = example.with_scales_on(device)
        self._settings = settings
        self.takes_pictures = _takes_pictures(example, model)
        if settings.channels_last == "on":
            self._refuse_no_pictures()
            _lay_out(model)
        self._losses = losses
        # Before the optimizer is made: lazy modules get their weights here.
        self.objective = self._objective(self._try_out())
        self._augment = augment_for(example, self.objective)
        self.weights_taken = None
        if settings.start_from and not resumes:
            self.weights_taken = starting.take_weights(model, settings.start_from)
        self.frozen = starting.freeze(model, settings.frozen_nodes)
        self._make_learning()
        if not self.parameters:
            raise TrainingError("The model has no weights that could be trained.")
        warm_up(device)

    def _refuse_no_pictures(self) -> None:
        if not self.takes_pictures:
            raise TrainingError(
                "Channels last needs samples of channels x height x width and no layer of volumes: "
                "turn it off for this model."
            )

    def _objective(self, output: Rows) -> Objective:
        return objective_for(self._settings, self._example, output, self._losses)

    def _make_learning(self) -> None:
        """Make what changes the weights of `self.model`."""
        settings = self._settings
        self.parameters = [p for p in self.model.parameters() if p.requires_grad]
        self.optimizers = build_optimizers(self.model, settings, self.device)
        self._scaler = None
        if settings.precision == "fp16":
            self._scaler = torch.amp.GradScaler(self.device.type)  # type: ignore[attr-defined]
        self._average = None
        if settings.average_decay is not None:
            mean = get_ema_multi_avg_fn(settings.average_decay)  # type: ignore[no-untyped-call]
            self._average = AveragedModel(self.model, multi_avg_fn=mean, use_buffers=True)
        # Translated when it is first called, on the threads that the training then has.
        self._forward: Any = torch.compile(self.model) if settings.compile else self.model
        self._gathers = False

    @property
    def judged_model(self) -> nn.Module:
        """The model that is validated and kept: the average of its weights, if there is one."""
        if self._average is None or not int(self._average.n_averaged):
            return self.model
        return self._average.module

    def go(self, way: Way) -> None:
        """Work the steps out in this way from now on."""
        self.way = way
        torch.set_num_threads(way.threads)
        if way.channels_last and self._settings.channels_last != "on":
            self.lay_out()

    def lay_out(self) -> None:
        """Keep pictures with their channels innermost from now on. Before anything is learned."""
        self._settings = self._settings.with_values(channels_last="on")
        _lay_out(self.model)
        self._make_learning()

    def learn(self) -> None:
        """Get ready for steps, after measurements."""
        starting.learn(self.model, self.frozen)

    def prepare_to_measure(self) -> None:
        """Get ready for measurements, after steps."""
        self.judged_model.eval()

    def meet_others(self) -> None:
        """Learn of the other processes, if there are any, what `tensors` is to hold of them."""

    def step(
        self, inputs: Rows, targets: Rows, *, batches: float = 1, is_last: bool = True
    ) -> Judged:
        """Learn from one batch; its mean loss and number of right answers, on the device.

        batches: of how many the gradients are averaged, the loss is divided by it; is_last: whether
        this is the last of them, after which the weights change.
        """
        if not self._gathers:
            for optimizer in self.optimizers:
                optimizer.zero_grad(set_to_none=True)
        judged = self._judge(self._forward, inputs, targets, learning=True)
        loss = judged.loss if batches == 1 else judged.loss / batches
        if self._scaler is not None:
            loss = self._scaler.scale(loss)
        loss.backward()  # type: ignore[no-untyped-call]
        self._gathers = not is_last
        if is_last:
            self._change_weights()
        return judged

    def _change_weights(self) -> None:
        scaler, clip = self._scaler, self._settings.clip_norm
        if scaler is not None and clip is not None:
            for optimizer in self.optimizers:
                scaler.unscale_(optimizer)
        if clip is not None:
            nn.utils.clip_grad_norm_(self.parameters, clip)
        for optimizer in self.optimizers:
            if scaler is None:
                optimizer.step()
            else:
                scaler.step(optimizer)
        if scaler is not None:
            scaler.update()
        if self._average is not None:
            self._average.update_parameters(self.model)

    def measure(self, inputs: Rows, targets: Rows, figures: Any = None) -> Judged:
        """The same figures without learning, after `prepare_to_measure`.

        figures: sums of the objective, to which the batch is added.
        """
        model = self.judged_model
        with torch.no_grad():
            called = self._forward if model is self.model else model
            return self._judge(called, inputs, targets, learning=False, figures=figures)

    def _judge(
        self, model: Any, inputs: Rows, targets: Rows, *, learning: bool, figures: Any = None
    ) -> Judged:
        given = self._example.on_scale(inputs)
        if learning and self._augment is not None:
            given, targets = self._augment(given, targets)
        given = self._example.along_axis(given)
        if self.objective.reconstructs:  # a copy: the model may overwrite what it is given
            targets = first(given).movedim(self._example.batch_axis, 0).clone()
        output = answers(self._call(model, given), self._example.batch_axis, self._losses)
        if figures is not None:
            self.objective.count(figures, output, targets)
        return self.objective.measure(output, targets, learning=learning)

    def _call(self, model: Any, given: Rows) -> object:
        return forward.call(model, given, self._settings, self.device)

    def copy(self) -> TrainStep:
        """Make another one as this one was made, with weights of its own, to try steps out."""
        made = copy.copy(self)
        made.model, made.frozen = copy.deepcopy((self.model, self.frozen))
        made._make_learning()
        return made

    # Checkpoints

    def tensors(self) -> dict[str, Tensor]:
        """All that is needed, beside the weights of `judged_model`, to go on exactly from here."""
        found = kept_tensors.of_random_numbers(self.device)
        for number, optimizer in enumerate(self.optimizers):
            found.update(kept_tensors.of_optimizer(optimizer, number))
        if self.judged_model is not self.model:
            weights = kept_tensors.of_model(self.model)
            found.update({f"{kept_tensors.MODEL}.{key}": value for key, value in weights.items()})
        if self._gathers:
            found.update(kept_tensors.of_gradients(self.parameters))
        return found

    def state(self) -> dict[str, Any]:
        """All else that is needed, as JSON values."""
        return {
            "averaged": 0 if self._average is None else int(self._average.n_averaged),
            "scaler": None if self._scaler is None else self._scaler.state_dict(),
        }

    def restore(self, checkpoint: Checkpoint) -> None:
        """Raises `TrainingError` if the checkpoint is another model's, or damaged."""
        learning, state = checkpoint.part(kept_tensors.MODEL), checkpoint.state["learner"]
        kept_tensors.restore_model(self.model, learning or checkpoint.weights)
        if self._average is not None:
            kept_tensors.restore_model(self._average.module, checkpoint.weights)
            self._average.n_averaged.fill_(state["averaged"])
        for number, optimizer in enumerate(self.optimizers):
            kept_tensors.restore_optimizer(optimizer, checkpoint, number)
        if self._scaler is not None:
            self._scaler.load_state_dict(state["scaler"])
        self._gathers = kept_tensors.restore_gradients(self.parameters, checkpoint)
        kept_tensors.restore_random_numbers(self.device, checkpoint)

    def _try_out(self) -> Rows:
        """The output for a few samples: errors show before anything is set up."""
        which = slice(0, 2) if self._example.rows is None else self._example.rows[:2]
        few = each(lambda rows: rows[which].to(self.device, copy=True), self._example.inputs)
        self.model.eval()
        with torch.no_grad():
            given = self._example.to_model(few)
            output = answers(self._call(self.model, given), self._example.batch_axis, self._losses)
        for rows in (output,) if isinstance(output, Tensor) else output.values():
            if rows.ndim and len(rows) != count(few):
                raise TrainingError(
                    f"The model makes {in_words(tuple(rows.shape))} of {count(few)} samples: "
                    "expected one row per sample."
                )
        return output


def _takes_pictures(example: DataSet, model: nn.Module) -> bool:
    """Whether its pictures may lie with their channels innermost."""
    inputs = example.inputs
    tensors = [inputs] if isinstance(inputs, Tensor) else list(inputs.values())
    return any(rows.ndim == 4 for rows in tensors) and not any(
        weight.ndim == 5 for weight in model.parameters()
    )


def _lay_out(model: nn.Module) -> None:
    cast(Any, model).to(memory_format=torch.channels_last)
