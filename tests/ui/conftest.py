"""What every test of the window leaves behind is gone before the next one begins."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent


@pytest.fixture(autouse=True)
def deleted_later_is_deleted() -> Iterator[None]:
    """Outside Qt's loop `deleteLater` waits: a closed window would be found by the next test."""
    yield
    if QCoreApplication.instance() is not None:
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
