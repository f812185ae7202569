"""Norsk helsenett in a box: HelseID's token endpoint, the EDI 2.0 message server and the address register, on loopback.

Written from the public descriptions, and sharing no code with Akson's clients: what both misread in the same way would else
never be found.
"""
