"""Neither a run nor a study is begun where it would write over what is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from nnstudio.__main__ import main
from nnstudio.project.storage import file
from nnstudio.runs.folder import OWN
from nnstudio.runs.occupied import why_no_run
from nnstudio.runs.store import VARIABLE
from nnstudio.studies.assignment import assignments, write_begun
from nnstudio.studies.errors import StudyError
from tests.kept_runs import kinds, table

RUN = ["--device", "cpu", "--threads", "1", "--missing", "drop", "--epochs", "1"]
BEGIN = {
    "train": ["--run"],
    "cross-validate": ["--folds", "2", "--test", "0.2", "--study"],
    "tune": ["--search", "batch_size=8,16", "--trials", "1", "--study"],
}
STUDY, RUN_THERE = "holds a study: ", "holds a run: "
FILE = "holds a file {} that belongs to no {}: "


def content(place: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in place.rglob("*") if path.is_file()}


@pytest.fixture
def target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "runs"))
    file.write(kinds(), tmp_path / "kinds.nns")
    return [str(tmp_path / "kinds.nns"), "--data", str(table(tmp_path / "kinds.csv")), *RUN]


@pytest.mark.parametrize(
    ("command", "name", "sentence"),
    [
        ("train", "study.json", STUDY),
        ("train --replace", "study.json", STUDY),
        ("train", "assignment.json", STUDY),
        ("train", "project.nns", FILE.format("project.nns", "run")),
        ("train", "model.py", FILE.format("model.py", "run")),
        ("cross-validate", "run.json", RUN_THERE),
        ("cross-validate", "folds.npz", FILE.format("folds.npz", "study")),
        ("tune", "run.json", RUN_THERE),
        ("tune", "project.nns", FILE.format("project.nns", "study")),
    ],
)
def test_what_is_there_is_not_written_over(
    command: str,
    name: str,
    sentence: str,
    tmp_path: Path,
    target: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = tmp_path / "there"
    folder.mkdir()
    (folder / name).write_text("kept")
    verb, *more = command.split()
    code = main([verb, *target, *more, *BEGIN[verb], str(folder)])
    assert (code, content(folder)) == (2, {folder / name: b"kept"})
    last = capsys.readouterr().err.splitlines()[-1]
    assert last == f"nnstudio: {folder} {sentence}choose another folder."


@pytest.mark.parametrize("command", BEGIN)
def test_a_file_is_no_folder(
    command: str, tmp_path: Path, target: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a").write_text("kept")
    for folder in (tmp_path / "a", tmp_path / "a" / "below"):
        assert main([command, *target, *BEGIN[command], str(folder)]) == 2
        last = capsys.readouterr().err.splitlines()[-1]
        assert last == f"nnstudio: {tmp_path / 'a'} is a file: expected a folder."


def test_an_assignment_writes_over_nothing(tmp_path: Path) -> None:
    (tmp_path / "report.html").write_text("kept")
    with pytest.raises(StudyError, match=r"holds a file report\.html that belongs to no study"):
        write_begun(assignments()[0], (), tmp_path, tmp_path)
    assert len(content(tmp_path)) == 1


def test_what_died_of_its_beginning_is_no_hindrance(tmp_path: Path) -> None:
    (tmp_path / "project.nns").write_text("of one that died")
    (tmp_path / "owner.lock").write_text("its")
    assert why_no_run(tmp_path, OWN) == ""


def test_a_study_of_another_kind_names_its_command(
    tmp_path: Path, target: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    kinds_of = {
        "cross-validation": "nnstudio cross-validate",
        "comparison": "nnstudio compare",
        "search": "nnstudio tune --study",
    }
    for kind, command in kinds_of.items():
        folder = tmp_path / kind
        folder.mkdir()
        (folder / "study.json").write_text(f'{{"format": 1, "kind": "{kind}"}}')
        words = [["tune", "--study", str(folder), "--status"], ["tune", *target, *BEGIN["tune"]]]
        words[1].append(str(folder))
        if kind == "search":
            words = [["cross-validate", str(folder)], ["compare", str(folder)]]
        for one in words:
            assert main(one) == 2
            said = capsys.readouterr().err
            assert said.startswith(f"nnstudio: {folder} holds a {kind}, not a ")
            assert said.endswith(f": go on with it by {command} {folder}\n")


def test_what_is_no_model_is_named_as_it_was_given(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "folder").mkdir()
    for given, sentence in (
        ("/no/such/folder", "There is no file /no/such/folder: expected a .nns file or a preset."),
        (f"{tmp_path}/folder", f"{tmp_path}/folder is a folder: expected a .nns file or a preset."),
    ):
        assert main(["cross-validate", given]) == 2
        assert capsys.readouterr().err == f"nnstudio: {sentence}\n"
