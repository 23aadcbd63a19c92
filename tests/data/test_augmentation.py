"""Augmentations: what each does, that masks and targets go along, that it can be resumed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping

import pytest
import torch
from torch import Tensor

from nnstudio.data.augmentation.augment import Augment
from nnstudio.data.augmentation.table import AUGMENTATIONS, declared
from nnstudio.data.info import DataError
from nnstudio.project.data.fields import Kind
from nnstudio.project.data.steps import Step

PICTURE: dict[str, Kind] = {"": "image"}
SOUND: dict[str, Kind] = {"": "audio"}
CLASS: dict[str, Kind] = {"": "category"}


def step(name: str, **params: bool | int | float | str) -> Step:
    return Step(name=name, params=tuple(params.items()))


def augment(
    *steps: Step,
    inputs: Mapping[str, Kind] = PICTURE,
    targets: Mapping[str, Kind] = CLASS,
    classes: int = 10,
) -> Augment:
    return Augment(steps, inputs, targets, dict.fromkeys(targets, classes))


def batch(samples: int = 8, shape: tuple[int, ...] = (3, 12, 16), seed: int = 0) -> Tensor:
    return torch.randn(samples, *shape, generator=torch.Generator().manual_seed(seed))


def of(name: str) -> tuple[Augment, Tensor, Tensor]:
    """That augmentation, fitting inputs, targets."""
    made = AUGMENTATIONS[name]
    spectrogram = name == "spectrogram_masking"
    kind: Kind = "image" if "image" in made.kinds else "audio"
    shape = (1, 20, 30) if spectrogram else (3, 12, 16) if kind == "image" else (1, 200)
    return augment(step(name), inputs={"": kind}), batch(8, shape), torch.arange(8) % 3


def changed(augmented: Augment, inputs: Tensor, targets: Tensor | None = None) -> Tensor:
    rows, _ = augmented(
        inputs, torch.zeros(len(inputs), dtype=torch.long) if targets is None else targets
    )
    assert isinstance(rows, Tensor)
    return rows


@pytest.mark.parametrize("name", AUGMENTATIONS)
def test_bits_are_equal_after_the_random_state_was_restored(name: str) -> None:
    augmented, inputs, targets = of(name)
    before, kept = torch.get_rng_state(), inputs.clone()
    first = augmented(inputs, targets)
    second = augmented(inputs, targets)
    torch.set_rng_state(before)
    again = augmented(inputs, targets)
    assert torch.equal(first[0], again[0])
    assert torch.equal(first[1], again[1])
    assert not torch.equal(first[0], second[0])
    assert torch.equal(inputs, kept)
    assert first[0].shape == inputs.shape
    assert first[0].dtype == inputs.dtype


@pytest.mark.parametrize("name", AUGMENTATIONS)
def test_it_is_off_in_evaluation_and_draws_nothing_then(name: str) -> None:
    augmented, inputs, targets = of(name)
    augmented.eval()
    before = torch.get_rng_state()
    assert augmented(inputs, targets) == (inputs, targets)
    assert torch.equal(before, torch.get_rng_state())


@pytest.mark.parametrize("name", AUGMENTATIONS)
def test_samples_differ_in_what_is_done(name: str) -> None:
    augmented, inputs, targets = of(name)
    torch.manual_seed(0)
    same = inputs[:1].expand_as(inputs).contiguous()
    if name in ("mixup", "cutmix"):
        same = torch.arange(8.0).reshape(8, 1, 1, 1).expand_as(inputs).contiguous()
    rows = changed(augmented, same, targets)
    assert len({tuple(row.flatten().tolist()) for row in rows}) > 2 - (name == "flip")


@pytest.mark.parametrize("name", [n for n, one in AUGMENTATIONS.items() if "image" in one.kinds])
def test_bytes_stay_bytes(name: str) -> None:
    augmented, _, targets = of(name)
    inputs = torch.randint(0, 256, (8, 3, 12, 16), dtype=torch.uint8)
    rows = changed(augmented, inputs, targets)
    assert rows.dtype == torch.uint8
    assert not torch.equal(rows, inputs)


def test_crop_moves_and_fills() -> None:
    inputs = torch.arange(1, 26.0).reshape(1, 1, 5, 5).repeat(200, 1, 1, 1)
    rows = changed(augment(step("crop", border=1)), inputs)
    padded = torch.nn.functional.pad(inputs[0, 0], [1] * 4)
    possible = {
        tuple(padded[y : y + 5, x : x + 5].flatten().tolist()) for y in range(3) for x in range(3)
    }
    assert {tuple(row.flatten().tolist()) for row in rows} == possible
    edge = changed(augment(step("crop", border=2, filled="edge")), inputs)
    assert edge.min() == 1
    mirror = changed(augment(step("crop", border=2, filled="mirror")), inputs)
    assert mirror.min() == 1
    assert {7.0, 13.0} & set(mirror[:, 0, 0, 0].tolist())
    wide = changed(augment(step("crop", border=30, filled="mirror")), inputs)
    assert wide.shape == inputs.shape


def test_flip_by_its_shares() -> None:
    inputs = batch(400)
    rows = changed(augment(step("flip", horizontal=0.25, vertical=0.0)), inputs)
    flipped = (rows == inputs.flip(-1)).flatten(1).all(1)
    assert 0.15 < flipped.float().mean() < 0.35
    assert torch.equal(rows[~flipped], inputs[~flipped])
    down = changed(augment(step("flip", horizontal=0.0, vertical=1.0)), inputs)
    assert torch.equal(down, inputs.flip(-2))


def test_affine_turns_by_the_angle() -> None:
    inputs = torch.zeros(64, 1, 41, 61)
    inputs[:, :, 20, 30:] = 1.0  # a ray to the right from the middle
    turned = changed(augment(step("affine", degrees=90.0, shift=0.0, zoom=0.0)), inputs)
    rows, columns = torch.meshgrid(torch.arange(41) - 20.0, torch.arange(61) - 30.0, indexing="ij")
    inside = rows**2 + columns**2 < 20**2
    weight = turned[:, 0] * inside
    down, across = (weight * rows).sum((1, 2)), (weight * columns).sum((1, 2))
    length = torch.sqrt(down**2 + across**2) / weight.sum((1, 2))
    assert (length - 9.5).abs().max() < 1.0  # a turn keeps lengths, also where sides differ
    angles = torch.atan2(down, across).rad2deg()
    assert angles.min() < -60
    assert angles.max() > 60
    assert angles.abs().max() <= 91
    still = changed(augment(step("affine", degrees=0.0, shift=0.0, zoom=0.0)), inputs)
    assert torch.allclose(still, inputs, atol=1e-5)
    assert torch.equal(changed(augment(step("affine", chance=1e-9)), inputs), inputs)


def test_amounts_mean_the_same_at_any_scale() -> None:
    inputs = batch(16)
    for name in ("colour", "noise"):
        torch.manual_seed(1)
        small = changed(augment(step(name)), inputs)
        torch.manual_seed(1)
        large = changed(augment(step(name)), inputs * 100 + 7)
        assert torch.allclose(small * 100 + 7, large, atol=1e-2)


def test_colour_keeps_the_picture() -> None:
    inputs = batch(64)
    rows = changed(augment(step("colour", brightness=0.0, contrast=0.5)), inputs)
    ratio = rows.flatten(1).std(1) / inputs.flatten(1).std(1)
    assert ratio.min() > 0.49
    assert ratio.max() < 1.51
    assert ratio.std() > 0.1
    assert torch.allclose(rows.flatten(1).mean(1), inputs.flatten(1).mean(1), atol=1e-5)
    grey = changed(augment(step("colour", brightness=0.0, contrast=0.0, saturation=0.9)), inputs)
    assert torch.allclose(grey.mean(1), inputs.mean(1), atol=1e-5)


def test_erasing_covers_at_most_its_area() -> None:
    inputs = batch(200, (3, 40, 40))
    rows = changed(augment(step("erasing", area=0.25, filled="zero", chance=0.5)), inputs)
    erased = (rows == 0).all(1)
    share = erased.flatten(1).float().mean(1)
    assert 0.4 < (share > 0).float().mean() < 0.6
    assert share.max() < 0.3
    assert torch.equal(
        rows[~erased[:, None].expand_as(rows)], inputs[~erased[:, None].expand_as(rows)]
    )
    for filled in ("mean", "noise"):
        rows = changed(augment(step("erasing", filled=filled, chance=1.0)), inputs)
        assert not torch.equal(rows, inputs)


def test_noise_of_numbers_is_relative_to_the_batch() -> None:
    numbers = torch.stack([torch.randn(500), 1000 * torch.randn(500)], 1)
    rows = changed(augment(step("noise", amount=0.5), inputs={"": "number"}), numbers)
    added = (rows - numbers).std(0) / numbers.std(0)
    assert torch.allclose(added, torch.full((2,), 0.29), atol=0.06)


def test_time_is_shifted() -> None:
    inputs = torch.arange(1, 101.0).reshape(1, 1, 100).repeat(100, 2, 1)
    silent = changed(augment(step("time_shift", shift=0.2), inputs=SOUND), inputs)
    at = [int(row[0].argmax()) + 1 - int(row[0].max()) for row in silent]
    assert min(at) < -10
    assert max(at) > 10
    assert all(-20 <= one <= 20 for one in at)
    assert all((row == 0).sum() == 2 * abs(one) for row, one in zip(silent, at, strict=True))
    around = changed(augment(step("time_shift", shift=1.0, filled="around"), inputs=SOUND), inputs)
    assert torch.equal(around.sort(-1).values, inputs)


def test_gain_is_within_its_decibels() -> None:
    inputs = batch(200, (1, 50))
    rows = changed(augment(step("gain", decibels=6.0), inputs=SOUND), inputs)
    factor = (rows / inputs)[:, 0, 0]
    assert 0.5 < factor.min() < 0.6
    assert 1.7 < factor.max() < 2.0
    with pytest.raises(DataError, match=r"cannot be used on spectrograms \(1 x 20 x 30\)"):
        changed(augment(step("gain"), inputs=SOUND), batch(2, (1, 20, 30)))


def test_spectrograms_are_masked_along_both_axes() -> None:
    inputs = batch(100, (1, 40, 50))
    rows = changed(
        augment(step("spectrogram_masking", frequency=0.2, time=0.2), inputs=SOUND), inputs
    )
    covered = (rows != inputs)[:, 0]
    bands, steps = covered.all(2).sum(1), covered.all(1).sum(1)
    assert bands.max() <= 8
    assert bands.max() > 4
    assert steps.max() <= 10
    assert steps.max() > 5
    with pytest.raises(DataError, match="put the step 'log_mel' before it"):
        changed(augment(step("spectrogram_masking"), inputs=SOUND), batch(2, (1, 50)))


GEOMETRIC = ["crop", "flip", "affine"]


@pytest.mark.parametrize("name", GEOMETRIC)
@pytest.mark.parametrize("fields", [(), ("picture",)])
def test_masks_go_along_with_their_pictures(name: str, fields: tuple[str, ...]) -> None:
    masks = torch.zeros(16, 24, 24, dtype=torch.long)
    masks[:, 4:12, 6:20] = 2
    pictures = masks[:, None].repeat(1, 3, 1, 1).float() / 2
    inputs, targets = (
        {"picture": pictures, "row": batch(16, (4,))},
        {"mask": masks, "class": torch.zeros(16)},
    )
    kinds: dict[str, Kind] = {"picture": "image", "row": "number"}
    asked: dict[str, Kind] = {"mask": "mask", "class": "category"}
    turning = Augment([Step(name=name, fields=fields)], kinds, asked)
    rows, answers = turning(inputs, targets)
    assert torch.equal(rows["row"], inputs["row"])
    assert torch.equal(answers["class"], targets["class"])
    assert answers["mask"].dtype == torch.long
    assert set(answers["mask"].unique().tolist()) <= {0, 2}
    assert not torch.equal(answers["mask"], masks)
    agree = (rows["picture"][:, 0] > 0.5) == (answers["mask"] == 2)
    assert agree.float().mean() > 0.98


@pytest.mark.parametrize("name", ["colour", "noise", "erasing"])
def test_what_does_not_move_leaves_targets(name: str) -> None:
    pictures = batch()
    kinds: dict[str, Kind] = {"": "image"}
    rows, targets = augment(step(name, chance=1.0), targets=kinds)(pictures, pictures)
    assert torch.equal(targets, pictures)
    assert not torch.equal(rows, pictures)
    moved, along = augment(step("crop"), targets=kinds)(pictures, pictures)
    assert torch.equal(moved, along)


def test_mixup_blends_inputs_and_targets_alike() -> None:
    labels = torch.arange(10)
    inputs = torch.nn.functional.one_hot(labels, 10).float().reshape(10, 1, 2, 5)
    rows, targets = augment(step("mixup", strength=1.0))(inputs, labels)
    assert targets.shape == (10, 10)
    assert targets.dtype == torch.float32
    assert torch.allclose(rows.flatten(1), targets, atol=1e-6)
    assert torch.allclose(targets.sum(1), torch.ones(10))
    assert (targets.max(1).values < 0.999).any()
    loss = torch.nn.functional.cross_entropy(torch.zeros(10, 10), targets)
    assert loss.item() == pytest.approx(2.3026, abs=1e-3)
    never, same = augment(step("mixup", chance=1e-9))(inputs, labels)
    assert torch.equal(never, inputs)
    assert torch.equal(same.argmax(1), labels)


def test_mixup_of_numbers_and_masks() -> None:
    inputs = torch.arange(8.0).reshape(8, 1, 1, 1).repeat(1, 1, 4, 4)
    masks = (torch.arange(8) % 3).reshape(8, 1, 1).repeat(1, 4, 4)
    asked: dict[str, Kind] = {"age": "number", "mask": "mask"}
    mixed = Augment([step("mixup", strength=1.0)], PICTURE, asked, {"mask": 3})
    rows, targets = mixed(inputs, {"age": torch.arange(8.0), "mask": masks})
    assert torch.allclose(rows[:, 0, 0, 0], targets["age"], atol=1e-5)
    assert targets["mask"].shape == (8, 3, 4, 4)
    assert torch.allclose(targets["mask"].sum(1), torch.ones(8, 4, 4))


def test_cutmix_counts_areas() -> None:
    labels = torch.arange(10)
    inputs = labels.reshape(10, 1, 1, 1).repeat(1, 3, 20, 30)
    rows, targets = augment(step("cutmix"))(inputs, labels)
    for label in range(10):
        counted = torch.bincount(rows[label, 0].flatten(), minlength=10) / 600
        assert torch.allclose(counted, targets[label], atol=1e-6)
    masks = labels.reshape(10, 1, 1).repeat(1, 20, 30)
    asked: dict[str, Kind] = {"": "mask"}
    rows, cut = augment(step("cutmix"), targets=asked)(inputs, masks)
    assert torch.equal(rows[:, 0], cut)


def test_steps_come_one_after_the_other() -> None:
    steps = [
        step("crop"),
        step("flip"),
        step("affine"),
        step("colour"),
        step("mixup"),
        step("cutmix"),
        step("noise"),
    ]
    rows, targets = augment(*steps)(batch(), torch.arange(8))
    assert rows.shape == (8, 3, 12, 16)
    assert torch.isfinite(rows).all()
    assert torch.allclose(targets.sum(1), torch.ones(8))
    asked: dict[str, Kind] = {"": "mask"}
    rows, masks = augment(*steps, targets=asked)(batch(), torch.randint(0, 10, (8, 12, 16)))
    assert masks.shape == (8, 10, 12, 16)


def test_one_sample_and_none() -> None:
    for name in AUGMENTATIONS:
        augmented, inputs, targets = of(name)
        rows, _ = augmented(inputs[:1], targets[:1])
        assert torch.isfinite(rows).all()


@pytest.mark.parametrize(
    ("made", "sentence"),
    [
        (lambda: augment(step("blur")), "no augmentation 'blur': expected one of crop, flip"),
        (lambda: augment(step("flip", horizontal=2.0)), "'flip' cannot have horizontal 2.0"),
        (
            lambda: augment(step("gain")),
            "'gain' has no input to change: expected one of the kind signal or audio",
        ),
        (
            lambda: Augment([Step(name="gain", fields=("x",))], {"x": "image"}, {}),
            "cannot be done to x, of the kind image",
        ),
        (lambda: augment(step("mixup"), targets={"": "tokens"}), "cannot mix the target tokens"),
        (lambda: augment(step("mixup"), classes=0), "cannot mix the target category"),
    ],
)
def test_what_cannot_be_is_said(made: object, sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        made()  # type: ignore[operator]


def test_the_table_declares_limits_and_help() -> None:
    for name, made in AUGMENTATIONS.items():
        assert made.name == name
        assert made.title
        assert made.__doc__
        assert all(field.title and field.description for field in made.model_fields.values())
        assert declared(made.model_validate({}).step()) == made.model_validate({})


def test_the_table_loads_no_torch() -> None:
    said = "import sys, nnstudio.data.augmentation.table; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
