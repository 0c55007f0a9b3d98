"""One file per musical question, each fed blocks of samples; :mod:`library.analysis.measure` asks them all in one pass.

Conventions: blocks are float32 (channels, n) with full scale ±1; times in seconds; frames as each file states.
A measure that cannot answer gives ``None`` and the reason in its result's ``unknown``.
"""
