"""How good is the fit? The parts of ``benchmarks/playlist_fit.py``."""
