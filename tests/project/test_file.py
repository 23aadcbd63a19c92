"""The file: round trips, what is left out, atomic writing, and every way it can be wrong."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnstudio.graph.values import Edge, Expr, FrozenMap, Graph, Group, Node, Port, Repeat
from nnstudio.project.data.fields import Feed, Field, Target
from nnstudio.project.data.source import Fingerprint, Table
from nnstudio.project.data.spec import DataSpec, Guess
from nnstudio.project.data.split import Split
from nnstudio.project.data.steps import Step
from nnstudio.project.storage import file, migrations
from nnstudio.project.storage.fields import FileError
from nnstudio.project.storage.file import dumps, loads, read, write
from nnstudio.project.training_settings import TrainingSettings
from nnstudio.project.values import (
    About,
    Block,
    BlockParameter,
    Local,
    Project,
    Requirement,
    Variant,
)
from nnstudio.symbols.work import CancelledError
from tests.project.test_state_machine import residual_project
from tests.robustness import large

FOLDER = Path(__file__).parent / "files"


def full_data() -> DataSpec:
    """A spec in which every kind of part occurs."""
    source = Table(
        path="/data/ages.csv",
        fingerprint=Fingerprint(size=120, modified=1, hash="ab"),
        delimiter="\t",
        decimal=",",
        missing=("", "n/a"),
    )
    fields = (
        Field(name="age\nin years", origin=0, kind="number", role="input", missing="mean"),
        Field(name="kind", kind="category", role="target", classes=("a", "b")),
    )
    return DataSpec(
        source=source,
        fields=fields,
        targets=(Target(name="output", fields=("kind",), task="classes", classes=("a", "b")),),
        feeds=(Feed(input="x", fields=("age\nin years",)),),
        split=Split(by="random", validation=0.25, test=0.1, seed=9, max_samples=100),
        preparation=(Step(name="standardise", params=(("clip", 3.0), ("centre", True))),),
        balance="class_weights",
        guesses=(Guess(about="source.decimal", why="12 cells are like 1,5", confirmed=True),),
    )


def full_project() -> Project:
    """A project in which every kind of record and value occurs."""
    nodes = (
        Node("x", "Input", "x", FrozenMap({"shape": ("N", 3, "h", Expr("2 * hidden"))})),
        Node(
            "c",
            "Conv2d",
            "conv",
            FrozenMap({"out_channels": Expr("hidden * (i + 1)"), "kernel_size": (3, 1)}),
            repeat=Repeat(Expr("depth"), "inline"),
            when=Expr("hidden > 2"),
            group="inner",
            position=(12.3, -4.0),
        ),
        Node("r", "ReLU", "relu", group="inner"),
        Node("again", "ReLU", "", shares="r"),
        Node("odd", "acme.Spectral", "odd", FrozenMap({"a": (1, ("b", None)), "c": 0.5})),
        Node("y", "Output", "output"),
    )
    wires = [("x", "c"), ("c", "r"), ("r", "again"), ("again", "odd"), ("odd", "y")]
    edges = tuple(Edge(Port(a, "output"), Port(b, "input")) for a, b in wires)
    groups = (Group("outer", "Großer Rahmen"), Group("inner", "net", "Sequential", "outer"))
    model = Block(
        "Model",
        (
            BlockParameter("hidden", default=8, note="Width.\nIn channels."),
            BlockParameter("depth"),
            BlockParameter("rate", "float", 0.1),
            BlockParameter("dims", "list[int]", (1, 2)),
            BlockParameter("flag", "bool", False),
            BlockParameter("mode", "str", "zeros"),
        ),
        (Local("wide", Expr("2 * hidden")),),
        (Requirement(Expr("hidden % 2 == 0"), "hidden must be even"),),
        Graph(nodes, edges, groups),
        "A note.",
    )
    return Project(
        blocks=(model, Block("Empty", kind="ModuleList")),
        values=FrozenMap({"depth": 3, "dims": (4, 5)}),
        data=full_data(),
        training=TrainingSettings(epochs=3, learning_rate=0.5, clip_norm=1.0),
        variants=(
            Variant("small", FrozenMap({"hidden": 4, "depth": 1}), "s001", "Small."),
            Variant("slow", training=FrozenMap({"epochs": 99, "clip_norm": None})),
            Variant("few", data=FrozenMap({"source": "digits", "max_samples": 9, "seed": 3})),
        ),
        about=About("images", "cnn", "Note.", "the handbook"),
    )


@pytest.mark.parametrize("project", [Project(), full_project(), residual_project()])
def test_round_trip(project: Project) -> None:
    text = dumps(project)
    assert loads(text) == project
    assert dumps(loads(text)) == text


def test_the_text_is_diffable() -> None:
    project = full_project()
    lines = dumps(project).splitlines()
    for node in project.model.graph.nodes:
        assert sum(f'"id": "{node.id}"' in line for line in lines) == 1
    assert sum('.output", "' in line for line in lines) == len(project.model.graph.edges)
    moved = project.with_graph(
        "Model",
        project.model.graph.with_node(
            Node("r", "ReLU", "relu", group="inner", position=(8.0, 8.0))
        ),
    )
    changed = [(a, b) for a, b in zip(lines, dumps(moved).splitlines(), strict=True) if a != b]
    assert len(changed) == 1


def test_defaults_are_not_written() -> None:
    data = json.loads(dumps(Project()))
    assert data == {
        "blocks": [{"name": "Model"}],
        "format": "nnstudio",
        "root": "Model",
        "version": 2,
    }


def test_values_keep_their_types() -> None:
    values: dict[str, Any] = {"a": 1, "b": True, "c": 1.0, "d": "1", "e": None, "f": (1, 1.0, True)}
    node = Node("n", "acme.Layer", "odd", FrozenMap(values))
    again = loads(dumps(Project(blocks=(Block("Model", graph=Graph((node,))),))))
    found = again.model.graph.nodes[0].params
    assert {k: repr(v) for k, v in found.items()} == {k: repr(v) for k, v in values.items()}


def test_an_unknown_layer_is_written_back_unchanged() -> None:
    text = dumps(full_project())
    line = next(line for line in text.splitlines() if "acme.Spectral" in line)
    assert line in dumps(loads(text)).splitlines()


# -- on disk ---------------------------------------------------------------------------------


def test_write_and_read(tmp_path: Path) -> None:
    path = tmp_path / "größe.nns"
    write(full_project(), path)
    assert read(path) == full_project()
    assert path.read_bytes() == dumps(full_project()).encode()
    write(Project(), path)
    assert read(path) == Project()
    assert os.listdir(tmp_path) == [path.name]


def test_a_failed_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "my.nns"
    write(Project(), path)

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(FileError, match=r"my\.nns: cannot be written: No space left"):
        write(full_project(), path)
    monkeypatch.undo()
    assert read(path) == Project()
    assert os.listdir(tmp_path) == ["my.nns"]


def test_files_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(FileError, match=r"none\.nns: cannot be read: No such file"):
        read(tmp_path / "none.nns")
    with pytest.raises(FileError, match="cannot be read"):
        read(tmp_path)
    path = tmp_path / "my.nns"
    path.write_bytes(b"\x80\x02}q\x00.")
    with pytest.raises(FileError, match=r"my\.nns: expected UTF-8 text"):
        read(path)
    path.write_bytes(b"\xef\xbb\xbf" + dumps(Project()).encode())
    assert read(path) == Project()
    monkeypatch.setattr(file, "MAX_BYTES", 10)
    with pytest.raises(FileError, match=r"my\.nns: expected at most 10 bytes, received"):
        read(path)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("v*/*.nns")), ids=lambda p: p.stem)
def test_old_files_stay_readable(path: Path) -> None:
    project = read(path)
    assert loads(dumps(project)) == project


def test_there_are_files_of_every_version() -> None:
    for version in range(1, migrations.VERSION + 1):
        assert list((FOLDER / f"v{version}").glob("*.nns"))
        assert version == migrations.VERSION or version in migrations.MIGRATIONS


def test_migrations_are_applied_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrations, "VERSION", 3)
    monkeypatch.setattr(
        migrations,
        "MIGRATIONS",
        {
            1: lambda data: {**data, "main": data["top"]},
            2: lambda data: {"root": data["main"], "blocks": data["blocks"]},
        },
    )
    data = {"version": 1, "top": "Model", "blocks": []}
    assert migrations.migrate(data) == {"version": 3, "root": "Model", "blocks": []}


# -- hostile and broken files -----------------------------------------------------------------

INPUT = {"id": "x", "type": "Input", "name": "x", "params": {"shape": ["N", 3]}}
CONV = {
    "id": "c",
    "type": "Conv2d",
    "name": "conv",
    "params": {"out_channels": 4, "kernel_size": 3},
}


def text_of(model: dict[str, Any] | None = None, **top: Any) -> str:
    block = {"name": "Model", "nodes": [INPUT, CONV], **(model or {})}
    return json.dumps(
        {"format": "nnstudio", "version": 2, "root": "Model", "blocks": [block], **top}
    )


def conv(**changes: Any) -> str:
    return text_of({"nodes": [INPUT, {**CONV, **changes}]})


def param(name: str, value: Any) -> str:
    return conv(params={**CONV["params"], name: value})  # type: ignore[dict-item]


BROKEN = {
    "empty": ("", "the text ends"),
    "no json": ("hello", "no JSON at line 1, column 1"),
    "a list": ("[]", r"expected a record \{...\}, received a list"),
    "nothing": ("null", "expected a record"),
    "deep": ("[" * 100_000, "far deeper"),
    "deep records": ('{"a":' * 100_000, "far deeper"),
    "long number": ('{"a": ' + "9" * 10_000 + "}", "number"),
    "nan": ('{"format": NaN}', "expected finite numbers, received NaN"),
    "doubled key": ('{"format": "nnstudio", "format": "x"}', "received 'format' twice"),
    "foreign": ('{"nodes": []}', "format: expected 'nnstudio', received None"),
    "newer": (text_of(version=5), "version: the file is of version 5, this program reads up to 4"),
    "no version": (text_of(version=None), "version: expected a whole number"),
    "true version": (text_of(version=True), "version: expected a whole number"),
    "unknown key": (text_of(plugins=[]), "received 'plugins'"),
    "no blocks": ('{"format": "nnstudio", "version": 1, "root": "Model"}', "the key 'blocks'"),
    "blocks a number": (text_of(blocks=3), r"blocks: expected a list \[...\], received 3"),
    "block a text": (text_of(blocks=["a"]), r"blocks\[0\]: expected a record"),
    "root": (text_of(root="Other"), "root: expected the name of a block, received 'Other'"),
    "block name": (text_of({"name": "class"}, root="class"), "keyword"),
    "two blocks": (text_of(blocks=[{"name": "Model"}, {"name": "Model"}]), "'Model' twice"),
    "block as layer": (text_of(blocks=[{"name": "Model"}, {"name": "ReLU"}]), "is a layer already"),
    "kind": (text_of({"kind": "Thread"}), r"blocks\.Model\.kind: expected one of Module, Seq"),
    "id": (conv(id="a.b"), r"blocks\.Model\.nodes\[1\]\.id: expected an id"),
    "no id": (text_of({"nodes": [{"type": "ReLU"}]}), r"nodes\[0\]: expected the key 'id'"),
    "doubled id": (text_of({"nodes": [INPUT, INPUT]}), "a node with the id 'x' twice"),
    "name": (conv(name="training"), r"nodes\[1\]\.name: 'training' is an attribute of every nn"),
    "keyword": (conv(name="lambda"), r"nodes\[1\]\.name: 'lambda' is a keyword"),
    "code as name": (conv(name="x = 1; import os"), "is not a name"),
    "number as name": (conv(name=3), r"nodes\[1\]\.name: expected a text, received 3"),
    "line break": (conv(name="a\nb"), "expected printable characters"),
    "surrogate": (conv(name="\ud800"), "expected printable characters"),
    "name twice": (text_of({"nodes": [CONV, {**CONV, "id": "d"}]}), "'conv' is used already"),
    "position": (conv(position=[1]), r"nodes\[1\]\.position: expected two numbers"),
    "far position": (conv(position=[1e300, 0]), "expected two numbers below"),
    "import": (
        param("kernel_size", {"expr": "__import__('os').system('true')"}),
        r"blocks\.Model\.nodes\[1\]\.params\.kernel_size: .* cannot be called",
    ),
    "attribute": (param("kernel_size", {"expr": "x.y"}), "not allowed"),
    "lambda": (param("kernel_size", {"expr": "(lambda: 1)()"}), "cannot be called"),
    "walrus": (param("kernel_size", {"expr": "(a := 1)"}), "not allowed"),
    "not an expression": (param("kernel_size", {"expr": "1 +"}), "not a valid expression"),
    "expr a number": (param("kernel_size", {"expr": 1}), r"kernel_size\.expr: expected a text"),
    "record": (param("kernel_size", {"py": "1"}), "expected one of the keys expr, received 'py'"),
    "wrong kind": (
        param("kernel_size", "abc"),
        r"params\.kernel_size: expected a whole number or one per dimension, received 'abc'",
    ),
    "too small": (param("kernel_size", -1), "kernel_size must be at least 1, received -1"),
    "infinite": (param("kernel_size", 1e999), "finite"),
    "no such param": (param("colour", 1), r"params\.colour: Conv2d has no parameter 'colour'"),
    "deep list": (param("kernel_size", [[[[[[[[[[1]]]]]]]]]]), "expected lists at most 8 deep"),
    "repeat": (conv(repeat={"count": -1}), r"nodes\[1\]\.repeat: expected a whole number from 0"),
    "repeat kind": (conv(repeat={"count": 1, "kind": "x"}), r"repeat\.kind: expected one of"),
    "when": (conv(when="exec('1')"), r"nodes\[1\]\.when: .*cannot be called"),
    "shares nothing": (conv(shares="q"), r"shares: expected the id of a Conv2d"),
    "shares itself": (conv(shares="c"), "expected the id of a Conv2d with its own module"),
    "shares other": (conv(shares="x"), "expected the id of a Conv2d"),
    "group": (conv(group="g"), r"group: expected the id of a group, received 'g'"),
    "group cycle": (
        text_of({"groups": [{"id": "a", "parent": "b"}, {"id": "b", "parent": "a"}]}),
        r"groups\[0\]\.parent: expected groups inside groups, received a cycle",
    ),
    "group parent": (text_of({"groups": [{"id": "a", "parent": "z"}]}), "received 'z'"),
    "group twice": (text_of({"groups": [{"id": "a"}, {"id": "a"}]}), "with the id 'a' twice"),
    "group name": (
        text_of({"groups": [{"id": "a", "name": "forward", "kind": "Sequential"}]}),
        r"groups\[0\]\.name: 'forward' is an attribute",
    ),
    "edge": (text_of({"edges": [["x", "c"]]}), r"edges\[0\]: expected \[\"id.output\""),
    "edge to nowhere": (text_of({"edges": [["x.output", "q.input"]]}), "received 'q'"),
    "no such port": (text_of({"edges": [["x.output", "c.mask"]]}), "Conv2d has no input 'mask'"),
    "no such output": (text_of({"edges": [["x.result", "c.input"]]}), "Input has no output"),
    "two wires": (text_of({"edges": [["x.output", "c.input"]] * 2}), "has a wire already"),
    "cycle": (
        text_of(
            {
                "nodes": [CONV, {**CONV, "id": "d", "name": "conv2"}],
                "edges": [["c.output", "d.input"], ["d.output", "c.input"]],
            }
        ),
        r"blocks\.Model\.edges: the wires close a cycle: conv",
    ),
    "own cycle": (text_of({"edges": [["c.output", "c.input"]]}), "cycle"),
    "recursion": (
        text_of({"nodes": [{"id": "m", "type": "Model", "name": "m"}]}),
        r"blocks\.Model: a block contains itself",
    ),
    "parameter": (text_of({"parameters": [{"name": "i"}]}), r"blocks\.Model\.parameters\.i: "),
    "parameter type": (text_of({"parameters": [{"name": "a", "type": "object"}]}), "one of int"),
    "default": (
        text_of({"parameters": [{"name": "a", "default": "b"}]}),
        r"parameters\.a: expected a whole number, received 'b'",
    ),
    "default expression": (
        text_of({"parameters": [{"name": "a", "default": {"expr": "1 + 1"}}]}),
        "expected a plain value, received an expression",
    ),
    "local": (text_of({"locals": [{"name": "a", "value": "b.c"}]}), r"locals\.a: "),
    "requirement": (
        text_of({"requirements": [{"condition": "open('f')", "sentence": "s"}]}),
        r"requirements\[0\]: .*cannot be called",
    ),
    "value": (text_of(values={"a": 1}), r"values\.a: Model has no parameter 'a'"),
    "training": (text_of(training={"epochs": 0}), "training: Epochs must be at least 1, not 0"),
    "training key": (text_of(training={"hook": "x"}), "no training setting named hook"),
    "training list": (text_of(training=[]), "training: expected a record"),
    "variant": (text_of(variants=[{"name": "a", "values": {"b": 1}}]), r"variants\.a\.values\.b"),
    "variants": (text_of(variants=[{"name": "a"}, {"name": "a"}]), "'a' twice"),
    "data": (text_of(data=3), r"data: expected a record \{...\}, received 3"),
    "data key": (text_of(data={"path": "a"}), r"data: expected one of the keys .* received 'path'"),
    "data kind": (
        text_of(data={"source": {"kind": "web", "path": "a"}}),
        r"data\.source: expected one of the kinds builtin, table, .*, received 'web'",
    ),
    "data without kind": (
        text_of(data={"source": {"path": "a"}}),
        r"data\.source: expected the key 'kind'",
    ),
    "data path": (
        text_of(data={"source": {"kind": "table"}}),
        r"data\.source: expected the key 'path'",
    ),
    "data role": (
        text_of(data={"fields": [{"name": "a", "kind": "number", "role": "guest"}]}),
        r"data\.fields\[0\]\.role: role must be 'input', .*, not 'guest'",
    ),
    "data share": (
        text_of(data={"split": {"validation": 2}}),
        r"data\.split\.validation: Validation share must be at most 0\.9, not 2",
    ),
    "data shares": (
        text_of(data={"split": {"validation": 0.5, "test": 0.5}}),
        r"data\.split: Validation share and test share must be below 1 together, not 1",
    ),
    "data surrogate": (
        text_of(data={"source": {"kind": "table", "path": "\ud800"}}),
        r"data\.source\.path: path must be a text",
    ),
    "variant data": (
        text_of(variants=[{"name": "a", "data": {"seed": -1}}]),
        r"variants\[0\]\.data: Seed of the split must be at least 0, not -1",
    ),
    "variant data key": (
        text_of(variants=[{"name": "a", "data": {"colour": 1}}]),
        r"variants\[0\]\.data: expected one of the keys source, .*, received 'colour'",
    ),
    "variant data source": (
        text_of(variants=[{"name": "a", "data": {"source": 1}}]),
        r"variants\[0\]\.data\.source: expected a name or a path, received 1",
    ),
    "old data": (
        text_of(version=1, training={"validation": 2}),
        r"data\.split\.validation: Validation share must be at most 0\.9, not 2",
    ),
    "old data of no text": (
        text_of(version=1, training={"data": None}),
        r"data\.source: source must be a record \{...\}, not None",
    ),
    "data in an old file": (text_of(version=1, data={}), "no key 'data' in a file of version 1"),
    "variant training": (
        text_of(variants=[{"name": "a", "training": {"epochs": 0}}]),
        r"variants\[0\]\.training: Epochs must be at least 1",
    ),
    "about": (text_of(about={"task": 3}), r"about\.task: expected a text, received 3"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_files_are_refused_with_the_place(case: str) -> None:
    text, sentence = BROKEN[case]
    with pytest.raises(FileError, match=sentence) as caught:
        loads(text, "my.nns")
    message = str(caught.value)
    assert message.startswith("my.nns: ")
    assert "\n" not in message
    assert len(message) < 500


def test_the_base_of_the_broken_files_is_sound() -> None:
    assert loads(text_of()).model.graph.by_id.keys() == {"x", "c"}


@given(st.data())
def test_truncated_files_are_refused(data: st.DataObject) -> None:
    text = dumps(full_project())
    end = data.draw(st.integers(0, len(text) - 3))
    with pytest.raises(FileError, match=r"my\.nns: (the text ends|no JSON)"):
        loads(text[:end], "my.nns")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.data(), JSON)
def test_any_value_in_any_place_is_read_or_refused(data: st.DataObject, value: Any) -> None:
    tree = json.loads(dumps(full_project()))
    spot: Any = tree
    while True:
        keys = sorted(spot) if isinstance(spot, dict) else list(range(len(spot)))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(spot[key], dict | list) or not spot[key] or data.draw(st.booleans()):
            break
        spot = spot[key]
    spot[key] = value
    try:
        project = loads(json.dumps(tree), "my.nns")
    except FileError:
        return
    assert loads(dumps(project)) == project


def test_nothing_is_executed(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    code = f"[c for c in ().__class__.__bases__] or open({str(mark)!r}, 'w')"
    for text in (param("kernel_size", {"expr": code}), conv(when=code), conv(name=code)):
        with pytest.raises(FileError):
            loads(text)
    assert not mark.exists()


def test_numbers_that_nobody_can_mean() -> None:
    text = file.dumps(Project())
    for number, sentence in (
        ("1e400", "expected numbers up to 1e308, received 1e400"),
        ("-1e999", "expected numbers up to 1e308, received -1e999"),
        ("1" * 10_000, "expected numbers of a few digits, received one of thousands"),
        ("NaN", "expected finite numbers, received NaN"),
        ("-Infinity", "expected finite numbers, received -Infinity"),
    ):
        with pytest.raises(FileError) as caught:
            file.loads(text.replace('"version": 2', f'"version": {number}'))
        assert str(caught.value) == f"file: {sentence}"


def test_a_file_with_too_many_nodes_is_refused_at_once() -> None:
    blocks = [{"name": "A", "nodes": [0] * 60_000}, {"name": "B", "nodes": [0] * 60_000}]
    data = {"format": "nnstudio", "version": 1, "root": "A", "blocks": blocks}
    with pytest.raises(FileError, match="at most 100,000 nodes in all of them, received 120,000"):
        file.loads(json.dumps(data))


def test_reading_is_cancelled(tmp_path: Path) -> None:
    path = tmp_path / "large.nns"
    path.write_text(json.dumps(large.layers(2000)))
    asked: list[int] = []

    def cancelled() -> bool:
        asked.append(1)
        return len(asked) > 2

    with pytest.raises(CancelledError):
        file.read(path, cancelled)
    assert len(file.read(path, lambda: False).model.graph.nodes) == 2002


def test_a_block_called_as_a_later_layer_is_gets_another_name() -> None:
    inner = {"name": "Sort", "nodes": [{"id": "a", "type": "ReLU", "name": "act"}], "edges": []}
    outer = {"name": "Scatter", "nodes": [{"id": "u", "type": "Sort", "name": "s"}], "edges": []}
    text = text_of(blocks=[inner, outer], root="Scatter")
    project = file.loads(text)
    assert [block.name for block in project.blocks] == ["SortBlock", "ScatterBlock"]
    assert project.root == "ScatterBlock"
    assert project.model.graph.nodes[0].type == "SortBlock"
    assert file.loads(file.dumps(project)) == project
