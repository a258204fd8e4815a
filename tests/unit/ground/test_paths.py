from pathlib import Path

import pytest

from familyflow.ground import paths
from familyflow.ground.problem import Problem


@pytest.fixture
def product(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Lay out a checkout with one scenario, and let the door look there."""
    package = tmp_path / "sim" / "familyflow"
    package.mkdir(parents=True)
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "swindon.toml").write_text("schema = 1", encoding="utf-8")
    monkeypatch.setattr(paths, "files", lambda _: package)
    return tmp_path


def test_a_checkouts_data_lies_beside_its_code(product: Path) -> None:
    assert paths.shipped("scenarios", "swindon.toml") == product / "scenarios" / "swindon.toml"


def test_an_installed_packages_data_lies_inside_it(product: Path) -> None:
    inside = product / "sim" / "familyflow" / "shipped" / "scenarios"
    inside.mkdir(parents=True)
    (inside / "somerset.toml").touch()
    assert paths.names("scenarios", ".toml") == ("somerset",)
    assert paths.shipped("scenarios", "somerset.toml") == inside / "somerset.toml"


def test_names_are_sorted_and_without_their_suffix(product: Path) -> None:
    (product / "scenarios" / "somerset.toml").touch()
    (product / "scenarios" / "README.md").touch()
    assert paths.names("scenarios", ".toml") == ("somerset", "swindon")


@pytest.mark.usefixtures("product")
def test_a_misspelt_name_is_told_what_there_is() -> None:
    with pytest.raises(Problem, match=r"no 'swindn.toml'; there are swindon \(did you mean 'swindon'\?\)"):
        paths.shipped("scenarios", "swindn.toml")


@pytest.mark.usefixtures("product")
def test_an_absent_folder_has_no_names() -> None:
    assert paths.names("calibration", ".csv") == ()
    with pytest.raises(Problem, match="there are none"):
        paths.shipped("calibration", "parameters.csv")


def test_the_products_own_scenarios_are_found() -> None:
    assert {"somerset", "swindon"} <= set(paths.names("scenarios", ".toml"))
