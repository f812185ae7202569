"""The name of a log in its checkpoints: `akson/<node>/access/<epoch>`. Pure."""


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
