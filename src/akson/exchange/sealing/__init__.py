"""Seals of the post: whose a document is, that it is whole, and that nobody between reads it.

    certificates.py   an organisation's certificate, read: whose, for what, until when
    trust.py          whether one is believed: roots, validity, revocation
    expiry.py         which of ours run out, and how near it is
    keyring.py        our own keys and certificates on disk, 0600
    making.py         a test root and enterprise certificates, for tests, lab and demo
    cms.py            EnvelopedData, and SignedData inside it
    xml_signature.py  the signature of an ebXML envelope, in the one form that HIS 1037 allows
    refusals.py       what is said when a seal does not hold, and its code in 8221

No cryptography of our own: `cryptography` does the mathematics, `asn1crypto` and `signxml` the formats (ADR 0121, 0122).
"""
