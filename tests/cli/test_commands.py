"""The command line: what it prints, its exit codes, and one sentence for every mistake."""

from __future__ import annotations

import argparse
import gc
import json
import os
import re
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

import nnstudio
from nnstudio.__main__ import main
from nnstudio.cli.garbage import OBJECTS
from nnstudio.errors import UserError
from nnstudio.graph.values import Edge, Graph, Node, Port
from nnstudio.project.storage import file
from nnstudio.project.values import Block, Project
from tests.drawing import Drawing
from tests.forked import begun


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of one command line."""
    code = main(list(words))
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """The one sentence of a command that must be refused with exit code 2."""
    code, out, err = said(capsys, *words)
    assert code == 2
    assert out == ""
    assert err.count("\n") == 1, err
    assert "Traceback" not in err
    return err.removeprefix("nnstudio: ").strip()


def test_presets_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = said(capsys, "presets", "--json")
    entries = {(e["name"], e["variant"]): e for e in json.loads(out)}
    assert code == 0
    assert entries["Transformer2DResNet", None]["parameters"] == 405_125
    assert entries["SimpleCNN", "421k"]["reference"] == "s004.cnn.421k"
    wanted = {"name", "variant", "reference", "task", "input", "parameters", "document"}
    wanted |= {"note", "recipe", "training"}
    assert all(wanted <= set(entry) for entry in entries.values())
    assert all(entry["note"] and entry["recipe"] for entry in entries.values())
    assert entries["SimpleViT", "995"]["training"]["epochs"] == 200


def test_summary(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = said(capsys, "summary", "CNN2DResNet", "--set", "num_blocks=3")
    assert code == 0
    assert "1,675,781" in out
    code, out, _ = said(capsys, "summary", "CNN2DResNet", "--json")
    assert json.loads(out)["parameters"] == 1_084_421


def test_check_says_yes_and_no(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert said(capsys, "check", "CNN2DResNet")[0] == 0
    drawing = Drawing("Net")
    x = drawing.input("x", "N", 16)
    drawing.output(drawing.add("Linear", x, name="fc", in_features=8, out_features=2))
    path = tmp_path / "wrong.nns"
    nnstudio.save(drawing.project(), path)
    code, out, _ = said(capsys, "check", str(path), "--json")
    (problem,) = json.loads(out)
    assert code == 1
    assert problem["severity"] == "error"
    assert problem["name"] == "fc"
    assert "expects 8 input features, the input has 16" in problem["sentence"]
    assert problem["fix"] == "Set in_features to auto"


def test_verify(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = said(capsys, "verify", "Transformer2DResNet", "--json")
    (found,) = json.loads(out)
    assert code == 0
    assert found["ok"]
    assert len(found["rows"]) > 20
    assert said(capsys, "verify", "Transformer2DResNet", "--set", "hidden=64")[0] == 1


def test_export_writes_the_source(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "cnn.py"
    assert said(capsys, "export", "CNN2DResNet", "-o", str(path), "--set", "hidden=64")[0] == 0
    project = nnstudio.load("CNN2DResNet")
    assert path.read_text("utf-8") == nnstudio.source(project, hidden=64)


def test_data(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = said(capsys, "data", "--json")
    sets = {entry["name"]: entry for entry in json.loads(out)}
    assert code == 0
    assert sets["digits"]["samples"] == 1797
    assert sets["heartbeats"]["synthetic"] is True
    assert "licence" in said(capsys, "data", "digits")[1]


def test_train_tells_events_as_json(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    words = ["train", "CNN2DResNet", "--data", "digits", "--set", "hidden=4", "--json"]
    run = ["--run", str(tmp_path / "run")]
    code, out, _ = said(capsys, *words, "--epochs", "1", *run)
    events = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert events[0]["event"] == "started"
    assert events[-1]["event"] == "completed"
    assert (tmp_path / "run" / "project.nns").is_file()
    code, out, _ = said(capsys, *words, "--epochs", "2", *run, "--resume")
    assert code == 0
    assert json.loads(out.splitlines()[0])["first_epoch"] == 2
    code, out, _ = said(capsys, *words, "--epochs", "2", *run, "--resume")  # nothing is left to do
    assert code == 0
    assert [json.loads(line)["event"] for line in out.splitlines()] == ["started", "completed"]


def test_train_says_what_the_best_epoch_is_the_best_by(
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = ["train", "CNN2DResNet", "--data", "digits", "--set", "hidden=4", "--epochs", "1"]
    code, out, _ = said(capsys, *words)
    text = " ".join(out.split())
    assert code == 0
    assert "best epoch by validation loss 1: loss " in text
    assert re.search(r"accuracy \d+\.\d\d %", text)
    assert not re.search(r"\d%", text)


def test_ctrl_c_stops_with_a_checkpoint(tmp_path: Path) -> None:
    words = ["train", "CNN2DResNet", "--data", "digits", "--set", "hidden=8", "--json"]
    with begun("-m", "nnstudio", *words, "--epochs", "1000", "--run", str(tmp_path)) as running:
        assert running.stdout is not None
        for line in running.stdout:
            if json.loads(line)["event"] == "epoch_done":
                break
        running.send_signal(signal.SIGINT)
        out, _ = running.communicate(timeout=60)
    assert running.returncode == 130
    assert json.loads(out.splitlines()[-1])["event"] == "stopped"
    assert (tmp_path / "checkpoints" / "last.json").is_file()


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = said(capsys, "--version")
    assert code == 0
    assert out.startswith(f"nnstudio {nnstudio.__version__}\n")
    assert "torch" in out


# -- one sentence for every mistake --------------------------------------------------------------


def test_unknown_targets_and_values(capsys: pytest.CaptureFixture[str]) -> None:
    assert "Transformer2DResNet" in refused(capsys, "check", "Transformer2DResNt")
    assert "421k" in refused(capsys, "check", "SimpleCNN/421")
    assert "hidden" in refused(capsys, "check", "CNN2DResNet", "--set", "hiden=3")
    assert "NAME=VALUE" in refused(capsys, "check", "CNN2DResNet", "--set", "hidden")
    assert "verify expects" in refused(capsys, "verify")
    assert "onnx" in refused(capsys, "export", "CNN2DResNet", "-o", "x.onnx")
    assert "--run" in refused(capsys, "train", "CNN2DResNet", "--resume")


def test_an_unknown_command_option(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["check", "--nope"])
    assert stopped.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_data_that_is_not_there(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    missing = tmp_path / "missing.csv"
    assert "missing.csv" in refused(capsys, "train", "CNN2DResNet", "--data", str(missing))
    broken = tmp_path / "broken.npz"
    broken.write_bytes(b"no archive")
    assert "broken.npz" in refused(capsys, "data", str(broken))


def write(path: Path, *nodes: Node, edges: tuple[Edge, ...] = ()) -> str:
    file.write(Project("Net", (Block("Net", graph=Graph(nodes, edges)),)), path)
    return str(path)


def test_files_that_cannot_be(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    good = tmp_path / "good.nns"
    nnstudio.save(nnstudio.load("CNN2DResNet"), good)
    text = good.read_text("utf-8")
    changes = {
        "truncated.nns": text[: len(text) // 2],
        "os.nns": text.replace('{"expr": "hidden"}', '{"expr": "__import__(\'os\')"}', 1),
        "keyword.nns": text.replace('"name": "relu"', '"name": "class"', 1),
        "type.nns": text.replace('"kernel_size": 3', '"kernel_size": "three"', 1),
        "newer.nns": text.replace('"version": 2', '"version": 99', 1),
        "empty.nns": "",
        "list.nns": "[]",
    }
    for name, changed in changes.items():
        assert changed != text, name
        path = tmp_path / name
        path.write_text(changed, "utf-8")
        sentence = refused(capsys, "check", str(path))
        assert sentence.startswith(name), sentence
        assert path.read_text("utf-8") == changed


def test_graphs_that_cannot_be_built(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    empty = write(tmp_path / "empty.nns")
    assert "is empty" in refused(capsys, "export", empty, "-o", str(tmp_path / "x.py"))
    open_input = write(
        tmp_path / "open.nns",
        Node("a", "ReLU", "act"),
        Node("b", "Output", "y"),
        edges=(Edge(Port("a", "output"), Port("b", "input")),),
    )
    assert "not connected" in refused(capsys, "export", open_input, "-o", str(tmp_path / "x.py"))
    assert not (tmp_path / "x.py").exists()


def test_an_unknown_layer_is_named_and_kept(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    project = nnstudio.load("CNN2DResNet")
    graph = project.model.graph
    strange = replace(graph.of_type("MaxPool2d")[0], type="HyperPool2d")
    path = tmp_path / "strange.nns"
    file.write(project.with_graph(project.root, graph.with_node(strange)), path)
    code, out, _ = said(capsys, "check", str(path))
    assert code == 1
    assert "HyperPool2d" in out
    again = file.read(path)
    assert again.model.graph.by_id[strange.id] == strange


def test_no_window_without_a_display(monkeypatch: pytest.MonkeyPatch) -> None:
    if not sys.platform.startswith("linux"):
        pytest.skip("only Linux has no display at times")
    command = [sys.executable, "-m", "nnstudio"]
    environment = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 2
    assert "nnstudio train" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_command_looks_for_garbage_rarely_and_only_as_long_as_it_runs(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    thresholds: list[tuple[int, int, int]] = []

    def look(options: argparse.Namespace) -> int:
        thresholds.append(gc.get_threshold())
        return 0

    before = gc.get_threshold()
    monkeypatch.setattr("nnstudio.cli.models.presets", look)
    assert said(capsys, "presets")[0] == 0
    assert thresholds == [(OBJECTS, *before[1:])]
    assert gc.get_threshold() == before
    in_a_thread = threading.Thread(target=lambda: main(["presets"]))
    in_a_thread.start()
    in_a_thread.join()
    assert thresholds[1:] == [before]  # two that overlap would undo it in the wrong order


# -- mistakes of the program ---------------------------------------------------------------------


@pytest.mark.parametrize("error", [ValueError("odd"), KeyError("odd"), AssertionError("odd")])
def test_a_mistake_of_the_program_is_not_put_on_the_user(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(options: argparse.Namespace) -> int:
        raise error

    monkeypatch.setattr("nnstudio.cli.models.presets", fail)
    code, out, err = said(capsys, "presets")
    assert code == 70
    assert out == ""
    assert err.startswith("Traceback")
    assert f"{type(error).__name__}: " in err
    assert err.splitlines()[-1].startswith("nnstudio: This is a mistake of the program, not yours")


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (UserError("expected one, received two"), "expected one, received two"),
        (FileNotFoundError(2, "No such file", "a.nns"), "No such file: a.nns"),
    ],
)
def test_what_a_user_is_told(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    sentence: str,
) -> None:
    def fail(options: argparse.Namespace) -> int:
        raise error

    monkeypatch.setattr("nnstudio.cli.models.presets", fail)
    assert refused(capsys, "presets") == sentence


def test_a_terminal_that_lacks_characters() -> None:
    command = [sys.executable, "-m", "nnstudio", "verify", "Transformer2DResNet"]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    assert "all rows match or are explained" in done.stdout


def test_data_for_people(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """What is certain is no guess; what is alike is told once; no name breaks a line."""
    path = tmp_path / "wide.csv"
    names = ",".join([*(f"c{k}" for k in range(40)), '"an\nswer"'])
    rows = [
        ",".join([*(f"{k * (j + 1) % 43}.5" for j in range(40)), "ab"[k % 2]]) for k in range(30)
    ]
    path.write_text("\n".join([names, *rows]))
    code, out, _ = said(capsys, "data", str(path))
    lines = " ".join(out.split())
    assert code == 0
    assert "encoding utf-8, delimiter ',', decimal '.', header samples 30" in lines
    assert "fields c0 to c39, 40 of them: number, input each" in lines
    assert r"field an\nswer: category, target" in lines
    assert "classes a 15, b 15" in lines
    assert "guess encoding" not in lines
    assert "0.0 MB" not in lines


def test_data_that_cannot_be_trained_on_leave_json_alone(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    drawing = Drawing("Net")
    x = drawing.input("x", "N", 2)
    drawing.output(drawing.add("Linear", x, name="fc", out_features=2))
    nnstudio.save(drawing.project(), tmp_path / "net.nns")
    (tmp_path / "t.csv").write_text(
        "a,b,y\n" + "".join(f"{k}.5,{k % 7}.5,{k % 2}\n" for k in range(30))
    )
    words = ["train", str(tmp_path / "net.nns"), "--data", str(tmp_path / "t.csv"), "--json"]
    code, out, err = said(capsys, *words, "--split", "grouped")
    (event,) = [json.loads(line) for line in out.splitlines()]
    assert (code, event["event"], event["detail"]) == (2, "failed", "")
    assert event["sentence"] == err.removeprefix("nnstudio: ").strip()
    for wrong in ("standardise[z]", "one_hot", "clip:share=nan", "standardise[y]", "bogus"):
        assert len(refused(capsys, *words, "--prepare", wrong)) > 20
