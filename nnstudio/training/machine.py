"""What a training asks of the machine: refused in a sentence where it cannot, and put back after.

`shortcomings` says beforehand, at the field of a setting, what this machine cannot do.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import sysconfig
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import torch

from nnstudio.project.training.optimizers import OPTIMIZERS
from nnstudio.project.training_settings import TrainingSettings
from nnstudio.training.failures import TrainingError

_OF_16_BITS = {"bf16": torch.bfloat16, "fp16": torch.float16}


def shortcomings(device: torch.device) -> dict[str, str]:
    """By the name of a setting: sentences on what of its choices cannot be done on `device`."""
    found = {
        "precision": _joined(precision_missing(name, device) for name in ("tf32", "bf16", "fp16")),
        "optimizer": _joined(_optimizer(name) for name in OPTIMIZERS),
        "compile": _compile(device),
    }
    return {name: told for name, told in found.items() if told}


def refuse_what_cannot_be(settings: TrainingSettings, device: torch.device) -> None:
    """Raise `TrainingError` if this machine cannot do what the settings ask for on `device`."""
    for told in (
        precision_missing(settings.precision, device),
        _optimizer(settings.optimizer),
        _compile(device) if settings.compile else "",
    ):
        if told:
            raise TrainingError(told)


def _joined(sentences: Iterable[str]) -> str:
    return " ".join(told for told in sentences if told)


def sixteen_bits(settings: TrainingSettings) -> torch.dtype | None:
    """The type in which torch computes where it holds that safe; None for float32."""
    return _OF_16_BITS.get(settings.precision)


def precision_missing(precision: str, device: torch.device) -> str:
    """Why the device cannot compute in that precision; "" if it can."""
    kind = device.type
    if precision == "fp16" and kind != "cuda":
        return f"The precision fp16 needs an NVIDIA or AMD GPU, and the device is {kind}."
    if precision == "tf32":
        if kind != "cuda" or torch.version.hip:
            return f"The precision tf32 needs an NVIDIA GPU, and the device is {kind}."
        if torch.cuda.get_device_capability(device)[0] < 8:
            return "The precision tf32 needs an NVIDIA GPU from 2020 on (compute capability 8.0)."
    if precision == "bf16":
        if kind == "mps":
            return "The precision bf16 needs a CPU or an NVIDIA or AMD GPU, and the device is mps."
        if kind == "cuda" and not torch.cuda.is_bf16_supported():
            return "This GPU does not compute in bf16."
    return ""


def _optimizer(name: str) -> str:
    if hasattr(torch.optim, name):
        return ""
    since = ".".join(map(str, OPTIMIZERS[name].since))  # type: ignore[index]
    return f"The optimizer {name} needs torch {since}, and this is {torch.__version__}."


def _compile(device: torch.device) -> str:
    if device.type == "mps":
        return "Compiling needs a CPU or an NVIDIA or AMD GPU, and the device is mps."
    if device.type == "cuda":
        there = importlib.util.find_spec("triton") is not None
        return "" if there else "Compiling for a GPU needs the package triton, which is missing."
    compilers = [os.environ.get("CXX", ""), "g++", "clang++", "c++", "cl"]
    if not any(shutil.which(name) for name in compilers if name):
        return "Compiling needs a C++ compiler, and there is none on this machine."
    if not (Path(sysconfig.get_path("include")) / "Python.h").exists():
        return "Compiling needs the header files of Python, which are missing on this machine."
    return ""


@contextmanager
def machine_set_up(settings: TrainingSettings) -> Iterator[None]:
    """Choice of algorithms and precision as the settings say, not by stopwatch.

    That and the threads are put back afterwards.
    """
    threads, cudnn = torch.get_num_threads(), torch.backends.cudnn
    chosen, timed, in_tf32 = cudnn.deterministic, cudnn.benchmark, cudnn.allow_tf32
    strict, products = (
        torch.are_deterministic_algorithms_enabled(),
        torch.get_float32_matmul_precision(),
    )
    cudnn.deterministic, cudnn.benchmark = True, False
    try:
        if settings.deterministic:
            # Read by cuBLAS when it is first used.
            os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
            torch.use_deterministic_algorithms(True)
        if settings.precision == "tf32":
            torch.set_float32_matmul_precision("high")
            cudnn.allow_tf32 = True
        yield
    finally:
        torch.set_num_threads(threads)
        cudnn.deterministic, cudnn.benchmark, cudnn.allow_tf32 = chosen, timed, in_tf32
        torch.use_deterministic_algorithms(strict)
        torch.set_float32_matmul_precision(products)
