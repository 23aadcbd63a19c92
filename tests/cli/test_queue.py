"""`nnstudio queue`: what is put in, looked at, put in order and taken out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nnstudio.__main__ import main
from nnstudio.cli import queue as command
from nnstudio.runs.owner import Owner, Ownership
from nnstudio.runs.queue.folder import QueueFolder
from nnstudio.runs.store import VARIABLE


def test_from_adding_to_removing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))

    def said(*words: str) -> tuple[int, str, str]:
        code = main(["queue", *words])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    assert said("list") == (0, "nothing waits\n", "")
    for title in ("one", "two"):
        code, out, err = said("add", "SimpleCNN/421k", "--epochs", "3", "--title", title)
        assert (code, err) == (0, "It waits: nnstudio queue run trains what waits.\n")
        assert out.endswith(f"  {title}\n")
    code, out, _ = said("list", "--json")
    told = json.loads(out)
    assert (code, told["wish"], told["worked_at"]) == (0, "run", False)
    first, second = (one["id"] for one in told["queue"])
    assert said("move", second, "1")[0] == 0
    assert said("hold", first)[0] == 0
    out = said("list")[1]
    assert out.index("two") < out.index("one")
    assert "Held back" in out
    assert said("move", second, "3") == (
        2,
        "",
        "nnstudio: PLACE expects a number from 1 to 2, received 3\n",
    )
    assert said("retry", second)[2] == "nnstudio: 'two' is waiting.\n"
    assert said("remove", "nothing")[0] == 2
    started: list[int] = []

    class Idle:
        def __init__(self, folder: QueueFolder, **_: object) -> None:
            started.append(folder.control().at_once)

        def work(self) -> None: ...

    monkeypatch.setattr(command, "Runner", Idle)
    assert said("pause")[0] == 0
    assert said("run", "--workers", "2") == (
        0,
        "paused: nnstudio queue resume lets the rest be trained\n",
        "",
    )
    assert started == [2]
    assert said("remove", first, second)[0] == 0
    assert said("list")[1] == "nothing waits\n"


def test_what_the_queue_refuses_is_said_plainly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    for workers in ("0", "9000"):
        assert main(["queue", "run", "--workers", workers]) == 2
        wanted = f"--workers expects a number from 1 to 64, received {workers}"
        assert capsys.readouterr().err == f"nnstudio: {wanted}\n"
    queue = QueueFolder(tmp_path)
    owner = Ownership(queue.path)
    assert main(["queue", "run"]) == 2
    told = f"The queue in {queue.path} is worked at already, by {Owner.me()}.\n"
    assert capsys.readouterr().err == f"nnstudio: {told}"
    owner.release()
    queue.path.mkdir(exist_ok=True)
    (queue.path / "control.json").write_text('{"at_once": "many"}')
    assert main(["queue", "list"]) == 2
    assert "Delete this file to go on: what waits stays" in capsys.readouterr().err
