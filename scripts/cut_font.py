"""Cuts the Latin font to what the screens use: weights 400 to 700, kerning, figures of equal width, colons between figures.

    python scripts/cut_font.py inter-latin-wght-normal.woff2 …/static/vendor/inter/inter-latin-400-700.woff2

Every letter stays. Needs fonttools and brotli, which nothing else here does; run when Inter is renewed.
"""

import io
import sys

from fontTools import subset  # type: ignore[import-not-found]
from fontTools.ttLib import TTFont  # type: ignore[import-not-found]
from fontTools.varLib import instancer  # type: ignore[import-not-found]

WEIGHTS = (400, 400, 700)
FEATURES = ["kern", "tnum", "calt"]


def main(source: str, target: str) -> None:
    font = instancer.instantiateVariableFont(TTFont(source), {"wght": WEIGHTS})
    between = io.BytesIO()
    font.flavor = None
    font.save(between)
    between.seek(0)
    font = TTFont(between, lazy=False)
    for glyph in font.getGlyphOrder():
        # The cutter asks for the variations of each, also of those that are empty.
        if glyph not in font["gvar"].variations.keys():  # noqa: SIM118 (no plain mapping)
            font["gvar"].variations[glyph] = []
    options = subset.Options()
    options.layout_features = FEATURES
    options.hinting = False
    options.notdef_outline = True
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=sorted(font.getBestCmap()))
    cutter.subset(font)
    font.flavor = "woff2"
    font.save(target)


if __name__ == "__main__":
    main(*sys.argv[1:])
