"""Test results as facts: the report, its findings (which may hold findings), and the material they were made on."""

from collections.abc import Iterator
from dataclasses import dataclass

from akson.exchange.components import test_result_1_2, test_result_1_3, test_result_1_4
from akson.exchange.message_type import Resource, ResultFacts, StayEffect, Version
from akson.exchange.messages.test_result import findings
from akson.exchange.schema import Coded, Values

VERSIONS = (
    Version("1.4", test_result_1_4.MESSAGE, {None: test_result_1_4.NAMESPACE}, apprec="1.1"),
    Version("1.3", test_result_1_3.MESSAGE, {None: test_result_1_3.NAMESPACE}, apprec="1.0"),
    Version("1.2", test_result_1_2.MESSAGE, {None: test_result_1_2.NAMESPACE}, apprec="1.0"),
)


@dataclass(frozen=True, slots=True)
class TestReport:
    status: str
    """7309 of the first report."""
    reports: tuple[Values, ...]
    """Each ServReport."""


@dataclass(frozen=True, slots=True)
class TestResultMessage:
    """`MessageType` of one kind of report."""

    code: str
    words: str
    title: str = "Prøvesvar"
    task: str = "test-result"
    answer_within_h: int | None = None
    versions: tuple[Version, ...] = VERSIONS
    stay: StayEffect | None = None

    def parse(self, content: Values) -> TestReport:
        told = content.get("ServReport", ())
        reports = told if isinstance(told, tuple) else (told,)
        return TestReport(reports[0]["ServType"].v if reports else "", reports)

    def status(self, facts: TestReport) -> str:
        return facts.status

    def summary(self, facts: TestReport) -> str:
        kinds = ", ".join(dict.fromkeys(r["MsgDescr"].words for r in facts.reports if r["MsgDescr"].words))
        items = [item for report in facts.reports for item in _all_items(report.get("Patient", {}))]
        odd = sum(1 for item in items if item.get("DevResultInd", Coded()).v)
        told = [f"{self.words}{f': {kinds}' if kinds else ''}."]
        if items:
            told.append(f"{len(items)} resultat{'er' if len(items) != 1 else ''}.")
        if odd:
            told.append(f"{odd} utenfor referanseområdet.")
        return " ".join(told)

    def results(self, facts: TestReport, about: ResultFacts) -> tuple[tuple[str, Resource], ...]:
        return tuple(
            made
            for number, report in enumerate(facts.reports)
            for made in findings.of_report(report, number, about)
        )


def _all_items(values: Values) -> Iterator[Values]:
    for item in values.get("ResultItem", ()):
        yield item
        yield from _all_items(item)


MESSAGES = (
    TestResultMessage("SVAR_CYT", "Svarrapport-Cytologi"),
    TestResultMessage("SVAR_HIST", "Svarrapport-Histologi"),
    TestResultMessage("SVAR_KKL", "Svarrapport-KKL"),
    TestResultMessage("SVAR_LAB", "Svarrapport-Laboratoriemedisin"),
    TestResultMessage("SVAR_MBIO", "Svarrapport-Mikrobiologi"),
    TestResultMessage("SVAR_RTG", "Svarrapport-Radiologi", title="Svar på bildeundersøkelse"),
)
