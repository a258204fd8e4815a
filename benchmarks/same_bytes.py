"""Does this checkout give the same bytes as the commit before? Records of both engines, draws, Parquet, every file.

    python benchmarks/same_bytes.py [COMMIT] [--draws N] [--years N] [SCENARIO ...]

Builds the commit (HEAD~1, or HEAD where the checkout has changes) in a folder of its own, and runs it and this
checkout with the same Python, one after the other, on one and on two workers. A file that differs is named. Records,
draws and Parquet must be equal: where they are not, the exit code is 1. Of the other files, a page or a table that was
meant to change is told and no fault. Nothing is compared with files made elsewhere or on another day.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory
from typing import Final

ROOT: Final = Path(__file__).parents[1]
SHIPPED: Final = tuple(sorted(path.stem for path in (ROOT / "scenarios").glob("*.toml")))
RECORDS: Final = """
import sys
from hashlib import sha256
from importlib import import_module
from familyflow import engine, scenario

def found(name, *places):  # where a function stands, now or in an earlier commit
    for place in places:
        try:
            return getattr(import_module(f"familyflow.{place}"), name)
        except ModuleNotFoundError:
            pass

central = found("central", "calibrate.fit.moments", "calibrate.moments")
of_draw = found("of_draw", "calibrate.fit.posterior", "calibrate.posterior")
sample = found("sample", "scenario.sampling", "experiment.draw")
for name in sys.argv[2:]:
    asked = scenario.load(name)
    start = engine.prepare(asked, sample(asked, 1, 0), of_draw(asked, 1, 0, central(asked)), 1, 0, int(sys.argv[1]))
    for schedule in asked.schedules:
        for which in engine.ENGINES:
            digest = sha256()
            for chunk in engine.simulate(start, schedule, which).chunks:
                digest.update(chunk.tobytes())
            print(f"records {name} {schedule} {which} {digest.hexdigest()}", flush=True)
"""
STRICT: Final = (".parquet", "records")
"""What must be equal, by how its name ends or begins."""


def told(checkout: Path, years: int, scenarios: list[str]) -> dict[str, str]:
    """Return the digest of each schedule's records by each engine."""
    done = python(checkout, "-c", RECORDS, str(years), *scenarios)
    return dict(line.rsplit(" ", 1) for line in done.splitlines() if line.startswith("records "))


def files(checkout: Path, folder: Path, asked: argparse.Namespace) -> dict[str, str]:
    """Run every scenario with one worker and with two, and return the digest of each file that it leaves."""
    found = {}
    for name in asked.scenarios:
        for workers in ("1", "2"):
            out = folder / name / workers
            size = ("--draws", str(asked.draws), "--years", str(asked.years), "--workers", workers)
            python(checkout, "-m", "familyflow.cli", "run", name, *size, "--out", str(out), "--quiet")
            for path in sorted(each for each in out.rglob("*") if each.is_file()):
                found[f"{name} {workers} {path.relative_to(out).as_posix()}"] = sha256(path.read_bytes()).hexdigest()
    return found


def python(checkout: Path, *arguments: str) -> str:
    """Run this Python on a checkout's code and return what it prints."""
    environment = {**os.environ, "PYTHONPATH": str(checkout / "sim")}
    command = [sys.executable, *arguments]
    done = subprocess.run(command, env=environment, cwd=checkout, capture_output=True, text=True, check=False)  # noqa: S603 - our own code
    if done.returncode:
        sys.exit(f"{checkout}: {' '.join(arguments[-8:])}: {done.stderr}")
    return done.stdout


def git(*arguments: str) -> str:
    """Run git in this checkout."""
    program = which("git") or "git"
    return subprocess.run([program, "-C", str(ROOT), *arguments], capture_output=True, text=True, check=True).stdout  # noqa: S603 - fixed words


def main() -> int:
    """Compare, and return 1 where records, draws or Parquet differ."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("commit", nargs="?", default="HEAD" if git("status", "--porcelain") else "HEAD~1")
    parser.add_argument("scenarios", nargs="*", default=list(SHIPPED))
    parser.add_argument("--draws", type=int, default=3)
    parser.add_argument("--years", type=int, default=3)
    asked = parser.parse_args()
    with TemporaryDirectory() as made:
        before = Path(made, "before")
        git("worktree", "add", "--detach", str(before), asked.commit)
        try:
            pair = [
                {**told(checkout, asked.years, asked.scenarios), **files(checkout, Path(made, name), asked)}
                for name, checkout in (("then", before), ("now", ROOT))
            ]
        finally:
            git("worktree", "remove", "--force", str(before))
    return compared(*pair)


def compared(then: dict[str, str], now: dict[str, str]) -> int:
    """Tell what differs, and return 1 where it may not: nothing may between one worker and two."""
    differ = [name for name in sorted({*then, *now}) if then.get(name) != now.get(name)]
    strict = [name for name in differ if name.endswith(STRICT[0]) or name.startswith(STRICT[1])]
    strict += [f"{name} of two workers" for name in sorted(now) if now[name] != now.get(name.replace(" 1 ", " 2 ", 1))]
    for name in strict:
        print(f"{name} may not differ")
    for name in differ:
        how = "differs" if name in then and name in now else "is new" if name in now else "is gone"
        print(f"{name} {how}")
    held = sum(name.startswith(STRICT[1]) for name in now)
    print(f"{held} sets of records and {len(now) - held} files: {len(differ)} differ, {len(strict)} that may not")
    return bool(strict)


if __name__ == "__main__":
    sys.exit(main())
