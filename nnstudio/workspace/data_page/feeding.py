"""Which fields each Input of the model gets, and how that is changed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from nnstudio.analysis.report import Report
from nnstudio.data.info import DataError
from nnstudio.data.preparation.streams import Stream, streams
from nnstudio.project.data.fields import Feed
from nnstudio.project.data.spec import DataSpec
from nnstudio.project.refusal import Refusal
from nnstudio.project.values import Project
from nnstudio.workspace.input_mapping import required_inputs


@dataclass(frozen=True)
class Given:
    """What an Input gets; no stream where nothing is left for it."""

    input: str
    stream: Stream | None

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of its fields."""
        return tuple(field.name for field in self.stream.fields) if self.stream else ()


def given_to(project: Project, report: Report, offered: Sequence[Stream]) -> tuple[Given, ...]:
    """What each Input that must have something gets: what has its name, else the next one."""
    left = {stream.name: stream for stream in offered}
    found = []
    for wanted in required_inputs(project, report):
        key = wanted.name if wanted.name in left else next(iter(left), None)
        found.append(Given(wanted.name, left.pop(key) if key is not None else None))
    return tuple(found)


def choices(spec: DataSpec) -> tuple[Stream, ...]:
    """What can be given as it is found: the streams of the data without any choice by hand."""
    try:
        return streams(spec.with_values(feeds=()))
    except DataError:  # said in the line at the top
        return ()


def feeding(project: Project, report: Report, spec: DataSpec) -> tuple[Given, ...]:
    """What each Input gets, where there is something to choose; else nothing.

    There is where the model has several Inputs, the data several streams, or a choice was made.
    """
    try:
        given = given_to(project, report, streams(spec))
    except DataError:
        if not spec.feeds:
            return ()
        fed = {feed.input for feed in spec.feeds}
        return tuple(Given(name, None) for name in fed)
    except Refusal:
        return ()
    several = len(given) > 1 or len(choices(spec)) > 1 or bool(spec.feeds)
    return given if several else ()


def not_given(spec: DataSpec, given: Sequence[Given]) -> tuple[str, ...]:
    """The input fields that no Input gets."""
    used = {name for one in given for name in one.fields}
    return tuple(field.name for field in spec.having("input") if field.name not in used)


def with_feed(
    spec: DataSpec, given: Sequence[Given], name: str, fields: Collection[str]
) -> DataSpec:
    """Give an Input those fields, in the order of the data; the other Inputs keep theirs."""
    order = {field.name: at for at, field in enumerate(spec.fields)}
    batch_axis = {feed.input: feed.batch_axis for feed in spec.feeds}
    feeds = []
    for one in given:
        names = fields if one.input == name else one.fields
        if names:
            kept = tuple(sorted(names, key=lambda field: order.get(field, 0)))
            feeds.append(
                Feed(input=one.input, fields=kept, batch_axis=batch_axis.get(one.input, 0))
            )
    return spec.with_values(feeds=tuple(feeds))
