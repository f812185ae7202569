"""The stage every store test plays on."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

sys.path.insert(0, str(Path(__file__).parent))

from stage import Stage, open_stage


@pytest_asyncio.fixture
async def stage(database: str) -> AsyncIterator[Stage]:
    opened = await open_stage(database)
    yield opened
    await opened.store.close()
