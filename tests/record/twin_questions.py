"""Questions to ask two records that must not be told apart: every search parameter of every type, with the value that is
hidden, alone and together; and every other door. Deterministic: the same seed gives the same questions."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from akson.fhir.definitions import SearchParameter, load
from tests.record.twin_records import HIDDEN, SEEN, STREET, WHY_HIDDEN, types


@dataclass(frozen=True)
class Question:
    method: str
    path: str
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        return f"{self.method} {self.path} {(self.body or b'').decode()[:300]} {self.headers or ''}"


def questions(seed: int, count: int) -> list[Question]:
    """`count` of them, spread over all kinds; other doors are a tenth."""
    chance = Random(seed)
    searches = list(_searches())
    chosen = list(_pointed())
    chosen += chance.sample(searches, min(len(searches), count * 6 // 10 - len(chosen)))
    chosen += [_combined(chance) for _ in range(count * 3 // 10)]
    others = list(_other_doors())
    chosen += chance.choices(others, k=max(0, count - len(chosen)))
    chance.shuffle(chosen)
    return chosen


def writes() -> Iterator[Question]:
    """What would change a record: each is asked once, in order, of both."""
    for type in ("Observation", "Condition", "Task", "Patient", "Practitioner"):
        own = _valid(type)
        for id in (HIDDEN, "absent", "a-stranger", "a-blocker"):
            yield Question("PUT", f"{type}/{id}", _bytes({**own, "id": id}))
            yield Question("PUT", f"{type}/{id}", _bytes({**own, "id": id}), {"If-Match": 'W/"1"'})
            yield Question("DELETE", f"{type}/{id}")
            patch = b'[{"op":"replace","path":"/status","value":"final"}]'
            yield Question("PATCH", f"{type}/{id}", patch, {"Content-Type": "application/json-patch+json"})
        for criteria in ("_id=hidden", "identifier=http://hidden.example|hidden", "_text=ordhidden"):
            yield Question("POST", type, _bytes(own), {"If-None-Exist": criteria})
            yield Question("PUT", f"{type}?{criteria}", _bytes(own))
            yield Question("DELETE", f"{type}?{criteria}")
    for condition in (f"address={STREET}", "general-practitioner=Practitioner/seen", "phone=99999999"):
        yield Question("POST", "Patient", _bytes(_valid("Patient")), {"If-None-Exist": condition})
    yield Question(
        "PUT", "Patient/graded", _bytes({"resourceType": "Patient", "id": "graded", "gender": "female"})
    )
    yield Question("GET", "Patient/graded")
    guessed = {
        "resourceType": "Patient",
        "id": "graded",
        "gender": "female",
        "telecom": [{"value": "99999999"}],
    }
    yield Question("PUT", "Patient/graded", _bytes(guessed))
    yield Question("GET", "Patient/graded/_history")
    for reference in (
        "Patient/a-stranger",
        "Patient/hidden",
        "Patient?identifier=http://hidden.example|hidden",
    ):
        about = {**_valid("Observation"), "performer": [{"reference": reference}]}
        yield Question("POST", "Observation", _bytes(about))
        yield Question("POST", "", _bytes(_bundle("transaction", [("POST", "Observation", about)])))


def _searches() -> Iterator[Question]:
    for type in types():
        for code, parameter in sorted(load().search_parameters(type).items()):
            for text in (*_forms(code, parameter, HIDDEN), *_shapes(type, code, parameter)):
                yield Question("GET", f"{type}?{text}")
        for text in ("", "_count=1", "_total=accurate&_count=1", "_summary=count", "_sort=-_id&_count=1", "_text=ordhidden",
                     "_content=ordhidden", f"_id={HIDDEN}", f"_id={HIDDEN},{SEEN}", "_revinclude=*", "_include=*",
                     "_security=hidden", "_lastUpdated=ge2000", "_format=xml", "_list=hidden",
                     f"_include=*&_revinclude=*&_include:iterate=*&_id={SEEN}"):  # fmt: skip
            yield Question("GET", f"{type}?{text}")


def _pointed() -> Iterator[Question]:
    """What would read hidden elements of a patient who may be seen. Few, and asked every time."""
    for code in _HIDDEN_CODES:
        for text in (
            f"{code}:missing=true",
            f"{code}:missing=false",
            f"_sort={code}",
            f"_sort=-{code}&_count=1",
        ):
            yield Question("GET", f"Patient?{text}")
        yield Question("GET", f"RelatedPerson?patient.{code}=99999999")
    for text in _HIDDEN_ASKED:
        yield Question("GET", f"Patient?{text}")
        if "_filter" not in text:
            yield Question("GET", f"Observation?subject:Patient.{text.split('&')[0]}")
    for path in _HIDDEN_FROM_AFAR:
        yield Question("GET", path)


_HIDDEN_CODES = (
    "address", "address-city", "address-postalcode", "address-use", "phone", "telecom", "email", "general-practitioner",
    "organization",
)  # fmt: skip
_HIDDEN_ASKED = (
    f"address={STREET}",
    "address:contains=skjul",
    "address-city=Skjulvik",
    "phone=99999999",
    "address-use:not=home",
    f'_filter=address co "{STREET}"',
    f'_filter=not (address co "{STREET}")',
    "_content=Skjulvik",
    "_text=Skjulveien",
    "general-practitioner=Practitioner/seen",
    "general-practitioner.name=ordseen",
    "_id=graded&_include=Patient:general-practitioner&_include=Patient:organization",
    "_id=graded&_include=*",
)
_HIDDEN_FROM_AFAR = (
    "Practitioner?_has:Patient:general-practitioner:_id=graded",
    "Practitioner?_id=seen&_has:Patient:general-practitioner:_id=graded",
    "Practitioner?_revinclude=Patient:general-practitioner",
    "Practitioner?_revinclude=*",
    "Practitioner/seen/Patient",
    "Practitioner/seen/*",
    "Organization?_revinclude=Patient:organization",
    "Organization?_has:Patient:organization:_id=graded",
)


def _forms(code: str, parameter: SearchParameter, which: str) -> list[str]:
    """Ways of asking for the value that `which` has."""
    match parameter.type:
        case "token":
            return [f"{code}={which}", f"{code}=http://{which}.example|{which}", f"{code}:not={which}",
                    f"{code}=http://{which}.example|", f"{code}:text=ord{which}"]  # fmt: skip
        case "string":
            return [f"{code}=ord{which}", f"{code}:exact=ord{which}", f"{code}:contains=rd{which}"]
        case "uri":
            return [
                f"{code}=http://{which}.example/x",
                f"{code}:below=http://{which}.example",
                f"{code}:above=http://{which}.example/x/y",
            ]
        case "date":
            return [f"{code}=1947-05-17", f"{code}=lt1950", f"{code}=ne2020-05-17", f"{code}=ap1947-05-17"]
        case "number" | "quantity":
            return [f"{code}=4711", f"{code}=gt4000", f"{code}=ne1"]
        case "reference":
            target = (parameter.targets or ("Observation",))[0]
            return [f"{code}={target}/{SEEN}", f"{code}={SEEN}", f"{code}={target}/{HIDDEN}",
                    f"{code}:{target}._id={HIDDEN}", f"{code}:{target}._text=ordhidden"]  # fmt: skip
    return []


def _shapes(type: str, code: str, parameter: SearchParameter) -> list[str]:
    shapes = [f"{code}:missing=true", f"{code}:missing=false"]
    if parameter.type not in ("composite", "special"):
        shapes += [f"_sort={code}", f"_sort=-{code}&_count=1"]
    if parameter.type == "reference":
        target = (parameter.targets or ("Observation",))[0]
        shapes += [f"_include={type}:{code}", f"_revinclude={type}:{code}", f"_has:{type}:{code}:_id={HIDDEN}",
                   f"_has:{target}:_id:{code}={HIDDEN}"]  # fmt: skip
    return shapes


def _combined(chance: Random) -> Question:
    type = chance.choice(types())
    parameters = sorted(load().search_parameters(type).items())
    parts: list[str] = []
    for code, parameter in chance.sample(parameters, min(len(parameters), chance.randint(1, 3))):
        forms = [*_forms(code, parameter, chance.choice((HIDDEN, SEEN))), *_shapes(type, code, parameter)]
        parts.append(chance.choice(forms))
    parts += chance.sample(
        ["_total=accurate", "_count=1", "_summary=count", "_revinclude=*", "_include=*", "_elements=id"], 1
    )
    text = "&".join(parts)
    if chance.random() < 0.1:
        return Question(
            "POST", f"{type}/_search", text.encode(), {"Content-Type": "application/x-www-form-urlencoded"}
        )
    if chance.random() < 0.1:
        return Question("GET", f"Patient/{chance.choice((*WHY_HIDDEN, 'own'))}/{type}?{text}")
    if chance.random() < 0.1:
        bundle = _bundle("batch", [("GET", f"{type}?{text}", None), ("GET", f"{type}/{HIDDEN}", None)])
        return Question("POST", "", _bytes(bundle))
    return Question("GET", f"{type}?{text}")


def _other_doors() -> Iterator[Question]:
    for type in types():
        for id in (HIDDEN, "absent"):
            for door in ("", "/_history", "/_history/1", "/_history/2", "?_asOf=2026-11-24T10:00:00Z", "?_format=xml",
                         "?_summary=true",                          "/$meta", "?_elements=id"):  # fmt: skip
                yield Question("GET", f"{type}/{id}{door}")
            yield Question("HEAD", f"{type}/{id}")
            yield Question("GET", f"{type}/{id}", None, {"If-None-Match": 'W/"1"'})
            yield Question(
                "GET", f"{type}/{id}", None, {"If-Modified-Since": "Mon, 23 Nov 2026 12:00:00 GMT"}
            )
        yield Question("GET", f"{type}/_history")
        yield Question("GET", f"{type}/_history?_count=1")
        for patient in (*WHY_HIDDEN, "nobody"):
            yield Question("GET", f"Patient/{patient}/{type}")
            yield Question("GET", f"{type}?patient={patient}&_asOf=2026-11-24T10:00:00Z")
    for patient in (*WHY_HIDDEN, "nobody", "own", "graded"):
        yield Question("GET", f"Patient/{patient}/$everything")
        yield Question("GET", f"Patient/{patient}/*")
        yield Question("GET", f"Patient/{patient}/_history")
    yield Question("GET", "_history?_count=20")
    yield Question("GET", f"?_type=Observation,Condition,Patient&_id={HIDDEN},{SEEN}")
    grade = "http://ehelse.no/fhir/CodeSystem/gd-address-confidentiality|strengtFortrolig"
    for asked in (
        *(
            f"_security={grade}",
            "_security=strengtFortrolig",
            f"_security:not={grade}",
            "_security:missing=true",
        ),
        *(
            "_security:missing=false",
            "_id=graded&_elements=meta",
            "_id=graded&_summary=true",
            "_sort=_security",
        ),
        *(
            f"_security={grade}&_summary=count",
            f"_filter=_security eq {grade}",
            f"_security={grade}&_asOf=2026-11-24",
        ),
    ):
        yield Question("GET", f"Patient?{asked}")
    yield Question("GET", f"EpisodeOfCare?patient._security={grade}")
    yield Question("GET", f"Practitioner?_has:Patient:general-practitioner:_security={grade}")
    yield Question("GET", "Patient/graded?_elements=meta")
    yield Question("GET", "Patient/graded/$everything")
    yield Question("GET", "Patient/graded?_format=xml")
    yield Question("GET", "Patient/graded/_history/1")
    yield Question("GET", "Patient?_id=graded&_asOf=2026-11-24T10:00:00Z&address-city=Skjulvik")
    yield Question("GET", "Patient/graded?_asOf=2026-11-24T10:00:00Z")


def _valid(type: str) -> dict:
    about = {"reference": "Patient/own"}
    return {
        "Observation": {
            "resourceType": "Observation",
            "status": "final",
            "code": {"text": "x"},
            "subject": about,
        },
        "Condition": {"resourceType": "Condition", "subject": about, "code": {"text": "x"}},
        "Task": {"resourceType": "Task", "status": "requested", "intent": "order", "for": about},
        "Patient": {"resourceType": "Patient"},
        "Practitioner": {"resourceType": "Practitioner"},
    }[type]


def _bundle(type: str, entries: list) -> dict:
    return {
        "resourceType": "Bundle",
        "type": type,
        "entry": [
            {"request": {"method": method, "url": url}, **({"resource": resource} if resource else {})}
            for method, url, resource in entries
        ],
    }


def _bytes(resource: dict) -> bytes:
    return json.dumps(resource).encode()
