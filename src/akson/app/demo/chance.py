"""Choices that repeat: a Random of the world read as numbers, picks and odds. No other source of chance here."""

from collections.abc import Sequence
from typing import TypeVar

from akson.world import Random, SeededRandom

T = TypeVar("T")
HUNDRED = 100


class Chance:
    """One citizen's stream of choices. Asking in another order gives other answers."""

    def __init__(self, random: Random) -> None:
        self._random = random

    @classmethod
    def of(cls, seed: int, place: int) -> "Chance":
        """The stream of citizen number `place`: the same however many citizens are made around her."""
        return cls(SeededRandom(seed * 1_000_003 + place))

    def below(self, limit: int) -> int:
        """0 … limit - 1."""
        return int.from_bytes(self._random.bytes(6), "big") % limit

    def between(self, low: int, high: int) -> int:
        """low … high, both included."""
        return low + self.below(high - low + 1)

    def happens(self, percent: int) -> bool:
        return self.below(HUNDRED) < percent

    def one(self, options: Sequence[T]) -> T:
        return options[self.below(len(options))]

    def some(self, options: Sequence[T], count: int) -> list[T]:
        """`count` different ones (or all, when there are fewer), in the order of `options`."""
        left = list(range(len(options)))
        picked = [left.pop(self.below(len(left))) for _ in range(min(count, len(left)))]
        return [options[i] for i in sorted(picked)]

    def some_weighted(self, options: Sequence[T], weights: Sequence[int], count: int) -> list[T]:
        """`count` different ones (or all), likelier the heavier they are, in the order of `options`."""
        left = list(range(len(options)))
        picked: list[int] = []
        while left and len(picked) < count:
            lot = self.below(sum(weights[i] for i in left))
            for i in left:
                lot -= weights[i]
                if lot < 0:
                    break
            left.remove(i)
            picked.append(i)
        return [options[i] for i in sorted(picked)]
