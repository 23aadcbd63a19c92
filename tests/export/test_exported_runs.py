"""The folder of an exported run runs by itself and gives what the model gave."""

from __future__ import annotations

import json
import os
import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import torch
from PIL import Image
from safetensors.torch import load_file

import nnstudio
from nnstudio.__main__ import main
from nnstudio.compiler.formatting import format_text
from nnstudio.data.dataset import DataSet
from nnstudio.data.rows import each, first
from nnstudio.export.folder import FILES
from nnstudio.export.proof import ProofError, prove
from nnstudio.export.recipe import recipe_of
from nnstudio.project.refusal import Refusal
from nnstudio.project.values import Project
from nnstudio.workspace.export_run import export_run
from nnstudio.workspace.opened_run import OpenedRun, open_run
from tests.drawing import Drawing

Patch = pytest.MonkeyPatch
Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: Patch) -> None:
    monkeypatch.setenv("NNSTUDIO_CACHE", str(tmp_path_factory.mktemp("cache")))


# -- runs ------------------------------------------------------------------------------------------


def trained(model: Project | str, folder: Path, data: Path | str, **settings: Any) -> OpenedRun:
    project = nnstudio.load(model) if isinstance(model, str) else model
    settings = {"epochs": 1, "batch_size": 8, "device": "cpu", "threads": 1, **settings}
    nnstudio.train(project, folder=folder / "run", data=str(data), **settings)
    return open_run(folder / "run")


def layers(inputs: int, outputs: int) -> Project:
    drawing = Drawing("Layers")
    x = drawing.add("Linear", drawing.input("x", "N", inputs), name="hidden", out_features=8)
    x = drawing.add("ReLU", x, name="relu")
    drawing.output(drawing.add("Linear", x, name="head", out_features=outputs))
    return drawing.project()


def people(folder: Path) -> OpenedRun:
    """Numbers and words with gaps, as a spreadsheet in German has them; a number is asked for."""
    random = np.random.default_rng(0)
    lines = ["age;size;job;price"]
    for k in range(60):
        age = "" if k % 9 == 4 else f"{random.normal(40, 9):.2f}"
        job = "" if k % 11 == 2 else ("cook", "smith", "nurse")[k % 3]
        price = f"{random.normal(1000, 200):.1f}"
        lines.append(f"{age};{random.integers(1, 9)};{job};{price}".replace(".", ","))
    path = folder / "people.csv"
    path.write_text("\n".join(lines) + "\n")
    prepare = "standardise, standardise[price]"
    return trained(layers(5, 1), folder, path, missing="mean", prepare=prepare, loss="mse")


