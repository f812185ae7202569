"""Uri terms: equal, `:below` (it, or further along its path), `:above` (it, or part of the way), `:contains`. Spec: https://hl7.org/fhir/R4/search.html#uri."""

from akson.fhir.search.query import Term, UriValue
from akson.store.search.scope import Scope, disjunction, unsupported


def condition(term: Term, scope: Scope) -> str:
    uris = [value.uri for value in term.values if isinstance(value, UriValue) and "\0" not in value.uri]
    match term.modifier:
        case None:
            marks = [scope.token(term.param, "is", "u" + uri) for uri in uris]
            return f"{scope.column('tokens')} && {scope.arguments.add(marks, 'bigint[]')}"
        case "below":
            return disjunction([_some(term.param, uri, _further("s.v", "{0}"), scope) for uri in uris])
        case "above":
            return disjunction([_some(term.param, uri, _further("{0}", "s.v"), scope) for uri in uris])
        case "contains":
            test = "position(lower({0}) in lower(s.v)) > 0"
            return disjunction([_some(term.param, uri, test, scope) for uri in uris])
    raise unsupported(f"The modifier :{term.modifier} of uris is not offered.")


def _further(longer: str, shorter: str) -> str:
    """A segment ends at `/`, in an OID at `.`, in a name at `:`, behind a version bar at `|`."""
    rest = f"substr({longer}, length({shorter}) + 1, 1)"
    ended = f"{rest} in ('', '/', '.', ':', '|', '#', '?') or right({shorter}, 1) in ('/', ':')"
    return f"starts_with({longer}, {shorter}) and ({ended})"


def _some(param: str, uri: str, test: str, scope: Scope) -> str:
    key = scope.arguments.add(scope.keys.param(scope.tenant, scope.type, param), "bigint")
    mark = scope.arguments.add([scope.token(param, "present")], "bigint[]")
    values = f"unnest({scope.column('str_key')}, {scope.column('str_val')}) s(k, v)"
    found = test.format(scope.arguments.add(uri, "text"))
    return f"({scope.column('tokens')} @> {mark} and exists (select from {values} where s.k = {key} and {found}))"
