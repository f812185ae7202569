"""What can be found wrong with a code, in the words the HL7 terminology ecosystem has agreed on.

    UNKNOWN_CODE.found("Coding.code", code="x", system="http://…", version="1")
    -> Finding("error", "code-invalid", "invalid-code", "Unknown code 'x' in the CodeSystem …", "Coding.code")

Kinds: https://hl7.org/fhir/tools/CodeSystem-tx-issue-type.html. The ids are those that validators translate texts by.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from akson.terminology.concepts import Json

TX_ISSUE_TYPE = "http://hl7.org/fhir/tools/CodeSystem/tx-issue-type"
MESSAGE_ID = "http://hl7.org/fhir/StructureDefinition/operationoutcome-message-id"


@dataclass(frozen=True, slots=True)
class Finding:
    id: str
    severity: str
    code: str
    kind: str
    text: str
    expression: str = ""
    told: bool = True
    """Whether the one-line message of `$validate-code` repeats it."""

    def issue(self) -> Json:
        made: Json = {
            "extension": [{"url": MESSAGE_ID, "valueString": self.id}],
            "severity": self.severity,
            "code": self.code,
            "details": {"coding": [{"system": TX_ISSUE_TYPE, "code": self.kind}], "text": self.text},
        }
        if self.expression:
            made |= {"location": [self.expression], "expression": [self.expression]}
        return made


def outcome(findings: Iterable[Finding]) -> Json:
    return {"resourceType": "OperationOutcome", "issue": [f.issue() for f in findings]}


def message(findings: Iterable[Finding]) -> str:
    """The told ones as one line, each once."""
    return "; ".join(sorted({f.text for f in findings if f.told}))


@dataclass(frozen=True, slots=True)
class Kind:
    id: str
    severity: str
    code: str
    kind: str
    text: str
    told: bool = True

    def found(
        self, expression: str = "", *, severity: str = "", told: bool | None = None, **words: Any
    ) -> Finding:
        return Finding(
            self.id,
            severity or self.severity,
            self.code,
            self.kind,
            self.text.format(**words),
            expression,
            self.told if told is None else told,
        )


ABSTRACT = Kind(
    "ABSTRACT_CODE_NOT_ALLOWED", "error", "business-rule", "code-rule",
    "Code '{system}#{code}' is abstract, and not allowed in this context",
)  # fmt: skip
CASE_DIFFERS = Kind(
    "CODE_CASE_DIFFERENCE", "information", "business-rule", "code-rule",
    "The code '{code}' differs from the correct code '{right}' by case. Although the code system '{system}' is case "
    "insensitive, implementers are strongly encouraged to use the correct case anyway", told=False,
)  # fmt: skip
DEPRECATED_IN_SET = Kind(
    "CONCEPT_DEPRECATED_IN_VALUESET", "warning", "business-rule", "code-comment",
    "The presence of the concept '{code}' in the system '{system}' in the value set {value_set} is marked with a "
    "status of {status} and its use should be reviewed", told=False,
)  # fmt: skip
NO_SYSTEM = Kind(
    "Coding_has_no_system__cannot_validate", "warning", "invalid", "invalid-data",
    "Coding has no system. A code with no system has no defined meaning, and it cannot be validated. A system should be "
    "provided",
)  # fmt: skip
DEPRECATED = Kind(
    "DEPRECATED_CONCEPT_FOUND", "warning", "business-rule", "code-comment",
    "The concept '{code}' is deprecated and its use should be reviewed",
)  # fmt: skip
INACTIVE = Kind(
    "INACTIVE_CONCEPT_FOUND", "warning", "business-rule", "code-comment",
    "The concept '{code}' has a status of {status} and its use should be reviewed",
)  # fmt: skip
NOT_ACTIVE = Kind(
    "STATUS_CODE_WARNING_CODE", "error", "business-rule", "code-rule",
    "The concept '{code}' is valid but is not active",
)  # fmt: skip
WRONG_DISPLAY = Kind(
    "Display_Name_for__should_be_one_of__instead_of", "error", "invalid", "invalid-display",
    "Wrong Display Name '{display}' for {system}#{code}. Valid display is {choices} (for the language(s) '{languages}')",
)  # fmt: skip
WRONG_SPACES = Kind(
    "Display_Name_WS_for__should_be_one_of__instead_of", "error", "invalid", "invalid-display",
    "Wrong whitespace in Display Name '{display}' for {system}#{code}. Valid display is {choices} (for the language(s) "
    "'{languages}')",
)  # fmt: skip
OLD_DISPLAY = Kind(
    "INACTIVE_DISPLAY_FOUND", "warning", "invalid", "display-comment",
    "'{display}' is no longer considered a correct display for code '{code}' (status = {status}). The correct display is "
    "one of {choices}.", told=False,
)  # fmt: skip
NO_DISPLAY_IN_LANGUAGE = Kind(
    "NO_VALID_DISPLAY_FOUND_NONE_FOR_LANG_ERR", "error", "invalid", "invalid-display",
    "Wrong Display Name '{display}' for {system}#{code}. There are no valid display names found for language(s) "
    "'{languages}'. Default display is '{default}'",
)  # fmt: skip
DEFAULT_DISPLAY = Kind(
    "NO_VALID_DISPLAY_FOUND_NONE_FOR_LANG_OK", "information", "invalid", "invalid-display",
    "There are no valid display names found for the code {system}#{code} for language(s) '{languages}'. The display is "
    "'{display}' which is a valid display for the default language",
)  # fmt: skip
BAD_LANGUAGE = Kind(
    "INVALID_DISPLAY_NAME", "error", "processing", "invalid-display", "Invalid displayLanguage: '{text}'"
)
REFERS_TO = {
    "deprecated": "MSG_DEPRECATED", "withdrawn": "MSG_WITHDRAWN", "retired": "MSG_RETIRED",
    "draft": "MSG_DRAFT", "experimental": "MSG_EXPERIMENTAL",
}  # fmt: skip
NOT_IN_SET = Kind(
    "None_of_the_provided_codes_are_in_the_value_set_one", "error", "code-invalid", "not-in-vs",
    "The provided code '{coding}' was not found in the value set '{value_set}'",
)  # fmt: skip
THIS_NOT_IN_SET = Kind(
    NOT_IN_SET.id, "information", "code-invalid", "this-code-not-in-vs", NOT_IN_SET.text, told=False
)
NO_VALID_CODING = Kind(
    "TX_GENERAL_CC_ERROR_MESSAGE", "error", "code-invalid", "not-in-vs",
    "No valid coding was found for the value set '{value_set}'",
)  # fmt: skip
RELATIVE_SYSTEM = Kind(
    "Terminology_TX_System_Relative", "error", "invalid", "invalid-data",
    "Coding.system must be an absolute reference, not a local reference",
)  # fmt: skip
SYSTEM_IS_SET = Kind(
    "Terminology_TX_System_ValueSet2", "error", "invalid", "invalid-data",
    "The Coding references a value set, not a code system ('{system}')",
)  # fmt: skip
SYSTEM_IS_SUPPLEMENT = Kind(
    "CODESYSTEM_CS_NO_SUPPLEMENT", "error", "invalid", "invalid-data",
    "CodeSystem {system} is a supplement, so can't be used as a value in Coding.system",
)  # fmt: skip
NO_FILTER_VALUE = Kind(
    "UNABLE_TO_HANDLE_SYSTEM_FILTER_WITH_NO_VALUE", "error", "invalid", "vs-invalid",
    "The system {system} filter with property = {property}, op = {op} has no value",
)  # fmt: skip
CANNOT_INFER = Kind(
    "UNABLE_TO_INFER_CODESYSTEM", "error", "not-found", "cannot-infer",
    "The System URI could not be determined for the code '{code}' in the ValueSet '{value_set}': none of its systems has "
    "it: [{systems}]",
)  # fmt: skip
CANNOT_INFER_ONE = Kind(
    "Unable_to_resolve_system__value_set_has_multiple_matches", "error", "not-found", "cannot-infer",
    "The System URI could not be determined for the code '{code}' in the ValueSet '{value_set}': value set expansion has "
    "multiple matches: [{systems}]",
)  # fmt: skip
UNKNOWN_SYSTEM = Kind(
    "UNKNOWN_CODESYSTEM", "error", "not-found", "not-found",
    "A definition for CodeSystem '{system}' could not be found, so the code cannot be validated",
)  # fmt: skip
UNKNOWN_VERSION = Kind(
    "UNKNOWN_CODESYSTEM_VERSION", "error", "not-found", "not-found",
    "A definition for CodeSystem '{system}' version '{version}' could not be found, so the code cannot be validated. "
    "Valid versions: {valid}",
)  # fmt: skip
UNKNOWN_SYSTEM_EXPANDED = Kind(
    "UNKNOWN_CODESYSTEM_EXP", "error", "not-found", "not-found",
    "A definition for CodeSystem '{system}' could not be found, so the value set cannot be expanded",
)  # fmt: skip
UNKNOWN_VERSION_EXPANDED = Kind(
    "UNKNOWN_CODESYSTEM_VERSION_EXP", "error", "not-found", "not-found",
    "A definition for CodeSystem '{system}' version '{version}' could not be found, so the value set cannot be expanded. "
    "Valid versions: {valid}",
)  # fmt: skip
UNKNOWN_CODE = Kind(
    "Unknown_Code_in_Version", "error", "code-invalid", "invalid-code",
    "Unknown code '{code}' in the CodeSystem '{system}' version '{version}'",
)  # fmt: skip
UNKNOWN_CODE_UNVERSIONED = Kind(
    "Unknown_Code_in",
    "error",
    "code-invalid",
    "invalid-code",
    "Unknown code '{code}' in the CodeSystem '{system}'",
)
UNKNOWN_IN_FRAGMENT = Kind(
    "UNKNOWN_CODE_IN_FRAGMENT", "warning", "code-invalid", "invalid-code",
    "Unknown Code '{code}' in the CodeSystem '{system}' version '{version}' - note that the code system is labeled as a "
    "fragment, so the code may be valid in some other fragment", told=False,
)  # fmt: skip
UNKNOWN_SET = Kind(
    "Unable_to_resolve_value_Set_", "error", "not-found", "not-found",
    "A definition for the value Set '{value_set}' could not be found",
)  # fmt: skip
UNKNOWN_IMPORT = Kind(
    "VS_EXP_IMPORT_UNK", "error", "not-found", "not-found",
    "Unable to import value set {value_set}: it could not be found",
)  # fmt: skip
UNKNOWN_PINNED_IMPORT = Kind(
    "VS_EXP_IMPORT_UNK_PINNED", "error", "not-found", "not-found",
    "Unable to import value set {value_set} version {version}: it could not be found",
)  # fmt: skip
CANNOT_CHECK = Kind(
    "UNABLE_TO_CHECK_IF_THE_PROVIDED_CODES_ARE_IN_THE_VALUE_SET_CS", "warning", "not-found", "vs-invalid",
    "Unable to check whether the code is in the value set '{value_set}' because the code system {system} was not found",
)  # fmt: skip
CIRCULAR = Kind(
    "VALUESET_CIRCULAR_REFERENCE", "error", "processing", "vs-invalid",
    "Found a circularity: the value set {value_set} includes itself, by way of {chain}",
)  # fmt: skip
NO_SUPPLEMENT = Kind(
    "VALUESET_SUPPLEMENT_MISSING", "error", "not-found", "not-found",
    "Required supplement not found: {supplements}",
)  # fmt: skip
OTHER_VERSION = Kind(
    "VALUESET_VALUE_MISMATCH", "error", "invalid", "vs-invalid",
    "The code system '{system}' version '{version}' in the ValueSet include is different to the one in the value "
    "('{given}')",
)  # fmt: skip
OTHER_VERSION_BY_RULE = Kind(
    "VALUESET_VALUE_MISMATCH_CHANGED", "error", "invalid", "vs-invalid",
    "The code system '{system}' version '{version}' resulting from the version '{included}' in the ValueSet include is "
    "different to the one in the value ('{given}')",
)  # fmt: skip
OTHER_VERSION_BY_DEFAULT = Kind(
    "VALUESET_VALUE_MISMATCH_DEFAULT", "warning", "invalid", "vs-invalid",
    "The code system '{system}' version '{version}' for the versionless include in the ValueSet include is different to "
    "the one in the value ('{given}')", told=False,
)  # fmt: skip
VERSION_NOT_ALLOWED = Kind(
    "VALUESET_VERSION_CHECK", "error", "exception", "version-error",
    "The version '{version}' is not allowed for system '{system}': required to be '{wanted}' by a version-check parameter",
)  # fmt: skip
TOO_COSTLY = Kind(
    "VALUESET_TOO_COSTLY", "error", "too-costly", "too-costly",
    "The value set '{value_set}' expansion has too many codes to display (>{most})",
)  # fmt: skip
NOT_LISTABLE = Kind(
    "VALUESET_UNABLE_EXPAND", "error", "too-costly", "too-costly",
    "The code system '{system}' has a grammar, and cannot be enumerated directly",
)  # fmt: skip


def refers_to(status: str, what: str, canonical: str) -> Finding:
    """That something of doubtful standing was used on the way: information, not a fault."""
    return Finding(
        REFERS_TO[status], "information", "business-rule", "status-check",
        f"Reference to {status} {what} {canonical}", told=False,
    )  # fmt: skip


def choices(words: Sequence[tuple[str, str]]) -> str:
    """`'Display 1' (en)`, or `one of 2 choices: 'Display 1' (en) or 'Anzeige 1' (de)`."""
    listed = [f"'{text}' ({language})" if language else f"'{text}'" for text, language in words]
    if len(listed) < 2:
        return "".join(listed)
    return f"one of {len(listed)} choices: {', '.join(listed[:-1])} or {listed[-1]}"


def alternatives(words: Sequence[str]) -> str:
    """`1.0.0, 1.1.0 or 1.2.0`."""
    return " or ".join(filter(None, (", ".join(words[:-1]), words[-1]))) if words else ""
