"""`INNLEGGELSESRAPPORT`: the municipality tells the hospital what it knows of somebody who was admitted.

Source: HIS 1143. Answers LOG_INNLAGT within 24 hours; may be sent without having got one.
"""

from akson.exchange.messages.admission_report.message import MESSAGE

__all__ = ["MESSAGE"]
