"""The sources of words, alphabetically. To add one: a folder here with a `source.py`, and its line in this list."""

from akson.terminology.codelist import Source
from akson.terminology.sources.demo_extract.source import DemoExtract
from akson.terminology.sources.fhir_core.source import FhirCore
from akson.terminology.sources.norwegian_lists.source import NorwegianLists

SOURCES: tuple[Source, ...] = (DemoExtract(), FhirCore(), NorwegianLists())
