from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from familyflow.experiment import provenance

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """Make a checkout with a package of one deciding and one other module."""
    root = tmp_path / "sim" / "familyflow"
    for floor in ("engine", "report"):
        (root / floor).mkdir(parents=True)
        (root / floor / "rules.py").write_text("x = 1\n", encoding="utf-8")
    return root


def test_the_digest_of_the_code_knows_the_floors_that_decide(package: Path) -> None:
    before = provenance.code_digest(package)
    (package / "report" / "rules.py").write_text("x = 2\n", encoding="utf-8")
    assert provenance.code_digest(package) == before
    (package / "engine" / "rules.py").write_text("x = 2\n", encoding="utf-8")
    assert provenance.code_digest(package) != before


def test_no_commit_is_named_outside_a_checkout(package: Path) -> None:
    assert provenance.commit(package) is None


def test_the_commit_is_named_and_says_when_files_have_changed(package: Path) -> None:
    git = shutil.which("git")
    if git is None:
        pytest.skip("git is not installed")
    checkout = package.parents[1]
    author = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    for command in (["init", "-q"], ["add", "."], [*author, "commit", "-q", "-m", "First"]):
        subprocess.run([git, "-C", str(checkout), *command], check=True)
    named = provenance.commit(package)
    assert named is not None
    assert len(named) == 40
    (package / "engine" / "rules.py").write_text("x = 2\n", encoding="utf-8")
    assert provenance.commit(package) == f"{named}-dirty"


def test_versions_name_python_and_the_packages() -> None:
    assert list(provenance.versions()) == ["python", *provenance.PACKAGES]
