"""National ids and D-numbers of people who do not exist: Skatteetaten's synthetic series, month + 80.

Spec: forskrift til folkeregisterloven §§ 2-2-1 … 2-2-4 (digits, modulus 11); the series of Tenor test data. A number in
this series is never given to a person, so nothing made here can be somebody's.
"""

from datetime import date

from akson.app.demo.chance import Chance

SYNTHETIC_MONTHS = 80
D_NUMBER_DAYS = 40
_FIRST_WEIGHTS = (3, 7, 6, 1, 8, 9, 4, 5, 2)
_SECOND_WEIGHTS = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)


def _check_digit(digits: str, weights: tuple[int, ...]) -> int:
    """0 … 9, or 10 when no digit fits and the number is not given to anybody."""
    return (11 - sum(int(d) * w for d, w in zip(digits, weights, strict=True)) % 11) % 11


def completed(nine: str) -> str | None:
    """The eleven digits that begin with these nine; None when the series has a hole there."""
    first = _check_digit(nine, _FIRST_WEIGHTS)
    second = _check_digit(f"{nine}{first}", _SECOND_WEIGHTS) if first < 10 else 10
    return f"{nine}{first}{second}" if second < 10 else None


def _individual_numbers(born: date) -> tuple[int, int]:
    """Which individual numbers a birth year draws from, first and last."""
    return (500, 999) if born.year >= 2000 else (0, 499)


class NationalIds:
    """Hands out numbers, each once."""

    def __init__(self) -> None:
        self._given: set[str] = set()

    def reserve(self, number: str) -> str:
        """Keep a number that is written down elsewhere out of the draw."""
        self._given.add(number)
        return number

    def draw(self, chance: Chance, born: date, *, female: bool, d_number: bool = False) -> str:
        """A number for one born that day; the ninth digit is even for women, odd for men."""
        day = born.day + (D_NUMBER_DAYS if d_number else 0)
        front = f"{day:02d}{born.month + SYNTHETIC_MONTHS:02d}{born.year % 100:02d}"
        first, last = _individual_numbers(born)
        numbers = [n for n in range(first, last + 1) if n % 2 == (0 if female else 1)]
        start = chance.below(len(numbers))
        for n in (*numbers[start:], *numbers[:start]):
            number = completed(f"{front}{n:03d}")
            if number and number not in self._given:
                return self.reserve(number)
        raise ValueError(f"Nobody more can be born on {born:%d.%m.%Y}: the series of that day is used up.")
