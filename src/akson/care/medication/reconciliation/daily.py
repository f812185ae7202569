"""How much of a line is taken: milligrams a day, and on how many days of a week. Read from the same words as all else."""

from akson.care.medication.reconciliation.comparison import content
from akson.care.medication.reconciliation.reading import Reading

_MOST_DOSES = 48
_WEEK = 7.0


def daily_mg(reading: Reading) -> float | None:
    """The most that is taken on average a day, in mg of the first substance; None when words or strength do not say.

    As needed counts by its maximum: what may be taken.
    """
    regimen = reading.regimen
    if regimen.max_total is not None:
        return _mg(reading, regimen.max_total)
    amounts = [_mg(reading, amount) for amount in regimen.amounts]
    known = [amount for amount in amounts if amount is not None]
    if not known or len(known) < len(amounts):
        return None
    count = regimen.max_count or regimen.count
    total = known[0] * min(count, _MOST_DOSES) if len(known) == 1 and count else sum(known)
    return total * days_a_week(reading) / _WEEK


def days_a_week(reading: Reading) -> float:
    """7 for every day, 1 for once a week, 3.5 for every other day. A line that does not say is taken every day."""
    regimen = reading.regimen
    if regimen.weekdays:
        return float(len(regimen.weekdays))
    return _WEEK / regimen.interval if regimen.interval else _WEEK


def _mg(reading: Reading, amount: tuple[float, float, str] | None) -> float | None:
    held = content(reading, amount)
    return held[1][1][0] if held is not None and held[0] == "mg" else None
