"""Mapping as data: which code of an old product is which code of ours, from `maps/<adapter>.toml`.

    codes = Codes.of("gerda", account)
    codes.concept("diagnosis", "DIAGN.KODE", "D-SAAR", "Leggsår") -> {"coding": [ICPC-2 S97], "text": "Leggsår"}

A code that is not in the table is kept as text and counted. Nothing is guessed from likeness.
"""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from akson.sharing.legacy.values import Account, Resource

Table = dict[str, Any]


@cache
def _maps(adapter: str) -> Table:
    return tomllib.loads(files("akson.sharing.legacy").joinpath("maps", f"{adapter}.toml").read_text("utf-8"))


class Codes:
    def __init__(self, maps: Table, account: Account) -> None:
        self._maps = maps
        self._account = account

    @classmethod
    def of(cls, adapter: str, account: Account) -> "Codes":
        return cls(_maps(adapter), account)

    @property
    def about(self) -> Table:
        """`adapter`: name, version, types, what is absent."""
        return self._maps["adapter"]

    def row(self, table: str, place: str, code: str) -> Table | None:
        """The line of the table, counted as mapped; None for an unknown code, counted as kept as text."""
        found = self._maps[table]["codes"].get(code)
        if found is None:
            if code:
                self._account.kept_as_text(place, code)
            return None
        self._account.mapped[place] += 1
        return found

    def concept(self, table: str, place: str, code: str, text: str = "") -> Resource:
        """What it is called there is always kept as text, the code of ours beside it when there is one."""
        found = self.row(table, place, code)
        words = text or (found or {}).get("words", "") or code
        if found is None:
            return {"text": words}
        system = found.get("system") or self._maps[table]["system"]
        coding = {"system": system, "code": found["code"], "display": found["words"]}
        return {"coding": [coding], "text": words}
