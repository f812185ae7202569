"""The four places a kind of data may live for a range of receivers, and what each asks of the nodes. Pure.

federated        it stays where it was written; whoever asks, asks there
index            … and a register without clinical content says who holds it
central-copy     the source is master; a central node holds a copy that follows it
central-master   the central node decides what stands; the source keeps a copy that it reads and writes through
"""

from enum import StrEnum


class Mode(StrEnum):
    FEDERATED = "federated"
    INDEX = "index"
    CENTRAL_COPY = "central-copy"
    CENTRAL_MASTER = "central-master"

    @property
    def rank(self) -> int:
        """How much is kept outside the source, in order."""
        return _ORDER.index(self)

    @property
    def central(self) -> bool:
        """Whether the content itself stands at the central node."""
        return self in (Mode.CENTRAL_COPY, Mode.CENTRAL_MASTER)


_ORDER = tuple(Mode)


class Range(StrEnum):
    """Who asks, as seen from the municipality that answers for the data."""

    OWN = "own"
    """Its own staff and the citizen herself."""
    REGION = "region"
    """The hospitals, GPs and municipalities of its health region."""
    NATION = "nation"
    EUROPE = "europe"
    """Through the national contact point (EHDS)."""
