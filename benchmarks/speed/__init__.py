"""One contestant a process: ``ours.py`` runs in this project's environment, ``peers.py`` in one of its own."""
