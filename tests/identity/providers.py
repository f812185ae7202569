"""A real OpenID provider (npm `oidc-provider`) as another process, configured like HelseID or ID-porten; and who is in it.

Without Node, or without its packages (`make test-setup` installs them), these tests skip and say so.
"""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

FOLDER = Path(__file__).parent / "provider"
NODE_LEAST = (20, 19)
STOP_TIMEOUT_S = 10
STEPS_MAX = 8
RESOURCE = "akson:storvik"
SCOPES = "akson:storvik/login"
PARENT, CHILD = "999977774", "999977775"

IDENTITY = "helseid://claims/identity/"
HPR = "helseid://claims/hpr/hpr_number"


def _staff(name: str, pid: str, hpr: str = "", level: str = "4") -> dict[str, str]:
    return {
        "name": name,
        f"{IDENTITY}pid": pid,
        f"{IDENTITY}security_level": level,
        **({HPR: hpr} if hpr else {}),
    }


# National ids are synthetic (month + 80).
STAFF = {
    "ida": _staff("Ida Nilsen", "12857012345", "9900001"),
    "siri": _staff("Siri Dahl", "12857012346", "9900005"),
    "ida-level-3": _staff("Ida Nilsen", "12857012345", "9900001", level="3"),
    "ida-without-hpr": _staff("Ida Nilsen", "12857012345"),
    "stranger": _staff("Ukjent Person", "12857012349", "9999999"),
    "odd": _staff("Rar Person", "1285", "9900001"),
}


@dataclass(frozen=True)
class Provider:
    issuer: str
    process: subprocess.Popen[str]


def node() -> str:
    """The path of Node. Skips when there is none, when it is too old, or when its packages are not installed."""
    found = shutil.which("node")
    if not found:
        pytest.skip("No Node here: logins were not tried against a real OpenID provider.")
    told = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout
    version = tuple(int(part) for part in re.findall(r"\d+", told)[:2])
    if version < NODE_LEAST:
        pytest.skip(f"Node {told.strip()} is too old for the OpenID provider (20.19 or newer).")
    if not (FOLDER / "node_modules" / "oidc-provider").is_dir():
        pytest.skip("The OpenID provider is not installed: run `make test-setup` where npm is.")
    return found


@contextmanager
def provider(profile: str, client: dict[str, Any], people: dict[str, Any], **more: Any) -> Iterator[Provider]:
    """Runs until the block ends. `client`: client_id, jwks, redirect_uris, post_logout_redirect_uris."""
    command = [node(), "provider.js"]
    process = subprocess.Popen(command, cwd=FOLDER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    told = {"profile": profile, "client": client, "people": people, "resource": RESOURCE, "scopes": SCOPES}
    try:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(json.dumps(told | more) + "\n")
        process.stdin.close()
        line = next((said for said in process.stdout if said.startswith("ready ")), "")
        assert line, "the provider did not start"
        yield Provider(line.split()[1], process)
    finally:
        process.terminate()
        process.wait(STOP_TIMEOUT_S)


async def log_in(address: str, person: str, *, back: str) -> dict[str, str]:
    """What a browser does from our redirect until it is sent back to `back`: the query it comes back with."""
    async with httpx.AsyncClient() as browser:
        answer = await browser.get(address)
        for _ in range(STEPS_MAX):
            if not answer.is_redirect:
                break
            target = str(answer.url.join(answer.headers["location"]))
            if target.startswith(back):
                return dict(httpx.URL(target).params)
            answer = await browser.get(target)
            if "Testinnlogging" in answer.text and "<form" in answer.text:
                answer = await browser.post(answer.url, data={"person": person})
        raise AssertionError(f"the provider stopped: {answer.status_code} {answer.text[:500]}")
