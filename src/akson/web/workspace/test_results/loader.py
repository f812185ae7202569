"""The results of a patient from the record, turned into words."""

from dataclasses import replace
from datetime import datetime
from urllib.parse import quote

from akson.care.testresults.reports import Finding, Point, Report, curve, reports
from akson.fhir.search.query import Include
from akson.record.session import RecordSession
from akson.web.shell import words
from akson.web.shell.chart import Chart
from akson.web.shell.curve_drawing import drawing
from akson.web.shell.reading import every_page, may_see, of_patient, resources
from akson.web.workspace.test_results.view import Curve, CurvePoint, FindingRow, ReportPanel, ResultsView

_SYMBOLS = {"H": "up", "HH": "up", "L": "down", "LL": "down", "A": "alert", "AA": "alert", "R": "stop", "I": "alert",
            "S": "check"}  # fmt: skip
_GRAVE = ("HH", "LL", "AA")
DRAWN_MIN = 2
REPORTS_PAGE = 50


async def load(session: RecordSession, patient: str, chart: Chart, asked: str, now: datetime) -> ResultsView:
    """`asked` is the key of the thing whose curve is wanted; "" or one that is not there gives none."""
    if not may_see(session, "DiagnosticReport"):
        return ResultsView(chart, False, (), False, None)
    query = replace(
        of_patient("DiagnosticReport", patient, count=REPORTS_PAGE),
        includes=(
            Include("DiagnosticReport", "result"),
            Include("Observation", "has-member", iterate=True),
        ),
    )
    found = await every_page(session, query)
    near = {f"{r['resourceType']}/{r['id']}": r for r in resources(found.included)}
    told = reports(resources(found.matches), near)
    counted = _counted(told)
    panels = tuple(_panel(report, patient, counted, now) for report in told)
    return ResultsView(chart, True, panels, found.next_cursor is not None, _curve(told, asked, now))


def _counted(told: tuple[Report, ...]) -> frozenset[str]:
    """Keys with enough to draw."""
    keys = {f.key for report in told for f in report.findings if f.key}
    return frozenset(key for key in keys if len(curve(told, key)) >= DRAWN_MIN)


def _panel(report: Report, patient: str, counted: frozenset[str], now: datetime) -> ReportPanel:
    return ReportPanel(
        id=report.id,
        title=report.title,
        sender=report.sender,
        issued=_when(report.issued, now),
        taken=_when(report.taken, now),
        specimen=report.specimen,
        state=report.state,
        withdrawn=report.withdrawn,
        conclusion=report.conclusion,
        rows=tuple(_row(f, report, patient, counted, now) for f in report.findings),
        hidden=report.hidden,
        deviating=sum(1 for f in report.findings if f.mark not in ("", "S")),
    )


def _row(
    finding: Finding, report: Report, patient: str, counted: frozenset[str], now: datetime
) -> FindingRow:
    # A report that was withdrawn takes its findings with it; its own word stands for theirs.
    withdrawn = finding.withdrawn or report.withdrawn
    return FindingRow(
        name=finding.name,
        value=finding.value,
        unit=finding.unit,
        range=finding.range,
        deviation=finding.deviation,
        symbol=_SYMBOLS.get(finding.mark, "alert" if finding.deviation else ""),
        grave=finding.mark in _GRAVE,
        notes=finding.notes,
        taken="" if finding.taken == report.taken else _when(finding.taken, now),
        specimen="" if finding.specimen == report.specimen else finding.specimen,
        state="" if report.withdrawn or finding.state == report.state else finding.state,
        withdrawn=withdrawn,
        depth=min(finding.depth, 3),
        long=finding.long,
        curve_path=(
            f"/pasient/{patient}/provesvar?analyse={quote(finding.key, safe='')}#utvikling"
            if finding.key in counted and not withdrawn
            else ""
        ),
    )


def _when(at: datetime | None, now: datetime) -> str:
    return words.moment(at, now) if at else ""


def _curve(told: tuple[Report, ...], asked: str, now: datetime) -> Curve | None:
    points = curve(told, asked) if asked else ()
    if len(points) < DRAWN_MIN:
        return None
    finding = next(f for report in told for f in report.findings if f.key == asked)
    rows = tuple(_point(point, now) for point in reversed(points))
    return Curve(finding.name, finding.unit, drawing(finding.name, finding.unit, points), rows)


def _point(point: Point, now: datetime) -> CurvePoint:
    return CurvePoint(words.moment(point.at, now), point.value, point.range, _SHORT.get(point.mark, ""))


_SHORT = {
    "H": "Høy",
    "HH": "Kritisk høy",
    "L": "Lav",
    "LL": "Kritisk lav",
    "A": "Utenfor",
    "AA": "Kritisk avvik",
}
