"""One sample, large, with its numbers: picture, curve, wave with spectrogram, text."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFont, QImage, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from nnstudio.data.spectrogram import spectrogram
from nnstudio.ui.forms.sections import Facts
from nnstudio.ui.pages.data.pictures import channels_of, image_of, mask_of, pixmap_of
from nnstudio.ui.pages.data.playback import Player, can_play
from nnstudio.ui.plots.plain_plot import PlainPlot
from nnstudio.ui.theme import current as theme
from nnstudio.ui.theme import icons
from nnstudio.workspace.data_page.shown_samples import ShownSamples

FACTS, WIDE_FACTS = 260, 480
RATE = 16_000
"""Hz of sounds whose spec does not tell: what recordings are brought to unless asked."""


class PictureView(QWidget):
    """A picture as large as there is room, in sharp pixels where it is small."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image = QImage()
        self.setMinimumSize(120, 120)

    def show_image(self, image: QImage) -> None:
        """Show another picture."""
        self._image = image
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(420, 420)

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._image.isNull():
            return
        painter = QPainter(self)
        ratio = self.devicePixelRatioF()
        drawn = pixmap_of(self._image, self.size(), ratio)
        size = drawn.deviceIndependentSize().toSize()
        painter.drawPixmap(
            (self.width() - size.width()) // 2, (self.height() - size.height()) // 2, drawn
        )


class SampleView(QWidget):
    """One of the shown samples; `back_requested` by the button or Esc."""

    back_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: ShownSamples | None = None
        self._row = 0
        self._player = Player(self)
        self.back_button = QPushButton("All samples")
        icons.attach(self.back_button, "chevron-left", "muted", 16)
        self.back_button.clicked.connect(self.back_requested)
        self.title = QLabel()
        self.title.setFont(theme.text_font(13, QFont.Weight.DemiBold))
        self.where = QLabel()
        self.where.setProperty("role", "muted")
        self.play_button = _tool("run", "Play")
        self.play_button.clicked.connect(self.play)
        self.previous_button = _tool("chevron-left", "Previous sample (Left)")
        self.previous_button.clicked.connect(lambda: self.step(-1))
        self.next_button = _tool("chevron-right", "Next sample (Right)")
        self.next_button.clicked.connect(lambda: self.step(1))
        head = QHBoxLayout()
        head.setContentsMargins(16, 8, 16, 8)
        head.setSpacing(8)
        head.addWidget(self.back_button)
        head.addWidget(self.title)
        head.addWidget(self.where, 1)
        self.head = head
        for button in (self.play_button, self.previous_button, self.next_button):
            head.addWidget(button)
        self.picture = PictureView()
        self.curve, self.levels = PlainPlot(), PlainPlot()
        plots = QWidget()
        both = QVBoxLayout(plots)
        both.setContentsMargins(0, 0, 0, 0)
        both.setSpacing(1)
        both.addWidget(self.curve, 1)
        both.addWidget(self.levels, 1)
        self.text = QPlainTextEdit(readOnly=True)
        self.text.setProperty("role", "code")
        self.text.setFont(theme.mono_font())
        self._stack = QStackedWidget()
        self._pages: dict[str, QWidget] = {
            "pictures": self.picture,
            "films": self.picture,
            "curves": plots,
            "waves": plots,
            "texts": self.text,
        }
        for widget in (self.picture, plots, self.text):
            self._stack.addWidget(widget)
        self.facts = Facts()
        holder = QWidget()
        inside = QVBoxLayout(holder)
        inside.setContentsMargins(16, 8, 12, 16)
        inside.addWidget(self.facts)
        inside.addStretch(1)
        area = QScrollArea(widgetResizable=True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setFixedWidth(FACTS)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(holder)
        self._area = area
        row = QHBoxLayout()
        row.setContentsMargins(16, 0, 0, 12)
        row.addWidget(self._stack, 1)
        row.addWidget(area)
        self._rest = QWidget()
        row.addWidget(self._rest, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addLayout(row, 1)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    @property
    def sample(self) -> int:
        """The number of the sample that is shown."""
        return int(self._shown.indices[self._row]) if self._shown is not None else -1

    def show_sample(self, shown: ShownSamples, sample: int) -> None:
        """Show one of the samples."""
        self._shown = shown
        found = (shown.indices == sample).nonzero()[0]
        self._row = int(found[0]) if len(found) else 0
        self._refresh()
        self.setFocus()

    def step(self, by: int) -> None:
        """Show the next or the previous sample."""
        if self._shown is not None:
            self._row = max(0, min(len(self._shown.indices) - 1, self._row + by))
            self._refresh()

    def play(self) -> None:
        """Play the sound that is shown."""
        if self._shown is not None and self._shown.looks == "waves" and can_play():
            self._player.play(
                channels_of(self._shown.value(self.sample), 1)[0], self._shown.rate or RATE
            )

    def stop(self) -> None:
        """Be quiet."""
        self._player.stop()

    def _refresh(self) -> None:
        shown, sample = self._shown, self.sample
        assert shown is not None
        self._player.stop()
        self.title.setText(shown.caption(sample))
        self.where.setText(f"{shown.origin(sample)}  ·  {shown.part_word(sample)}")
        self.setAccessibleName(f"{shown.caption(sample)}, {shown.origin(sample)}")
        self.previous_button.setEnabled(self._row > 0)
        self.next_button.setEnabled(self._row < len(shown.indices) - 1)
        self.play_button.setVisible(shown.looks == "waves" and can_play())
        self.facts.show_lines(shown.facts(sample))
        page = self._pages.get(shown.looks)
        self._stack.setVisible(page is not None)
        self._rest.setVisible(page is None)
        self._area.setFixedWidth(FACTS if page is not None else WIDE_FACTS)
        if page is None:
            return
        self._stack.setCurrentWidget(page)
        self._draw(shown, sample)

    def _draw(self, shown: ShownSamples, sample: int) -> None:
        self.levels.setVisible(shown.looks == "waves")
        if shown.looks == "texts":
            self.text.setPlainText(shown.text(sample, 20_000))
            return
        if shown.looks in ("pictures", "films"):
            mask = shown.main is not None and shown.main.kind == "mask"
            value = shown.picture(sample)
            self.picture.show_image(mask_of(value) if mask else image_of(value))
        elif shown.looks == "curves":
            self.curve.show_lines(list(channels_of(shown.value(sample))))
        else:
            sound = channels_of(shown.value(sample), 1)[0]
            rate = shown.rate or RATE
            self.curve.show_lines([sound], 1 / rate, "s")
            seconds = len(sound) / rate
            self.levels.show_levels(spectrogram(sound), seconds, rate / 2_000, ("s", "kHz"))

    # -- Qt -----------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Escape:
                self.back_requested.emit()
            case Qt.Key.Key_Left | Qt.Key.Key_Up:
                self.step(-1)
            case Qt.Key.Key_Right | Qt.Key.Key_Down:
                self.step(1)
            case Qt.Key.Key_Space:
                self.play()
            case _:
                super().keyPressEvent(event)


def _tool(icon: str, name: str) -> QToolButton:
    button = QToolButton(autoRaise=True)
    button.setFixedSize(28, 28)
    button.setIconSize(icons.size(16))
    button.setToolTip(name)
    button.setAccessibleName(name)
    icons.attach(button, icon, "muted", 16)
    return button
