"""What a person does at the window: clicks, keys, and the answers to questions. No tests here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QElapsedTimer, QEvent, QEventLoop, QObject, QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QFileDialog,
    QLabel,
    QLineEdit,
    QMainWindow,
    QPushButton,
    QScrollArea,
    QWidget,
)

CONTROL = Qt.KeyboardModifier.ControlModifier
LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier
PATIENCE = 60_000


def click(widget: QWidget, at: QPoint | None = None) -> None:
    """Press and release the left button on what can be seen of a widget, scrolling to it first."""
    scroll_to(widget)
    assert widget.isVisible(), f"{widget} cannot be seen"
    assert widget.isEnabled(), f"{widget} cannot be pressed"
    place = widget.visibleRegion().boundingRect().center() if at is None else at
    assert widget.visibleRegion().contains(place), f"{widget} is cut off at {place}"
    QTest.mouseClick(widget, LEFT, NONE, place)


def scroll_to(widget: QWidget) -> None:
    """Scroll all areas in which a widget lies until it can be seen."""
    settle()
    around = widget.parentWidget()
    while around is not None:
        if isinstance(around, QScrollArea):
            middle = widget.mapTo(around.widget(), widget.rect().center())
            half = widget.rect().center() + QPoint(2, 2)
            around.ensureVisible(middle.x(), middle.y(), half.x(), half.y())
        around = around.parentWidget()


def press(key: Qt.Key, modifier: Qt.KeyboardModifier = NONE) -> None:
    """Press a key where the focus is."""
    if QApplication.activeWindow() is None:  # without a desktop, nobody gives it back to a window
        window = next(w for w in QApplication.topLevelWidgets() if isinstance(w, QMainWindow))
        window.activateWindow()
        wait(window.isActiveWindow)
    target = QApplication.focusWidget() or QApplication.activeWindow()
    assert target is not None, "no window has the keyboard"
    QTest.keyClick(target, key, modifier)


def button(parent: QWidget, title: str) -> QPushButton:
    """The button of a title that can be seen."""
    settle()
    found = [b for b in parent.findChildren(QPushButton) if b.text() == title and b.isVisible()]
    assert len(found) == 1, f"{len(found)} buttons '{title}'"
    return found[0]


def said(parent: QWidget) -> str:
    """All that the labels say that can be seen."""
    return "\n".join(label.text() for label in parent.findChildren(QLabel) if label.isVisible())


def choose_path(dialog: QFileDialog, path: Path) -> None:
    """Name a file in Qt's own dialog and press Return; its completer is not what is looked at."""
    dialog.setDirectory(str(path.parent))
    field = dialog.findChild(QLineEdit)
    assert field is not None
    for _ in range(40):  # while it reads the folder, it writes into the field too
        field.setText(path.name)
        QTest.keyClick(field, Qt.Key.Key_Return)
        if not dialog.isVisible():
            return
        pause(50)
    raise AssertionError(f"{path} is not taken, but '{field.text()}'")


class Answers(QObject):
    """Answers the questions that come, in their order, as soon as each is seen.

    `asked` is what they said. A question that nobody waits for is called off and told at the end.
    """

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []
        self._answers: list[Callable[[QDialog], None]] = []
        self.unexpected: list[str] = []
        self._answering = False
        self._answered: QDialog | None = None
        self._left_alone = ""
        self._timer = QTimer(self, interval=20)
        self._timer.timeout.connect(self._look)
        self._timer.start()

    def add(self, answer: str | Qt.Key | Path) -> None:
        """A button by its title, a key, or a path for the dialog of files."""
        self._answers.append(lambda dialog: self._answer(dialog, answer))

    def waits_for(self, sentence: str) -> None:
        """Let dialogs be that say this, until they go by themselves."""
        self._left_alone = sentence

    def _answer(self, dialog: QDialog, answer: str | Qt.Key | Path) -> None:
        match answer:
            case Path():
                assert isinstance(dialog, QFileDialog), f"{dialog} asks for no file"
                choose_path(dialog, answer)
            case str():
                click(button(dialog, answer))
            case _:
                QTest.keyClick(dialog, answer)

    def _look(self) -> None:
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, QDialog) or not dialog.isVisible():
            return
        if self._left_alone and self._left_alone in said(dialog):
            return
        if dialog is self._answered:  # it goes when it has done what it was told
            return
        if self._answering:  # a key lets the program go on
            return
        self.asked.append(said(dialog))
        if not self._answers:
            self.unexpected.append(self.asked[-1])
            dialog.reject()
            return
        self._answering, self._answered = True, dialog
        try:
            self._answers.pop(0)(dialog)
        except AssertionError as error:
            self.unexpected.append(f"{self.asked[-1]}: {error}")
            dialog.reject()
        finally:
            self._answering = False

    def end(self) -> None:
        """Look no more."""
        self._timer.stop()

    def all_came(self) -> None:
        """All has been asked that was expected, and nothing else."""
        assert not self.unexpected, f"asked without an answer: {self.unexpected}"
        assert not self._answers, f"{len(self._answers)} questions never came"


def pause(milliseconds: int) -> None:
    """Let the program go on for a while; unlike `QTest.qWait` it lets other threads run."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def wait(until: Callable[[], object], milliseconds: int = PATIENCE) -> None:
    """Let the program go on until something is so."""
    clock = QElapsedTimer()
    clock.start()
    while not until():
        assert clock.elapsed() < milliseconds, "it did not come about"
        pause(10)


def settle() -> None:
    """Let the program do what it has to do now."""
    for _ in range(3):
        QApplication.processEvents()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
