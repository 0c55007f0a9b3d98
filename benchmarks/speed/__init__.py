"""How fast: one contestant a process, ``ours.py`` in this project's environment, ``peers.py`` in its own. How large."""
