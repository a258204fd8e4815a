"""Run the notebook from top to bottom and keep what it shows: `python docs/notebook.py [FILE]`.

FILE is where the notebook with its outputs goes; without it, in place of the old one.
"""  # noqa: INP001 - a script beside the pages

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

import nbformat
from nbclient import NotebookClient

NOTEBOOK: Final = Path(__file__).parent / "sweeps.ipynb"
_SECONDS: Final = 900
"""The longest that one cell may take, the engine's compilation included."""


def main(out: Path) -> None:
    """Run it in its own folder, and write it without the times of the run."""
    os.environ["MPLBACKEND"] = (
        "module://matplotlib_inline.backend_inline"  # pictures in it, whatever the caller has set
    )
    book = nbformat.read(NOTEBOOK, nbformat.NO_CONVERT)  # type: ignore[no-untyped-call] # it publishes no types
    client = NotebookClient(
        book, timeout=_SECONDS, record_timing=False, resources={"metadata": {"path": str(NOTEBOOK.parent)}}
    )
    client.execute()
    book.metadata["language_info"] = {"name": "python"}  # not the version of this machine
    nbformat.write(book, out)  # type: ignore[no-untyped-call] # the same


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else NOTEBOOK)
