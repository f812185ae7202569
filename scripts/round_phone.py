"""Ida's phone in Chromium: what she does on it, and what it received and sent, kept beside for the judges."""

import json
import urllib.parse
from pathlib import Path
from typing import Any

from playwright.async_api import BrowserContext, Locator, Request
from round_node import Node

WAIT_MS = 60_000
PIN, WRONG_PIN = "482913", "739164"
RESUMES = 5
NOTE = "Klaget over svimmelhet da hun reiste seg, gikk bedre etter frokost"
PULSE, NOT_HOME = "93", "Ikke hjemme"
CONTROLS = ("KONTROLLMERKE-7731-LESBART", "KONTROLLMERKE-9264-ÅPENT")
"""Written in clear in the browser's own stores: who searches the profile must find both."""
WRITE_CONTROLS = """
async ([one, other]) => {
  localStorage.setItem("kontroll", one);
  const asked = indexedDB.open("kontroll", 1);
  asked.onupgradeneeded = () => asked.result.createObjectStore("kontroll");
  await new Promise((done) => { asked.onsuccess = done; });
  const deed = asked.result.transaction("kontroll", "readwrite");
  deed.objectStore("kontroll").put({ her: other }, "kontroll");
  await new Promise((done) => { deed.oncomplete = done; });
  asked.result.close();
}
"""
WAYS_IN = """
async ([pin, wrong]) => {
  const answer = (asked) => new Promise((done) => { asked.onsuccess = () => done(asked.result); });
  const base = await answer(indexedDB.open("akson-round", 1));
  const held = (store, name) => answer(base.transaction(store).objectStore(store).get(name));
  const lock = await held("lock", "lock"), box = await held("box", "package"), device = await held("keys", "device");
  base.close();
  const other = await crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-256", length: 256 }, false, ["sign"]);
  const opens = async (key, typed) => {
    try {
      const read = await crypto.subtle.importKey("raw", new TextEncoder().encode(typed), "PBKDF2", false, ["deriveBits"]);
      const how = { name: "PBKDF2", hash: "SHA-256", salt: lock.salt, iterations: lock.rounds };
      const bits = await crypto.subtle.deriveBits(how, read, 256);
      const aes = (raw) => crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["decrypt"]);
      const wrapping = await aes(key ? await crypto.subtle.sign("HMAC", key, bits) : bits);
      const content = await aes(await crypto.subtle.decrypt({ name: "AES-GCM", iv: lock.iv }, wrapping, lock.wrapped));
      const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: box.iv }, content, box.bytes);
      return "astrid" in JSON.parse(new TextDecoder().decode(plain)).people;
    } catch { return false; }
  };
  const out = await crypto.subtle.exportKey("raw", device).then(() => true, () => false);
  return [out, [await opens(device, pin), await opens(other, pin), await opens(device, wrong), await opens(null, pin)]];
}
"""
"""Reads the sealed package by itself, not by the page's own code: [the key could be taken out, each way in KEYS]."""
RESUME = """
async (pin) => {
  document.querySelector("input[name=pin]").value = pin;
  const before = performance.now();
  document.querySelector("main form").requestSubmit();
  while (!document.querySelector(".round-list")) await new Promise(requestAnimationFrame);
  return (performance.now() - before) / 1000;
}
"""
SEND_AGAIN = """
async (sent) => {
  const who = await (await fetch("/runde/okt")).json();
  const form = new URLSearchParams({ token: who.token, sendt: sent }).toString();
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  return (await fetch("/runde/send", { method: "POST", headers, body: form })).json();
}
"""


