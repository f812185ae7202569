"""The compiled definitions hold what R4 says."""

import subprocess
import sys
from importlib.resources import files

import pytest

from akson.fhir.definitions import load, shape
from akson.fhir.fhirpath import parse
from akson.fhir.problem import Problem


def test_all_concrete_resource_types():
    # R4's code system resource-types has 148 codes: these and the abstract Resource and DomainResource.
    codes = load().codes("http://hl7.org/fhir/ValueSet/resource-types")
    assert codes is not None
    assert set(load().resource_types) == codes - {"Resource", "DomainResource"}
    assert len(load().resource_types) == 146


def test_every_shape_can_be_built():
    for name in load().resource_types:
        for path in load().type(name).children:
            assert shape(path).properties


def test_choice_and_content_reference():
    observation = shape("Observation")
    assert [p.key for p in observation.by_name["value"]][:2] == ["valueQuantity", "valueCodeableConcept"]
    assert shape("Observation.component").properties["referenceRange"].type == "Observation.referenceRange"
    assert shape("Patient").properties["id"].type == "id"


def test_search_parameters_include_those_of_every_resource():
    found = load().search_parameters("Observation")
    assert {"_id", "_tag", "_text", "patient", "code", "value-quantity"} <= found.keys()
    assert found["patient"].targets == ("Patient",)
    assert "gender" not in found


def test_patient_compartment():
    assert set(load().compartment("Patient")["Observation"]) == {"performer", "subject"}
    assert "Organization" not in load().compartment("Patient")


def test_open_value_sets_have_no_list():
    assert load().codes("http://hl7.org/fhir/ValueSet/mimetypes") is None
    assert load().codes("http://hl7.org/fhir/ValueSet/administrative-gender") == {
        "male",
        "female",
        "other",
        "unknown",
    }


def test_unknown_type_is_named():
    with pytest.raises(Problem, match="AKS-FHIR-101"):
        load().type("Pasient")


def test_every_expression_can_be_read():
    for name in load().resource_types:
        for parameter in load().search_parameters(name).values():
            if parameter.expression:
                parse(parameter.expression)
        for element in load().type(name).elements:
            for constraint in element.constraints:
                parse(constraint.expression)


def test_loading_is_fast():
    program = (
        "import time, gzip, msgspec; from akson.fhir.definitions import loading; t = time.process_time(); "
        "loading.load(); print(time.process_time() - t)"
    )
    runs = [
        subprocess.run([sys.executable, "-c", program], capture_output=True, check=True) for _ in range(3)
    ]
    took = min(float(run.stdout) for run in runs)
    assert took < 0.05


def test_file_is_small_and_without_time_stamp():
    packed = files("akson.fhir.definitions").joinpath("r4.json.gz").read_bytes()
    assert len(packed) < 1_500_000
    assert packed[4:8] == b"\0\0\0\0", "it repeats byte for byte"
