"""Lists read from Spotify and handed on to it: names and numbers only, never sound.

Spotify's terms allow no playing in a business (docs/lists.md). What is here asks one address, keeps one connection,
reads one list and writes one list; pages, jobs and matching stand above it.
"""
