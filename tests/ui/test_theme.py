"""The themes: every colour there, text that can be read, one style sheet, icons that follow."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from PySide6.QtGui import QAction, QColor, QIcon, QPixmap
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from nnstudio.assets import asset
from nnstudio.ui.theme import current as theme
from nnstudio.ui.theme import icons, stylesheet
from nnstudio.ui.theme.apply import apply_theme

GROUNDS = ("window", "panel", "canvas", "node")
CATEGORIES = (
    "convolution",
    "pooling",
    "linear",
    "normalisation",
    "activation",
    "recurrent",
    "attention",
    "tensor",
    "shape",
    "dropout",
    "embedding",
    "io",
    "block",
    "parameter",
    "buffer",
)


@pytest.fixture(autouse=True)
def theme_afterwards(qapp: QApplication) -> Iterator[None]:
    yield
    apply_theme(qapp, "dark")


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb`, after WCAG 2.2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """From 1 (the same) to 21 (black on white)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def inks(name: str) -> list[tuple[str, str]]:
    """Which colours are written on which."""
    pairs = [
        (ink, ground)
        for ink in ("text", "muted", "accent", "error", "warning", "good")
        for ground in GROUNDS
    ]
    pairs += [("text", ground) for ground in ("raised", "hover", "pressed", "selection", "field")]
    pairs += [("muted", ground) for ground in ("raised", "hover", "selection", "field")]
    pairs += [("on_accent", f"accent{state}") for state in ("", "_hover", "_pressed")]
    pairs += [("text", f"{tone}_soft") for tone in ("accent", "error", "warning", "good")]
    pairs += [(tone, f"{tone}_soft") for tone in ("accent", "error", "warning", "good")]
    pairs += [("plot.axis", "plot.background"), ("window", "warning")]
    pairs += [(f"syntax.{kind}", "field") for kind in theme.load(name).syntax]
    return pairs


@pytest.mark.parametrize("name", theme.NAMES)
def test_text_can_be_read(name: str) -> None:
    loaded = theme.load(name)
    weak = {
        pair: round(contrast(loaded.colour(pair[0]), loaded.colour(pair[1])), 2)
        for pair in inks(name)
        if contrast(loaded.colour(pair[0]), loaded.colour(pair[1])) < 4.5
    }
    assert not weak


@pytest.mark.parametrize("name", theme.NAMES)
def test_lines_and_signs_can_be_seen(name: str) -> None:
    loaded = theme.load(name)
    signs = [f"category.{category}" for category in loaded.category]
    signs += ["plot.loss", "plot.accuracy", "plot.learning_rate", "plot.speed", *loaded.series]
    for sign in signs:
        for ground in GROUNDS:
            assert contrast(loaded.colour(sign), loaded.colour(ground)) >= 3, (sign, ground)


def test_the_themes_name_the_same_colours() -> None:
    dark, light = (theme.load(name) for name in theme.NAMES)
    assert dark.dark
    assert not light.dark
    for group in ("category", "plot", "syntax"):
        assert set(getattr(dark, group)) == set(getattr(light, group))
    assert set(CATEGORIES) <= set(dark.category)
    assert len(dark.series) == len(light.series)


@pytest.mark.parametrize("name", theme.NAMES)
def test_pictures_of_controls_have_colours_of_their_theme(name: str) -> None:
    loaded = theme.load(name)
    own = {loaded.colour(token) for token in type(loaded.colours).__slots__}
    pictures = list(asset("themes", name).glob("*.svg"))
    assert pictures
    for picture in pictures:
        assert set(re.findall(r"#[0-9a-f]{6}", picture.read_text("utf-8"))) <= own, picture.name


@pytest.mark.parametrize("name", theme.NAMES)
def test_the_style_sheet_takes_all_from_the_theme(name: str) -> None:
    for sheet in asset("themes").glob("*.qss"):
        assert not re.search(r"#[0-9a-fA-F]{3,8}\b|rgba?\(", sheet.read_text("utf-8")), sheet.name
    built = stylesheet.build(theme.load(name))
    assert "$" not in built
    for picture in re.findall(r"url\(([^)]+)\)", built):
        assert asset(picture).is_file()


def test_apply_dresses_the_program_and_says_so(qapp: QApplication, qtbot: QtBot) -> None:
    apply_theme(qapp, "dark")
    button = QPushButton("Run")
    qtbot.addWidget(button)
    with qtbot.waitSignal(theme.notifier.changed) as told:
        apply_theme(qapp, "light")
    assert told.args == [theme.load("light")]
    assert theme.current().name == "light"
    assert theme.mode() == "light"
    assert button.palette().window().color() == QColor(theme.load("light").colours.window)
    assert qapp.font().pixelSize() == theme.TEXT_SIZE
    with qtbot.assertNotEmitted(theme.notifier.changed):
        apply_theme(qapp, "light")


