"""The judgement. Pure: facts -> Decision(permit, restriction, obligations, reasons). No I/O, no clock."""
