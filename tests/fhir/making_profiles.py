"""Small profiles and resources for cases."""

BASE = "http://example.org/StructureDefinition/"
CORE = "http://hl7.org/fhir/StructureDefinition/"


def profile(name, type, *elements, base=None):
    return {
        "resourceType": "StructureDefinition",
        "url": BASE + name,
        "type": type,
        "derivation": "constraint",
        "baseDefinition": base or CORE + type,
        "differential": {"element": list(elements)},
    }


def element(path, slice=None, **said):
    return {"path": path, **({"sliceName": slice} if slice else {}), **said}


def sliced(path, *discriminators, rules="open", ordered=False, **said):
    told = [{"type": type, "path": where} for type, where in discriminators]
    return element(path, slicing={"discriminator": told, "rules": rules, "ordered": ordered}, **said)


def patient(**said):
    return {"resourceType": "Patient", **said}


def observation(**said):
    return {"resourceType": "Observation", "status": "final", "code": {"text": "x"}, **said}


def concept(code, system="http://s"):
    return {"coding": [{"system": system, "code": code}]}
