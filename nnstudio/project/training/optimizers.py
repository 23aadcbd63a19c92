"""The optimizers: torch's own classes, which settings each takes, what each is good for. No torch.

A row names the class of `torch.optim`, its arguments by the settings that fill them, and says in
one sentence what it does. Nothing else in the program lists optimizers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

OptimizerName = Literal[
    "Adam",
    "AdamW",
    "SGD",
    "RMSprop",
    "NAdam",
    "RAdam",
    "Adamax",
    "Adagrad",
    "Adadelta",
    "Muon",
]


@dataclass(frozen=True)
class OptimizerKind:
    """A class of torch.optim.

    arguments: its arguments, each with the setting or, for a tuple, the settings that fill it; a
    setting that is empty leaves torch's own value. fixed: arguments that are no setting. beside:
    the optimizer of the weights that this one does not take. since: the first torch that has it.
    """

    help: str
    arguments: Mapping[str, str | tuple[str, ...]]
    fused: tuple[str, ...] = ()
    """Kinds of device on which torch does a step in one call."""
    fixed: Mapping[str, Any] = field(default_factory=dict)
    beside: OptimizerName | None = None
    since: tuple[int, int] = (2, 6)

    @property
    def settings(self) -> tuple[str, ...]:
        """The names of the settings that matter for it."""
        found: list[str] = []
        for names in self.arguments.values():
            found += [names] if isinstance(names, str) else names
        if self.beside is not None:
            found += OPTIMIZERS[self.beside].settings
        return tuple(dict.fromkeys(found))


_BETAS = ("beta1", "beta2")
_EVERYWHERE = ("cpu", "cuda")

OPTIMIZERS: dict[OptimizerName, OptimizerKind] = {
    "Adam": OptimizerKind(
        "steps by running means of the gradient and its square; a good first choice",
        {"betas": _BETAS, "eps": "epsilon", "amsgrad": "amsgrad"},
        fused=_EVERYWHERE,
    ),
    "AdamW": OptimizerKind(
        "Adam with weight decay apart from the gradient; usual for transformers",
        {"betas": _BETAS, "eps": "epsilon", "amsgrad": "amsgrad"},
        fused=_EVERYWHERE,
    ),
    "SGD": OptimizerKind(
        "follows the gradient, with momentum; usual for picture networks with a schedule",
        {"momentum": "momentum", "dampening": "dampening", "nesterov": "nesterov"},
        fused=_EVERYWHERE,
    ),
    "RMSprop": OptimizerKind(
        "divides by a running mean of the squared gradient; usual for recurrent networks",
        {
            "momentum": "momentum",
            "alpha": "square_decay",
            "eps": "epsilon",
            "centered": "centered",
        },
    ),
    "NAdam": OptimizerKind(
        "Adam with Nesterov momentum",
        {"betas": _BETAS, "eps": "epsilon", "momentum_decay": "momentum_decay"},
    ),
    "RAdam": OptimizerKind(
        "Adam that needs no warm-up, because it corrects its first steps",
        {"betas": _BETAS, "eps": "epsilon"},
    ),
    "Adamax": OptimizerKind(
        "Adam by the largest gradient instead of the mean square",
        {"betas": _BETAS, "eps": "epsilon"},
    ),
    "Adagrad": OptimizerKind(
        "smaller steps the more a weight has moved; for rare features; rate about 0.01",
        {
            "lr_decay": "rate_decay",
            "initial_accumulator_value": "initial_accumulator",
            "eps": "epsilon",
        },
        fused=("cpu",),
    ),
    "Adadelta": OptimizerKind(
        "finds its own step sizes; rate about 1",
        {"rho": "square_decay", "eps": "epsilon"},
    ),
    "Muon": OptimizerKind(
        "orthogonal steps for weights with two axes, AdamW for all others; needs torch 2.9",
        {"momentum": "momentum", "ns_steps": "ns_steps"},
        # Steps as large as AdamW's, so that one learning rate holds for both.
        fixed={"adjust_lr_fn": "match_rms_adamw"},
        beside="AdamW",
        since=(2, 9),
    ),
}


def optimizers_with(setting: str) -> tuple[OptimizerName, ...]:
    """The optimizers for which a setting matters."""
    return tuple(name for name, kind in OPTIMIZERS.items() if setting in kind.settings)
