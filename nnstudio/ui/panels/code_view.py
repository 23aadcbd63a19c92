"""A read-only view of Python source: highlighted, with line numbers, marks and a find bar."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShortcut,
    QSyntaxHighlighter,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
)
from PySide6.QtWidgets import (
    QPlainTextEdit,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

from nnstudio.ui.theme import current as theme
from nnstudio.ui.widgets.text_find_bar import FindBar

GUTTER_PADDING = 12

# pygments' token types, most special first, and the theme's word for them
_KINDS = (
    ("Token.Literal.String.Doc", "docstring"),
    ("Token.Literal.String", "string"),
    ("Token.Literal.Number", "number"),
    ("Token.Keyword.Constant", "constant"),
    ("Token.Keyword", "keyword"),
    ("Token.Operator.Word", "keyword"),
    ("Token.Operator", "operator"),
    ("Token.Name.Builtin.Pseudo", "self"),
    ("Token.Name.Builtin", "builtin"),
    ("Token.Name.Class", "class"),
    ("Token.Name.Function", "function"),
    ("Token.Name.Decorator", "decorator"),
    ("Token.Comment", "comment"),
)


@lru_cache(maxsize=256)
def _kind(token: str) -> str | None:
    return next((kind for prefix, kind in _KINDS if token.startswith(prefix)), None)


def spans(text: str) -> list[list[tuple[int, int, str]]]:
    """Find what is coloured in each line of `text`: (start, length, kind)."""
    from pygments.lexers.python import PythonLexer

    lines: list[list[tuple[int, int, str]]] = [[]]
    column = 0
    for token, value in PythonLexer(stripnl=False, ensurenl=False).get_tokens(text):
        kind = _kind(str(token))
        for k, part in enumerate(value.split("\n")):
            if k:
                lines.append([])
                column = 0
            if part and kind:
                lines[-1].append((column, len(part), kind))
            column += len(part)
    return lines


class _Highlighter(QSyntaxHighlighter):
    """Paints the spans of the whole text, which is lexed once when it is set."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self._spans: list[list[tuple[int, int, str]]] = []
        self._formats: dict[str, QTextCharFormat] = {}
        self.refresh_formats()

    def set_text(self, text: str) -> None:
        self._spans = spans(text)

    def refresh_formats(self) -> None:
        for kind, syntax in theme.current().syntax.items():
            made = QTextCharFormat()
            made.setForeground(QColor(syntax.colour))
            made.setFontItalic(syntax.italic)
            if syntax.bold:
                made.setFontWeight(QFont.Weight.DemiBold)
            self._formats[kind] = made

    def highlightBlock(self, text: str) -> None:
        number = self.currentBlock().blockNumber()
        for start, length, kind in self._spans[number] if number < len(self._spans) else ():
            if kind in self._formats:
                self.setFormat(start, length, self._formats[kind])


