"""What may be told of an unexpected error: its kind and where. Its own text may hold a patient's data."""

import traceback

PLACES_MAX = 6


def places(error: BaseException) -> str:
    """`RuntimeError in read:41 < answer:12`: innermost first, PLACES_MAX at most; no values."""
    frames = traceback.extract_tb(error.__traceback__)[-PLACES_MAX:]
    where = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames))
    return f"{type(error).__name__} in {where}"
