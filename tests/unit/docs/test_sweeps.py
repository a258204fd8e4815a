from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from familyflow import api
from familyflow.experiment.design import DesignFile, InputTable

DOCS = Path(__file__).parents[3] / "docs"
PAGE = (DOCS / "sweeps.md").read_text(encoding="utf-8")
EXAMPLE = DOCS / "designs" / "somerset_grid.toml"


def shown(path: Path) -> list[str]:
    """Give what the cells of a notebook print, pictures apart."""
    outputs: list[dict[str, Any]] = [
        output
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
        for output in cell.get("outputs", [])
        if output.get("name") != "stderr"
    ]
    return ["".join(output.get("text") or output["data"]["text/plain"]) for output in outputs]


def test_the_page_shows_the_example_as_it_is() -> None:
    (text,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert text == EXAMPLE.read_text(encoding="utf-8")


def test_every_design_of_the_documents_can_be_used() -> None:
    designs = [api.load_design(path) for path in sorted((DOCS / "designs").glob("*.toml"))]
    assert "somerset_grid" in [design.name for design in designs]


@pytest.mark.parametrize("table", [DesignFile, InputTable])
def test_every_key_of_a_design_is_documented(table: type[DesignFile | InputTable]) -> None:
    assert [key for key in table.model_fields if f"`{key}`" not in PAGE and f"`[[{key}]]`" not in PAGE] == []


@pytest.mark.long
def test_the_notebook_runs_and_shows_what_it_showed(tmp_path: Path) -> None:
    pytest.importorskip("nbclient", reason="the notebook is run with the extra [test]")
    pytest.importorskip("ipykernel", reason="the notebook is run with the extra [test]")
    out = tmp_path / "again.ipynb"
    subprocess.run([sys.executable, str(DOCS / "notebook.py"), str(out)], check=True, capture_output=True)
    assert shown(out) == shown(DOCS / "sweeps.ipynb"), "run: python docs/notebook.py"
    assert "image/png" in (DOCS / "sweeps.ipynb").read_text(encoding="utf-8")
