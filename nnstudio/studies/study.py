"""`Study`: a plan in a folder. What its runs hold is not written here again.

    study.json     kind, plan, models with their hash, the data's, versions; written last
    folds.npz/json index sets, a number for each sample, their hash
    project.nns    the model with its settings; project-2.nns and so on of a comparison

The runs lie in the ordinary store; their ids begin with the study's.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

from nnstudio.errors import UserError
from nnstudio.project.compare import differences
from nnstudio.project.storage import file
from nnstudio.project.storage.atomic import write_text
from nnstudio.runs.machine import machine_facts
from nnstudio.runs.occupied import why_no_study
from nnstudio.runs.record import RunRecord, holds_run, read_record
from nnstudio.runs.states import State
from nnstudio.runs.store import RunStore, new_id, now
from nnstudio.studies import kept_folds, places
from nnstudio.studies.errors import StudyError
from nnstudio.studies.folds import FoldRule, Folds
from nnstudio.studies.keeping import name_of
from nnstudio.studies.places import RECORD
from nnstudio.studies.plan import Cell, Kind, Plan, Variant
from nnstudio.studies.run_places import folder_of_runs, seen_from

FORMAT = 1


@dataclass(frozen=True)
class Among:
    """The folders in which the studies and the runs of a user lie."""

    studies: Path
    runs: Path


@dataclass(frozen=True)
class Study:
    """A plan with its folds and its place. runs: the folder in which its runs lie.

    Two of one id, plan and place are equal: their folds, which are arrays, are not compared.
    """

    id: str
    created: str
    folder: Path
    runs: Path
    plan: Plan = field(repr=False)
    folds: Folds = field(repr=False, compare=False)

    def run_folder(self, cell: Cell) -> Path:
        """Where the run of a cell lies, or will lie."""
        return self.runs / f"{self.id}-{cell.word}"

    def record(self, cell: Cell) -> RunRecord | None:
        """What there is of a cell's run. Raises `RunStoreError` if it is damaged."""
        folder = self.run_folder(cell)
        return read_record(folder) if holds_run(folder) else None

    def is_done(self, cell: Cell) -> bool:
        """True for a cell whose run has come to its end."""
        found = self.record(cell)
        return found is not None and found.state is State.COMPLETED

    def done(self) -> tuple[Cell, ...]:
        """The cells that are done."""
        return tuple(cell for cell in self.plan.cells() if self.is_done(cell))

    def notes(self) -> tuple[str, ...]:
        """What one should know, in sentences."""
        return (*self.folds.notes, *self.plan.notes())

    def to_json(self) -> dict[str, Any]:
        """What it is, and how far it is."""
        runs = list(self.plan.cells())
        return {
            "id": self.id,
            "kind": self.plan.kind,
            "created": self.created,
            "folder": str(self.folder),
            "models": [variant.name for variant in self.plan.variants],
            "folds": self.plan.rule.folds,
            "repeats": self.plan.rule.repeats,
            "seeds": self.plan.seeds,
            "method": self.folds.method,
            "notes": list(self.notes()),
            "runs": len(runs),
            "done": len(self.done()),
        }


def new_study(
    plan: Plan, folds: Folds, data: str, folder: Path | None = None, among: Among | None = None
) -> Study:
    """Write a study into a folder, by default among all others; whole or not there.

    data: what tells the content of its data from others. among: whose studies and runs; by default
    the user's. Raises `StudyError` if there is one already, if something else is in its place, or
    if it cannot be written.
    """
    store = RunStore(None if among is None else among.runs)
    others = places.studies_folder() if among is None else among.studies
    own = new_id()
    place = others / own if folder is None else folder.absolute()
    if (place / RECORD).exists():
        raise StudyError(f"There is a study in {place}: give --resume to go on with it.")
    refuse_occupied(place, plan)
    made = Study(own, now(), place, store.folder.absolute(), plan, folds)
    try:
        place.mkdir(parents=True, exist_ok=True)
        for number, variant in enumerate(plan.variants):
            file.write(variant.project, place / _project_file(number))
        kept_folds.write(folds, place)
        write_text(
            json.dumps(_told(made, data), indent=1, ensure_ascii=False) + "\n", place / RECORD
        )
        if folder is not None:
            places.remember(place, others)
    except OSError as error:
        raise StudyError(f"A study cannot be kept in {place}: {error.strerror}.") from error
    return made


def refuse_occupied(place: Path, plan: Plan) -> None:
    """Raise `StudyError` if a new study would write over what is in a folder."""
    names = [_project_file(number) for number in range(len(plan.variants))]
    if why := why_no_study(place, (*names, kept_folds.SETS, kept_folds.ABOUT)):
        raise StudyError(why)


