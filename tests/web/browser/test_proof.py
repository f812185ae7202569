"""Astrid downloads the proof of her log; akson-verify and the page accept it, and refuse it after one byte is changed."""

import subprocess
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.audit.proving import COMMAND
from tests.web.browser.conftest import Readers

pytestmark = pytest.mark.browser


async def checked(page: Page, file: Path) -> str:
    await page.set_input_files("#proof", file)
    result = page.locator("#result")
    await expect(result).to_have_class("accepted" if "bevis" in file.name else "refused")
    return await result.inner_text()


async def test_astrid_downloads_a_proof_and_checks_it(readers: Readers, tmp_path: Path) -> None:
    page = await readers.page("astrid")
    await page.goto("/min/tilgangslogg")
    async with page.expect_download() as started:
        await page.get_by_text("Last ned bevis").click()
    proof, broken = tmp_path / "bevis.json", tmp_path / "endret.json"
    await (await started.value).save_as(proof)
    good = subprocess.run([*COMMAND, str(proof), "--events"], capture_output=True, text=True)
    assert good.returncode == 0, good.stdout
    assert "Ingenting er endret" in good.stdout and "Komplett til og med" in good.stdout
    data = bytearray(proof.read_bytes())
    data[len(data) // 2] ^= 1
    broken.write_bytes(data)
    bad = subprocess.run([*COMMAND, str(broken)], capture_output=True, text=True)
    assert bad.returncode == 1 and bad.stdout.startswith("AVVIST")

    await page.get_by_role("link", name="Kontroller et bevis").click()
    await page.wait_for_url("**/verifiser/")
    said = await checked(page, proof)
    assert good.stdout.splitlines()[0] in said and "Astrid Bakken" in said
    assert "AVVIST" in await checked(page, broken)
