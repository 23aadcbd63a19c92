"""What the page Data does, without a window: reading, editing, undo, refusals, fitting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from PIL import Image
from pydantic import BaseModel
from pydantic import Field as Limits

from nnstudio.data.builtin.loading import load_built_in
from nnstudio.data.info import DataError
from nnstudio.data.pipeline.understanding import understand
from nnstudio.data.samples import Samples, nobody_watches
from nnstudio.project.commands.settings import SetSettings
from nnstudio.project.data.fields import Kind, Missing, Role, TaskKind
from nnstudio.project.data.source import Folder
from nnstudio.project.data.spec import DataSpec
from nnstudio.project.data.split import Split
from nnstudio.project.data.steps import Step
from nnstudio.project.presets import load_target
from nnstudio.project.refusal import Refusal
from nnstudio.training.events import Completed, Failed
from nnstudio.workspace.data_page import edits, feeding, folder_parts, words
from nnstudio.workspace.data_page.augmented import MOST, augmented, steps_of
from nnstudio.workspace.data_page.controller import DataPage
from nnstudio.workspace.data_page.fitting import fit_line
from nnstudio.workspace.data_page.overview import overview
from nnstudio.workspace.data_page.shown_samples import ShownSamples, number_text, value_text
from nnstudio.workspace.data_page.sources import step_kinds
from nnstudio.workspace.data_page.step_kinds import summary_of, title_of
from nnstudio.workspace.schema_settings import Setting, settings_of, text_of
from nnstudio.workspace.workspace import Workspace
from tests import fake_data
from tests.drawing import Drawing


class Jobs:
    """Does work when told, so that a test is between beginning and end."""

    def __init__(self) -> None:
        self.waiting: list[
            tuple[Callable[[], object], Callable[[object], None], Callable[[Exception], None]]
        ] = []
        self.at_once = True

    def start(
        self,
        work: Callable[[], object],
        done: Callable[[object], None],
        failed: Callable[[Exception], None],
    ) -> None:
        assert not self.waiting, "one piece of work at a time"
        self.waiting.append((work, done, failed))
        if self.at_once:
            self.run()

    def run(self) -> None:
        while self.waiting:
            work, done, failed = self.waiting[0]
            try:
                found = work()
            except Exception as error:
                self.waiting.pop(0)
                failed(error)
            else:
                self.waiting.pop(0)
                done(found)


class Page:
    """A page on a model, with a reader that knows a table and pictures."""

    def __init__(self, model: str | None = "SimpleCNN") -> None:
        self.read = fake_data.FakeReader(
            patients=fake_data.table(), shapes=fake_data.pictures(), beats=fake_data.signals()
        )
        self.workspace = Workspace(load_target(model) if model else None)
        self.jobs = Jobs()
        self.page = DataPage(self.workspace, self.read, self.jobs)

    @property
    def spec(self) -> DataSpec:
        return self.workspace.project.data

    def opened(self, name: str = "patients.csv") -> DataPage:
        self.page.set_shown(True)
        self.page.open(f"/data/{name}")
        return self.page


@pytest.fixture
def world() -> Page:
    return Page()


# -- reading ------------------------------------------------------------------------------------


def test_nothing_is_read_before_the_page_is_seen(world: Page) -> None:
    assert world.read.asked == []
    world.page.set_shown(True)
    assert world.read.asked[0][0] == "digits"


def test_an_empty_project_asks_for_data_first() -> None:
    world = Page(None)
    world.page.set_shown(True)
    assert world.page.is_empty
    assert world.read.asked == []
    world.page.open("/data/patients.csv")
    assert not world.page.is_empty
    assert world.page.overview is not None


def test_what_was_read_becomes_the_spec_of_the_project(world: Page) -> None:
    page = world.opened()
    assert page.name == "patients.csv"
    assert world.spec == fake_data.table().spec
    assert page.overview is not None
    assert sum(page.overview.sizes().values()) == 240
    assert page.overview.columns["age"].missing == 15


def test_a_refusal_keeps_what_was_shown_before(world: Page) -> None:
    page = world.opened()
    before = world.spec
    world.read.refuse = "visits.csv, line 7, column age: expected a number, received 'x'."
    page.open("/data/visits.csv")
    assert page.refused is not None
    assert page.refused.sentence == world.read.refuse
    assert page.refused.name == "visits.csv"
    assert world.spec == before
    assert page.overview is not None
    world.read.refuse = ""
    page.retry()
    assert page.refused is not None
    assert "no data set or file named" in page.refused.sentence
    page.forget_refusal()
    assert page.refused is None


def test_a_mistake_of_the_program_is_no_refusal(world: Page) -> None:
    def broken(*_: object) -> Samples:
        raise ZeroDivisionError("a mistake")

    page = DataPage(world.workspace, broken, world.jobs)  # type: ignore[arg-type]
    with pytest.raises(ZeroDivisionError):
        page.open("/data/patients.csv")
    assert page.refused is None
    assert page.reading is None


def test_cancel_leaves_nothing_behind(world: Page) -> None:
    page = world.opened()
    world.jobs.at_once = False
    page.open("/data/shapes")
    assert page.reading is not None
    page.cancel()
    world.jobs.run()
    assert page.reading is None
    assert page.refused is None
    assert page.name == "patients.csv"


def test_what_is_asked_for_last_wins(world: Page) -> None:
    page = world.opened()
    world.jobs.at_once = False
    page.open("/data/shapes")
    page.open("/data/beats.csv")
    world.jobs.run()
    assert page.name == "beats.csv"
    assert [place for place, _ in world.read.asked].count("/data/shapes") <= 1


def test_another_project_forgets_the_data(world: Page) -> None:
    page = world.opened()
    world.workspace.show(load_target("SimpleMLP"))
    assert page.spec.source.kind == "builtin"


def test_going_back_to_known_samples_reads_nothing(world: Page) -> None:
    page = world.opened()
    first = page.spec
    page.open("/data/shapes")
    asked = len(world.read.asked)
    world.workspace.undo()
    assert page.spec == first
    assert page.name == "patients.csv"
    assert len(world.read.asked) == asked


# -- editing ------------------------------------------------------------------------------------


def test_a_role_is_set_without_reading_again(world: Page) -> None:
    page = world.opened()
    asked = len(world.read.asked)
    page.apply(edits.with_role(page.spec, ["ward"], "target"), "Set role to target")
    assert [target.name for target in page.spec.targets] == ["outcome", "ward"]
    assert page.overview is not None
    assert [counts.target for counts in page.overview.classes] == ["outcome", "ward"]
    assert len(world.read.asked) == asked
    page.apply(edits.with_role(page.spec, ["ward"], "ignored"), "Set role to ignored")
    assert [target.name for target in page.spec.targets] == ["outcome"]


def test_an_option_of_the_reader_reads_again(world: Page) -> None:
    page = world.opened()
    decimal = next(s for s in edits.options_of(page.spec) if s.name == "decimal")
    changed = edits.with_option(page.spec, decimal, ".")
    assert changed.fields == ()
    page.apply(changed, "Set decimal mark")
    assert world.read.asked[-1][1] == changed
    assert page.spec.source.kind == "table"
    assert page.spec.source.decimal == "."
    assert edits.guess_about(page.spec, "source.decimal") is None
    assert edits.guess_about(page.spec, "source.encoding") is not None


def test_an_option_that_is_refused_changes_nothing(world: Page) -> None:
    page = world.opened()
    before = page.spec
    world.read.refuse = "patients.csv, line 2: expected numbers with points."
    decimal = next(s for s in edits.options_of(before) if s.name == "decimal")
    page.apply(edits.with_option(before, decimal, "."), "Set decimal mark")
    assert page.refused is not None
    assert page.spec == before


def test_a_value_that_cannot_be_is_one_sentence(world: Page) -> None:
    spec = world.opened().spec
    skipped = next(s for s in edits.options_of(spec) if s.name == "skipped")
    with pytest.raises(DataError, match="Lines before it must be a whole number, not 'two'"):
        edits.with_option(spec, skipped, "two")
    share = next(s for s in settings_of(Split) if s.name == "validation")
    with pytest.raises(DataError, match=r"Validation share must be at most 0.9, not 3"):
        edits.with_split(spec, share, "3")


def test_shares_leave_something_for_training() -> None:
    spec = DataSpec(split=Split(validation=0.6))
    share = next(s for s in settings_of(Split) if s.name == "test")
    with pytest.raises(DataError, match="Validation share and test share must be below 1 together"):
        edits.with_split(spec, share, "0.5")


def test_the_parts_follow_the_split(world: Page) -> None:
    page = world.opened()
    settings = {s.name: s for s in settings_of(Split)}
    page.apply(edits.with_split(page.spec, settings["test"], "0.25"), "Set test")
    assert page.overview is not None
    assert page.overview.sizes()["test"] == pytest.approx(60, abs=2)
    page.apply(edits.with_split(page.spec, settings["by"], "grouped"), "Set drawn")
    assert "no field has the role group" in page.overview.split_problem
    page.apply(edits.with_role(page.spec, ["ward"], "group"), "Set role to group")
    assert page.overview.split_problem == ""


def test_guesses_are_confirmed_one_by_one_or_all(world: Page) -> None:
    page = world.opened()
    one = edits.confirmed(page.spec, ["source.decimal"])
    assert edits.guess_about(one, "source.decimal") is None
    assert edits.guess_about(one, "source.encoding") is not None
    assert len(one.guesses) == len(page.spec.guesses)


def test_what_is_set_by_hand_is_no_guess() -> None:
    spec = edits.with_role(fake_data.table().spec, ["patient"], "input")
    assert "fields.patient.role" not in [guess.about for guess in spec.guesses]
    spec = edits.with_task(spec, "outcome", "labels")
    assert "targets.outcome.task" not in [guess.about for guess in spec.guesses]


def test_a_fix_is_one_change(world: Page) -> None:
    page = world.opened()
    assert page.overview is not None
    fix = page.overview.samples.findings[0].fixes[0]
    page.apply_fix(fix)
    assert page.spec.by_name["age"].missing == "median"
    assert world.workspace.history.undo_title == "Fill with the median"
    world.workspace.undo()
    assert page.spec.by_name["age"].missing == "refuse"


def test_a_fix_keeps_what_was_set_meanwhile_and_ends_its_finding(world: Page) -> None:
    page = world.opened()
    page.apply(edits.with_role(page.spec, ["ward"], "ignored"), "Set role to ignored")
    before = page.findings
    page.apply_fix(before[0].fixes[0])
    assert page.spec.by_name["age"].missing == "median"
    assert page.spec.by_name["ward"].role == "ignored"
    assert page.findings == before[1:]
    world.workspace.undo()
    assert page.findings == before
    page.apply(edits.with_role(page.spec, ["station"], "ignored"), "Set role to ignored")
    assert "constant" not in [finding.code for finding in page.findings]  # mended by hand


def test_another_kind_forgets_what_the_old_one_said() -> None:
    spec = edits.with_kind(fake_data.table().spec, ["outcome"], "number")
    assert spec.by_name["outcome"].classes == ()
    assert spec.targets[0].task == "number"


# -- steps --------------------------------------------------------------------------------------


class Cut(BaseModel):
    share: float = Limits(default=0.01, title="Share", gt=0, lt=0.5)


def test_steps_are_moved_removed_and_checked() -> None:
    steps = (Step(name="a"), Step(name="b"), Step(name="c"))
    assert [s.name for s in edits.moved(steps, 0, 1)] == ["b", "a", "c"]
    assert [s.name for s in edits.moved(steps, 0, -1)] == ["a", "b", "c"]
    assert [s.name for s in edits.without(steps, 1)] == ["a", "c"]
    share = settings_of(Cut)[0]
    assert edits.with_parameter(steps, 1, Cut, share, "0.2")[1].params == (("share", 0.2),)
    assert edits.with_parameter(steps, 1, Cut, share, "")[1].params == ()
    with pytest.raises(DataError, match=r"Share must be below 0.5, not 2"):
        edits.with_parameter(steps, 1, Cut, share, "2")


@pytest.mark.parametrize("which", ["preparation", "augmentation"])
def test_every_step_that_there_is_has_a_form(which: edits.Steps) -> None:
    kinds = step_kinds()
    assert kinds.of(which)
    for name, kind in kinds.of(which).items():
        assert kind.title
        assert kind.note.endswith("."), name
        assert kind.kinds
        steps = (Step(name=name),)
        for setting in settings_of(kind.parameters):
            text = text_of(kind.parameters.model_fields[setting.name].default)
            changed = edits.with_parameter(steps, 0, kind.parameters, setting, text)
            assert title_of(kinds, which, changed[0]) == kind.title
            assert (setting.title in summary_of(kinds, which, changed[0])) == bool(text), name


def test_steps_are_offered_for_the_fields_that_are_there() -> None:
    kinds = step_kinds()
    pictures = {kind.name for kind in kinds.offered("augmentation", fake_data.pictures().spec)}
    assert "flip" in pictures
    assert kinds.offered("augmentation", fake_data.tokens().spec) == []


# -- the model ----------------------------------------------------------------------------------


def test_the_sentence_on_model_and_data(world: Page) -> None:
    page = world.opened("shapes")
    line = page.fit_line()
    assert line is not None
    assert line.sentence == "Trains SimpleCNN: x ← image 3 × 28 × 28, label → 3 classes"
    assert not line.fits
    assert "3 classes" in line.change
    page.fit_model()
    line = page.fit_line()
    assert line is not None
    assert line.fits
    assert not line.resized
    assert world.workspace.history.undo_title == "Fit to data"


def test_a_resizing_is_said() -> None:
    opened = Workspace(load_target("SimpleCNN"))
    line = fit_line(opened.project, opened.report, understand("digits").spec)
    assert line.fits
    assert line.resized == "1 × 28 × 28"


def test_what_cannot_be_fitted_says_why(world: Page) -> None:
    page = world.opened("beats.csv")
    line = page.fit_line()
    assert line is not None
    assert line.command is None
    assert "which takes 3 dimensions" in line.refusal
    before = world.workspace.project
    with pytest.raises(Refusal, match="which takes 3 dimensions"):
        page.fit_model()
    assert world.workspace.project is before


def test_without_an_input_the_sentence_says_what_the_data_give() -> None:
    page = Page(None).opened()
    line = page.fit_line()
    assert line is not None
    assert line.sentence.startswith("The data give 9 columns and outcome → 3 classes")
    spec = edits.with_role(page.spec, [f.name for f in page.spec.having("input")], "ignored")
    page.apply(spec, "Set role to ignored")
    line = page.fit_line()
    assert line is not None
    assert "give one the role Input" in line.sentence


# -- what is shown ------------------------------------------------------------------------------


def shown(samples: Samples, **chosen: int) -> ShownSamples:
    return ShownSamples(overview(samples, "it", lambda *_: None), **chosen)


def test_of_a_mask_the_classes_in_it_are_said() -> None:
    found = shown(load_built_in("shapes"))
    assert [found.caption(index) for index in (0, 6)] == ["disc", "disc, square, triangle"]


@pytest.mark.parametrize(
    ("samples", "looks"),
    [
        (fake_data.table(), "rows"),
        (fake_data.pictures(), "pictures"),
        (fake_data.sounds(), "waves"),
        (fake_data.tokens(), "texts"),
        (fake_data.signals(), "curves"),
    ],
    ids=("table", "pictures", "sounds", "tokens", "signals"),
)
def test_samples_are_shown_as_what_they_are(samples: Samples, looks: str) -> None:
    found = shown(samples)
    assert found.looks == looks
    assert len(found.indices) == len(samples)
    assert found.caption(0)
    assert found.facts(0)


def test_class_and_part_choose_samples() -> None:
    samples = fake_data.pictures()
    some = shown(samples, class_number=1, part=1)
    assert set(samples.fields["label"][some.indices]) == {1}
    assert set(some.overview.part[some.indices]) == {1}
    assert some.caption(int(some.indices[0])) == "square"
    assert some.part_word(int(some.indices[0])) == "Validation"


def test_sounds_have_the_rate_that_they_were_brought_to() -> None:
    samples = fake_data.sounds(3)
    step = Step(name="sound_length", params=(("rate", 8_000),))
    spec = samples.spec.with_values(preparation=(step,))
    assert shown(samples).rate is None
    assert shown(replace(samples, spec=spec)).rate == 8_000


def test_values_in_words() -> None:
    tokens = fake_data.tokens(2)
    field = tokens.spec.fields[0]
    assert value_text(field, tokens.fields["text"][0]).startswith(shown(tokens).text(0, 8))
    spec = fake_data.table().spec
    assert value_text(spec.by_name["outcome"], np.int64(-1)) == "missing"
    assert value_text(spec.by_name["outcome"], np.int64(2)) == "worse"
    assert value_text(spec.by_name["age"], np.float64("nan")) == "missing"
    assert number_text(1084421.0) == "1,084,421"


def test_every_word_of_the_spec_has_a_title() -> None:
    assert set(words.ROLES) == set(get_args(Role))
    assert set(words.KINDS) == set(get_args(Kind))
    assert set(words.MISSING) == set(get_args(Missing))
    assert set(words.TASKS) == set(get_args(TaskKind))
    assert set(words.SPLITS) == set(get_args(Split.model_fields["by"].annotation))


def test_a_setting_without_a_limit_is_read_as_text() -> None:
    setting = Setting("delimiter", "Delimiter", "", "text", (), False, {})
    spec = fake_data.table().spec
    assert edits.with_option(spec, setting, "|").source.path == "/data/patients.csv"
    assert isinstance(Path(spec.source.path), Path)


def test_a_fix_reads_nothing_again_where_the_source_stays_the_same(tmp_path: Path) -> None:
    path = tmp_path / "ages.csv"
    path.write_text("age,size,group\n" + "1,2,a\n,4,b\n" * 20, encoding="utf-8")
    found = understand(path)
    finding = next(one for one in found.findings if one.where == "age")
    for fix in finding.fixes:
        assert fix.spec.source == found.spec.source
        assert fix.spec.samples == 40


@pytest.mark.parametrize(("samples", "step"), [("pictures", "colour"), ("signals", "noise")])
def test_samples_as_a_training_gets_them(samples: str, step: str) -> None:
    import torch

    made = getattr(fake_data, samples)()
    other = "time_shift" if samples == "pictures" else "flip"  # not for this kind
    steps = (Step(name=step), Step(name=other))
    made = replace(made, spec=made.spec.with_values(augmentation=steps))
    seen = ShownSamples(overview(made, "they", nobody_watches))
    assert [one.name for one in steps_of(seen)] == [step]
    state = torch.get_rng_state()
    changed = augmented(seen, 1)
    assert torch.equal(torch.get_rng_state(), state)
    assert 0 < len(changed) <= MOST
    for sample, after in changed.items():
        before = seen.value(sample)
        assert seen.overview.part[sample] == 0
        assert (after.shape, after.dtype) == (before.shape, before.dtype)
        assert (after != before).any()
    again = augmented(seen, 1)
    assert all((again[k] == changed[k]).all() for k in changed)
    assert any((augmented(seen, 2)[k] != changed[k]).any() for k in changed)
    assert list(replace(seen, changed=changed).indices) == sorted(changed)
    assert augmented(replace(seen, part=1), 1) == {}


def pictures_in_parts(folder: Path) -> Path:
    for part in ("learn", "check"):
        for name, level in (("dark", 40), ("light", 200)):
            (folder / part / name).mkdir(parents=True)
            for k in range(3):
                picture = Image.new("RGB", (8, 8), (level + k, level, level))
                picture.save(folder / part / name / f"{part}{k}.png")
    return folder


def test_folders_become_parts_and_classes_again(tmp_path: Path) -> None:
    found = understand(pictures_in_parts(tmp_path / "shapes")).spec
    assert isinstance(found.source, Folder)
    assert folder_parts.folders_of(found.source) == ("check", "learn")
    assert found.by_name["class"].classes == ("check", "learn")
    spec = folder_parts.with_part(found, "learn", "train")
    spec = folder_parts.with_part(spec, "check", "validation")
    samples = understand(found.source.path, spec)
    assert samples.spec.by_name["class"].classes == ("dark", "light")
    assert samples.spec.split.by == "given"
    seen = overview(samples, "they", nobody_watches)
    assert seen.sizes() == {"train": 6, "validation": 6, "test": 0}
    spec = folder_parts.with_part(samples.spec, "check", None)
    spec = folder_parts.with_part(spec, "learn", None)
    assert spec.split.by == "stratified"
    again = understand(found.source.path, spec)
    assert again.spec.by_name["class"].classes == ("check", "learn")


def test_folders_of_classes_alone_are_no_parts(tmp_path: Path) -> None:
    source = Folder(path=str(pictures_in_parts(tmp_path) / "learn"), holds="pictures")
    assert folder_parts.folders_of(source) == ()
    gone = Folder(path=str(tmp_path / "gone"), holds="pictures", parts=(("a", "train"),))
    assert folder_parts.folders_of(gone) == ("a",)


def test_fields_given_to_two_inputs_are_trained_on(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    lines = ["a,b,c,d,kind"]
    for row in random.normal(size=(60, 4)):
        lines.append(",".join(f"{value:.4f}" for value in row) + (",yes" if row[3] > 0 else ",no"))
    path = tmp_path / "two.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    model = Drawing("Two")
    x = model.add("Linear", model.input("x", "N", 5), name="left", out_features=4)
    y = model.add("Linear", model.input("y", "N", 5), name="right", out_features=4)
    model.output(model.add("Linear", model.add("Add", x, y), name="head", out_features=10))
    workspace = Workspace(model.project())
    page = DataPage(workspace, understand, Jobs())
    page.set_shown(True)
    page.open(path)
    for name, fields in (("y", ("d",)), ("x", ("a", "c"))):
        given = feeding.feeding(workspace.project, workspace.report, page.spec)
        page.apply(feeding.with_feed(page.spec, given, name, fields), "Give")
    given = feeding.feeding(workspace.project, workspace.report, page.spec)
    assert [(one.input, one.fields) for one in given] == [("x", ("a", "c")), ("y", ("d",))]
    assert feeding.not_given(page.spec, given) == ("b",)
    page.fit_model()
    line = page.fit_line()
    assert line is not None
    assert line.fits
    assert line.sentence == "Trains Two: x ← 2 columns, y ← d (number), kind → 2 classes"
    workspace.do(SetSettings({"epochs": 20, "learning_rate": 0.03, "device": "cpu"}))
    run = workspace.start_training()
    run.join()
    (end,) = (event for event in run.drain() if isinstance(event, Completed | Failed))
    assert isinstance(end, Completed), end
    assert end.best is not None
    assert (end.best.accuracy or 0.0) > 0.8, "what is asked for is in y alone"
