"""The ebXML 2.0 envelope of Norwegian care messages: HIS 1037:2011 with errata, HITS 1171, 1172, 1209 and 1210.

    names.py     namespaces and fixed words; Service, Action and Role of a message type
    values.py    Head and the three envelopes: Business, Acknowledgment, Errors
    writing.py   values -> XML, unsigned
    reading.py   signed XML -> values, forgiving
    mime.py      multipart/related and single mails <-> parts
    rules.py     the rules of HITS 1172 that matter, each with its outcome
    opening.py   a mail's bytes -> Opened: what it is, what is inside, what is answered
    closing.py   a document or an answer -> sealed mail
    payload.py   the encrypted MIME part, and what monitoring asks of it

Nothing here does I/O, and nothing looks anything up: who the partner is, is told.
"""
