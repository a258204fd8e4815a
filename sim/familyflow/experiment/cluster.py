"""The workers of a Dask cluster, where one machine is too small: an extra, the same bytes, the same code only."""

from __future__ import annotations

import importlib
from concurrent.futures import CancelledError, Executor
from contextlib import contextmanager
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Final, ParamSpec, TypeVar

from familyflow.experiment import provenance
from familyflow.ground.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future

Inputs = ParamSpec("Inputs")
Result = TypeVar("Result")

ANSWER_SECONDS: Final = 10
"""A scheduler that is there answers within this time."""
_AHEAD: Final = 2
"""Draws handed out for each thread of the cluster: one to do, one to do next."""
_KEPT: Final = "finished draws are kept, and the same command goes on from there"


@contextmanager
def cluster(address: str) -> Iterator[tuple[Executor, int]]:
    """Lend the workers of the scheduler at an address such as tcp://HOST:PORT, and say how many draws to hand out.

    TLS is set as Dask has it, by its own configuration. Problem when Dask is not installed, nobody answers, there are
    no workers, or one of them has other code.
    """
    distributed = _dask()
    client = _client(distributed, address)
    with client:
        _refuse_other_code(client, address)
        threads = sum(client.nthreads().values())
        try:
            yield _SameCode(client.get_executor(pure=False)), _AHEAD * threads
        except distributed.KilledWorker:
            raise Problem(f"{address}: one draw has cost several workers their lives in turn: {_KEPT}") from None
        except (CancelledError, distributed.client.FutureCancelledError, distributed.CommClosedError):
            raise Problem(f"{address}: the scheduler is gone: {_KEPT}") from None


def _dask() -> Any:  # noqa: ANN401 - a library that need not be there
    """Load Dask's scheduler library; Problem when it is not installed."""
    try:
        return importlib.import_module("distributed")
    except ImportError:
        raise Problem("--dask: needs the cluster extra: pip install 'familyflow[cluster]'") from None


def _client(distributed: Any, address: str) -> Any:  # noqa: ANN401 - Dask's
    """Connect; Problem when nobody answers."""
    try:
        return distributed.Client(address, timeout=ANSWER_SECONDS, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise Problem(f"--dask {address}: no scheduler answers there ({reason})") from None


def _refuse_other_code(client: Any, address: str) -> None:  # noqa: ANN401 - Dask's
    """Refuse a cluster without workers, or with one whose code is not ours."""
    found: dict[str, str] = client.run(provenance.code_digest, on_error="return")
    if not found:
        raise Problem(f"--dask {address}: the scheduler has no workers; start some with `dask worker {address}`")
    for worker, digest in sorted(found.items()):
        if digest != our_digest():
            raise Problem(f"--dask {address}: the worker at {worker} has another version of familyflow, or none")


class _SameCode(Executor):
    """Hands tasks on, each to be refused by a worker that has joined since with other code."""

    def __init__(self, inner: Executor) -> None:
        """Hand on to another executor."""
        self.inner = inner

    def submit(self, fn: Callable[Inputs, Result], /, *args: Inputs.args, **kwargs: Inputs.kwargs) -> Future[Result]:
        """Hand on a task."""
        return self.inner.submit(partial(of_same_code, our_digest(), fn), *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: FBT001, FBT002 - as Executor has it
        """Hand on that all is done."""
        self.inner.shutdown(wait=wait, cancel_futures=cancel_futures)


def of_same_code(digest: str, task: Callable[Inputs, Result], /, *args: Inputs.args, **kwargs: Inputs.kwargs) -> Result:
    """Do a task if this process has the code of that digest; Problem otherwise."""
    if digest != our_digest():
        raise Problem("a worker that has joined has another version of familyflow: stop it, and go on")
    return task(*args, **kwargs)


@cache
def our_digest() -> str:
    """Return the digest of the code that this process runs."""
    return provenance.code_digest()
