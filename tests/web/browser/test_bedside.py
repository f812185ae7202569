"""One morning by keys alone: a full NEWS2, a note, the timeline; counted against ux.md 4.1 and 4.2."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.web.browser.conftest import Readers

pytestmark = pytest.mark.browser
NEWS2_KEYS_MAX = 24
NOTE_KEYS_MAX = 2
"""Beside the text itself."""
PRINTED_PAGES_MAX = 2
WAIT_MS = 60_000


class Hands:
    """Keys alone, and counted."""

    def __init__(self, page: Page) -> None:
        self.page, self.keys = page, 0

    async def press(self, key: str) -> None:
        self.keys += 1
        await self.page.keyboard.press(key)

    async def type(self, text: str) -> None:
        for character in text:
            await self.press(character)


async def test_a_morning_by_keys(readers: Readers) -> None:
    page = await readers.page("ida", width=1440, height=900)
    await page.goto("/pasient/langnavn")
    hands = Hands(page)
    await hands.press("m")
    await expect(page.locator("#f-resp")).to_be_focused(timeout=WAIT_MS)
    for text, following in (("22", "spo2"), ("93", "o2"), ("l", "sys"), ("116", "dia"), ("70", "puls"), ("96", "acvpu"),
                            ("a", "temp")):  # fmt: skip
        await hands.type(text)
        await expect(page.locator(f"#f-{following}")).to_be_focused(timeout=WAIT_MS)
    await hands.type("379")
    await expect(page.locator("[data-total]")).to_contain_text("NEWS2 5", timeout=WAIT_MS)
    await hands.press("Enter")
    await expect(page.locator("#lagret")).to_contain_text("NEWS2 5", timeout=WAIT_MS)
    assert hands.keys <= NEWS2_KEYS_MAX, hands.keys

    # What cannot be stops the jump and says why, before anything is sent.
    await page.goto("/pasient/langnavn/maalinger")
    await Hands(page).type("2245")
    row = page.locator(".measure-row", has=page.locator("#f-spo2"))
    await expect(row).to_contain_text("er utenfor 50–100", timeout=WAIT_MS)
    await expect(page.locator("#f-spo2")).to_be_focused()

    # A note: one key opens it, one signs it.
    await page.goto("/pasient/langnavn")
    hands = Hands(page)
    await hands.press("n")
    await expect(page.locator("#n-observation")).to_be_focused(timeout=WAIT_MS)
    await page.keyboard.type("Tyngre pust ved stell.")
    await hands.press("Control+Enter")
    await expect(page.locator(".said")).to_contain_text("Notatet er signert", timeout=WAIT_MS)
    assert hands.keys <= NOTE_KEYS_MAX

    # A letter after G leads on, and what was done stands there.
    await page.keyboard.press("g")
    await page.keyboard.press("t")
    await page.wait_for_url(re.compile("/tidslinje"), timeout=WAIT_MS)
    await expect(page.locator("main")).to_contain_text("Tyngre pust ved stell.", timeout=WAIT_MS)
    await expect(page.locator("main")).to_contain_text("NEWS2 5")

    # On paper: the front page of her who has most, without menus.
    await page.goto("/pasient/astrid")
    paper = await page.pdf(format="A4")
    assert len(re.findall(rb"/Type\s*/Page[^s]", paper)) <= PRINTED_PAGES_MAX
