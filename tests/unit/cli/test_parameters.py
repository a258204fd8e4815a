from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize("given", ["0%", "200%", "five", "-5%", "0", "5 per cent", "nan", "1"])
def test_what_is_no_share_is_refused(answer: Callable[..., tuple[int, str, str]], given: str) -> None:
    code, output, errors = answer("run", "town", f"--precision={given}")
    assert (code, output) == (2, "")
    assert f"'{given}' is not a share from 0.1% to 50%, such as 5% or 0.05" in errors


@pytest.mark.parametrize("given", ["0/3", "4/3", "1/0", "3", "a/b", "1/2/3", "-1/3"])
def test_what_is_no_slice_is_refused(answer: Callable[..., tuple[int, str, str]], given: str) -> None:
    code, output, errors = answer("run", "town", f"--slice={given}")
    assert (code, output) == (2, "")
    assert f"'{given}' is not a slice such as 3/50, the third of fifty" in errors


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("--measure net_saving_gbp", "so it needs --precision"),
        ("--precision 5% --slice 1/2", "--slice: cannot be had with --precision"),
        ("--precision 5% --measure savings", "there is no measure 'savings'"),
        ("--dask tcp://127.0.0.1:1 --workers 2", "--workers: cannot be had with --dask"),
        ("--dask tcp://127.0.0.1:1 --slice 1/2", "--slice: cannot be had with --dask"),
    ],
)
def test_options_that_do_not_go_together_are_refused(
    answer: Callable[..., tuple[int, str, str]], line: str, reason: str
) -> None:
    code, output, errors = answer("run", "town", *line.split())
    assert (code, output) == (2, "")
    assert reason in errors
