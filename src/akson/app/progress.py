"""Progress of long work: a bar on a terminal, one line each ten seconds where there is none. Count, rate, time left."""

import sys
import time
from types import TracebackType
from typing import Any

LINE_EACH_S = 10.0


class Progress:
    """`with Progress("resources") as progress: progress.to(done, of)`. Writes to stderr, so that stdout stays clean."""

    def __init__(self, unit: str, *, quiet: bool = False) -> None:
        self._unit = unit
        self._quiet = quiet
        self._bar: Any = None
        self._task: Any = None
        self._started = self._told = time.monotonic()
        self._began_at: float | None = None

    def __enter__(self) -> "Progress":
        self._started = self._told = time.monotonic()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def to(self, done: int, of: int | None, *, fraction: float | None = None) -> None:
        """`done` units of `of` (None: nobody knows). `fraction` when the share done is known better than by the count."""
        if self._quiet:
            return
        share = fraction if fraction is not None else (done / of if of else None)
        if sys.stderr.isatty():
            self._draw(done, share)
        elif time.monotonic() - self._told >= LINE_EACH_S:
            self._told = time.monotonic()
            print(self.sentence(done, share), file=sys.stderr, flush=True)

    def sentence(self, done: int, share: float | None) -> str:
        """`12 340 resources, 2 310/s, 41 %, 8 s left`"""
        seconds = max(time.monotonic() - self._started, 0.001)
        words = [f"{_spaced(done)} {self._unit}", f"{_spaced(round(done / seconds))}/s"]
        left = self._left(share)
        if share is not None:
            words.append(f"{share:.0%}")
        if left is not None:
            words.append(f"{_duration(left)} left")
        return ", ".join(words)

    def _left(self, share: float | None) -> float | None:
        """By the share done since the first report: what an earlier run did tells nothing of the speed of this one."""
        if share is None:
            return None
        if self._began_at is None:
            self._began_at = share
        if share <= self._began_at:
            return None
        return (time.monotonic() - self._started) / (share - self._began_at) * (1 - share)

    def _draw(self, done: int, share: float | None) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn
        from rich.progress import Progress as Bar

        if self._bar is None:
            columns = (BarColumn(bar_width=32), TextColumn("{task.description}"))
            self._bar = Bar(*columns, console=Console(stderr=True), transient=True)
            self._task = self._bar.add_task("", total=1.0 if share is not None else None)
            self._bar.start()
        self._bar.update(self._task, completed=share or 0.0, description=self.sentence(done, share))


def _spaced(number: int) -> str:
    return f"{number:,}".replace(",", " ")


def _duration(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole} s" if whole < 90 else f"{round(whole / 60)} min"
