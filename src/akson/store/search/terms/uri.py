"""Uri terms: equal, `:below` (starts with), `:above` (is started by). Spec: https://hl7.org/fhir/R4/search.html#uri."""

from akson.fhir.search.query import Term, UriValue
from akson.store.search.scope import Scope, disjunction, unsupported


def condition(term: Term, scope: Scope) -> str:
    uris = [value.uri for value in term.values if isinstance(value, UriValue)]
    match term.modifier:
        case None:
            marks = [scope.token(term.param, "is", "u" + uri) for uri in uris]
            return f"{scope.column('tokens')} && {scope.arguments.add(marks, 'bigint[]')}"
        case "below":
            return disjunction([_some(term.param, uri, "starts_with(s.v, {})", scope) for uri in uris])
        case "above":
            return disjunction([_some(term.param, uri, "starts_with({}, s.v)", scope) for uri in uris])
    raise unsupported(f"The modifier :{term.modifier} of uris is not offered.")


def _some(param: str, uri: str, test: str, scope: Scope) -> str:
    key = scope.arguments.add(scope.keys.param(scope.tenant, scope.type, param), "bigint")
    values = f"unnest({scope.column('str_key')}, {scope.column('str_val')}) s(k, v)"
    return (
        f"exists (select from {values} where s.k = {key} and {test.format(scope.arguments.add(uri, 'text'))})"
    )
