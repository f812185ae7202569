"""Gerda's tables as FHIR. Pure: rows in, resources and the account out.

| table | becomes | |
| --- | --- | --- |
| BRUKER + BRUKER_TILLEGG | Patient | two tables a person, joined by IDENT |
| AVD · ANSATT | Organization · Practitioner, PractitionerRole | |
| VEDTAK | EpisodeOfCare, type by 9151 | gives the unit its care relation |
| DIAGN | Condition | without a clinical status: Gerda has none, and none is made up |
| MEDKORT | MedicationStatement | the dose is free text and stays so |
| MAALING | Observation | an unknown code is text with the value as it was written |
| TILTAK | CarePlan, one a person | |

A row about nobody who stands in BRUKER is left out and counted. Codes: maps/gerda.toml.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from akson.sharing.legacy import dates
from akson.sharing.legacy.codes import Codes
from akson.sharing.legacy.marks import HPR, id_of, marked, national, provenances, reference
from akson.sharing.legacy.values import Account, Filling, Resource, Row

ADAPTER = "gerda"
_CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
_UCUM = "http://unitsofmeasure.org"


def fill(rows: Iterable[Row], *, units: Mapping[str, str], taken: str) -> Filling:
    """`units`: AVD.KODE -> id of the Organization it is here. `taken`: the day of the dump, YYYY-MM-DD."""
    tables: dict[str, list[Row]] = {}
    for row in rows:
        tables.setdefault(row.table, []).append(row)
    account = Account()
    made = tuple(_Gerda(tables, units, account).resources())
    codes = Codes.of(ADAPTER, account)
    product = f"{codes.about['product']} {codes.about['version']}"
    return Filling((*made, *provenances(made, ADAPTER, product, taken)), account)


class _Gerda:
    def __init__(self, tables: Mapping[str, list[Row]], units: Mapping[str, str], account: Account) -> None:
        self._tables = tables
        self._units = units
        self._account = account
        self._codes = Codes.of(ADAPTER, account)
        self._more = {row.said("IDENT"): row for row in tables.get("BRUKER_TILLEGG", ())}
        self._persons = {row.said("IDENT") for row in tables.get("BRUKER", ())}
        self._unit_names = {row.said("KODE"): row.said("NAVN") for row in tables.get("AVD", ())}
        self._staff = {row.key: row.said("NAVN") for row in tables.get("ANSATT", ())}

    def resources(self) -> Iterator[Resource]:
        for row in self._of("AVD"):
            yield self._marked(row, self._organisation(row))
        for row in self._of("ANSATT"):
            yield self._marked(row, self._practitioner(row))
            yield self._marked(row, self._role(row))
        for row in self._of("BRUKER"):
            yield self._marked(row, self._patient(row))
        makers = {
            "VEDTAK": self._episode,
            "DIAGN": self._condition,
            "MEDKORT": self._medication,
            "MAALING": self._observation,
        }
        for table, make in makers.items():
            for row in self._about_somebody(table):
                yield self._marked(row, make(row))
        yield from self._plans()
        known = {"AVD", "ANSATT", "BRUKER", "BRUKER_TILLEGG", "TILTAK", *makers}
        for table in self._tables.keys() - known:
            self._account.left_out[table, "tabellen leses ikke"] += len(self._tables[table])

    def _of(self, table: str) -> list[Row]:
        return self._tables.get(table, [])

    def _about_somebody(self, table: str) -> Iterator[Row]:
        for row in self._of(table):
            if row.said("IDENT") in self._persons:
                yield row
            else:
                self._account.left_out[table, "ingen slik bruker"] += 1

    def _marked(self, row: Row, resource: Resource) -> Resource:
        return marked(resource, ADAPTER, row.table, row.key)

    def _id(self, row: Row) -> str:
        return id_of(ADAPTER, row.table, row.key)

    def _subject(self, row: Row) -> Resource:
        return reference("Patient", id_of(ADAPTER, "bruker", row.said("IDENT")))

    def _unit(self, code: str) -> str:
        return self._units.get(code) or id_of(ADAPTER, "avd", code)

    def _organisation(self, row: Row) -> Resource:
        code = row.said("KODE")
        return {
            "resourceType": "Organization", "id": self._unit(code), "active": True, "name": row.said("NAVN") or code,
        }  # fmt: skip

    def _practitioner(self, row: Row) -> Resource:
        given, _, family = row.said("NAVN").rpartition(" ")
        hpr = row.said("HPR")
        return {
            "resourceType": "Practitioner",
            "id": self._id(row),
            "active": True,
            **({"identifier": [{"use": "official", "system": HPR, "value": hpr}]} if hpr else {}),
            "name": [{"family": family, **({"given": [given]} if given else {})}],
        }

    def _role(self, row: Row) -> Resource:
        code = self._codes.concept("role", "ANSATT.STILL", row.said("STILL"))
        return {
            "resourceType": "PractitionerRole",
            "id": id_of(ADAPTER, "rolle", row.key),
            "active": True,
            "practitioner": reference("Practitioner", self._id(row), row.said("NAVN")),
            "organization": reference("Organization", self._unit(row.said("AVD"))),
            **({"code": [code]} if code["text"] else {}),
        }

    def _patient(self, row: Row) -> Resource:
        more = self._more.get(row.said("IDENT"))
        sex = self._codes.row("sex", "BRUKER.KJ", row.said("KJ"))
        born = self._day(row, "FDATO", two_digits=False)
        return {
            "resourceType": "Patient",
            "id": self._id(row),
            **({"identifier": found} if (found := national(row.said("FNR"))) else {}),
            "active": True,
            "name": [
                {"use": "official", "family": row.said("ETTERNAVN"), "given": row.said("FORNAVN").split()}
            ],
            **({"gender": sex["code"]} if sex else {}),
            **({"birthDate": born} if born else {}),
            **(_reached(more) if more else {}),
        }

    def _episode(self, row: Row) -> Resource:
        code = row.said("AVD")
        until = self._day(row, "TIL")
        # An end that stands there and cannot be read is an end: nobody gets access by a misprint.
        over = bool(row.said("TIL"))
        return {
            "resourceType": "EpisodeOfCare",
            "id": self._id(row),
            "status": "finished" if over else "active",
            "type": [self._codes.concept("service", "VEDTAK.TJKODE", row.said("TJKODE"))],
            "patient": self._subject(row),
            "managingOrganization": reference(
                "Organization", self._unit(code), self._unit_names.get(code, "")
            ),
            "period": _filled(start=self._day(row, "FRA"), end=until),
        }

    def _condition(self, row: Row) -> Resource:
        on = self._moment(row, "DATO")
        return {
            "resourceType": "Condition",
            "id": self._id(row),
            "code": self._codes.concept("diagnosis", "DIAGN.KODE", row.said("KODE"), row.said("TEKST")),
            "subject": self._subject(row),
            **_filled(recordedDate=on),
        }

    def _medication(self, row: Row) -> Resource:
        status = self._codes.row("medication-status", "MEDKORT.ST", row.said("ST"))
        dose = row.said("DOSE")
        if dose:
            self._account.kept_as_text("MEDKORT.DOSE", "dose som fritekst")
        return {
            "resourceType": "MedicationStatement",
            "id": self._id(row),
            "status": status["code"] if status else "unknown",
            "medicationCodeableConcept": {"text": row.said("PREPARAT")},
            "subject": self._subject(row),
            **({"effectivePeriod": {"start": on}} if (on := self._day(row, "FRA")) else {}),
            **({"dosage": [{"text": dose}]} if dose else {}),
        }

    def _observation(self, row: Row) -> Resource:
        code, said = row.said("KODE"), row.said("VERDI")
        known = self._codes.row("measurement", "MAALING.KODE", code)
        amount = dates.number(said)
        if said and known and amount is None:
            self._account.unreadable["MAALING.VERDI"] += 1
        value: dict[str, Any] = {"valueString": said} if said else {}
        if known and amount is not None:
            unit = known["unit"]
            value = {"valueQuantity": {"value": amount, "unit": unit, "system": _UCUM, "code": unit}}
        concept: Resource = {"text": row.said("TEKST") or (known or {}).get("words", "") or code}
        if known:
            concept["coding"] = [
                {"system": "http://loinc.org", "code": known["code"], "display": known["words"]}
            ]
        performer = row.said("ANSATT")
        return {
            "resourceType": "Observation",
            "id": self._id(row),
            "status": "final",
            **(
                {"category": [{"coding": [{"system": _CATEGORY, "code": known["category"]}]}]}
                if known
                else {}
            ),
            "code": concept,
            "subject": self._subject(row),
            **_filled(effectiveDateTime=self._moment(row, "TID")),
            **({"performer": [self._by(performer)]} if performer in self._staff else {}),
            **value,
        }

    def _by(self, key: str) -> Resource:
        return reference("Practitioner", id_of(ADAPTER, "ansatt", key), self._staff[key])

    def _plans(self) -> Iterator[Resource]:
        of_each: dict[str, list[Row]] = {}
        for row in self._about_somebody("TILTAK"):
            of_each.setdefault(row.said("IDENT"), []).append(row)
        for ident, rows in of_each.items():
            plan = {
                "resourceType": "CarePlan",
                "id": id_of(ADAPTER, "plan", ident),
                "status": "active",
                "intent": "plan",
                "title": "Tiltaksplan",
                "subject": self._subject(rows[0]),
                "activity": [
                    {
                        "detail": {
                            "status": "completed" if row.said("UTF") == "J" else "unknown",
                            "description": row.said("TEKST"),
                        }
                    }
                    for row in rows
                ],
            }
            yield marked(plan, ADAPTER, "TILTAK", ident)

    def _day(self, row: Row, column: str, *, two_digits: bool = True) -> str:
        return self._read(row, column, dates.day(row.said(column), two_digits=two_digits))

    def _moment(self, row: Row, column: str) -> str:
        return self._read(row, column, dates.moment(row.said(column)))

    def _read(self, row: Row, column: str, found: str) -> str:
        if row.said(column) and not found:
            self._account.unreadable[f"{row.table}.{column}"] += 1
        return found


def _reached(more: Row) -> Resource:
    """Address and telephone; an element that is not known is left out."""
    address = _filled(postalCode=more.said("POSTNR"), city=more.said("STED"))
    if more.said("ADR"):
        address = {"line": [more.said("ADR")], **address}
    phone = more.said("TLF")
    return {
        **({"address": [address]} if address else {}),
        **({"telecom": [{"system": "phone", "value": phone}]} if phone else {}),
    }


def _filled(**said: str) -> Resource:
    return {name: value for name, value in said.items() if value}
