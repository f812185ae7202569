"""A worker process: `python -m akson.app.worker`, started by the supervisor alone, ordered by a line on standard input.

It ends when its parent does: the pipe on standard input closes then.
"""

import asyncio
import gc
import logging
import os
import signal
import sys
import threading
import time

from akson.app.supervisor.orders import Order, Role, read_order
from akson.fhir.problem import Problem

GRACE_S = 5
"""Requests under way may take so long after the node was told to stop."""
LAST_RESORT_S = 10
KEEP_ALIVE_S = 75
COLLECT_AFTER = (20_000, 20, 20)
"""New objects, then young and middle collections: `gc.set_threshold`."""


def main() -> None:
    order = read_order(sys.stdin.buffer.readline())
    threading.Thread(target=_end_with_parent, daemon=True, name="parent").start()
    logging.basicConfig(
        level=logging.WARNING, format=f"akson {order.role} %(levelname)s %(name)s: %(message)s"
    )
    import uvloop

    try:
        uvloop.run(_web(order) if order.role is Role.WEB else _post(order))
    except Problem as problem:
        print(f"akson {order.role}: {problem}. {problem.why} {problem.now}", file=sys.stderr)
        raise SystemExit(1) from None


def say_ready() -> None:
    """Told once, when requests can be answered."""
    sys.stdout.write("ready\n")
    sys.stdout.flush()


async def _web(order: Order) -> None:
    """uvicorn's Server with our own connections on the shared socket (docs/adr/0002, 0071).

    There is no log of requests: addresses name patients.
    """
    import socket

    import uvicorn

    from akson.app.asgi import House
    from akson.app.wire.connection import Connection

    def ready() -> None:
        collect_less()
        say_ready()

    config = uvicorn.Config(
        House(order.settings, order.stage, on_open=ready),
        loop="none",
        http=Connection,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=2048,
        ssl_certfile=order.settings.tls_cert,
        ssl_keyfile=order.settings.tls_key,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=GRACE_S,
    )
    server = uvicorn.Server(config)
    await server.serve(sockets=[socket.socket(fileno=order.socket)])
    if not server.started:
        raise SystemExit(1)


def collect_less() -> None:
    """What stands when the node has opened stays until it closes, and is not gone through again; what comes after is
    looked through for rings after more than the objects of a page. As set by Python a list of two hundred rows was
    collected forty times while it was made, a fifth of its time (ADR 0227)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


async def _post(order: Order) -> None:
    from akson.app.post import run_inbox, run_post

    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    run = run_post if order.role is Role.POST else run_inbox
    await run(order.settings, stop, on_open=say_ready)


def _end_with_parent() -> None:
    """Blocks until the pipe to the parent closes; then a clean stop, and the last resort if that does not come about."""
    while os.read(sys.stdin.fileno(), 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(LAST_RESORT_S)
    os._exit(1)


if __name__ == "__main__":
    main()
