"""Bodies as they stand on disk: packed with a dictionary of what FHIR resources have in common. Why so: ADR 0054.

`dictionary_1.txt` is a phrase a line, the most frequent last, where references to it are shortest. **It never changes**:
what was packed with it can be read with nothing else. A better one is a further file and further codec numbers.
"""

from akson.store.packing.bodies import PLAIN, pack, unpack

__all__ = ["PLAIN", "pack", "unpack"]