def _told(made: Study, data: str) -> dict[str, Any]:
    plan = made.plan
    first = plan.variants[0].project
    return {
        "format": FORMAT,
        "id": made.id,
        "kind": plan.kind,
        "created": made.created,
        "plan": {
            "folds": plan.rule.folds,
            "repeats": plan.rule.repeats,
            "all_samples": plan.rule.all_samples,
            "seeds": plan.seeds,
        },
        "models": [
            {
                "name": one.name,
                "file": _project_file(number),
                "hash": file.digest((made.folder / _project_file(number)).read_bytes()),
            }
            for number, one in enumerate(plan.variants)
        ],
        "seed": first.training.seed,
        "split": first.data.split.model_dump(mode="json"),
        "data": data,
        "folds": made.folds.hash,
        "limits": {"runs": len(list(plan.cells()))},
        "runs": str(made.runs),
        "runs_from_here": seen_from(made.folder, made.runs),
        "versions": {**machine_facts(), **_versions()},
    }


def _versions() -> dict[str, str]:
    from importlib.metadata import version

    return {name: version(name) for name in ("scikit-learn", "scipy")}


def _project_file(number: int) -> str:
    return "project.nns" if number == 0 else f"project-{number + 1}.nns"


def read_study(folder: Path) -> Study:
    """The study in a folder. Raises `StudyError`, or `FileError` for its project."""
    folder = folder.absolute()
    path = folder / RECORD
    places.refuse_other_kind(folder, *get_args(Kind))
    try:
        told = json.loads(path.read_text("utf-8"))
        if told["format"] != FORMAT:
            raise StudyError(f"{path} was written by a newer version of this program.")
        if told["kind"] not in get_args(Kind):
            raise StudyError(f"{folder} holds a study of another kind: {told['kind']}.")
        numbers = {name: int(told["plan"][name]) for name in ("folds", "repeats", "seeds")}
        rule = FoldRule(numbers["folds"], numbers["repeats"], bool(told["plan"]["all_samples"]))
        models = [(str(one["name"]), str(one["hash"])) for one in told["models"]]
        own, created, written = str(told["id"]), str(told["created"]), str(told["runs"])
        relative = str(told.get("runs_from_here", ""))
        expected = str(told["folds"])
    except StudyError:
        raise
    except FileNotFoundError as error:
        raise StudyError(f"There is no study in {folder}: expected a file {RECORD}.") from error
    except OSError as error:
        raise StudyError(f"{path} cannot be read: {error.strerror or error}.") from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise StudyError(f"{path} is damaged: it tells no study.") from error
    if not models or Path(own).name != own or own in ("", ".", ".."):
        raise StudyError(f"{path} is damaged: it tells no study.")
    variants = []
    for number, (name, known) in enumerate(models):
        place = folder / _project_file(number)
        stored = file.read_stored(place)
        if stored.digest != known:
            raise StudyError(f"{place} is not the model that the study was begun with.")
        variants.append(Variant(name, stored.project))
    plan = Plan(tuple(variants), rule, numbers["seeds"])
    names = [f"{own}-{cell.word}" for cell in plan.cells()]
    runs = folder_of_runs(folder, written, relative, names)
    folds = kept_folds.read(folder)
    if folds.hash != expected:
        raise StudyError(f"{folder} holds other folds than those it was begun with.")
    return Study(own, created, folder, runs, plan, folds)


# -- all of them ----------------------------------------------------------------------------------


def all_studies() -> list[Study]:
    """Every study that can be read, the newest first."""
    found = []
    for folder in places.folders():
        try:
            found.append(read_study(folder))
        except UserError:
            continue  # its folder stays as it is
    return sorted(found, key=lambda one: one.created, reverse=True)


def listed() -> list[dict[str, Any]]:
    """Every study at a glance, the newest first: also those of other kinds, by what they share."""
    found = [one.to_json() for one in all_studies()]
    known = {one["folder"] for one in found}
    for folder in places.folders():
        told = places.told_of(folder)
        own, kind = str(told.get("id", "")), str(told.get("kind", ""))
        if own and str(folder) not in known and kind not in get_args(Kind):
            models = [str(told.get("title", ""))]
            found.append({"id": own, "kind": kind, "folder": str(folder), "models": models})
    return [{**one, "name": name_of(Path(one["folder"]))} for one in found]


def is_study(word: str) -> bool:
    """True for the folder of a study, its id, or a beginning of one."""
    return bool(places.matching(word))


def find_study(word: str) -> Study:
    """A study by its folder, its id, or a beginning of the id. Raises `StudyError`."""
    found = places.only(word)
    if found is None:
        raise StudyError(f"There is no study {word}: expected its folder, or its id.")
    return read_study(found)


def same_plan(study: Study, plan: Plan) -> str:
    """Why a plan is not that of the study: "" if it is."""
    before = study.plan
    for name, was, wanted in (
        ("folds", before.rule.folds, plan.rule.folds),
        ("repeats", before.rule.repeats, plan.rule.repeats),
        ("seeds", before.seeds, plan.seeds),
        ("models", len(before.variants), len(plan.variants)),
    ):
        if was != wanted:
            return f"it has {was:,} {name}, not {wanted:,}"
    if before.rule != plan.rule:
        return "its test part is treated differently"
    for one, other in zip(before.variants, plan.variants, strict=True):
        if file.dumps(one.project) != file.dumps(other.project):
            found = differences(one.project, other.project)
            what = str(found[0]) if found else "its file"
            return f"{one.name} is another model or has other settings ({what})"
    return ""
