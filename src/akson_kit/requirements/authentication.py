"""K-002: no patient data without an identity. Spec: https://hl7.org/fhir/R4/security.html"""

from akson_kit.target import Finding, Requirement, Target


def check(target: Target) -> Finding:
    for what, token in (("no token", None), ("a made-up token", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.")):
        for path in ("Patient?_count=1", "Patient/1", "Patient/_history"):
            status = target.ask("GET", path, token=token).status
            if status != 401:
                return Finding(False, f"GET {path} with {what} answered {status}, not 401.")
    return Finding(True, "Read, search and history answered 401 without a token and with a forged one.")


REQUIREMENT = Requirement(
    "K-002",
    "Nobody gets patient data without saying who they are",
    "pasientjournalloven § 22; HL7 FHIR R4, security.html",
    check,
)
