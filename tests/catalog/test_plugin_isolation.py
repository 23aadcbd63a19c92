"""Plugins that hang, leave, print or raise what cannot be shown: a line in Problems, no more."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import repeat
from pathlib import Path
from typing import Any

import pytest
from torch import Tensor, nn

from nnstudio.analysis.analyse import analyse
from nnstudio.catalog import guards, isolation, plugins, registry
from nnstudio.catalog.code import FunctionCode, ModuleCode
from nnstudio.catalog.isolation import ForeignError, UnansweredError, call
from nnstudio.catalog.layer import Category, Layer, Param
from nnstudio.catalog.rules.same import elementwise
from nnstudio.compiler import inference, meta_run
from nnstudio.compiler.errors import CompileError
from nnstudio.compiler.source import generate
from tests import forked
from tests.drawing import Drawing
from tests.packages import package
from tests.robustness import large

SOON = 0.2


class SilentError(Exception):
    """An exception that cannot say what it is."""

    def __str__(self) -> str:
        raise RuntimeError("no words")


class Gate(nn.Module):
    """Does what `how` says when it is made."""

    def __init__(self, how: str = "") -> None:
        super().__init__()
        if how == "loops":
            endless()
        if how == "prints":
            print("made")

    def forward(self, x: Tensor) -> Tensor:
        return x


def endless(*_: Any) -> Any:
    while True:
        pass


def asleep(*_: Any) -> Any:
    time.sleep(5)


def raising(error: BaseException) -> Callable[..., Any]:
    def function(*_: Any) -> Any:
        raise error

    return function


PLAIN = Layer(
    type="AcmeGate",
    category=Category.ACTIVATION,
    params=(Param("how", "text", ""),),
    rule=elementwise,
    code=ModuleCode("Gate", imports=("from acme_gates import Gate",)),
    help="Gives what it gets.",
)
FUNCTION = replace(PLAIN, code=FunctionCode(lambda w: w.x), params=())


@pytest.fixture
def plug(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Installs entry points whose code is soon given up."""
    monkeypatch.setattr(plugins, "IMPORTING", SOON)
    monkeypatch.setattr(guards, "ASKING", SOON)
    monkeypatch.setattr(meta_run, "RUNNING", SOON)
    yield package(monkeypatch, "acme_gates", Gate=Gate)
    monkeypatch.undo()
    registry.forget()


def drawn(**params: Any) -> Any:
    drawing = Drawing("Net")
    x = drawing.input("x", "N", 8)
    for k in range(3):
        module = getattr(registry.find("AcmeGate"), "is_module", True)
        x = drawing.add("AcmeGate", x, name=f"gate{k}" if module else "", **params)
    drawing.output(x)
    return drawing.project()


AT_IMPORT = {
    "a loop": (endless, "it did not end within 0.2 s"),
    "a sleep": (asleep, "it did not end within 0.2 s"),
    "leaving": (raising(SystemExit("no licence")), "SystemExit: no licence"),
    "a stop": (raising(KeyboardInterrupt()), "KeyboardInterrupt"),
    "a generator's end": (raising(GeneratorExit()), "GeneratorExit"),
    "no words": (raising(SilentError()), "SilentError, which cannot say what it is"),
    "two lines": (raising(ValueError("one\n\ttwo\x00")), "ValueError: one two?"),
    "layers without end": (lambda: repeat(PLAIN), "expected at most 10,000 layers"),
    "a default that is none": (
        replace(PLAIN, params=(Param("how", "text", object()),)),
        "expects a plain value as its default",
    ),
    "choices": (replace(PLAIN, params=(Param("how", "choice", choices=(1,)),)), "expects texts"),
    "an example": (replace(PLAIN, example=3), "expects a dict as its example"),
}


@pytest.mark.parametrize("case", AT_IMPORT)
def test_what_a_plugin_does_when_it_is_loaded_is_a_line_in_problems(plug: Any, case: str) -> None:
    found, reason = AT_IMPORT[case]
    plug(acme=found)
    (problem,) = registry.plugin_problems()
    assert reason in problem.sentence
    assert problem.sentence.isprintable()
    assert registry.find("Linear") is not None


def test_the_other_plugins_are_still_there(plug: Any) -> None:
    plug(acme=endless, other=PLAIN)
    # what comes from the same package would wait for the same import
    assert [problem.plugin for problem in registry.plugin_problems()] == ["acme", "other"]
    assert "the import of acme_gates does not end" in registry.plugin_problems()[1].sentence
    plug(acme=raising(SystemExit()), other=PLAIN)
    assert [problem.plugin for problem in registry.plugin_problems()] == ["acme"]
    assert registry.find("AcmeGate") is not None


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        (endless, "it did not end within 0.2 s"),
        (raising(KeyboardInterrupt()), "KeyboardInterrupt"),
        (raising(SilentError()), "SilentError, which cannot say what it is"),
    ],
)
def test_a_rule_is_asked_once_and_given_up(plug: Any, rule: Any, reason: str) -> None:
    asked: list[int] = []

    def counted(use: Any) -> Any:
        asked.append(1)
        return rule(use)

    plug(acme=replace(PLAIN, rule=counted))
    for _ in range(2):
        (problem,) = analyse(drawn()).errors
        assert f"the shape rule of AcmeGate failed: {reason}" in problem.sentence
    assert len(asked) == (1 if rule is endless else 2)


