"""`EPJ-EKSTRAKT`: components of a record, sent on: here medication, critical information and notes.

Source: transfer of medication (2009-02-20), EPJ-ekstrakt 2008-02-20. The content is several documents.
"""

from akson.exchange.messages.record_extract.message import MESSAGE

__all__ = ["MESSAGE"]
