"""One worker of `akson bench messages`, in a process of its own: DATA, how many messages, how many workers, which one."""

import sys
from pathlib import Path

import uvloop

from akson.app.bench.messages import work_through

if __name__ == "__main__":
    # As a node's workers have it.
    uvloop.run(work_through(Path(sys.argv[1]), *map(int, sys.argv[2:5])))
