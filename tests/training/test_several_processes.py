"""Several processes train one model: each its part of every batch, together the same as one."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from nnstudio.errors import UserError
from nnstudio.project.training_settings import TrainingSettings
from nnstudio.runs.record import read_record
from nnstudio.runs.states import State
from nnstudio.training import checkpoints
from nnstudio.training.agreement import AgreedWishes, agreed_by_all
from nnstudio.training.batches import Batches, part_of
from nnstudio.training.failures import TrainingError
from nnstudio.training.figures import ClassFigures, LabelFigures, NumberFigures
from nnstudio.training.processes import Place, here
from nnstudio.training.resuming import Facts
from nnstudio.training.shared_step import refuse_to_train
from nnstudio.training.stop_and_pause import StopAndPause
from nnstudio.training.world import ALONE, World
from tests import forked
from tests.training.several import CASES, figures
from tests.training.tiny_training import points

CPU = torch.device("cpu")


class Among(World):
    """A process among several, whose others are values that lie here."""

    def __init__(self, *others: Any, rank: int = 0) -> None:
        self.place = Place(rank, 1 + len(others))
        self.others = others

    def sum(self, numbers: Tensor) -> Tensor:
        return numbers + self.others[0].pop(0)

    def gather(self, value: Any) -> list[Any]:
        return [value, self.others[0].pop(0)]

    def highest(self, numbers: Sequence[int]) -> list[int]:
        return [max(pair) for pair in zip(numbers, self.others[0].pop(0), strict=True)]


# -- parts of batches ---------------------------------------------------------------------------


@pytest.mark.parametrize(("samples", "size"), [(8, 2), (7, 2), (7, 3), (5, 5), (2, 3)])
def test_parts_are_the_batch_and_differ_by_one_at_most(samples: int, size: int) -> None:
    batch = slice(10, 10 + samples)
    parts = [part_of(batch, Place(rank, size)) for rank in range(size)]
    assert [n for part in parts for n in range(part.start, part.stop)] == list(
        range(10, batch.stop)
    )
    lengths = [part.stop - part.start for part in parts]
    assert max(lengths) - min(lengths) <= 1


def test_every_process_takes_its_part_in_the_order_of_one() -> None:
    data = points(11)
    whole = Batches(data.inputs, data.targets, 4, CPU)
    parts = [Batches(data.inputs, data.targets, 4, CPU, place=Place(rank, 2)) for rank in (0, 1)]
    for step in range(whole.steps):
        order = whole.order(5, 1)
        drawn = torch.cat([part.batch(part.order(5, 1), step)[0] for part in parts])
        assert torch.equal(drawn, whole.batch(order, step)[0])
        in_sequence = torch.cat([part.in_sequence(step)[0] for part in parts])
        assert torch.equal(in_sequence, whole.in_sequence(step)[0])
    last = whole.steps - 1  # of three samples: one and two
    assert [whole.divisor(last), *(part.divisor(last) for part in parts)] == [1, 1.5, 0.75]


@pytest.mark.parametrize(("fewest", "steps"), [(1, 3), (2, 2)])
def test_a_last_batch_too_small_for_all_joins_the_one_before(fewest: int, steps: int) -> None:
    data = points(11)
    place = Place(0, 2)
    batches = Batches(data.inputs, data.targets, 4, CPU, place=place, fewest=fewest)
    assert batches.steps == steps


# -- who and with whom --------------------------------------------------------------------------


def test_the_place_is_as_the_environment_says() -> None:
    told = {"RANK": "3", "WORLD_SIZE": "4", "LOCAL_RANK": "1", "LOCAL_WORLD_SIZE": "2"}
    assert here(told) == Place(3, 4, 1, 2)
    assert not here(told).leads
    assert here({}) == here({"WORLD_SIZE": "1", "RANK": "0"}) == Place()
    with pytest.raises(UserError, match=r"WORLD_SIZE is 2, but RANK is not a number: start"):
        here({"WORLD_SIZE": "2"})
    with pytest.raises(UserError, match="RANK is 4 and WORLD_SIZE 4"):
        here({**told, "RANK": "4"})


@pytest.mark.parametrize(
    ("batch_size", "samples", "what"),
    [(1, 9, "a batch size of 1: start at most 1"), (4, 1, "1 samples to train on")],
)
def test_too_few_samples_for_all_are_refused(batch_size: int, samples: int, what: str) -> None:
    settings = TrainingSettings(batch_size=batch_size)
    with pytest.raises(TrainingError, match=f"2 processes expect .* {what}"):
        refuse_to_train(points(samples), settings, {}, Among([]))
    refuse_to_train(points(samples), settings, {}, ALONE)


def test_processes_with_other_data_are_refused() -> None:
    settings = TrainingSettings()
    mine = (9, {"split": "aa"}, settings.model_dump(mode="json"))
    refuse_to_train(points(9), settings, {"split": "aa"}, Among([mine]))
    with pytest.raises(TrainingError, match="given other settings, another model or other data"):
        refuse_to_train(points(9), settings, {"split": "bb"}, Among([mine]))


def test_another_number_of_processes_is_said_when_a_training_goes_on() -> None:
    state = Facts(TrainingSettings(), processes=2).state()
    (told,) = Facts(TrainingSettings()).refuse_others(state)
    assert told.startswith("The checkpoint was made by 2 processes: with one process random")
    assert Facts(TrainingSettings(), processes=2).refuse_others(state) == []


# -- agreeing -----------------------------------------------------------------------------------


def test_a_wish_of_another_process_is_obeyed_by_all() -> None:
    wishes = AgreedWishes(StopAndPause(), Among([[1, 0, 0, 0, 0]]))
    assert wishes.agreed(False, True) == (False, True)
    assert wishes.stopping


def test_clocks_of_the_first_process_alone_count() -> None:
    wishes = AgreedWishes(StopAndPause(), Among([[0, 0, 0, 1, 5], [0, 0, 0, 0, 1]], rank=1))
    assert wishes.agreed(True, False) == (False, True)
    for _ in range(4):  # the first one said that nobody looks before the fifth step
        assert wishes.agreed(True, True) == (False, False)
    assert wishes.agreed(True, True, between=False) == (False, False)
    assert not wishes.stopping


def test_a_pause_ends_when_nobody_wants_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    looks = [[0, 1, 0, 0, 1], [0, 1], [0, 1], [0, 0]]
    wishes = AgreedWishes(StopAndPause(), Among(looks))
    wishes.look()
    assert wishes.pausing
    wishes.wait()
    assert not wishes.pausing
    assert looks == []


def test_alone_a_wish_is_ones_own() -> None:
    own = StopAndPause()
    assert agreed_by_all(own, ALONE) is own
    assert own.agreed(True, False) == (True, False)


# -- figures ------------------------------------------------------------------------------------


def test_figures_of_parts_are_those_of_the_whole() -> None:
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(20, 7, generator=generator)
    classes = torch.randint(7, (20,), generator=generator)
    labels = (torch.rand(20, 7, generator=generator) > 0.5).float()
    for make, targets, sums in (
        (lambda: ClassFigures(7, CPU), classes, ("_sums", "_top", "_count")),
        (lambda: LabelFigures(7, CPU), labels, ("_sums",)),
    ):
        whole, mine, other = make(), make(), make()
        whole.add(logits, targets)
        mine.add(logits[:13], targets[:13])
        other.add(logits[13:], targets[13:])
        mine.add_others(Among([getattr(other, name) for name in sums]))
        assert mine.read() == pytest.approx(whole.read())


def test_numbers_of_parts_are_those_of_the_whole_even_where_a_part_is_empty() -> None:
    generator = torch.Generator().manual_seed(0)
    targets = 1e4 + torch.randn(20, 2, generator=generator, dtype=torch.float64)
    output = targets + 0.3 * torch.randn(20, 2, generator=generator, dtype=torch.float64)
    for cut in (20, 13, 1):
        whole, mine, other = (NumberFigures(CPU, r2=True) for _ in range(3))
        whole.add(output, targets)
        mine.add(output[:cut], targets[:cut])
        if cut < len(targets):
            other.add(output[cut:], targets[cut:])
        told = [other._errors, (other._rows, other._values, other._deviations())]
        mine.add_others(Among(told))
        assert mine.read() == pytest.approx(whole.read())


# -- in earnest ---------------------------------------------------------------------------------


def test_two_processes_train_as_one() -> None:
    """Losses, figures and weights to the precision of float32, in every case."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = str(found.getsockname()[1])
    told = {"WORLD_SIZE": "2", "LOCAL_WORLD_SIZE": "2"}
    told |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}

    def begun(rank: int) -> forked.Program:
        place = {"RANK": str(rank), "LOCAL_RANK": str(rank)}
        return forked.begun("-m", "tests.training.several", env={**os.environ, **told, **place})

    with begun(1) as other, begun(0) as first:
        alone = {name: figures(name) for name in CASES}
        out, err = first.communicate()
        other.communicate()
    assert first.returncode == 0, err
    for name, together in json.loads(out).items():
        for one, two in zip(alone[name]["epochs"], together["epochs"], strict=True):
            assert two == pytest.approx(one, rel=1e-5, abs=1e-6), name
        for key, weights in alone[name]["weights"].items():
            torch.testing.assert_close(
                torch.tensor(together["weights"][key]), torch.tensor(weights), msg=f"{name} {key}"
            )