def test_system_gives_one_of_the_themes(qapp: QApplication) -> None:
    assert apply_theme(qapp, "system").name in theme.NAMES
    assert theme.mode() == "system"


def test_tokens() -> None:
    dark = theme.load("dark")
    assert dark.colour("accent") == "#4c9aff"
    assert dark.colour("category.linear") == "#e69f00"
    assert dark.colour("category.of-a-plugin") == dark.colour("category.tensor")
    assert dark.colour("#123456") == "#123456"
    assert dark.qcolor("plot.loss", 0.5).alphaF() == pytest.approx(0.5, abs=0.01)
    for wrong in ("accents", "plot.los", "syntax.nothing"):
        with pytest.raises(KeyError):
            dark.colour(wrong)


def middle(pixmap: QPixmap, colour: str) -> int:
    """How many pixels have this very colour."""
    image = pixmap.toImage()
    wanted = QColor(colour).rgb()
    places = [(x, y) for x in range(image.width()) for y in range(image.height())]
    return sum(image.pixelColor(*place).rgb() == wanted for place in places)


def test_every_icon_draws_in_the_colour_asked_for(qapp: QApplication) -> None:
    apply_theme(qapp, "dark")
    for name in icons.names():
        drawn = icons.pixmap(name, "error", 24, 2.0)
        assert (drawn.width(), drawn.deviceIndependentSize().width()) == (48, 24)
        image = drawn.toImage()
        assert any(image.pixelColor(x, y).alpha() for x in range(48) for y in range(48)), name
        if name != "nnstudio":
            assert middle(drawn, theme.current().colour("error")), name


def test_the_icons_that_panels_need_are_there() -> None:
    needed = (
        "new open save save-as export undo redo cut copy paste delete duplicate run pause stop "
        "resume zoom-in zoom-out fit arrange group block enter leave up search add settings theme "
        "help close warning error advice tick cross info chevron-right chevron-down more data code "
        "summary problems training gallery chart clock device folder link layers convolution "
        "pooling linear normalisation activation recurrent attention tensor shape dropout "
        "embedding io-input io-output parameter buffer nnstudio"
    )
    assert set(needed.split()) <= set(icons.names())
    with pytest.raises(KeyError, match="no-such"):
        icons.pixmap("no-such")


def test_every_category_has_a_picture(qapp: QApplication) -> None:
    for category in CATEGORIES:
        assert icons.category_name(category) in icons.names()
        assert not icons.category(category).isNull()
    assert icons.category_name("of-a-plugin") == "tensor"


def test_attached_icons_follow_the_theme(qapp: QApplication) -> None:
    apply_theme(qapp, "dark")
    action = QAction("Run")
    icons.attach(action, "run")
    icons.attach(action, "stop")
    for name in theme.NAMES:
        apply_theme(qapp, name)  # type: ignore[arg-type]
        drawn = action.icon().pixmap(20, 20)
        assert middle(drawn, theme.load(name).colours.text)
        faint = action.icon().pixmap(20, 20, QIcon.Mode.Disabled)
        assert middle(faint, theme.load(name).colours.faint)
    assert drawn.toImage() == icons.pixmap("stop", ratio=drawn.devicePixelRatio()).toImage()


def test_icons_are_drawn_for_the_colours_and_the_screen_of_now(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in theme.NAMES:
        apply_theme(qapp, name)  # type: ignore[arg-type]
        sought = theme.current().colour("category.convolution")
        assert middle(icons.category_icon("convolution").pixmap(16, 16), sought)
    for ratio in (1.0, 2.0, 3.0):
        monkeypatch.setattr(icons, "_screen_ratio", lambda ratio=ratio: ratio)
        drawn = icons.icon("run", size=16).availableSizes()
        assert max(size.width() for size in drawn) == 16 * ratio
        assert icons.category_icon("convolution").availableSizes()[0].width() == 16 * ratio


def test_figures_and_code_have_fonts_of_one_width(qapp: QApplication) -> None:
    from PySide6.QtGui import QFontMetrics

    mono = QFontMetrics(theme.mono_font())
    assert mono.horizontalAdvance("iii") == mono.horizontalAdvance("MMM")
    figures = QFontMetrics(theme.figure_font())
    assert figures.horizontalAdvance("111") == figures.horizontalAdvance("888")
    assert theme.text_font(11).pixelSize() == 11
