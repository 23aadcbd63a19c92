"""The loss of a part of a batch where its mean is not one over samples, on several processes.

With an ignored class or class weights the mean over a batch is divided by what counts in it, which
is another number in each part: the processes tell each other theirs.
"""

from __future__ import annotations

import torch
from torch import Tensor

from nnstudio.data.answer import Answer, Form
from nnstudio.data.rows import Rows, count
from nnstudio.project.training_settings import TrainingSettings
from nnstudio.training.single_objective import Judged, SingleObjective
from nnstudio.training.world import World


class SharedObjective(SingleObjective):
    """Of one output; the mean of the losses by samples of the parts is that of the whole batch."""

    def __init__(
        self,
        world: World,
        settings: TrainingSettings,
        form: Form,
        answer: Answer,
        class_weights: Tensor | None = None,
    ) -> None:
        """As for a single process. Raises the same."""
        super().__init__(settings, form, answer, class_weights)
        self._world = world
        self._by_samples = class_weights is None and self._ignored is None

    def measure(self, output: Rows, targets: Rows, *, learning: bool = False) -> Judged:
        """Loss () and right answers () of a part; while learning, as parts of the batch."""
        judged = super().measure(output, targets, learning=learning)
        if self._by_samples or not learning:
            return judged
        counted = self.counted(output, targets)
        if counted is None:
            return judged
        samples = count(output)
        answered = 0 if judged.answered is None else judged.answered
        mine = torch.stack(
            [
                counted.double(),
                torch.tensor(samples, device=counted.device).double(),
                torch.as_tensor(answered, device=counted.device).double(),
            ]
        )
        whole = self._world.sum(mine)
        parts = whole[1] / samples
        share = counted / whole[0].clamp(min=torch.finfo(torch.float32).tiny) * parts
        return Judged(
            judged.loss * share.to(judged.loss.dtype),
            judged.right,
            None if judged.answered is None else whole[2] / parts,
        )
