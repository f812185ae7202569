"""`SVAR_…`: results of tests, pictures and tissue, 1.2 to 1.4, received, shown as DiagnosticReport and Observation.

Source: HIS 80822 (svarrapportering av medisinske tjenester) and its schemas. Root `Message` (envelope/letters.py).
"""

from akson.exchange.messages.test_result.message import MESSAGES

__all__ = ["MESSAGES"]
