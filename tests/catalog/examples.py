"""Further examples for the contract: the options and optional ports that change shapes or counts."""

from __future__ import annotations

from typing import Any

MORE: dict[str, list[dict[str, Any]]] = {}
