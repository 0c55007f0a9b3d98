"""The commands, a module each: it parses its options, calls one thing and shows the answer.

Exit status: 0 all good; 1 failed; 2 wrong usage; 3 some inputs failed, the rest is done. With ``--json`` stdout carries
one object a line and nothing else; messages go to stderr.
"""

FAILED, WRONG_USAGE, SOME_FAILED = 1, 2, 3
COMMAND_LINE = "command line"
"""Who did it, in the audit trail: whoever may use the machine; it knows no more."""
