"""The trace: access events, Merkle log, proofs. Append only; no data leaves before its event is durable."""
