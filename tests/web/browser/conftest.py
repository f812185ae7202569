"""What the journeys of this folder use by name; the fixtures stand in `tests/browsing.py`, for other folders too."""

from tests.browsing import (
    CHROMIUM_ARGUMENTS,
    MESSAGE_TIMEOUT_S,
    OF_THE_STATUS,
    PATIENCE_MS,
    Readers,
    admission_came,
    chromium,
    fill,
    shot,
)

__all__ = [
    "CHROMIUM_ARGUMENTS",
    "MESSAGE_TIMEOUT_S",
    "OF_THE_STATUS",
    "PATIENCE_MS",
    "Readers",
    "admission_came",
    "chromium",
    "fill",
    "shot",
]
