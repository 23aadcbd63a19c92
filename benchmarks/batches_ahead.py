"""What a batch costs that does not lie on the device: gathered in advance, or when it is needed.

Run with ``python benchmarks/batches_ahead.py [PICTURES]`` (20,000 pictures of 96 x 96 in a map of
a file). The CPU stands for a device on which nothing fits; beside it, tensor[index], as one would
do otherwise. One thread computes, so that a core is free to gather.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import torch
from torch import Tensor, nn

from nnstudio.data.pipeline.shaping import tensor_of
from nnstudio.training import batches as batches_module
from nnstudio.training.batches import Batches

SIZE = 64


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    torch.set_num_threads(1)
    batches_module._fits = lambda *_: False
    model = nn.Sequential(
        nn.Conv2d(3, 16, 3, stride=4), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten()
    )
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "pictures"
        stored = np.memmap(file, np.uint8, "w+", shape=(count, 96, 96, 3))
        stored[:] = np.random.default_rng(0).integers(0, 255, (96, 96, 3), np.uint8)
        stored.flush()
        rows = tensor_of(np.moveaxis(np.memmap(file, np.uint8, "r", shape=stored.shape), -1, 1))
        batches = Batches(rows, torch.zeros(count), SIZE, torch.device("cpu"))
        order = batches.order(0, 1)

        def learn(inputs: Tensor) -> None:
            model(inputs.float() / 255).sum().backward()

        def needed(step: int) -> Tensor:
            return batches._gather(order[step * SIZE : (step + 1) * SIZE])[0]  # type: ignore[return-value]

        def ahead(step: int) -> Tensor:
            return batches.batch(order, step)[0]  # type: ignore[return-value]

        def indexed(step: int) -> Tensor:
            return rows[order[step * SIZE : (step + 1) * SIZE]].contiguous()

        steps = range(batches.steps - 1)
        for what, make, use in (
            ("gathered alone, as here", needed, None),
            ("gathered alone, tensor[index]", indexed, None),
            ("trained, gathered when needed", needed, learn),
            ("trained, gathered in advance", ahead, learn),
        ):
            print(f"{what:32} {rate(steps, make, use):10,.0f} pictures/s")
        batches.close()


def rate(
    steps: range, make: Callable[[int], Tensor], use: Callable[[Tensor], None] | None
) -> float:
    begin = perf_counter()
    for step in steps:
        batch = make(step)
        if use is not None:
            use(batch)
    return len(steps) * SIZE / (perf_counter() - begin)


if __name__ == "__main__":
    main()
