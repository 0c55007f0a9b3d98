"""The demo library: calm instrumental pieces that Soundscape synthesises itself, with their truth beside them.

For a first run without music of one's own, and for tests that need files whose key, tempo, voice and startle are known.
``score`` says what a piece is, ``pieces`` are the scores, ``harmony`` and ``patterns`` turn them into notes,
``washes``, ``struck``, ``lines`` and ``voice`` into tones, ``space`` is the room, ``render`` mixes, ``files`` encodes,
``make`` does it all in several processes. NumPy and SciPy only; the same samples on every run.
"""

from soundscape.demo.make import DEMO_VERSION, MANIFEST, make_demo

__all__ = ["DEMO_VERSION", "MANIFEST", "make_demo"]
