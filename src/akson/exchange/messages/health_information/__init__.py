"""`HELSEOPPL_SOKNAD`: the hospital tells what the municipality must know to plan; the first one is the early warning.

Source: HIS 1144:2014. Goes to the case officers. A later one (M) replaces what was said before.
"""

from akson.exchange.messages.health_information.message import MESSAGE

__all__ = ["MESSAGE"]
