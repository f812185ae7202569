"""`python -m akson_kit --base URL --token T`: runs every requirement and prints what was met."""

import argparse
import json
import sys
import urllib.error
from collections.abc import Sequence

from akson_kit.requirements import REQUIREMENTS
from akson_kit.target import Finding, Requirement, Target

EXIT_MET, EXIT_COULD_NOT_RUN, EXIT_NOT_MET = 0, 1, 3


def run(target: Target) -> list[tuple[Requirement, Finding]]:
    """Every requirement with what was found; raises URLError when the system cannot be reached."""
    return [(requirement, requirement.check(target)) for requirement in REQUIREMENTS]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="akson_kit", description="Procurement requirements that run.")
    parser.add_argument("--base", required=True, help="FHIR base address, e.g. http://127.0.0.1:8080/fhir")
    parser.add_argument("--token", help="bearer token with full rights on the system under test")
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")
    options = parser.parse_args(arguments)
    try:
        findings = run(Target(options.base, options.token))
    except (urllib.error.URLError, OSError) as unreachable:
        print(
            f"The system at {options.base} could not be reached: {unreachable}. Is it started?",
            file=sys.stderr,
        )
        return EXIT_COULD_NOT_RUN
    if options.json:
        print(
            json.dumps(
                [{"id": r.id, "text": r.text, "met": f.met, "seen": f.seen} for r, f in findings], indent=2
            )
        )
    else:
        for requirement, finding in findings:
            print(
                f"{requirement.id}  {'met    ' if finding.met else 'NOT MET'}  {requirement.text}. {finding.seen}"
            )
    return EXIT_MET if all(finding.met for _, finding in findings) else EXIT_NOT_MET


if __name__ == "__main__":
    sys.exit(main())
