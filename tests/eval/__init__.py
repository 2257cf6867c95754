"""Scripted dialogues for the real model, driven from outside, judged by rules, kept as dated recordings.

What can be judged here: which tools were called, which facts were shown, which buttons stood there, and the faults of
`tests.persona`. What cannot: wit, and whether the choice was a good one. Rules cannot prove wit; the recordings are
kept so that a person can read them.
"""
