"""Data read, fed and asked for as people say: by name in scripts and on the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nnstudio
from nnstudio.cli.main import run as command
from nnstudio.data.info import DataError, InputMapping, ModelInput
from nnstudio.data.pipeline.assembling import assemble
from nnstudio.data.pipeline.understanding import understand
from nnstudio.project.data.source import Folder, Table, Text
from nnstudio.project.refusal import Refusal
from nnstudio.project.refused_value import SettingsError
from nnstudio.project.settings import with_settings
from nnstudio.project.values import Project
from nnstudio.workspace.chosen_data import Choices, with_choices
from nnstudio.workspace.training import fitted
from tests.drawing import Drawing
from tests.pictures import plain, save


def houses(folder: Path, delimiter: str = ",") -> Path:
    """Columns a, b, c, d, a kind that a and b decide and a price that c and d decide."""
    random = np.random.default_rng(0)
    values = random.normal(size=(120, 4)).round(3)
    lines = [delimiter.join(("a", "b", "c", "d", "kind", "price"))]
    for a, b, c, d in values.tolist():
        kind = "tower" if a + b > 0 else "hut"
        lines.append(delimiter.join(map(str, (a, b, c, d, kind, round(3 * c - 2 * d, 4)))))
    path = folder / "houses.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def two_by_two(kinds: int = 2) -> Project:
    """Inputs `first` and `second` of two numbers each, Outputs `kind` (classes), `cost` (one)."""
    drawing = Drawing("Two")
    both = drawing.add(
        "Concat",
        drawing.input("first", "N", 2),
        drawing.input("second", "N", 2),
        name="both",
        dim=1,
    )
    drawing.output(drawing.add("Linear", both, name="to_kind", out_features=kinds), "kind")
    drawing.output(drawing.add("Linear", both, name="to_cost", out_features=1), "cost")
    return drawing.project()


def of_two(outputs: int = 2) -> Project:
    drawing = Drawing("One")
    x = drawing.input("x", "N", 2)
    drawing.output(drawing.add("Linear", x, name="head", out_features=outputs), "answer")
    return drawing.project()


FEEDS = {"first": ("b", "a"), "second": ("d", "c")}
TARGETS = {"kind": "kind", "cost": "price:number"}


def chosen(project: Project, path: Path, **choices: Any) -> Project:
    return with_choices(with_settings(project, {"data": str(path)}), Choices(**choices))


def test_two_inputs_get_columns_and_two_outputs_have_targets(tmp_path: Path) -> None:
    run = nnstudio.train(
        two_by_two(),
        data=str(houses(tmp_path)),
        feeds=FEEDS,
        targets=TARGETS,
        epochs=60,
        batch_size=16,
        learning_rate=0.03,
        device="cpu",
    )
    spec = run.project.data
    assert [(t.name, t.fields, t.task) for t in spec.targets] == [
        ("kind", ("kind",), "classes"),
        ("cost", ("price",), "number"),
    ]
    assert run.history[-1].train.loss < 0.3 * run.history[0].train.loss
    weight = dict(run.model().named_parameters())["to_cost.weight"].detach()[0]
    assert weight.round().tolist() == [0, 0, -2, 3]  # of b, a, d, c


def test_an_input_gets_its_columns_in_the_order_of_the_feed(tmp_path: Path) -> None:
    path = houses(tmp_path)
    project = chosen(of_two(), path, feeds={"x": ("c", "a")}, targets={"answer": "kind"})
    spec = project.data
    assert {f.name: f.role for f in spec.fields} == {
        "a": "input",
        "b": "ignored",
        "c": "input",
        "d": "ignored",
        "kind": "target",
        "price": "ignored",
    }
    samples = understand(str(path), spec)
    made = assemble(samples, InputMapping((ModelInput("", "x", (2,)),)))
    wanted = np.stack([samples.fields["c"], samples.fields["a"]], 1)[made.parts.train]
    wanted = wanted.astype(np.float32)
    assert (np.asarray(made.train.inputs) == wanted).all()


def test_a_column_that_was_a_target_becomes_an_input_and_that_is_told(tmp_path: Path) -> None:
    spec = chosen(of_two(1), houses(tmp_path), targets={"answer": "a"}).data
    before = understand(str(tmp_path / "houses.csv")).spec
    (was,) = before.targets
    assert spec.targets[0].task == "number"
    assert spec.by_name[was.fields[0]].role == "input"
    guess = next(g for g in spec.guesses if g.about == f"fields.{was.fields[0]}.role")
    assert guess.why == "it is asked for no more."


@pytest.mark.parametrize(
    ("choices", "sentence"),
    [
        ({"feeds": {"z": ("a",)}}, "Two has no Input named 'z': there is first, second"),
        ({"targets": {"sort": "kind"}}, "Two has no Output named 'sort': there is kind, cost"),
    ],
)
def test_names_that_the_model_has_not(choices: Any, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=sentence):
        chosen(two_by_two(), houses(tmp_path), **choices)


@pytest.mark.parametrize(
    ("choices", "sentence"),
    [
        ({"feeds": {"first": ("a", "e")}}, r"houses.csv has no field named 'e': there are a, b, c"),
        ({"targets": {"kind": "sort"}}, r"houses.csv has no field named 'sort': there are a, b,"),
        ({"targets": {"kind": "kind:labels"}}, "The cells of 'kind' hold one word each"),
        ({"targets": {"cost": "kind:number"}}, "line 2, column 'kind': 'hut' is no number"),
    ],
)
def test_fields_that_the_data_have_not(choices: Any, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=sentence):
        chosen(two_by_two(), houses(tmp_path), **choices)


def test_an_input_without_a_feed(tmp_path: Path) -> None:
    project = chosen(two_by_two(), houses(tmp_path), feeds={"first": ("a", "b")}, targets=TARGETS)
    with pytest.raises(Refusal, match="Nothing is fed to the Input second of Two, while first"):
        fitted(project)


def test_built_in_sets_are_not_fed_by_hand() -> None:
    with pytest.raises(Refusal, match="Handwritten digits' knows what it is for"):
        with_choices(of_two(), Choices(feeds={"x": "a"}))


def test_a_column_that_is_answer_and_input_is_refused(tmp_path: Path) -> None:
    project = chosen(
        of_two(), houses(tmp_path), feeds={"x": ("a", "kind")}, targets={"answer": "kind"}
    )
    with pytest.raises(DataError, match="kind is an input and what is asked for at once"):
        fitted(project)


# -- how data are read -----------------------------------------------------------------------------

VERSES = "\n".join(f"{k},{k * 2} roses,{k % 3} are red" for k in range(60)) + "\n"


def test_a_text_with_commas_is_read_as_is_said(tmp_path: Path) -> None:
    path = tmp_path / "verses.txt"
    path.write_text(VERSES)
    project = of_two()
    assert chosen(project, path, read_as="text").data.source.kind == "text"
    table = chosen(project, path, read_as="table", options={"header": "no"}).data
    assert table.source.kind == "table"
    assert table.samples == 60


def test_options_are_obeyed(tmp_path: Path) -> None:
    path = tmp_path / "towns.csv"
    lines = [f"{k},5;{'Köln' if k % 2 else 'Rom'}" for k in range(40)]
    path.write_bytes("\n".join(["size;town", *lines]).encode("cp1252"))
    told = {"delimiter": ";", "encoding": "cp1252", "decimal": ","}
    spec = chosen(of_two(), path, options=told).data
    assert isinstance(spec.source, Table)
    assert (spec.source.delimiter, spec.source.encoding) == (";", "cp1252")
    assert spec.by_name["town"].classes == ("Köln", "Rom")
    assert not any(guess.about == "source.encoding" for guess in spec.guesses)
    wrong = chosen(of_two(), path, options={"encoding": "cp437"}).data
    assert "Köln" not in wrong.by_name["town"].classes


def test_a_text_without_an_encoding_said_is_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "verses.txt"
    path.write_bytes(("Öl, über Äpfel geträufelt, schmeckt\n" * 40).encode("cp1252"))
    source = chosen(of_two(), path, read_as="text", options={"length": "16"}).data.source
    assert isinstance(source, Text)
    assert source.length == 16
    assert source.encoding == "cp1252"


def test_a_folder_with_both_is_read_as_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import soundfile

    monkeypatch.setenv("NNSTUDIO_CACHE", str(tmp_path / "cache"))
    root = tmp_path / "mixed"
    for k in range(12):
        save(root / "train" / "ab"[k % 2] / f"{k}.png", plain((k, 0, 0)))
    for k in range(6):
        sound = np.full(100, 0.1, np.float32)
        soundfile.write(root / "train" / "ab"[k % 2] / f"{k}.wav", sound, 8000)
    found = chosen(of_two(), root, read_as="recordings").data
    assert isinstance(found.source, Folder)
    assert (found.source.holds, found.samples) == ("recordings", 6)
    assert chosen(of_two(), root, read_as="pictures").data.samples == 12
    assert found.source.parts == (("train", "train"),)


@pytest.mark.parametrize(
    ("read_as", "options", "sentence"),
    [
        ("sheet", {}, "Data can be read as table, arrays, pictures"),
        ("table", {"separator": ";"}, "have no option 'separator': there are format, encoding"),
        ("table", {"decimal": ";"}, "decimal"),
        ("arrays", {}, r"give the option format, such as format=npy"),
    ],
)
def test_options_that_there_are_not(
    read_as: str, options: dict[str, str], sentence: str, tmp_path: Path
) -> None:
    with pytest.raises(SettingsError, match=sentence):
        chosen(of_two(), houses(tmp_path), read_as=read_as, options=options)


def test_a_source_with_options_in_a_script(tmp_path: Path) -> None:
    path = houses(tmp_path, delimiter=";")
    run = nnstudio.train(
        of_two(),
        data=Table(path=str(path), delimiter=";"),
        feeds={"x": ["a", "b"]},
        targets={"answer": "kind"},
        epochs=1,
        device="cpu",
    )
    assert run.project.data.samples == 120
    with pytest.raises(DataError, match=r"houses\.csv"):
        nnstudio.train(of_two(), data=Table(path=str(path), delimiter="|"), targets={"answer": "a"})


# -- the command line ------------------------------------------------------------------------------


def test_feeds_and_targets_on_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nnstudio.save(two_by_two(kinds=5), tmp_path / "two.nns")
    words = ["train", str(tmp_path / "two.nns"), "--data", str(houses(tmp_path)), "--json"]
    words += ["--feed", "first=a,b", "--feed", "second=c,d", "--target", "kind=kind"]
    words += ["--target", "cost=price:number", "--epochs", "2", "--run", str(tmp_path / "run")]
    assert command(words) == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert events[-1]["event"] == "completed"
    kept = nnstudio.load(tmp_path / "run" / "project.nns").data
    assert [feed.fields for feed in kept.feeds] == [("a", "b"), ("c", "d")]
    assert command([*words, "--resume", "--epochs", "3"]) == 0
    assert command([*words[:5], "--feed", "firs=a"]) == 2
    assert "Two has no Input named 'firs'" in capsys.readouterr().err


def test_what_is_understood_of_data_with_options(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "verses.txt"
    path.write_text(VERSES)
    assert (
        command(["data", str(path), "--read-as", "text", "--option", "unit=words", "--json"]) == 0
    )
    (told,) = json.loads(capsys.readouterr().out)
    assert (told["kind"], told["options"]["unit"]) == ("text", "words")
    assert command(["data", str(path), "--option", "delimiter"]) == 2
    assert "--option expects NAME=VALUE, received 'delimiter'" in capsys.readouterr().err
