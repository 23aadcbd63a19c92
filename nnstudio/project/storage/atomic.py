"""Files written whole: whoever is interrupted leaves the old file or the new one, never a part.

Every file that the program writes for a user comes through here, so that all of them follow links,
keep the mode of what they replace, and leave alone what is marked as read-only.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nnstudio.project.storage.fields import FileError

TEMPORARY = ".tmp"
"""How the names of files end that take the place of others once they are whole."""
_NAME = 40
_NEW = 0o666


class ReadOnlyFileError(FileError):
    """A file that is marked as read-only, or that belongs to somebody else, and so was kept."""


@contextmanager
def replacing(path: str | os.PathLike[str], *, overwrite_read_only: bool = False) -> Iterator[Path]:
    """Give an empty file to write into, which takes the place of `path` at the end of the block.

    Where `path` is a link, what it leads to is replaced. The mode is that of the file which was
    there, or of any new file. If the block raises, `path` is left as it was. A file with several
    names (hard links) keeps them all: it is written in place, once the new one lies beside it
    complete; should that fail or be interrupted, the new one stays there.

    Raises:
        ReadOnlyFileError: `path` is read-only, and `overwrite_read_only` is False.
        FileError: it cannot be written; one sentence.
    """
    path = Path(path)
    temporary: Path | None = None
    try:
        target = _target(path)
        found = _stat(target)
        if found is not None and not overwrite_read_only and _is_read_only(target, found):
            raise ReadOnlyFileError(f"{path}: cannot be written: the file is read-only")
        whole = found is None or stat.S_ISREG(found.st_mode)
        temporary, mode = _new_file(target if whole else _spool(), found if whole else None)
        yield temporary
        if whole:
            _finish(temporary, mode, found)
            if found is not None and found.st_nlink > 1:
                complete, temporary = temporary, None  # now the only one that is sure to be whole
                _write_in_place(complete, target, found)
            else:
                _replace(temporary, target, found)
        else:  # a pipe, a terminal, /dev/null: written to, never replaced
            with temporary.open("rb") as source, target.open("wb") as stream:
                shutil.copyfileobj(source, stream)
            temporary.unlink()
    except BaseException as error:
        if temporary is not None:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise FileError(f"{path}: cannot be written: {error.strerror or error}") from error
        raise


def write_bytes(
    data: bytes, path: str | os.PathLike[str], *, overwrite_read_only: bool = False
) -> None:
    """Write bytes in that way; raises like `replacing`."""
    with (
        replacing(path, overwrite_read_only=overwrite_read_only) as new,
        new.open("wb") as stream,
    ):
        stream.write(data)


def write_text(
    text: str, path: str | os.PathLike[str], *, overwrite_read_only: bool = False
) -> None:
    """Write text as UTF-8 in that way; raises like `replacing`."""
    write_bytes(text.encode("utf-8"), path, overwrite_read_only=overwrite_read_only)


def same_place(one: Path, other: Path) -> bool:
    """Tell whether two paths lead to one file, through links or not, be it there or not."""
    return os.path.realpath(one) == os.path.realpath(other)


def _target(path: Path) -> Path:
    """Where the links lead that `path` may consist of."""
    target = Path(os.path.realpath(path))
    if target.is_symlink():
        raise FileError(f"{path}: cannot be written: the link leads to itself")
    if target.is_dir():
        raise FileError(f"{path}: cannot be written: expected a file, received a folder")
    # the name of a pipe behind /dev/stdout cannot be opened, the link itself can
    return target if target.exists() or not path.exists() else path


def _stat(target: Path) -> os.stat_result | None:
    try:
        return target.stat()
    except FileNotFoundError:
        return None


def _is_read_only(target: Path, found: os.stat_result) -> bool:
    # the administrator may write anything, but a mark against it is meant for everybody
    return not found.st_mode & 0o222 or not os.access(target, os.W_OK)


def _spool() -> Path:
    return Path(tempfile.gettempdir()) / "nnstudio"


def _new_file(target: Path, found: os.stat_result | None) -> tuple[Path, int]:
    """An empty file beside `target`, and the mode that it shall have in the end."""
    mode = _NEW if found is None else stat.S_IMODE(found.st_mode) & 0o777 | stat.S_IWUSR
    name = f".{target.name[:_NAME]}.{secrets.token_hex(4)}{TEMPORARY}"
    new = target.with_name(name)
    # by the system's own rule for new files: `umask` cannot be read without changing it
    os.close(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode))
    if found is not None:
        return new, stat.S_IMODE(found.st_mode) & 0o777
    return new, stat.S_IMODE(new.stat().st_mode)


def _finish(new: Path, mode: int, found: os.stat_result | None) -> None:
    with new.open("rb+") as stream:
        os.fsync(stream.fileno())
    if found is not None and hasattr(os, "chown"):
        with contextlib.suppress(OSError):  # only the administrator can give files away
            os.chown(new, found.st_uid, found.st_gid)
    new.chmod(mode)  # whoever wrote into it may have put another file in its place


def _replace(new: Path, target: Path, found: os.stat_result | None) -> None:
    if os.name == "nt" and found is not None and not found.st_mode & stat.S_IWUSR:
        target.chmod(stat.S_IWUSR)  # Windows replaces no file that is marked as read-only
    os.replace(new, target)


def _write_in_place(complete: Path, target: Path, found: os.stat_result) -> None:
    """Give `target` the content of `complete`, which is removed after that has reached the disk."""
    mode = stat.S_IMODE(found.st_mode)
    try:
        if not mode & stat.S_IWUSR:
            target.chmod(mode | stat.S_IWUSR)
        with complete.open("rb") as source, target.open("rb+") as stream:
            shutil.copyfileobj(source, stream)
            stream.truncate()
            stream.flush()
            os.fsync(stream.fileno())
        if not mode & stat.S_IWUSR:
            target.chmod(mode)
    except OSError as error:
        said = f"{target}: cannot be written: {error.strerror or error}"
        raise FileError(f"{said}; all of it is in {complete}") from error
    complete.unlink()
