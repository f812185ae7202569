"""Patterns of snooping: which looks into records are worth a question.

    find(looks, surroundings, crowd_limit…) -> [Case("neighbour", "omar", ("astrid",), 7.5, ("Pasienten bor …", …), …)]

Pure: rows in, cases out. One module per pattern; `circumstances` weighs what speaks for or against; `finding` adds up. Who
lives where and who is related to whom arrives as keyed hashes and ids, gathered by the record. A case is a question for
the privacy officer, never a verdict (ADR 0101).
"""

from akson.audit.patterns.finding import find
from akson.audit.patterns.rows import Case, Look, Opening, Resident, Staff, Surroundings

__all__ = ["Case", "Look", "Opening", "Resident", "Staff", "Surroundings", "find"]
