"""The words: what a code means in bokmål, which codes there are, and which code list an address means."""

from akson.terminology.codelist import CodeList, Coverage
from akson.terminology.systems import normalise_coding, normalise_system
from akson.terminology.terminology import Terminology

__all__ = ["CodeList", "Coverage", "Terminology", "normalise_coding", "normalise_system"]
