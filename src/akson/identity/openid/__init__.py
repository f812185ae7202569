"""Login by others: an OpenID Connect client in the profiles of HelseID (staff) and ID-porten (citizens).

    Issuer ──discovery──> Metadata
    begin(goal)           PAR, PKCE, state, nonce, client assertion, DPoP     -> address to send the browser to, Pending
    finish(query, Pending) code -> tokens -> every check                      -> Person

What a Person may do here is not known in this package: `akson.app.reception` finds her in the record.
"""
