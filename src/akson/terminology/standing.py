"""Whether a code system or value set is of doubtful standing: withdrawn, deprecated, draft, experimental.

A draft that is used by a draft is no surprise and not told.
"""

from akson.terminology.concepts import CodeSystem
from akson.terminology.library import ValueSet


def doubt(used: CodeSystem | ValueSet, by: ValueSet) -> str:
    """`withdrawn`, `deprecated`, `retired`, `experimental` or `draft`; empty when all is well."""
    if used.standards_status in ("withdrawn", "deprecated"):
        return used.standards_status
    status, experimental = _said(used)
    if status == "retired":
        return "retired"
    if used is by:
        return ""
    by_status, by_experimental = _said(by)
    if experimental and not by_experimental:
        return "experimental"
    return "draft" if status == "draft" and not (by_status == "draft" or by_experimental) else ""


def _said(used: CodeSystem | ValueSet) -> tuple[str, bool]:
    if isinstance(used, CodeSystem):
        return used.status, used.experimental
    return str(used.resource.get("status", "")), used.resource.get("experimental") is True
