"""The two pieces that a strict clinic must not be given: one has a sudden blow, the other a voice."""

from soundscape.demo.score import Part, Piece

FLAWED: tuple[Piece, ...] = (
    Piece(
        title="Distant Doorway",
        artist="Northlight Consort",
        tonic="C",
        mode="aeolian",
        chords="1 6:7 4 1 3 7:s4 1",
        tempo_bpm=60,
        length_s=190,
        intensity=0.24,
        level_dbfs=-28,
        format="wav",
        parts=(
            Part(pattern="pad", instrument="warm", centre=55, brightness=0.3),
            Part(pattern="pulse", instrument="marimba", gain_db=-1, centre=63),
            Part(pattern="bass", instrument="drone", gain_db=-5, centre=36, brightness=0.5),
            Part(pattern="hit", instrument="crash", gain_db=20, centre=48, reverb=0.3),
        ),
    ),
    Piece(
        title="Evening Vowels",
        artist="Velvet Estuary",
        tonic="G",
        mode="aeolian",
        chords="1 4:9 6 1 3 7 4 1",
        tempo_bpm=56,
        length_s=230,
        intensity=0.27,
        level_dbfs=-21,
        parts=(
            Part(pattern="pad", instrument="warm", centre=55, brightness=0.25),
            Part(pattern="arpeggio", instrument="harp", gain_db=-7, centre=62, per_beat=1),
            Part(pattern="sing", instrument="voice", gain_db=9, centre=63, reverb=0.1),
        ),
    ),
)