TRAIN = ["CNN2DResNet", "--data", "digits", "--set", "hidden=4", "--epochs", "6", "--json"]


def _torchrun(folder: Path, *words: str) -> subprocess.Popen[str]:
    start = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2", "-m", "--"]
    return subprocess.Popen(
        [*start, "nnstudio", "train", *TRAIN, "--run", str(folder), *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _children(process: int) -> list[int]:
    path = Path(f"/proc/{process}/task/{process}/children")
    return [int(word) for word in path.read_text().split()]


FAILING = """
import os, sys
from nnstudio.__main__ import main
from nnstudio.training.train_step import TrainStep

step, steps = TrainStep.step, 0

def failing(self, *words, **more):
    global steps
    steps += 1
    if os.environ["RANK"] == "1" and steps > 50:
        raise MemoryError
    return step(self, *words, **more)

TrainStep.step = failing
sys.exit(main())
"""


@pytest.mark.slow
def test_where_one_fails_all_end_and_one_sentence_is_said(tmp_path: Path) -> None:
    (tmp_path / "failing.py").write_text(FAILING)
    start = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2", "--"]
    words = [str(tmp_path / "failing.py"), "train", *TRAIN, "--run", str(tmp_path / "run")]
    ended = subprocess.run([*start, *words], capture_output=True, text=True, check=False)
    said = [line for line in ended.stderr.splitlines() if line.startswith("nnstudio: ")]
    assert len(said) == 1
    assert "There is not enough memory" in said[0]
    record = read_record(tmp_path / "run")
    assert record.state is State.FAILED
    assert "There is not enough memory" in record.result["sentence"]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
def test_one_of_two_is_told_to_stop_and_the_training_goes_on_to_the_bit(tmp_path: Path) -> None:
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    _torchrun(whole).communicate()
    with _torchrun(cut) as running:
        assert running.stdout is not None
        for line in running.stdout:
            if json.loads(line)["event"] == "epoch_done":
                break
        os.kill(_children(running.pid)[-1], signal.SIGTERM)
        out, _ = running.communicate()
    assert json.loads(out.splitlines()[-1])["event"] == "stopped"
    out, _ = _torchrun(cut, "--resume").communicate()
    assert json.loads(out.splitlines()[-1])["event"] == "completed"
    one, two = checkpoints.read(whole), checkpoints.read(cut)
    assert one.weights.keys() == two.weights.keys()
    for part in ("weights", "tensors"):
        for key, tensor in getattr(one, part).items():
            assert torch.equal(tensor, getattr(two, part)[key]), key
    for name in ("best", "last"):
        for figures_of in ("train", "validation"):
            assert one.state[name][figures_of] == two.state[name][figures_of]
