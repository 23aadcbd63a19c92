"""Reads the file that Weights & Biases writes offline: records of protobuf in a log of LevelDB.

The library writes and sends such files by a program of its own and has no reader in Python.
"""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

_BLOCK = 32_768
_HEAD = 7
"""Bytes of the file's mark, and of the head of each piece: checksum, length, kind."""
_FULL, _LAST = 1, 4


def records(path: Path) -> list[Any]:
    """All records in order."""
    from wandb.proto import wandb_internal_pb2

    data, found, whole = path.read_bytes(), [], b""
    assert data[:4] == b":W&B"
    at = _HEAD
    while at + _HEAD <= len(data):
        left = _BLOCK - at % _BLOCK
        if left < _HEAD:  # no room for another head: padding
            at += left
            continue
        _, length, kind = struct.unpack("<IHB", data[at : at + _HEAD])
        whole += data[at + _HEAD : at + _HEAD + length]
        at += _HEAD + length
        if kind in (_FULL, _LAST):
            record = wandb_internal_pb2.Record()
            record.ParseFromString(whole)
            found.append(record)
            whole = b""
    return found


def history(all_records: list[Any]) -> list[dict[str, Any]]:
    """What was logged, a row for each call."""
    rows = []
    for record in all_records:
        if record.WhichOneof("record_type") == "history":
            rows.append(_values(record.history.item))
    return rows


def config(all_records: list[Any]) -> dict[str, Any]:
    """The settings of the run."""
    run = next(one.run for one in all_records if one.WhichOneof("record_type") == "run")
    return _values(run.config.update)


def _values(items: Any) -> dict[str, Any]:
    return {one.key or "/".join(one.nested_key): json.loads(one.value_json) for one in items}
