"""The name of a log in its checkpoints: `akson/<node>/access/<epoch>`. Pure."""

from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

NODE_DIGITS = 12


def first_of(key: Ed25519PublicKey) -> str:
    """The origin of a node's first epoch. The node is named by its log's key, so that no two share a name."""
    return f"akson/{sha256(key.public_bytes_raw()).hexdigest()[:NODE_DIGITS]}/access/1"


def of_epoch(first: str, epoch: int) -> str:
    """`first` is the origin of the first epoch: of_epoch("akson/storvik/access/1", 2) is "akson/storvik/access/2"."""
    return f"{first.rpartition('/')[0]}/{epoch}"


def epoch_of(first: str, origin: str) -> int | None:
    """Which epoch of the same log an origin names; None when it is another log's."""
    stem, _, number = origin.rpartition("/")
    if (
        stem != first.rpartition("/")[0]
        or not number.isdecimal()
        or str(int(number)) != number
        or number == "0"
    ):
        return None
    return int(number)
