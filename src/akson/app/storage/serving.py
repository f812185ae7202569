"""A process with some of the compared nodes: `python -m akson.app.storage.serving`, its order on standard input.

    {"nodes": [["k3", "postgresql://…/k3", "postgresql://…/k3_log"]], "people": 80, "sources": 20, "seed": 1, …}
    ← {"port": 40121}
    POST /k3/ask {"number": 17}        {"held": true, "said": {"3": {…}}}
    POST /central/ask {"number": 17}   of every controller that it holds her of
    POST /index/who {"number": 17}     {"holders": [3, 11]}

The door is for measuring alone: who asks is a number of the seed's questions, not a token; on loopback, as long as the
parent lives. Whatever comes after who asks (scope, SQL, last guard, log) is the product's.
"""

import asyncio
import sys
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from typing import Any

import msgspec
from aiohttp import web

from akson.app.storage import answering, population, questions
from akson.app.storage.answering import Said
from akson.app.storage.nodes import StorageNode, storage_node
from akson.app.storage.questions import Asked
from akson.record import carrying
from akson.sharing.location.index import Index
from akson.store.location import LocationStore
from akson.world import SystemClock

CENTRAL = "central"
INDEX = "index"
INDEX_KEY = b"for measuring only, never elsewhere"
SLOW_HEADER = "x-slow-ms"
POOL_SIZE = 2


class Order(msgspec.Struct):
    nodes: list[tuple[str, str, str]]
    people: int
    sources: int
    seed: int
    questions: int


@dataclass(frozen=True, slots=True)
class Serving:
    nodes: dict[str, StorageNode]
    asked: list[Asked]
    index: Index | None

    async def answer(self, request: web.Request) -> web.Response:
        asked = self.asked[msgspec.json.decode(await request.read())["number"]]
        if slow := int(request.headers.get(SLOW_HEADER, "0")):
            await asyncio.sleep(slow / 1000)
        name = request.match_info["name"]
        if name == INDEX:
            return _json({"holders": await self._holders(asked)})
        if name == CENTRAL:
            return _json(await self._central(asked))
        said, held = await answering.say(
            self.nodes[name].as_(asked.actor, asked.purpose), asked.question.search
        )
        return _json({"held": held, "said": {name[1:]: asdict(said)}})

    async def _holders(self, asked: Asked) -> list[int]:
        assert self.index is not None
        found = await self.index.who([asked.person.national_id])
        return sorted({int(one.source[1:]) for one in found if one.kind is asked.question.kind})

    async def _central(self, asked: Asked) -> dict[str, Any]:
        """Of each controller whose copy of her stands here, all at once."""
        found = await asyncio.gather(*(self._copy(asked, holder) for holder in asked.person.holders))
        said = {str(holder): asdict(one) for holder, one in found if one is not None}
        return {"held": bool(said), "said": said}

    async def _copy(self, asked: Asked, holder: int) -> tuple[int, Said | None]:
        node = self.nodes[CENTRAL]
        here = await carrying.standing(node.service(holder + 1), [("Patient", asked.person.id)])
        if all(one.body is None for one in here.values()):
            return holder, None
        session = node.as_(asked.at(holder + 1), asked.purpose)
        return holder, (await answering.say(session, asked.question.search))[0]


def _json(value: Any) -> web.Response:
    return web.Response(body=msgspec.json.encode(value), content_type="application/json")


async def _serve(order: Order) -> None:
    clock = SystemClock()
    async with AsyncExitStack() as stack:
        nodes: dict[str, StorageNode] = {}
        index = None
        for name, record, log in order.nodes:
            nodes[name] = await stack.enter_async_context(
                storage_node(name, record, log, clock=clock, pool_size=POOL_SIZE)
            )
            if name == CENTRAL:
                rows = await LocationStore.open(record)
                stack.push_async_callback(rows.close)
                index = Index(rows, INDEX_KEY, clock=clock)
        everybody = population.people(order.seed, order.people, order.sources)
        serving = Serving(nodes, questions.questions(order.seed, order.questions, everybody), index)
        app = web.Application()
        app.router.add_post("/{name}/{what}", serving.answer)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        sys.stdout.write(msgspec.json.encode({"port": port}).decode() + "\n")
        sys.stdout.flush()
        # The parent's end of the pipe closes with it.
        await asyncio.to_thread(sys.stdin.buffer.read)


def main() -> None:
    asyncio.run(_serve(msgspec.json.decode(sys.stdin.buffer.readline(), type=Order)))


if __name__ == "__main__":
    main()
