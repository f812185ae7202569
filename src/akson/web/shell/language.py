"""The catalogue seam: every text a template shows goes through `_` or `ngettext`, with bokmål as the source.

Nynorsk, Northern Sámi and English come as gettext catalogues (three plural forms in Sámi, hence `ngettext`
throughout). Which language a reader wants is decided by the caller.
"""

import gettext
from pathlib import Path

SOURCE_LANGUAGE = "nb"
DOMAIN = "akson"
LOCALES = Path(__file__).parent / "locales"


def catalogue(language: str = SOURCE_LANGUAGE) -> gettext.NullTranslations:
    """Translations for `language`; bokmål, the source, needs none."""
    if language == SOURCE_LANGUAGE:
        return gettext.NullTranslations()
    return gettext.translation(DOMAIN, LOCALES, [language], fallback=True)
