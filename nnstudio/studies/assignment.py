"""`Assignment`: all that a document asks for, as a list of ordinary trainings and studies.

Those that come with the program are declared in `resources/assignments/`; one that was begun has a
folder:

    assignment.json  the plan with what was wished otherwise, its id, where its runs lie
    project.nns      the first model, fitted to its data; project-2.nns and so on
    steps/NAME/      the study of a step
    results.json     the figures of all steps; results.csv the same as a table
    report.html      the report on all of them
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from nnstudio.assets import asset
from nnstudio.project.refusal import Refusal
from nnstudio.project.refused_value import refused_value
from nnstudio.project.storage import file
from nnstudio.project.storage.atomic import write_text
from nnstudio.runs.occupied import ASSIGNMENT, why_no_study
from nnstudio.runs.owner import owner_of
from nnstudio.runs.store import new_id, now
from nnstudio.studies import places
from nnstudio.studies.errors import StudyError
from nnstudio.studies.plan import Variant
from nnstudio.studies.run_places import folder_of_runs, seen_from

RECORD = ASSIGNMENT
FORMAT = 1
STEPS = "steps"
RESULTS = "results.json"
TABLE = "results.csv"
REPORT = "report.html"

_Name = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]


class _Values(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class _Step(_Values):
    """name: of its folder. title: for people."""

    name: _Name
    title: str


class Trainings(_Step):
    """Each model trained once on the split of its project, and judged on the test part."""

    kind: Literal["trainings"] = "trainings"


class Comparison(_Step):
    """All models on the same folds."""

    kind: Literal["comparison"] = "comparison"
    folds: Annotated[int, Field(ge=2, le=1_000)]
    repeats: Annotated[int, Field(ge=1)] = 1
    all_samples: bool = False


class Search(_Step):
    """A search of one model. space: a published one of it, by name."""

    kind: Literal["search"] = "search"
    model: str
    space: str
    objective: str
    trials: Annotated[int, Field(ge=1)]


Step = Annotated[Trainings | Comparison | Search, Field(discriminator="kind")]


class Assignment(_Values):
    """A document's plan. asks: what it asks for. notes: how it was read where it leaves room, with
    shares of the split as `{test}` and `{validation}`; see `readings`.

    models: by preset and variant. settings: of data and training, for all steps.
    """

    format: int = FORMAT
    name: _Name
    document: str
    title: str
    asks: str = ""
    notes: tuple[str, ...] = ()
    models: Annotated[tuple[str, ...], Field(min_length=1)]
    data: str
    settings: dict[str, Any] = {}
    steps: Annotated[tuple[Step, ...], Field(min_length=1)]

    def wished(
        self,
        *,
        data: str | None = None,
        settings: dict[str, Any] | None = None,
        folds: int | None = None,
        trials: int | None = None,
    ) -> Assignment:
        """The same with other data, settings, folds, and trials of each search; 0: no search.

        Raises `Refusal` for numbers that cannot be.
        """
        if folds is not None and folds < 2:
            raise Refusal(f"folds: expected at least 2, received {folds}")
        if trials is not None and trials < 0:
            raise Refusal(f"trials: expected at least 0, received {trials}")
        steps: list[Step] = []
        for step in self.steps:
            if isinstance(step, Comparison) and folds is not None:
                steps.append(step.model_copy(update={"folds": folds}))
            elif isinstance(step, Search) and trials is not None:
                steps += [step.model_copy(update={"trials": trials})] if trials else []
            else:
                steps.append(step)
        given = {**self.settings, **(settings or {})}
        update = {"data": data or self.data, "settings": given, "steps": tuple(steps)}
        return self.model_copy(update=update)

    @property
    def readings(self) -> tuple[str, ...]:
        """The notes with the shares that the settings have."""
        found = []
        for note in self.notes:
            for name in ("test", "validation"):
                share = self.settings.get(name, 0.0)
                said = f"{100 * share:.4g} %" if isinstance(share, float | int) else str(share)
                note = note.replace(f"{{{name}}}", said)
            found.append(note)
        return tuple(found)

    @property
    def trainings(self) -> int:
        """How many runs it has at most, with all trials."""
        found = 0
        for step in self.steps:
            match step:
                case Trainings():
                    found += len(self.models)
                case Comparison():
                    found += len(self.models) * step.folds * step.repeats
                case Search():
                    found += step.trials
        return found


@dataclass(frozen=True)
class Begun:
    """An assignment in its folder. variants: its models, fitted to its data. runs: of the store."""

    id: str
    created: str
    folder: Path
    runs: Path
    plan: Assignment
    variants: tuple[Variant, ...] = field(repr=False)

    def step_folder(self, step: _Step) -> Path:
        """Where the study of a step lies, or will lie."""
        return self.folder / STEPS / step.name

    def run_folder(self, step: Trainings, number: int) -> Path:
        """Where the training of the model of that number, from 0, lies or will lie."""
        return self.runs / _run_name(self.id, step, number)

    def variant(self, model: str) -> Variant:
        """A model by its name."""
        return next(one for one in self.variants if one.name == model)


# -- those that come with the program -----------------------------------------------------


@cache
def assignments() -> tuple[Assignment, ...]:
    """All that are declared, by name."""
    paths = sorted(asset("assignments").glob("*.json"))
    return tuple(Assignment.model_validate_json(path.read_bytes()) for path in paths)


def assignment_of(word: str) -> Assignment:
    """The one that a word means: its name, the title of its document, or one of its presets.

    Raises `StudyError` that lists all.
    """
    wanted = word.strip().lower()
    for one in assignments():
        presets = {name.lower() for name in _presets(one)}
        if wanted in {one.name, one.document.lower(), *presets}:
            return one
    names = ", ".join(one.name for one in assignments())
    raise StudyError(
        f"There is no plan for {word!r}: expected the name of a document, one of its presets, or "
        f"the folder of one that was begun; there is {names}."
    )


def for_document(document: str) -> Assignment | None:
    """The plan for the document that a project names, if there is one."""
    return next((one for one in assignments() if document and one.document == document), None)


def _presets(one: Assignment) -> Iterable[str]:
    for model in one.models:
        yield model
        yield model.partition("/")[0]


# -- those that were begun ---------------------------------------------------------------


def is_begun(folder: Path) -> bool:
    """True for the folder of an assignment."""
    return (folder / RECORD).is_file()


def find_begun(word: str) -> Path | None:
    """The folder that a word means: itself, or that of an id; None if there is none."""
    for folder in (Path(word), places.studies_folder() / word):
        try:
            if word.strip() and is_begun(folder):
                return folder.absolute()
        except (OSError, ValueError):
            continue
    return None


def begun_in(place: Path) -> list[Path]:
    """The folders of assignments in a folder of studies, the newest first."""
    try:
        inside = sorted(place.iterdir(), reverse=True)
    except OSError:
        return []
    return [folder for folder in inside if is_begun(folder)]


def unfinished(plan: Assignment, place: Path) -> list[Path]:
    """Those in a folder of studies that have not come to their end and at which nobody works, the
    newest first.
    """
    return [folder for folder in begun_in(place) if _can_go_on(plan, folder)]


def _can_go_on(plan: Assignment, folder: Path) -> bool:
    try:
        name = json.loads((folder / RECORD).read_text("utf-8"))["plan"]["name"]
        done = (folder / RESULTS).exists() and json.loads((folder / RESULTS).read_text("utf-8"))
        return bool(name == plan.name and not (done and done["complete"])) and not owner_of(folder)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def write_begun(
    plan: Assignment, variants: tuple[Variant, ...], folder: Path | None, runs: Path
) -> Begun:
    """Begin one in a folder, by default among all studies; whole or not there.

    Raises `StudyError` if there is one already, if something else is in its place, or if it cannot
    be written.
    """
    own = new_id()
    place = places.studies_folder() / own if folder is None else folder.absolute()
    if is_begun(place):
        raise StudyError(f"There is an assignment in {place}: give it in place of the document.")
    names = [_project_file(number) for number in range(len(variants))]
    if why := why_no_study(place, (*names, STEPS, RESULTS, TABLE, REPORT)):
        raise StudyError(why)
    made = Begun(own, now(), place, runs.absolute(), plan, variants)
    try:
        place.mkdir(parents=True, exist_ok=True)
        models = []
        for number, one in enumerate(variants):
            path = place / _project_file(number)
            file.write(one.project, path)
            digest = file.digest(path.read_bytes())
            models.append({"name": one.name, "file": path.name, "hash": digest})
        told = {"format": FORMAT, "id": own, "created": made.created, "runs": str(made.runs)}
        told["runs_from_here"] = seen_from(place, made.runs)
        told |= {"models": models, "plan": plan.model_dump(mode="json")}
        write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", place / RECORD)
    except OSError as error:
        raise StudyError(f"An assignment cannot be kept in {place}: {error.strerror}.") from error
    return made


def read_begun(folder: Path) -> Begun:
    """The assignment in a folder. Raises `StudyError`, or `FileError` for its projects."""
    folder = folder.absolute()
    path = folder / RECORD
    try:
        told = json.loads(path.read_text("utf-8"))
        if told["format"] != FORMAT:
            raise StudyError(f"{path} was written by a newer version of this program.")
        own, created, written = str(told["id"]), str(told["created"]), str(told["runs"])
        relative = str(told.get("runs_from_here", ""))
        models = [(str(one["name"]), str(one["hash"])) for one in told["models"]]
        plan = Assignment.model_validate(told["plan"])
    except StudyError:
        raise
    except FileNotFoundError as error:
        raise StudyError(f"There is no assignment in {folder}: expected {RECORD}.") from error
    except OSError as error:
        raise StudyError(f"{path} cannot be read: {error.strerror or error}.") from error
    except ValidationError as error:
        raise StudyError(f"{path} is damaged: {refused_value(error, Assignment).line}.") from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise StudyError(f"{path} is damaged: it tells no assignment.") from error
    if [name for name, _ in models] != list(plan.models) or Path(own).name != own or not own:
        raise StudyError(f"{path} is damaged: it tells no assignment.")
    variants = []
    for number, (name, known) in enumerate(models):
        place = folder / _project_file(number)
        stored = file.read_stored(place)
        if stored.digest != known:
            raise StudyError(f"{place} is not the model that the assignment was begun with.")
        variants.append(Variant(name, stored.project))
    steps = [one for one in plan.steps if isinstance(one, Trainings)]
    names = [_run_name(own, step, number) for step in steps for number in range(len(variants))]
    runs = folder_of_runs(folder, written, relative, names)
    return Begun(own, created, folder, runs, plan, tuple(variants))


def _run_name(own: str, step: Trainings, number: int) -> str:
    return f"{own}-{step.name}-m{number + 1}"


def _project_file(number: int) -> str:
    return "project.nns" if number == 0 else f"project-{number + 1}.nns"
