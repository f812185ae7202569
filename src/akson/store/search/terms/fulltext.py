"""`_text` (the narrative) and `_content` (all text): words, joined by and unless `or`, `-` or quotes say otherwise.

Spec: https://hl7.org/fhir/R4/search.html#content. Nothing is indexed for it: the words are read out of the bodies of the
rows that the other terms leave, so ask within a patient or beside a code where there are many.
"""

from akson.fhir.search.query import StringValue, Term
from akson.fhir.search.values.string import fold
from akson.store.search.bodies import json
from akson.store.search.scope import Scope, disjunction

_LETTERS = str.maketrans({"{": "æ", "|": "ø", "}": "å"})
_NO_LETTERS = str.maketrans({"{": " ", "|": " ", "}": " "})
TEXT_MAX = 100_000
# What the server writes itself is not content: ids, versions, times.
_OWN = "'{meta,id,resourceType,text}'::text[]"


def condition(term: Term, scope: Scope) -> str:
    texts = [value.text for value in term.values if isinstance(value, StringValue)]
    return disjunction([_one(term.param, text, scope) for text in texts])


def _one(param: str, text: str, scope: Scope) -> str:
    wanted = fold(text.translate(_NO_LETTERS)).translate(_LETTERS)
    asked = f"websearch_to_tsquery('simple', {scope.arguments.add(wanted, 'text')})"
    body = json(scope)
    # A tag of the narrative is a word to nobody.
    narrative = f"regexp_replace({body} #>> '{{text,div}}', '<[^>]*>', ' ', 'g')"
    if param == "_text":
        return f"(record.words({narrative}) @@ {asked}) is true"
    every = f"jsonb_path_query({body} - {_OWN}, '$.** ? (@.type() == \"string\")')"
    # Longer than a text has any reason to be is data: an attachment in base64.
    strings = f"(select string_agg(s #>> '{{}}', ' ') from {every} s where length(s #>> '{{}}') < {TEXT_MAX})"
    return f"(record.words(concat_ws(' ', {narrative}, {strings})) @@ {asked}) is true"
