"""The desk on a node's own parts."""

from akson.app.post import OutFolder, directory_of, folder
from akson.app.post_desk.desk import Desk
from akson.app.post_desk.parts import Parts
from akson.app.wiring import Node
from akson.exchange.inbox.assigning import Assigning
from akson.exchange.outbox.desk import RecordDesk
from akson.exchange.outbox.outbox import Outbox


def desk(node: Node) -> Desk:
    """Sends nothing itself: what is sent again is queued, and the post worker carries it."""
    directory = directory_of(node)
    out = OutFolder(folder(node.settings))
    outbox = Outbox(
        node.outbox,
        lambda row: out,
        RecordDesk(directory, node.clock),
        clock=node.clock,
        random=node.random,
    )
    return Desk(
        Parts(
            tenant=directory.tenants[0],
            rows=node.post_desk,
            sent=node.outbox,
            came=node.post,
            books=node.ledger,
            outbox=outbox,
            assigning=Assigning(node.record, node.post, directory),
            directory=directory,
            keys=node.settings.data / "keys" / "post",
            clock=node.clock,
            random=node.random,
        )
    )
