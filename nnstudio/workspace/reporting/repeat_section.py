"""With what something was trained, and the commands that do it again."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence

from nnstudio.project.search.space import Axis, Choices
from nnstudio.report.document import Code, Facts, Item, Paragraph, Section, Table, row, section
from nnstudio.report.numbers import NOTHING, duration
from nnstudio.runs.folder import PROJECT_FILE
from nnstudio.runs.record import RunRecord
from nnstudio.studies.search.plan import SearchPlan
from nnstudio.studies.study import Study

_NAMES = {
    "nnstudio": "NN Studio",
    "torch": "PyTorch",
    "numpy": "NumPy",
    "scikit-learn": "scikit-learn",
    "scipy": "SciPy",
    "optuna": "Optuna",
    "python": "Python",
    "system": "System",
    "processor": "Processor",
    "cores": "Cores",
}


def facts_of(versions: Mapping[str, str], more: Sequence[tuple[str, str]] = ()) -> Facts:
    """Versions and machine, the program first."""
    order = [*(_NAMES), *(name for name in versions if name not in _NAMES)]
    told = [(_NAMES.get(name, name), versions[name]) for name in order if versions.get(name)]
    return Facts((*told, *((name, value) for name, value in more if value)))


def environment_section(versions: Mapping[str, Mapping[str, str]]) -> Section:
    """With what several things were made. versions: of each by its name."""
    names = list(dict.fromkeys(name for told in versions.values() for name in told))
    shared: dict[str, str] = {}
    apart: list[str] = []
    for name in names:
        values = {told.get(name, "") for told in versions.values() if told}
        if len(values - {""}) == 1:  # what one of them does not tell is no difference
            shared[name] = next(iter(values - {""}))
        else:
            apart.append(name)
    items: list[Item] = [facts_of(shared)]
    if apart:
        rows = tuple(
            row(what, *(told.get(name) or NOTHING for name in apart))
            for what, told in versions.items()
        )
        columns = ("", *(_NAMES.get(name, name) for name in apart))
        items.append(Table(columns, rows, "Where it differs", left=len(columns), small=True))
    return section("Environment", items)


def repeat_section(record: RunRecord, *, brief: bool = False) -> Section:
    """Of one run. brief: without versions and what is told of each run."""
    seconds = record.result.get("seconds")
    threads = "" if record.threads is None else str(record.threads)
    more = [
        ("Trained on", record.device),
        ("Threads", threads),
        ("Time of training", duration(float(seconds)) if seconds is not None else ""),
        ("Begun", record.created.partition(".")[0].replace("T", " ") + " UTC"),
        *(
            (f"SHA-256 of {name}", value[:16])
            for name, value in sorted(record.fingerprints.items())
            if len(value) == 64
        ),
    ]
    project = shlex.quote(str(record.folder / PROJECT_FILE))
    commands = (
        f"nnstudio train {project}  # trains it again, with these settings and data\n"
        f"nnstudio evaluate {shlex.quote(record.id)}  # the figures of this run\n"
    )
    return section(
        "How to repeat it",
        [facts_of({} if brief else record.versions, more), *_commands(commands, brief=brief)],
    )


def _commands(text: str, *, brief: bool = False) -> list[Item]:
    code: list[Item] = [Code(text, "shell")]
    if brief:
        return code
    return [
        *code,
        Paragraph(
            "The project file holds model, settings, seeds and the way to the data. The same "
            "versions on the same kind of processor with the same number of threads give the same "
            "bits; other ones give figures that are close."
        ),
    ]


def repeat_study(study: Study, versions: Mapping[str, str], seconds: float) -> Section:
    """Of a cross-validation or a comparison."""
    rule, plan = study.plan.rule, study.plan
    files = [
        shlex.quote(str(study.folder / ("project.nns" if k == 0 else f"project-{k + 1}.nns")))
        for k in range(len(plan.variants))
    ]
    word = "cross-validate" if len(files) == 1 else "compare"
    options = f"--folds {rule.folds} --repeats {rule.repeats}"
    options += f" --seeds {plan.seeds}" if word == "compare" else ""
    options += " --all-samples" if rule.all_samples else ""
    names = "".join(
        f"# {shlex.quote(f.rpartition('/')[2])} is {_line(v.name)}\n"
        for f, v in zip(files, plan.variants, strict=True)
    )
    commands = f"{names}nnstudio {word} {' '.join(files)} {options}\n"
    more = [
        ("Time of all trainings", duration(seconds)),
        ("SHA-256 of the folds", study.folds.hash[:16]),
    ]
    return section("How to repeat it", [facts_of(versions, more), *_commands(commands)])


def repeat_search(plan: SearchPlan, folder: str, *, brief: bool = False) -> Section:
    """Of a search. brief: without versions."""
    axes = " ".join(f"--search {shlex.quote(_axis(one))}" for one in plan.space.axes)
    objectives = " ".join(f"--objective {one.figure}:{one.direction}" for one in plan.objectives)
    trials = f" --trials {plan.limits.trials}" if plan.limits.trials else ""
    project = shlex.quote(f"{folder}/project.nns")
    commands = (
        f"nnstudio tune {project} {axes} {objectives} --sampler {plan.sampler} "
        f"--pruner {plan.pruner} --seed {plan.seed}{trials}\n"
        f"nnstudio tune --study {shlex.quote(folder)} --use-best best.nns\n"
    )
    more = Paragraph(plan.reproduces)
    return section(
        "How to repeat it",
        [facts_of({} if brief else plan.versions), *_commands(commands, brief=brief), more],
    )


def _line(text: str) -> str:
    return " ".join(text.split())


def _axis(axis: Axis) -> str:
    if isinstance(axis, Choices):
        return f"{axis.name}={','.join(map(str, axis.choices))}"
    step = "" if axis.step in (None, 1) else f":{axis.step:g}"
    return f"{axis.name}={axis.low!r}..{axis.high!r}{step}{':log' if axis.log else ''}"
