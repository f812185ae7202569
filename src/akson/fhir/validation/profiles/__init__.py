"""Profiles: what a StructureDefinition asks beyond the base type.

    known = Profiles([structure_definition, value_set, …])
    validate(resource, profiles=["http://hl7.no/fhir/StructureDefinition/no-basis-Patient"], known=known)

A profile is read into a tree of elements and slices (building.py), laid over the tree of the profile it derives from;
so a differential is enough and a snapshot serves as well. Spec: https://hl7.org/fhir/R4/profiling.html
"""

from akson.fhir.validation.profiles.known import Profiles

__all__ = ["Profiles"]
