"""The command line: one file per command, imported when it is called, so that `akson --help` is there at once.

What the commands do is elsewhere in `akson.app`; here stand options, words and exit codes (docs/commands.md).
"""

import sys

from akson.app.cli.group import akson
from akson.app.cli.running import run_safely


def main() -> None:
    """The `akson` program."""
    sys.exit(run_safely(akson, sys.argv[1:]))
