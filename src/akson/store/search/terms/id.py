"""`_id`: by primary key, so the bucket is worked out or looked up. Spec: https://hl7.org/fhir/R4/search.html#id."""

from akson.fhir.search.query import Term, TokenValue
from akson.store.buckets import bucket_of, keeps_place
from akson.store.search.scope import Scope, unsupported


def condition(term: Term, scope: Scope) -> str:
    if term.modifier is not None:
        raise unsupported(f"The modifier :{term.modifier} of _id is not offered.")
    ids = [value.code or "" for value in term.values if isinstance(value, TokenValue)]
    wanted = scope.arguments.add(ids, "text[]")
    buckets = scope.arguments.add([bucket_of(id) for id in ids], "smallint[]")
    place = f"({scope.column('bucket')}, {scope.column('id')})"
    if all(keeps_place(scope.type, id) for id in ids):
        return f"{place} in (select k.bucket, k.id from unnest({buckets}, {wanted}) k(bucket, id))"
    tenant = scope.arguments.add(scope.tenant, "int")
    type = scope.arguments.add(scope.type, "text")
    return (
        f"{place} in (select coalesce(m.target, k.bucket), k.id from unnest({buckets}, {wanted}) k(bucket, id) "
        f"left join record.idmap m on m.tenant = {tenant} and m.bucket = k.bucket and m.type = {type} and m.id = k.id)"
    )