def pictures(folder: Path) -> OpenedRun:
    """Pictures of many sizes: grey, coloured, transparent, turned by the camera, as JPEG."""
    random = np.random.default_rng(0)
    for k in range(16):
        pixels = random.integers(0, 255, (5, 7, 3)).astype(np.uint8)
        picture = Image.fromarray(pixels).resize((60 + 5 * k, 90), Image.Resampling.BICUBIC)
        picture = picture.convert(("RGB", "L", "RGBA", "RGB")[k % 4])
        if k % 4 == 2:
            picture.putalpha(100)
        turned = Image.Exif()
        turned[0x0112] = (1, 6, 3)[k % 3]
        place = folder / "pictures" / ("cat", "dog")[k // 2 % 2]
        place.mkdir(parents=True, exist_ok=True)
        ending = "png" if k % 4 == 2 else "jpg"
        picture.save(place / f"{k}.{ending}", exif=turned)
    drawing = Drawing("Convs")
    x = drawing.input("x", "N", 3, 16, 16)
    x = drawing.add("Conv2d", x, name="conv", out_channels=4, kernel_size=3)
    x = drawing.add("AdaptiveAvgPool2d", x, name="pool", output_size=1)
    x = drawing.add("Flatten", x, name="flat")
    drawing.output(drawing.add("Linear", x, name="head", out_features=2))
    prepare = "picture_size:width=16:height=16:how=crop, standardise"
    return trained(drawing.project(), folder, folder / "pictures", prepare=prepare)


def sounds(folder: Path) -> OpenedRun:
    """Recordings of several rates and channels, as spectrograms."""
    random = np.random.default_rng(0)
    for k in range(12):
        place = folder / "sounds" / ("low", "high")[k % 2]
        place.mkdir(parents=True, exist_ok=True)
        rate = (8000, 11025)[k % 3 == 0]
        wave = np.sin(np.arange(6000 + 300 * k) * (0.1 + k % 2)) * 0.3 + random.normal(size=1) / 9
        both = np.stack([wave, wave / 2], 1) if k % 4 == 0 else wave
        soundfile.write(place / f"{k}.{('wav', 'flac')[k % 2]}", both, rate)
    prepare = "log_mel:rate=8000:bands=20:layout=sequence, standardise"
    return trained("AttentionGRU", folder, folder / "sounds", prepare=prepare)


def song(folder: Path) -> OpenedRun:
    """A text, character by character."""
    (folder / "song.txt").write_text("Row, row, row your boat\nGently down the stream.\n" * 40)
    drawing = Drawing("Writer")
    x = drawing.input("tokens", "N", "length", dtype="int")
    x = drawing.add("Embedding", x, name="embed", num_embeddings=5, embedding_dim=8)
    x = drawing.add("GRU", x, name="gru", hidden_size=8, batch_first=True)
    drawing.output(drawing.add("Linear", x, name="head", out_features=5))
    return trained(drawing.project(), folder, folder / "song.txt")


def digits(folder: Path) -> OpenedRun:
    return trained("CNN2DResNet", folder, "digits", max_samples=100)


def masks(folder: Path) -> OpenedRun:
    random = np.random.default_rng(0)
    for kind in ("images", "masks"):
        (folder / "seg" / kind).mkdir(parents=True)
    for k in range(12):
        mask = (random.integers(0, 2, (3, 3)).repeat(8, 0).repeat(8, 1) * 255).astype(np.uint8)
        Image.fromarray(np.stack([mask, 255 - mask, mask], 2)).save(folder / f"seg/images/{k}.png")
        Image.fromarray(mask).save(folder / f"seg/masks/{k}.png")
    drawing = Drawing("Segmenter")
    x = drawing.input("x", "N", 3, "height", "width")
    drawing.output(drawing.add("Conv2d", x, name="head", out_channels=2, kernel_size=1))
    return trained(drawing.project(), folder, folder / "seg")


# -- the program -----------------------------------------------------------------------------------


@pytest.fixture
def ask(monkeypatch: Patch, capsys: Captured) -> Callable[..., tuple[int, str, str]]:
    """Run the program of a folder in this process: exit code, and what it prints."""

    def asked(folder: Path, *words: Path | str) -> tuple[int, str, str]:
        monkeypatch.syspath_prepend(str(folder))
        monkeypatch.delitem(sys.modules, "model", raising=False)
        monkeypatch.setattr(sys, "argv", ["predict.py", *map(str, words)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            runpy.run_path(str(folder / "predict.py"), run_name="__main__")
        monkeypatch.delitem(sys.modules, "model")
        printed = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code, printed.out, printed.err

    return asked


def given_by(run: OpenedRun, part: DataSet) -> Any:
    """What the model gives for a part, within the program."""
    with torch.inference_mode():
        given = part.to_model(each(lambda rows: rows, part.inputs))
        return run.model()(first(given)).numpy()


def test_a_table_is_answered_alone(
    tmp_path: Path, ask: Any, capsys: Captured, monkeypatch: Patch
) -> None:
    run, out = people(tmp_path), tmp_path / "out"
    assert main(["export", str(run.folder), "-o", str(out)]) == 0
    assert "Proved: predict.py alone gives what the model gave for 8 samples" in (
        capsys.readouterr().out
    )
    assert sorted(path.name for path in out.iterdir()) == sorted(FILES)
    assert "nnstudio" not in (out / "predict.py").read_text()
    assert "Image" not in (out / "predict.py").read_text()
    assert has_no_loose_ends(out / "predict.py")

    kept = tmp_path / "outputs.npz"
    code, printed, _ = ask(out, tmp_path / "people.csv", "--json", "--outputs", kept)
    assert code == 0
    wanted = given_by(run, run.part("validation"))
    values = np.load(kept)["price"][run.own_parts().parts.validation]
    np.testing.assert_allclose(values, wanted, atol=1e-5)
    told = json.loads(printed)
    assert [one["sample"] for one in told[:2]] == ["record 1", "record 2"]
    prices = np.array([one["answers"]["price"]["price"] for one in told])
    assert 500 < prices.min() < prices.max() < 1500  # as in the table, not as it was scaled

    new = tmp_path / "new.csv"
    new.write_text("job;age;size\nnurse;31,5;2\n;;3\n")  # another order, no answer, gaps
    code, printed, _ = ask(out, new)
    assert (code, printed.count("price")) == (0, 2)
    for text, said in (
        ("age;size\n1;2\n", "has no column 'job'; it has age, size"),
        ("age;size;job\n1;2;pilot\n", "record 1, column 'job': 'pilot' is none of the words"),
        ("age;size;job\n1;two;cook\n", "record 1, column 'size': 'two' is no number"),
        ("age;size;job\n", "has no records"),
    ):
        new.write_text(text)
        code, printed, error = ask(out, new)
        assert (code, printed) == (1, "")
        assert said in error
        assert error.count("\n") == 1

    kept.unlink()
    for more in ((), ("--outputs", kept)):  # nobody reads any more, as behind `| head`
        reader, writer = os.pipe()
        os.close(reader)
        with os.fdopen(writer, "w") as stream:
            monkeypatch.setattr(sys, "stdout", stream)
            assert ask(out, tmp_path / "people.csv", *more) == (0, "", "")
    assert len(np.load(kept)["price"]) == 60


def test_pictures_are_answered_alone(tmp_path: Path, ask: Any, monkeypatch: Patch) -> None:
    run, out = pictures(tmp_path), tmp_path / "out"
    (tmp_path / "out").mkdir()
    (out / "mine.txt").write_text("x")
    with pytest.raises(Refusal, match="holds other things"):
        export_run(run, out)
    proof = export_run(run, out, force=True).proof
    assert proof.apart is not None
    assert proof.apart < 1e-5
    assert (out / "mine.txt").exists()
    text = (out / "predict.py").read_text()
    assert "pandas" not in text
    assert "soundfile" not in text

    made = run.own_parts()
    assert made.samples is not None
    files = [tmp_path / "pictures" / made.samples.origins[k] for k in made.parts.train]
    kept = tmp_path / "outputs.npz"
    code, printed, _ = ask(out, *files, "--json", "--outputs", kept, "--top", "1")
    assert code == 0
    wanted = given_by(run, made.train)
    np.testing.assert_allclose(np.load(kept)["class"], wanted, atol=1e-5)
    told = [one["answers"]["class"] for one in json.loads(printed)]
    assert [len(one) for one in told] == [1] * len(files)
    assert [one[0]["class"] for one in told] == [("cat", "dog")[k] for k in wanted.argmax(1)]

    bad = tmp_path / "bad.png"
    bad.write_bytes(b"no picture")
    code, printed, error = ask(out, bad, files[0], tmp_path / "none.png")
    assert code == 1
    assert printed.startswith(f"{files[0]}: ")
    assert error.splitlines() == [
        f"predict.py: {bad} is no picture of a kind that can be read.",
        f"predict.py: {tmp_path / 'none.png'} is not there.",
    ]

    # the weights and the class fit each other
    monkeypatch.syspath_prepend(str(out))
    made_class = runpy.run_path(str(out / "model.py"))["Convs"]
    made_class().load_state_dict(load_file(out / "weights.safetensors"), strict=True)


def has_no_loose_ends(program: Path) -> bool:
    """All names in it are known, all imports are used, and it is formatted."""
    from ruff import find_ruff_bin

    words = [find_ruff_bin(), "check", "--isolated", "--no-cache", "--select=F,E9", "-q"]
    checked = subprocess.run([*words, str(program)], capture_output=True, check=False)
    text = program.read_text()
    return checked.returncode == 0 and format_text(text).text == text


@pytest.mark.slow
@pytest.mark.parametrize("kind", [sounds, song, digits, masks])
def test_other_kinds_are_proved(kind: Callable[[Path], OpenedRun], tmp_path: Path) -> None:
    run = kind(tmp_path)
    proof = export_run(run, tmp_path / "out").proof
    assert proof.apart is not None
    assert proof.apart < 1e-5
    assert proof.samples >= 2
    assert has_no_loose_ends(tmp_path / "out" / "predict.py")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(FILES)
    assert proof.sentence in (tmp_path / "out" / "README.md").read_text()


def test_a_text_is_continued(tmp_path: Path, ask: Any) -> None:
    run = song(tmp_path)
    out = written(run, tmp_path / "out")
    short = tmp_path / "short.txt"
    short.write_text("Row, r")
    code, printed, _ = ask(out, short, "--json", "--tokens", "7", "--draw", "1")
    (told,) = json.loads(printed)
    assert (code, len(told["continued"]), len(told["next"])) == (0, 7, 3)
    assert ask(out, short, "--json", "--tokens", "7", "--draw", "1")[1] == printed


def test_arrays_of_the_built_in_digits(tmp_path: Path, ask: Any) -> None:
    run = digits(tmp_path)
    out = written(run, tmp_path / "out")
    part, samples = run.part("validation"), run.own_parts().samples
    assert samples is not None
    rows = next(iter(samples.fields.values()))[run.own_parts().parts.validation]
    np.save(tmp_path / "rows.npy", rows)
    kept = tmp_path / "outputs.npz"
    assert ask(out, tmp_path / "rows.npy", "--json", "--outputs", kept)[0] == 0
    np.testing.assert_allclose(np.load(kept)["answer"], given_by(run, part), atol=1e-5)
    np.save(tmp_path / "rows.npy", rows[:, :, :3])
    code, _, error = ask(out, tmp_path / "rows.npy")
    assert (code, error.count("\n"), "expected [1, 8, 8]" in error) == (1, 1, True)


def written(run: OpenedRun, out: Path) -> Path:
    """The folder without its proof, which takes a process."""
    from nnstudio.data.preparation import keeping
    from nnstudio.export.folder import write_folder

    model, fitted = run.model(), keeping.read(run.folder)
    recipe = recipe_of(run.source.root, run.project.data, run.mapping, fitted, run.settings, model)
    write_folder(out, recipe, run.source.text, model.state_dict())
    return out


@pytest.mark.slow
def test_what_is_not_the_same_is_told(tmp_path: Path) -> None:
    from nnstudio.data.preparation import keeping

    run, out = people(tmp_path), tmp_path / "out"
    export_run(run, out)
    model, fitted = run.model(), keeping.read(run.folder)
    recipe = recipe_of(run.source.root, run.project.data, run.mapping, fitted, run.settings, model)
    figures = (out / "preparation.json").read_text()
    (out / "preparation.json").write_text(figures.replace('"column": "job"', '"column": "jobs"'))
    with pytest.raises(ProofError, match="could not use the run's own samples; it says"):
        prove(out, recipe, model, run.own_parts())
    (out / "preparation.json").write_text(figures.replace('"value": 0', '"value": 1'))
    with pytest.raises(ProofError, match="other numbers than the model"):
        prove(out, recipe, model, run.own_parts())
    (out / "preparation.json").write_text(figures)
    text = (out / "predict.py").read_text()
    (out / "predict.py").write_text(text.replace("import sys\n", "import sys\nimport nnstudio\n"))
    with pytest.raises(ProofError, match="nnstudio is not there on purpose"):
        prove(out, recipe, model, run.own_parts())


def test_without_the_data_nothing_is_claimed(tmp_path: Path, capsys: Captured) -> None:
    run, out = people(tmp_path), tmp_path / "out"
    (tmp_path / "people.csv").unlink()
    assert main(["export", run.record.id, "-o", str(out)]) == 1
    printed = capsys.readouterr()
    assert printed.err.startswith("Not proved: ")
    assert printed.err.count("\n") == 1
    assert "people.csv" in printed.err
    assert "**Not proved:** " in (out / "README.md").read_text()
    assert (out / "predict.py").exists()


def test_targets_are_told_apart(tmp_path: Path, capsys: Captured) -> None:
    """A run, a project and a preset, by what they are; everything else is refused."""
    run = people(tmp_path)
    for words, said in (
        (["nosuch", "-o", "x.py"], "no run begins with it either"),
        ([str(tmp_path), "-o", "x"], "There is no run in"),
        ([str(run.folder), "-o", str(tmp_path / "x.py")], "is exported as a folder"),
        ([str(run.folder), "-o", "x", "--set", "a=1"], "--set is for projects and presets"),
        (["SimpleCNN", "-o", "x.py", "--force"], "--force is for the folder of a run"),
    ):
        assert main(["export", *words]) == 2
        assert said in capsys.readouterr().err
    project = run.folder / "project.nns"
    assert main(["export", str(project), "-o", str(tmp_path / "module.py")]) == 0
    assert (tmp_path / "module.py").read_text() == run.source.text