class Phone:
    """Loaded, worked on and opened again; the page draws itself, with or without a server."""

    def __init__(self, context: BrowserContext, node: Node, profile: Path) -> None:
        self.context, self.node, self.profile, self.page = context, node, profile, context.pages[0]
        self.packages: list[dict[str, Any]] = []
        self.sent: list[dict[str, Any]] = []
        self.logins = 0
        context.set_default_timeout(WAIT_MS)
        self.page.on("request", self._asked)

    def _asked(self, request: Request) -> None:
        path = urllib.parse.urlparse(request.url).path
        if request.method == "POST" and path.startswith("/logg-inn"):
            self.logins += 1
        if path == "/runde/send" and request.post_data:
            self.sent.append(json.loads(urllib.parse.parse_qs(request.post_data)["sendt"][0]))

    async def loaded(self) -> None:
        page, address = self.page, self.node.address
        await page.goto(f"{address}/logg-inn?til=/runde")
        await page.click('button[value="ida"]')
        await page.goto(f"{address}/runde")
        await page.fill("input[name=pin]", PIN)
        await page.fill("input[name=again]", PIN)
        async with page.expect_response("**/runde/pakke") as answer:
            await self.press("Hent dagens liste")
        self.packages.append(await (await answer.value).json())
        await self.listed()
        await page.wait_for_selector("body[data-kept]")
        await page.evaluate(WRITE_CONTROLS, list(CONTROLS))

    async def loaded_again(self) -> None:
        await self.page.click('.round-bottom a[href="#mer"]')
        async with self.page.expect_response("**/runde/pakke") as answer:
            await self.press("Hent listen på nytt")
        self.packages.append(await (await answer.value).json())
        await self.listed()

    async def press(self, name: str) -> None:
        await self.page.get_by_role("button", name=name, exact=True).click()

    async def listed(self) -> None:
        await self.page.wait_for_selector(".round-list")

    async def unlocked(self) -> float:
        """Seconds from the PIN until the list stands."""
        await self.page.wait_for_selector("input[name=pin]")
        return await self.page.evaluate(RESUME, PIN)

    async def resumed(self) -> list[float]:
        took = []
        for _ in range(RESUMES):
            await self.page.click('.round-bottom a[href="#mer"]')
            await self.press("Lås")
            await self.page.wait_for_selector("input[name=pin]")
            await self.page.evaluate("location.hash = ''")
            took.append(await self.unlocked())
        return took

    def visit(self, id: str) -> Locator:
        return self.page.locator(f'[data-visit="{id}"]')

    async def opened(self, id: str) -> None:
        head = self.visit(id).locator(".round-row")
        if await head.get_attribute("aria-expanded") != "true":
            await head.click()
        await self.visit(id).locator(".round-more").wait_for()

    async def medicines(self) -> list[str]:
        await self.opened("runde-done")
        part = self.visit("runde-done").locator("details").filter(has_text="Legemidler").first
        if await part.get_attribute("open") is None:
            await part.locator("summary").click()
        return await part.locator("li").all_inner_texts()

    async def works(self) -> None:
        """As planned; a measurement and a note; moved; not at home; and one that a colleague has called off meanwhile."""
        page = self.page
        await self.opened("runde-done")
        await self.press("Måling")
        await page.select_option("select[name=measure]", "pulse")
        await page.fill("input[name=value]", PULSE)
        await self.press("Lagre måling")
        await page.locator(".round-own").filter(has_text=PULSE).wait_for()
        await self.press("Notat")
        await page.fill("textarea[name=text]", NOTE)
        await self.press("Lagre notat")
        await page.locator(".round-own").filter(has_text=NOTE).wait_for()
        for id in ("runde-done", "runde-conflict"):
            await self.opened(id)
            if await page.get_by_label("Alt etter plan").count():
                await page.get_by_label("Alt etter plan").check()
            await self.press("Registrer besøk")
            await self.waits(id, "Utført")
        await self.could_not("runde-moved", "Flyttes til et annet tidspunkt i dag", "23:10")
        await self.could_not("runde-cancelled", NOT_HOME)

    async def could_not(self, id: str, why: str, at: str = "") -> None:
        await self.opened(id)
        await self.press("Kunne ikke")
        await self.page.get_by_label(why).check()
        if at:
            await self.page.fill("input[name=time]", at)
        await self.press("Lagre")
        await self.waits(id, "Flyttet til" if at else why)

    async def waits(self, id: str, words: str) -> None:
        await self.visit(id).filter(has_text=words).filter(has_text="venter på nett").wait_for()

    async def unsent(self) -> list[str]:
        await self.page.click('.round-bottom a[href="#usendt"]')
        await self.page.wait_for_selector(".round-section")
        told = await self.page.locator(".round-own li").all_inner_texts()
        await self.page.click('.round-bottom a[href="#liste"]')
        await self.listed()
        return told