@pytest.mark.parametrize(
    "cost", [endless, raising(SilentError()), lambda *_: ("a", "b"), lambda *_: 3]
)
def test_a_cost_that_fails_is_not_known(plug: Any, cost: Any) -> None:
    plug(acme=replace(PLAIN, cost=cost))
    report = analyse(drawn())
    assert report.ok
    assert (report.root.parameters, report.root.flops) == (None, None)


def test_texts_and_counts_that_do_not_end(plug: Any) -> None:
    plug(acme=replace(FUNCTION, code=FunctionCode(endless)))
    with pytest.raises(CompileError, match=r"AcmeGate cannot be written: it did not end"):
        generate(drawn())
    plug(acme=replace(FUNCTION, code=FunctionCode(lambda w: w.x, count=endless)))
    assert analyse(drawn()).ok


def test_a_run_that_does_not_end_is_given_up_and_not_tried_again(plug: Any) -> None:
    plug(acme=replace(PLAIN, rule=None))
    (problem,) = inference.full_report(drawn(how="loops")).errors
    assert "cannot be run: it did not end within 0.2 s" in problem.sentence
    (problem,) = inference.full_report(drawn(how="")).errors
    assert "cannot be run: it did not end within 0.2 s" in problem.sentence


def test_what_is_printed_is_not_seen(plug: Any, capfd: pytest.CaptureFixture[str]) -> None:
    def loud() -> Layer:
        print("to standard output")
        print("to standard error", file=sys.stderr)
        os.write(1, b"below Python")
        return replace(PLAIN, rule=None)

    plug(acme=loud)
    assert inference.full_report(drawn(how="prints")).ok
    print("ours")
    assert capfd.readouterr() == ("ours\n", "")


def test_calls_that_overlap_leave_the_output_as_it_was(capfd: pytest.CaptureFixture[str]) -> None:
    started, go = threading.Event(), threading.Event()

    def first() -> None:
        started.set()
        go.wait(5)

    other = threading.Thread(target=lambda: call(first, 5))
    other.start()
    started.wait(5)
    stdout = threading.Thread(target=lambda: call(lambda: print("second"), 5))
    stdout.start()
    stdout.join()
    go.set()
    other.join()
    print("ours")
    os.write(1, b"below\n")
    sys.stdout.flush()
    assert sorted(capfd.readouterr().out.split()) == ["below", "ours"]


def test_what_is_raised_comes_back() -> None:
    assert call(lambda: 3, 1) == 3
    with pytest.raises(ZeroDivisionError):
        call(lambda: 1 // 0, 1, (ZeroDivisionError,))
    with pytest.raises(ForeignError, match="ZeroDivisionError: "):
        call(lambda: 1 // 0, 1)
    with pytest.raises(UnansweredError):
        call(endless, SOON)


def test_nothing_is_started_where_there_are_no_plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: Any, **__: Any) -> Any:
        raise AssertionError("a thread for no plugin")

    monkeypatch.setattr(plugins, "call", refused)
    monkeypatch.setattr(isolation, "call", refused)
    registry.forget()
    assert registry.find("Linear") is not None
    monkeypatch.undo()
    registry.forget()


MODULE = """
import os, sys, time
print("loaded")
os.write(1, b"below")
{what}
from nnstudio.catalog.code import ModuleCode
from nnstudio.catalog.layer import Category, Layer
CODE = ModuleCode("Gate", imports=("from loud import Gate",))
LAYERS = [Layer("LoudGate", Category.ACTIVATION, CODE, "")]
"""
MODEL = """
from torch import nn
class Gate(nn.Module):
    def __init__(self):
        super().__init__()
        print("made")
    def forward(self, x):
        print("called")
        return x
"""


@pytest.mark.parametrize("what", ["", "sys.exit(3)", "raise KeyboardInterrupt"])
def test_the_command_line_stays_clean(tmp_path: Path, what: str) -> None:
    (tmp_path / "loud").mkdir()
    (tmp_path / "loud" / "__init__.py").write_text(MODEL)
    (tmp_path / "loud" / "layers.py").write_text(MODULE.format(what=what))
    info = tmp_path / "loud-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: loud\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[nnstudio.layers]\nloud = loud.layers:LAYERS\n")
    block = large.chain("Net", [{"type": "LoudGate"}])
    text = json.dumps(large.file("Net", block))
    (tmp_path / "net.nns").write_text(text)
    place = os.pathsep.join([str(tmp_path), str(Path.cwd())])
    for command in ("check", "summary"):
        words = ("-m", "nnstudio", command, str(tmp_path / "net.nns"), "--json")
        done = forked.run(*words, env={**os.environ, "PYTHONPATH": place})
        if command == "check":
            problems = json.loads(done.stdout)
            assert done.returncode == (1 if what else 0)
            assert [p["severity"] for p in problems] == (["error", "warning"] if what else [])
        elif not what:
            assert json.loads(done.stdout)["parameters"] == 0
        assert "Traceback" not in done.stderr
