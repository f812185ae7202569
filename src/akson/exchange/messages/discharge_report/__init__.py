"""`UTSKRIVNINGSRAPPORT`: nurses and others of the hospital tell those who take over on the day of discharge.

Source: HIS 1148. Goes to the nursing service.
"""

from akson.exchange.messages.discharge_report.message import MESSAGE

__all__ = ["MESSAGE"]
