"""One worker of `akson bench messages`, in a process of its own: DATA, how many messages in all, which worker."""

import asyncio
import sys
from pathlib import Path

from akson.app.bench.messages import work_through

if __name__ == "__main__":
    asyncio.run(work_through(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
