"""bliss-audio and essentia's MusicExtractor, each with its own decoding."""

from timed import run


def bliss(file: str) -> object:
    import bliss_audio

    return bliss_audio.Song(file)


def essentia(file: str) -> object:
    import essentia
    import essentia.standard

    essentia.log.infoActive = essentia.log.warningActive = False
    return essentia.standard.MusicExtractor()(file)


if __name__ == "__main__":
    run({"bliss": bliss, "essentia": essentia})
