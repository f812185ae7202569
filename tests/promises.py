"""How long a promise in seconds may take here: the seconds themselves on a machine at rest, longer on a busy one.

What is promised to people is measured on a quiet machine (`akson bench`, `make security`). In CI three files of tests, their
nodes and their browsers share two cores, so a promise is judged by how many wait for each of them.
"""

import os


def allowed_s(promise_s: float) -> float:
    """`promise_s`, and once more for each process that waits for a core (load of the last minute)."""
    return promise_s * (1 + os.getloadavg()[0] / (os.cpu_count() or 1))