class _Gutter(QWidget):
    """The line numbers."""

    def __init__(self, text: _Text) -> None:
        super().__init__(text)
        self._text = text

    def sizeHint(self) -> QSize:
        return QSize(self._text.gutter_width(), 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        self._text.paint_gutter(event)


class _Text(QPlainTextEdit):
    """The text itself; `clicked(line)` counts from 1."""

    clicked = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setReadOnly(True)
        self.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setProperty("role", "code")
        self.setAccessibleName("Generated code")
        self.setFont(theme.mono_font(12))
        self.document().setDocumentMargin(6)
        self.marked: frozenset[int] = frozenset()
        self._gutter = _Gutter(self)
        self.blockCountChanged.connect(lambda _count: self._make_room())
        self.updateRequest.connect(self._follow)
        self._make_room()

    def gutter_width(self) -> int:
        digits = max(3, len(str(self.blockCount())))
        return self.fontMetrics().horizontalAdvance("9") * digits + 2 * GUTTER_PADDING

    def _make_room(self) -> None:
        self.setViewportMargins(self.gutter_width(), 0, 0, 0)

    def _follow(self, area: QRect, moved: int) -> None:
        if moved:
            self._gutter.scroll(0, moved)
        else:
            self._gutter.update(0, area.y(), self._gutter.width(), area.height())

    def paint_gutter(self, event: QPaintEvent) -> None:
        colours = theme.current()
        painter = QPainter(self._gutter)
        painter.fillRect(event.rect(), colours.qcolor("field"))
        painter.setFont(self.font())
        block = self.firstVisibleBlock()
        while block.isValid():
            area = self.blockBoundingGeometry(block).translated(self.contentOffset())
            if area.top() > event.rect().bottom():
                break
            number = block.blockNumber() + 1
            marked = number in self.marked
            painter.setPen(colours.qcolor("accent" if marked else "syntax.line_number"))
            painter.drawText(
                0,
                round(area.top()),
                self._gutter.width() - GUTTER_PADDING,
                self.fontMetrics().height(),
                Qt.AlignmentFlag.AlignRight,
                str(number),
            )
            block = block.next()
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        area = self.contentsRect()
        self._gutter.setGeometry(QRect(area.left(), area.top(), self.gutter_width(), area.height()))

    def refresh_gutter(self) -> None:
        """Draw the gutter again: the marks or the theme have changed."""
        self._gutter.update()

    def last_visible(self) -> int:
        """Return the number (from 0) of the last line that can be seen."""
        bottom = QPoint(0, self.viewport().height() - 1)
        return self.cursorForPosition(bottom).blockNumber()

    def can_see(self, line: int) -> bool:
        """Tell whether the line (from 1) is in view."""
        return self.firstVisibleBlock().blockNumber() < line <= self.last_visible() + 1

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if not self.textCursor().hasSelection():
            self.clicked.emit(self.cursorForPosition(event.position().toPoint()).blockNumber() + 1)


class CodeView(QWidget):
    """Source text with marks. `line_clicked(line)` counts from 1."""

    line_clicked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text = _Text()
        self.text.clicked.connect(self.line_clicked)
        self._highlighter = _Highlighter(self.text.document())
        self._found: list[QTextCursor] = []
        self._at = -1
        self.find_bar = FindBar()
        self.find_bar.hide()
        self.find_bar.moved.connect(self.find)
        self.find_bar.closed.connect(self.close_find)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.find_bar)
        column.addWidget(self.text, 1)
        self._keys = {
            "find": self._shortcut(QKeySequence.StandardKey.Find, self.open_find),
            "next": self._shortcut(QKeySequence.StandardKey.FindNext, lambda: self.find(1)),
            "before": self._shortcut(QKeySequence.StandardKey.FindPrevious, lambda: self.find(-1)),
            "close": self._shortcut(QKeySequence("Esc"), self.close_find),
        }
        # Escape belongs to others as long as there is nothing to close.
        self._keys["close"].setEnabled(False)
        theme.notifier.changed.connect(self._on_theme)

    def _shortcut(
        self, keys: QKeySequence | QKeySequence.StandardKey, act: Callable[[], object]
    ) -> QShortcut:
        made = QShortcut(QKeySequence(keys), self)
        made.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        made.activated.connect(act)
        return made

    def code(self) -> str:
        """Return the text that is shown."""
        return self.text.toPlainText()

    def set_code(self, text: str) -> None:
        """Show another text where the eye is: the scroll position stays."""
        bar, across = self.text.verticalScrollBar(), self.text.horizontalScrollBar()
        at = bar.value(), across.value()
        self._highlighter.set_text(text)
        self.text.setPlainText(text)
        bar.setValue(at[0])
        across.setValue(at[1])
        self._look()

    def mark_lines(self, lines: Iterable[int]) -> None:
        """Mark lines (from 1) and bring the first into view if it is not."""
        wanted = sorted(lines)
        self.text.marked = frozenset(wanted)
        if wanted and not self.text.can_see(wanted[0]):
            block = self.text.document().findBlockByNumber(wanted[0] - 1)
            self.text.setTextCursor(QTextCursor(block))
            self.text.centerCursor()
        self._paint_marks()

    def _paint_marks(self) -> None:
        selections = []
        document = self.text.document()
        for line in sorted(self.text.marked):
            block = document.findBlockByNumber(line - 1)
            if block.isValid():
                selections.append(_selection(QTextCursor(block), "accent_soft", line=True))
        for k, cursor in enumerate(self._found):
            colour = "warning" if k == self._at else "warning_soft"
            selections.append(_selection(cursor, colour, ink="window" if k == self._at else ""))
        self.text.setExtraSelections(selections)
        self.text.refresh_gutter()

    # -- finding ------------------------------------------------------------------------------

    def open_find(self) -> None:
        """Show the find bar, with what is selected."""
        picked = self.text.textCursor().selectedText()
        self.find_bar.show()
        self._keys["close"].setEnabled(True)
        if picked and "\u2029" not in picked:
            self.find_bar.field.setText(picked)
        self.find_bar.field.setFocus()
        self.find_bar.field.selectAll()
        self._look()

    def close_find(self) -> None:
        """Hide the find bar and its marks."""
        self.find_bar.hide()
        self._keys["close"].setEnabled(False)
        self._look()
        self.text.setFocus()

    def find(self, step: int) -> bool:
        """Go to the next place (1), the one before (-1) or, after typing, the first (0).

        False if the text of the find bar stands nowhere.
        """
        if step == 0:
            self._at = -1
        self._look()
        if not self._found:
            return False
        self._at = (self._at + step) % len(self._found) if self._at >= 0 else 0
        place = QTextCursor(self._found[self._at])
        place.clearSelection()
        self.text.setTextCursor(place)
        self.text.ensureCursorVisible()
        self.find_bar.show_count(self._at + 1, len(self._found))
        self._paint_marks()
        return True

    def _look(self) -> None:
        """Find all places anew."""
        self._found = []
        wanted = self.find_bar.field.text() if not self.find_bar.isHidden() else ""
        cursor = QTextCursor(self.text.document())
        while wanted and not (cursor := self.text.document().find(wanted, cursor)).isNull():
            self._found.append(QTextCursor(cursor))
        self._at = min(self._at, len(self._found) - 1)
        self.find_bar.show_count(max(self._at, 0) + 1, len(self._found))
        self._paint_marks()

    def _on_theme(self, _theme: object) -> None:
        self._highlighter.refresh_formats()
        self._highlighter.rehighlight()
        self._paint_marks()


def _selection(
    cursor: QTextCursor, colour: str, *, ink: str = "", line: bool = False
) -> QTextEdit.ExtraSelection:
    made = QTextEdit.ExtraSelection()
    made.format.setBackground(theme.qcolor(colour))
    if ink:
        made.format.setForeground(theme.qcolor(ink))
    made.format.setProperty(QTextFormat.Property.FullWidthSelection, line)
    made.cursor = cursor
    return made
