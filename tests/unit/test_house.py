"""Laws of the house that no linter knows."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import tomllib
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import familyflow

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
MACHINE_PATH = re.compile(rf"{re.escape(str(ROOT))}\b|(?<![\w.])/(home|Users|root|work)/[\w.]|file:///\w")
PACKAGE_ADDRESS = re.compile(r"https?://[^\s\"')]*(/simple/|/packages/|\.whl|\.tar\.gz)|--(extra-)?index-url")
DOTTED = re.compile(r"[\w.]+")
NEIGHBOUR = re.compile(r"\.\./shared")
CONTAINERS = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)
ALTERING = {
    "add",
    "append",
    "clear",
    "extend",
    "insert",
    "pop",
    "popitem",
    "remove",
    "setdefault",
    "sort",
    "update",
}
ASSERTING = re.compile(r"\b(assert|check|expect|raises|warns)")


def tracked(*suffixes: str) -> list[Path]:
    """List the checkout's files that version control keeps or would keep, of some suffixes or all."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("the checkout's own files are known to git only, and this is no git checkout")
    listed = subprocess.run(
        [git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    ).stdout.split("\0")
    paths = [ROOT / name for name in listed if name and (not suffixes or name.endswith(suffixes))]
    return [path for path in paths if path.is_file()]


def lines_with(pattern: re.Pattern[str], paths: list[Path]) -> list[str]:
    """Name each text line that matches, as file:line."""
    texts = {path: data for path in paths if b"\0" not in (data := path.read_bytes())}
    return [
        f"{path.relative_to(ROOT)}:{number}"
        for path, data in texts.items()
        for number, line in enumerate(data.decode("utf-8").splitlines(), 1)
        if pattern.search(line)
    ]


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def variables(module: ast.Module) -> Iterator[ast.stmt | ast.expr]:
    """Find what a module binds to a container without calling it a CONSTANT."""
    for node in module.body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, CONTAINERS):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if not all(isinstance(name, ast.Name) and constant(name) for name in targets):
                yield node


def changes(module: ast.Module) -> Iterator[ast.stmt | ast.expr]:
    """Find where a CONSTANT is changed in place: an item stored or removed, or a method that alters it."""
    for node in ast.walk(module):
        stored = isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load)
        altered = isinstance(node, ast.Attribute) and node.attr in ALTERING
        if isinstance(node, ast.Subscript | ast.Attribute) and (stored or altered) and constant(node.value):
            yield node


def constant(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and (node.id.isupper() or node.id == "__all__")


def private(name: str) -> bool:
    return any(part.startswith("_") and not part.startswith("__") for part in name.split("."))


def modules(module: ast.Module) -> Iterator[tuple[str, str]]:
    """Find what a file imports of the package: the local name, and the whole one."""
    for node in ast.walk(module):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "familyflow":
            yield from ((each.asname or each.name, f"{node.module}.{each.name}") for each in node.names)
        if isinstance(node, ast.Import):
            for each in node.names:
                if each.name.split(".")[0] == "familyflow":
                    yield each.asname or "familyflow", each.name


def reached(module: ast.Module) -> Iterator[str]:
    """Find private names of the package that a file imports, or reaches as an attribute of what it imports.

    A name replaced for a test's sake, by `setattr(module, "_name", ...)`, is reached too.
    """
    imported = dict(modules(module))
    yield from (whole for whole in imported.values() if private(whole))
    for node in ast.walk(module):
        match node:
            case ast.Attribute(attr=name) if private(name) and owner(node) in imported:
                yield ast.unparse(node)
            case ast.Call(func=ast.Attribute(attr="setattr"), args=[held, ast.Constant(value=str(name)), *_]) if (
                private(name) and owner(held) in imported
            ):
                yield f"{ast.unparse(held)}.{name}"


def owner(node: ast.expr) -> str:
    """Give the name that an attribute is reached from by names alone; of anything else nothing."""
    whole = ast.unparse(node)
    return whole.split(".")[0] if DOTTED.fullmatch(whole) else ""


def project() -> dict[str, Any]:
    table: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return table


def test_no_file_names_a_path_of_one_machine() -> None:
    assert lines_with(MACHINE_PATH, tracked()) == []


def test_no_file_names_a_package_file_or_a_registry() -> None:
    assert lines_with(PACKAGE_ADDRESS, tracked()) == []


def test_nothing_reads_a_folder_outside_the_checkout() -> None:
    assert lines_with(NEIGHBOUR, tracked()) == []


def test_source_roots_and_data_folders_are_no_packages() -> None:
    folders = ("sim", "scenarios", "calibration", "outputs", "tests", "benchmarks")
    assert [name for name in folders if (ROOT / name / "__init__.py").exists()] == []


def test_nothing_is_called_utils() -> None:
    assert [path.name for path in tracked(".py") if re.search(r"util|helper|common|misc", path.stem)] == []


def test_no_module_of_the_product_holds_state() -> None:
    assert [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in tracked(".py")
        if path.is_relative_to(ROOT / "sim")
        for node in chain(variables(tree(path)), changes(tree(path)))
    ] == []


def test_quantiles_of_draws_are_taken_in_one_place() -> None:
    taken = re.compile(r"\b(nan)?(quantile|percentile)\(")
    floors = ("results", "experiment", "report", "api", "cli")
    paths = [path for floor in floors for path in (ROOT / "sim" / "familyflow" / floor).rglob("*.py")]
    assert [line for line in lines_with(taken, paths) if "results/outcome.py" not in line] == []


def test_every_test_asserts() -> None:
    silent = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in tracked(".py")
        if path.is_relative_to(ROOT / "tests")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test")
        if not ASSERTING.search("\n".join(ast.unparse(line) for line in node.body))
    ]
    assert silent == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("from familyflow.engine import _inner", ["familyflow.engine._inner"]),
        ("from familyflow.engine._inner import name", ["familyflow.engine._inner.name"]),
        ("from familyflow import engine as e\ne.part._inner(1)", ["e.part._inner"]),
        ("import familyflow\nfamilyflow.engine._inner", ["familyflow.engine._inner"]),
        ("from familyflow import engine\npatch.setattr(engine, '_inner', 1)", ["engine._inner"]),
        ("from familyflow import engine\nengine.__name__, engine.run().kept._rows, os._exit", []),
    ],
)
def test_a_private_name_of_the_package_is_found_however_a_file_comes_by_it(source: str, found: list[str]) -> None:
    assert list(reached(ast.parse(source))) == found


def test_no_test_uses_a_private_name_of_the_package() -> None:
    assert [
        f"{path.relative_to(ROOT)}: {name}"
        for path in tracked(".py")
        if path.is_relative_to(ROOT / "tests")
        for name in reached(tree(path))
    ] == []


def test_every_dependency_is_pinned() -> None:
    pins = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    pinned = {line.partition("==")[0] for line in pins.splitlines()}
    table = project()
    wanted = [*table["dependencies"], *chain(*table["optional-dependencies"].values())]
    assert {re.split(r"[^\w-]", name)[0] for name in wanted} - pinned == set()


def test_every_page_names_the_same_version() -> None:
    version = project()["version"]
    assert familyflow.__version__ == version
    assert f"\nversion: {version}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\n## [{version}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_every_change_log_entry_says_whether_numbers_move() -> None:
    entries = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").split("\n## [")[2:]
    assert all("\n### Numbers move\n" in entry for entry in entries)
