"""The profession: pure rules over the record. Facts in, values out. No I/O, no clock, no screens."""
