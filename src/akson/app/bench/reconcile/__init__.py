"""The open benchmark of reconciliation: cases with truth, baselines, judging (ADR 0171)."""
