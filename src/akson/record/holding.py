"""Whether a change does nothing to a bed but to which holds it carries (AKS-RULE-HOLD-BED). Pure.

A Location is reference data, which nobody at work writes. What promises a bed is a hold in its own resource, so that two
promises cannot both stand; that much of it, and no more, is written by those who promise (docs/adr/0185).
"""

from collections.abc import Mapping
from typing import Any

from akson.access.rules.staff import HOLD_BED as HOLD_BED
from akson.terminology.systems import BED_HOLDS

_MADE_BY_THE_STORE = ("id", "meta")
_KINDS = "http://terminology.hl7.org/CodeSystem/location-physical-type"


def only_holds(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Of two versions of a Location: a bed in both, and the same one but for its holds."""
    return _is_bed(before) and _rest(before) == _rest(after)


def _is_bed(location: Mapping[str, Any]) -> bool:
    codings = (location.get("physicalType") or {}).get("coding") or ()
    return any(c.get("system") == _KINDS and c.get("code") == "bd" for c in codings)


def _rest(location: Mapping[str, Any]) -> dict[str, Any]:
    kept = [e for e in location.get("extension") or () if e.get("url") != BED_HOLDS]
    rest = {k: v for k, v in location.items() if k not in (*_MADE_BY_THE_STORE, "extension")}
    return {**rest, "extension": kept, "meta": _said(location.get("meta") or {})}


def _said(meta: Mapping[str, Any]) -> dict[str, Any]:
    """Labels and profiles; version and time are the store's."""
    return {k: v for k, v in meta.items() if k not in ("versionId", "lastUpdated")}
