"""A read-only view of Python source: highlighted, with line numbers, marks and a find bar."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from PySide6.QtCore import QRect, QSize, Qt, Signal
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
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QTextEdit, QVBoxLayout, QWidget

from nnstudio.ui import theme

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
    """For each line of `text`, the (start, length, kind) of what is coloured."""
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
        self.renew_formats()

    def set_text(self, text: str) -> None:
        self._spans = spans(text)

    def renew_formats(self) -> None:
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
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setFont(theme.mono_font(12))
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
        self.find_field = QLineEdit(placeholderText="Find in the code (Enter: next, Esc: close)")
        self.find_field.hide()
        self.find_field.returnPressed.connect(self.find_next)
        self.find_field.textChanged.connect(lambda _text: self._find_from_top())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.find_field)
        column.addWidget(self.text, 1)
        for keys, act in ((QKeySequence.StandardKey.Find, self.open_find), (Qt.Key.Key_Escape, self.close_find)):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(act)
        theme.notifier.changed.connect(self._on_theme)

    def code(self) -> str:
        """The text that is shown."""
        return self.text.toPlainText()

    def set_code(self, text: str) -> None:
        """Show another text where the eye is: the scroll position stays."""
        bar, across = self.text.verticalScrollBar(), self.text.horizontalScrollBar()
        at = bar.value(), across.value()
        self._highlighter.set_text(text)
        self.text.setPlainText(text)
        bar.setValue(at[0])
        across.setValue(at[1])

    def mark_lines(self, lines: Iterable[int]) -> None:
        """Mark lines (from 1) and bring the first into view."""
        wanted = sorted(lines)
        self.text.marked = frozenset(wanted)
        self._paint_marks()
        if wanted:
            block = self.text.document().findBlockByNumber(wanted[0] - 1)
            cursor = QTextCursor(block)
            self.text.setTextCursor(cursor)
            self.text.centerCursor()

    def _paint_marks(self) -> None:
        selections = []
        for line in sorted(self.text.marked):
            mark = QTextEdit.ExtraSelection()
            mark.format.setBackground(theme.qcolor("accent_soft"))
            mark.format.setProperty(QTextFormat.Property.FullWidthSelection, True)
            mark.cursor = QTextCursor(self.text.document().findBlockByNumber(line - 1))
            selections.append(mark)
        self.text.setExtraSelections(selections)
        self.text.viewport().update()
        self.text._gutter.update()

    # -- finding ------------------------------------------------------------------------------

    def open_find(self) -> None:
        """Show the find field."""
        self.find_field.show()
        self.find_field.setFocus()
        self.find_field.selectAll()

    def close_find(self) -> None:
        """Hide the find field."""
        self.find_field.hide()
        self.text.setFocus()

    def find_next(self) -> bool:
        """Go to the next place with the text of the find field, from the top after the last."""
        wanted = self.find_field.text()
        found = bool(wanted) and self.text.find(wanted)
        if wanted and not found:
            self.text.moveCursor(QTextCursor.MoveOperation.Start)
            found = self.text.find(wanted)
        self.find_field.setProperty("invalid", bool(wanted) and not found)
        self.find_field.style().polish(self.find_field)
        return found

    def _find_from_top(self) -> None:
        self.text.moveCursor(QTextCursor.MoveOperation.Start)
        self.find_next()

    def _on_theme(self, _theme: object) -> None:
        self._highlighter.renew_formats()
        self._highlighter.rehighlight()
        self._paint_marks()
