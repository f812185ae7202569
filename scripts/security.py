"""`make security`: the suites that attack, and what they found, in figures. `make test` runs the same tests.

Times of hidden and absent are compared here alone (AKSON_MEASURE), so nothing else should run on the machine meanwhile.
"""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

SUITES: dict[str, tuple[str, ...]] = {
    "abuse: content": (
        "tests/api/test_bad_input.py",
        "tests/api/test_xml.py",
        "tests/exchange/test_hostile.py",
        "tests/store/test_search_hostile.py",
    ),
    "abuse: wire": ("tests/app/test_smuggling.py", "tests/app/test_wire.py", "tests/app/test_overload.py"),
    "abuse: tokens and logins": (
        "tests/identity",
        "tests/api/test_trust.py",
        "tests/api/test_attestations.py",
        "tests/web/test_apps.py",
        "tests/web/test_bound_visits.py",
    ),
    "abuse: browsers": (
        "tests/security/test_headers.py",
        "tests/web/test_screens.py",
        "tests/web/test_login.py",
    ),
    "leak: paired questions": (
        "tests/record/test_twins.py",
        "tests/record/test_leaks.py",
        "tests/store/test_search_leaks.py",
        "tests/api/test_search_leaks.py",
        "tests/api/test_drafts_of_others.py",
    ),
    "leak: times": ("tests/security/test_timing.py",),
    "leak: markers and secrets": ("tests/security/test_markers.py", "tests/security/test_secrets.py"),
    "access: second opinion and mutants": ("tests/access/test_oracle.py", "tests/access/test_mutants.py"),
    "tamper": ("tests/audit/test_tampering.py", "tests/audit/test_witness.py", "tests/audit/test_proofs.py"),
    "conservation": ("tests/app/test_conservation.py",),
    "tables": ("tests/security/test_tables.py",),
}
COUNTS = re.compile(r"(\d+) (passed|failed|skipped|error)")
FIGURE = re.compile(r"^\.?((?:timing: |seed \d+: |\d+ markers ).*)$", re.M)


def run(paths: tuple[str, ...], more: list[str]) -> tuple[dict[str, int], list[str], float, str]:
    """Counts by outcome, figures that tests print, seconds, and the output."""
    began = time.monotonic()
    here = [path for path in paths if Path(path).exists()]
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-s",
        "-o",
        "addopts=--strict-markers -p no:cacheprovider",
        *here,
        *more,
    ]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"AKSON_MEASURE": "1"})
    last = done.stdout.strip().rpartition("\n")[2]
    counts = {kind: int(number) for number, kind in COUNTS.findall(last)}
    return counts, FIGURE.findall(done.stdout), time.monotonic() - began, done.stdout + done.stderr


def main() -> int:
    failed, total, rows = 0, 0, []
    for name, paths in SUITES.items():
        counts, figures, seconds, output = run(paths, sys.argv[1:])
        wrong = counts.get("failed", 0) + counts.get("error", 0) + (0 if counts.get("passed") else 1)
        if wrong:
            print(output[-8000:])
        failed, total = failed + wrong, total + counts.get("passed", 0)
        rows.append((name, counts.get("passed", 0), wrong, counts.get("skipped", 0), seconds, figures))
        print(f"{name}: {counts.get('passed', 0)} passed, {wrong} failed, {seconds:.0f} s", flush=True)
    print(f"\n{'suite':<36}{'passed':>8}{'failed':>8}{'skipped':>8}{'seconds':>9}")
    for name, passed, wrong, skipped, seconds, figures in rows:
        print(f"{name:<36}{passed:>8}{wrong:>8}{skipped:>8}{seconds:>9.1f}")
        for figure in figures[:4]:
            print(f"    {figure[:110]}")
    print(f"{'all':<36}{total:>8}{failed:>8}")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
