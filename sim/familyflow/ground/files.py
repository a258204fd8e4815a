"""Files that appear whole or not at all, and plain words for why one cannot be written."""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager, suppress
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from familyflow.ground.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PARTIAL: Final = ".partial"
"""How a file ends that a killed process left behind."""
_REASONS: Final = MappingProxyType(
    {
        errno.ENOSPC: "no space is left on the disk",
        errno.EDQUOT: "the disk quota is used up",
        errno.EFBIG: "the file would be larger than allowed",
        errno.EACCES: "permission denied",
        errno.EPERM: "permission denied",
        errno.EROFS: "the disk is read-only",
        errno.ENOTDIR: "a part of the path is a file",
        errno.EEXIST: "it is a file",
    }
)


class Unwritable(Problem):
    """A path that the system would not let us write."""


@contextmanager
def plain_words(path: Path) -> Iterator[None]:
    """Turn what the system says when a path cannot be written into a Problem: Unwritable."""
    try:
        yield
    except OSError as error:
        reason = _REASONS.get(error.errno or 0) or (error.strerror or str(error)).lower()
        raise Unwritable(f"{path}: cannot be written: {reason}; free it or choose another folder") from error


def refuse_unwritable(folder: Path) -> None:
    """Refuse a folder that cannot be made or written in, as far as can be told without trying; Problem."""
    nearest = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    with plain_words(folder):
        if not nearest.is_dir():
            raise FileExistsError(errno.EEXIST if nearest == folder else errno.ENOTDIR, "")
        if not os.access(nearest, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, "")


@contextmanager
def writing(path: Path) -> Iterator[Path]:
    """Lend a temporary path, which takes the real one's place when all is written; Problem if it fails."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}{PARTIAL}")
    try:
        with plain_words(path):
            yield temporary
            temporary.replace(path)
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
