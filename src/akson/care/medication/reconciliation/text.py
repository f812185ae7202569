"""Words as they are compared: lower case, one way to write a sign, and how many slips apart two words stand."""

import re
import unicodedata

TEXT_MAX_CHARS = 400
"""Of any one field; what stands behind is not read."""
_FRACTIONS = {"½": 0.5, "¼": 0.25, "¾": 0.75, "⅓": 0.3333, "⅔": 0.6667}
_SIGNS = str.maketrans(
    {
        "×": "x",
        "✕": "x",
        "*": "x",
        "–": "-",
        "—": "-",
        "‑": "-",
        "−": "-",
        "µ": "u",
        "μ": "u",
        "\u00a0": " ",
        "’": "'",
    }
)
_ACCENTS = str.maketrans("éèêëáàâäöüóòúùíìçñ", "eeeeaaaaøuoouuiicn")


def fold(text: object) -> str:
    """Lower case, accents and odd signs made plain, blanks single; å, æ and ø stay."""
    if text is None:
        return ""
    raw = str(text)[:TEXT_MAX_CHARS]
    for sign, part in _FRACTIONS.items():
        if sign in raw:
            raw = re.sub(rf"(\d{{1,3}})\s*{sign}", lambda whole, part=part: f"{int(whole[1]) + part:g}", raw)
            raw = raw.replace(sign, f" {part:g} ")
    lowered = unicodedata.normalize("NFC", raw).lower().translate(_SIGNS).translate(_ACCENTS)
    return " ".join(lowered.split())


def words_of(text: str) -> list[str]:
    """Words and numbers of a folded text; signs stand between them."""
    return re.findall(r"[a-zæøå]+|\d+(?:[.,]\d+)?", text)


def key_of(text: str) -> str:
    """A name without blanks and signs: `Selo-Zok` and `selozok` are one."""
    return re.sub(r"[^a-z0-9æøå]", "", fold(text))


_SOUNDS = (
    ("qu", "kv"),
    ("ph", "f"),
    ("th", "t"),
    ("ch", "k"),
    ("chl", "kl"),
    ("rh", "r"),
    ("x", "ks"),
    ("sc", "sk"),
    ("cc", "ks"),
    ("oe", "ø"),
    ("ae", "e"),
    ("æ", "e"),
    ("y", "i"),
    ("z", "s"),
    ("w", "v"),
)


def sound_of(key: str) -> str:
    """A name as it sounds, so that `quetiapine` and `kvetiapin` are one: English, Latin and Norwegian spelling."""
    said = key
    for written, heard in _SOUNDS:
        said = said.replace(written, heard)
    said = re.sub(r"c(?=[eiysø])", "s", said).replace("c", "k")
    said = re.sub(r"(.)\1", r"\1", said)
    return re.sub(r"(?<=[a-zøå]{4})e$", "", said)


def slips(a: str, b: str, limit: int) -> int:
    """Letters added, lost, changed or swapped between two words (Damerau and Levenshtein); `limit + 1` when more."""
    if abs(len(a) - len(b)) > limit:
        return limit + 1
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, letter in enumerate(a, 1):
        now = [i]
        for j, other in enumerate(b, 1):
            cost = min(row[j] + 1, now[-1] + 1, row[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == b[j - 2] and a[i - 2] == other:
                cost = min(cost, before[j - 2] + 1)
            now.append(cost)
        if min(now) > limit:
            return limit + 1
        before, row = row, now
    return min(row[-1], limit + 1)


def slips_allowed(word: str) -> int:
    """How many slips of the pen a name of this length may hold and still be itself."""
    return 0 if len(word) < 5 else 1 if len(word) < 8 else 2
