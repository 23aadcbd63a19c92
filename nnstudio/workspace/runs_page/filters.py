"""Which runs are wanted: words, states, models, data, stars, a project, the trash."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from nnstudio.runs.states import State
from nnstudio.workspace.runs_page.rows import RunRow


@dataclass(frozen=True)
class Pill:
    """A condition that can be taken away: what it is of, its value, and what is read."""

    kind: str
    value: str
    text: str


@dataclass(frozen=True)
class RunFilter:
    """Runs for which everything holds. text: each of its words stands in name, note, id, model,
    data or tags. project: file of a project, or the name of one without a file; "" for all. group:
    id of a study, tag: one that its runs have, such as those of one trial; "" for all.
    """

    text: str = ""
    states: frozenset[State] = frozenset()
    models: frozenset[str] = frozenset()
    data: frozenset[str] = frozenset()
    starred: bool = False
    project: str = ""
    project_title: str = ""
    group: str = ""
    group_title: str = ""
    tag: str = ""
    trashed: bool = False

    def keeps(self, row: RunRow) -> bool:
        """True for a run that is wanted."""
        record = row.record
        if (record.trashed is not None) is not self.trashed:
            return False
        if self.starred and not record.star:
            return False
        if self.states and record.state not in self.states:
            return False
        if self.models and row.model not in self.models:
            return False
        if self.data and row.data not in self.data:
            return False
        if self.project and self.project != (record.project or record.name):
            return False
        if self.group and self.group != record.group:
            return False
        if self.tag and self.tag not in record.tags:
            return False
        return self._has_words(row)

    def _has_words(self, row: RunRow) -> bool:
        words = self.text.lower().split()
        if not words:
            return True
        record = row.record
        told = (record.name, record.note, record.id, row.model, row.data, *record.tags, row.state)
        text = "\n".join(told).lower()
        return all(word in text for word in words)

    @property
    def is_everything(self) -> bool:
        """True if nothing is left out."""
        return self == RunFilter()

    @property
    def pills(self) -> tuple[Pill, ...]:
        """Every condition beside the words, in the order of the menu."""
        found = [
            Pill("states", state.value, state.value) for state in State if state in self.states
        ]
        found += [Pill("models", name, name) for name in sorted(self.models)]
        found += [Pill("data", name, name) for name in sorted(self.data)]
        if self.starred:
            found.append(Pill("starred", "", "Starred"))
        if self.project:
            found.append(Pill("project", self.project, f"Project {self.project_title}"))
        if self.group:
            found.append(Pill("group", self.group, f"Study {self.group_title}"))
        if self.tag:
            found.append(Pill("tag", self.tag, self.tag.replace("-", " ").capitalize()))
        if self.trashed:
            found.append(Pill("trashed", "", "In the trash"))
        return tuple(found)

    def toggled(self, kind: str, value: str) -> RunFilter:
        """With or without one more state, model or data; a star or the trash wanted or not."""
        match kind:
            case "starred":
                return replace(self, starred=not self.starred)
            case "trashed":
                return replace(self, trashed=not self.trashed)
            case "states":
                return replace(self, states=self.states ^ {State(value)})
            case "models":
                return replace(self, models=self.models ^ {value})
            case "data":
                return replace(self, data=self.data ^ {value})
            case "group":
                return replace(self, group="", group_title="", tag="")
            case "tag":
                return replace(self, tag="")
        return self.of_project("", "")

    def of_project(self, project: str, title: str) -> RunFilter:
        """Of one project alone; "" for all."""
        return replace(self, project=project, project_title=title)

    def with_text(self, text: str) -> RunFilter:
        """With other words."""
        return replace(self, text=text)


@dataclass(frozen=True)
class Choices:
    """What can be filtered by, of the runs that there are."""

    states: tuple[State, ...] = ()
    models: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    has_trash: bool = False


def choices_of(rows: Iterable[RunRow]) -> Choices:
    """What the runs have, for the menu of filters."""
    rows = list(rows)
    kept: Sequence[RunRow] = [row for row in rows if row.record.trashed is None]
    there = {row.state for row in kept}
    return Choices(
        tuple(state for state in State if state in there),
        tuple(sorted({row.model for row in kept}, key=str.lower)),
        tuple(sorted({row.data for row in kept}, key=str.lower)),
        len(kept) < len(rows),
    )
