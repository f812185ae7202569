"""`LOG_INNLAGT`: the hospital tells that a citizen with municipal services has been admitted.

Source: HIS 1149:2014. Goes to the nursing service, so that it can pause what it does at home and tell the hospital what
the citizen needs (the admission report, within 24 hours).
"""

from akson.exchange.messages.admission.format import STRUCTURE
from akson.exchange.messages.admission.message import MESSAGE, Admission

__all__ = ["MESSAGE", "STRUCTURE", "Admission"]
