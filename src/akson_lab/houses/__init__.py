"""The record systems that the lab plays: each with patients, work and an agenda of its own. Pure: they are told the time,
what came and which receipts, and say what goes out. Who carries it is `counterpart.py`.
"""
