"""The code systems and value sets that FHIR R4 publishes itself. Made by scripts/compile_terminology.py."""

from functools import cache
from importlib.resources import files

from akson.terminology.packing import Pack


@cache
def shelf() -> Pack:
    """Of this installation; opened when it is first asked for."""
    return Pack(files("akson.terminology.r4").joinpath("r4.pack").read_bytes())
