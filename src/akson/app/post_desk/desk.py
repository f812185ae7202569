"""The desk itself: each question of the screens, answered by the module that knows."""

from collections.abc import Mapping
from datetime import date

from akson.app.post_desk import acting, contents, lists, matching, overview, story
from akson.app.post_desk.parts import Parts, partners, type_words
from akson.exchange.ledger import ledger as books
from akson.record.acts import grounds
from akson.record.session import RecordSession
from akson.web.shell import post_desk as shown


class Desk:
    """Entry point, built by `akson.app.post_desk.building`; fulfils `akson.web.shell.post_desk.PostDesk`."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    @property
    def grounds(self) -> Mapping[str, str]:
        return grounds.MESSAGE

    @property
    def close_reasons(self) -> Mapping[str, str]:
        return acting.CLOSE_REASONS

    async def counts(self, session: RecordSession) -> shown.Counts:
        return await overview.counts(self._parts.of(session), session)

    async def overview(self, session: RecordSession) -> shown.Overview:
        return await overview.overview(self._parts.of(session), session)

    async def choices(self, session: RecordSession) -> shown.Choices:
        return await lists.choices(self._parts.of(session), session)

    async def search(self, session: RecordSession, asked: shown.Asked) -> shown.Lines:
        return await lists.search(self._parts.of(session), session, asked)

    async def message(self, session: RecordSession, way: str, id: int) -> shown.Message:
        return await story.message(self._parts.of(session), session, way, id)

    async def owners(self, session: RecordSession) -> tuple[tuple[str, str], ...]:
        return await acting.owners(self._parts.of(session), session)

    async def open_content(
        self, session: RecordSession, way: str, id: int, ground: str, text: str
    ) -> shown.Content:
        return await contents.open_content(self._parts.of(session), session, way, id, ground, text)

    async def failed(self, session: RecordSession) -> tuple[shown.CauseGroup, ...]:
        return await lists.failed(self._parts.of(session), session)

    async def overdue(self, session: RecordSession) -> tuple[shown.Waiting, ...]:
        return await lists.overdue(self._parts.of(session), session)

    async def send_again(self, session: RecordSession, id: int) -> None:
        await acting.send_again(self._parts.of(session), session, id)

    async def send_cause(self, session: RecordSession, key: str, after: int) -> shown.BulkStep:
        return await acting.send_cause(self._parts.of(session), session, key, after)

    async def close(self, session: RecordSession, id: int, reason: str) -> None:
        await acting.close(self._parts.of(session), session, id, reason)

    async def hand_over(self, session: RecordSession, id: int, owner: str) -> str:
        return await acting.hand_over(self._parts.of(session), session, id, owner)

    async def unmatched(self, session: RecordSession) -> tuple[shown.Unmatched, ...]:
        return await matching.unmatched(self._parts.of(session), session)

    async def one_unmatched(self, session: RecordSession, item: int) -> shown.Unmatched:
        return await matching.one_unmatched(self._parts.of(session), session, item)

    async def proposed(self, session: RecordSession, item: int) -> tuple[shown.Candidate, ...]:
        return await matching.proposed(self._parts.of(session), session, item)

    async def candidates(
        self, session: RecordSession, item: int, *, number: str = "", name: str = "", born: date | None = None
    ) -> tuple[shown.Candidate, ...]:
        return await matching.candidates(
            self._parts.of(session), session, item, number=number, name=name, born=born
        )

    async def assign(self, session: RecordSession, item: int, patient: str) -> None:
        await matching.assign(self._parts.of(session), session, item, patient)

    async def take_back(self, session: RecordSession, item: int) -> None:
        await matching.take_back(self._parts.of(session), session, item)

    async def ledger(
        self, session: RecordSession, partner: str, type: str, day: date | None
    ) -> shown.LedgerPage:
        """The lines asked for, and every difference there is."""
        parts = self._parts.of(session)
        ledger = await books.read_ledger(parts.books, partner=partner or None, type=type or None, day=day)
        lines = [line for line in ledger.lines if line.type != "APPREC"]
        named = await partners(session, {line.partner for line in lines})
        return shown.LedgerPage(
            ledger.words,
            ledger.unaccounted,
            tuple(
                shown.LedgerLine(
                    overview.WAYS[line.way],
                    named[line.partner],
                    line.type,
                    type_words(line.type),
                    line.day,
                    line.total,
                    tuple((books.LABELS[part], number) for part, number in line.parts.items()),
                    line.missing,
                )
                for line in lines
            ),
            overview.differences(ledger),
            await overview.compared(parts, session),
        )
