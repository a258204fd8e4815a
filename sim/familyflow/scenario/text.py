"""Read the text of a TOML file, and say where and why it is none."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Final

from familyflow.ground.problem import Problem, suggestion
from familyflow.scenario.errors import Source

if TYPE_CHECKING:
    from pathlib import Path

SUFFIX: Final = ".toml"


def read(path: Path, kind: str = "scenario") -> bytes:
    """Read a file's bytes; Problem when there is no such file or it cannot be read."""
    try:
        if path.is_dir():
            raise Problem(f"{path}: is a folder: give the path of a {kind} file, ending in {SUFFIX}")
        if not path.exists():
            beside = [other.name for other in path.parent.glob(f"*{SUFFIX}")]
            raise Problem(f"{path}: there is no such file{suggestion(path.name, beside)}")
        if not path.is_file():
            raise Problem(f"{path}: is not a file: give the path of a {kind} file, ending in {SUFFIX}")
        return path.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise Problem(f"{str(path)!r}: cannot be read: {reason}") from None


def parse(file: str, content: bytes) -> Source:
    """Read a file's tables; Problem, with line and column, when it is not UTF-8 or not TOML."""
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        byte = content[error.start]
        raise Problem(f"{file} line {line}: byte 0x{byte:02x} is not UTF-8: save the file as UTF-8 text") from None
    try:
        return Source(file, text, tomllib.loads(text))
    except RecursionError:
        raise Problem(f"{file}: cannot be read as TOML: lists or tables are nested too deeply") from None
    except ValueError as error:
        raise Problem(_not_toml(file, text, str(error))) from None


def _not_toml(file: str, text: str, message: str) -> str:
    """Say where and why a text is not TOML."""
    match = re.search(r"^(.*?) \(at (?:line (\d+), column (\d+)|end of document)\)$", message, re.DOTALL)
    if not match:
        return f"{file}: cannot be read as TOML: {message}"
    reason, line, column = match.groups()
    where = f"line {line} column {column}" if line else f"line {text.count(chr(10)) + 1}, the end of the file"
    return f"{file} {where}: cannot be read as TOML: {_plain(reason)}"


def _plain(reason: str) -> str:
    """Say in the words of the file what the TOML reader found."""
    if declared := re.fullmatch(r"Cannot declare \((.*?),?\) twice", reason):
        return f"[{declared[1].replace(', ', '.').replace(chr(39), '')}] stands there twice"
    return "this key is given twice" if reason == "Cannot overwrite a value" else " ".join(reason.split())
