"""Soundscape: the command line and the service that put :mod:`library` and :mod:`playlists` to use."""
