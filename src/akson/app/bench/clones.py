"""What a clone is called: clone 0 is the original, every other is somebody else of the same kind.

    Koepp   →  Lofqq (clone 1), Kpepp (clone 26)          identifier 0101 → R1-0101          id c0001 → r1-c0001

Family names get other letters rather than a mark before or behind them: a search for `Koepp` must not find a clone that
begins alike, and an index that lies by the first letters must not find all clones of a round together.
"""

CLONES_MAX = 26 * 26


def family_of(family: str, clone: int) -> str:
    """Each letter moved on in the alphabet: the second by one for each full turn of the others."""
    moves = (clone % 26, clone // 26 % 26)
    return "".join(_moved(letter, moves[place == 1]) for place, letter in enumerate(family))


def identifier_of(value: str, clone: int) -> str:
    return f"R{clone}-{value}" if clone else value


def id_of(id: str, clone: int) -> str:
    return f"r{clone}-{id}" if clone else id


def _moved(letter: str, by: int) -> str:
    if not (letter.isascii() and letter.isalpha()):
        return letter
    first = ord("a") if letter.islower() else ord("A")
    return chr(first + (ord(letter) - first + by) % 26)
