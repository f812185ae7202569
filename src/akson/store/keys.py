"""Index values as 64-bit numbers: `mark of the parameter` XOR `hash of tenant and value`. Which forms exist is terms/'s.

Both halves are blake2b with a key that is made once per installation and kept in its database, so nobody outside can
construct two values that meet. With N different values in a table a search meets a foreign one with probability
N / 2**64 (a thousand million values: 5 in 10**11 searches); equality is therefore not compared again. What decides
access (patients, grantees) is never a hash but the plain value.

The XOR lets SQL compute what a reference to a resource looks like (`self # mark`), which chains and `_has` need.
Spec: RFC 7693.
"""

import hashlib
from functools import lru_cache

_CACHE_MAX = 20_000
"""Remembered values per process, about 4 MB. Codes repeat; identifiers push each other out: every message of the post brings
some fifty that never come again."""


class Keys:
    """The hashes of one installation."""

    def __init__(self, index_key: bytes) -> None:
        assert len(index_key) == 32
        self._index_key = index_key
        self.mark = lru_cache(maxsize=None)(self._mark)
        self.value = lru_cache(maxsize=_CACHE_MAX)(self._value)

    def derived(self, purpose: str) -> bytes:
        """A key of this installation for another purpose; it tells nothing of this one."""
        return hashlib.blake2b(purpose.encode(), key=self._index_key, person=b"derived").digest()

    def _mark(self, type: str, param: str, form: str) -> int:
        return self._hash(f"P\0{type}\0{param}\0{form}")

    def _value(self, tenant: int, text: str) -> int:
        return self._hash(f"V\0{tenant}\0{text}")

    def token(self, tenant: int, type: str, param: str, form: str, text: str = "") -> int:
        """One number of `tokens`. Example: token(1, "Observation", "code", "=", "http://loinc.org|8867-4")."""
        return self.mark(type, param, form) ^ self.value(tenant, text)

    def target(self, tenant: int, reference: str) -> int:
        """What `Type/id` (or an absolute url) is as the target of references; the column `self` and `patient`."""
        return self.value(tenant, reference)

    def reference(self, tenant: int, type: str, param: str, reference: str) -> int:
        """One number of `refs`: the same as `self # reference_mark` in SQL."""
        return self.reference_mark(type, param) ^ self.target(tenant, reference)

    def reference_mark(self, type: str, param: str) -> int:
        return self.mark(type, param, "ref")

    def param(self, tenant: int, type: str, param: str, discrete: str = "") -> int:
        """Names a parameter in date_key, str_key and num_key; `discrete` holds the fixed parts of a composite."""
        return self.mark(type, param, "key") ^ (self.value(tenant, discrete) if discrete else 0)

    def _hash(self, text: str) -> int:
        digest = hashlib.blake2b(text.encode(), digest_size=8, key=self._index_key).digest()
        return int.from_bytes(digest, "big", signed=True)
