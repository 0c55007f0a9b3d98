"""How right is every measure? Prints each figure with its count, its interval and its target.

``python benchmarks/analysis_accuracy.py [QUESTION ...]`` with questions of ``accuracy/``; all of them without. Where
the audio is looked for: ``accuracy/sources.py``, ``accuracy/score_sources.py`` and ``voices_to_judge.py``.
"""

import argparse
import importlib
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # runs from a checkout, installed or not

from benchmarks.accuracy.figure import HEADER

QUESTIONS = ("voices", "tempo", "loudness", "energy", "startle", "tonality", "edges")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("questions", nargs="*", metavar="QUESTION", help=", ".join(QUESTIONS))
    for question in parser.parse_args().questions or QUESTIONS:
        if question not in QUESTIONS:
            parser.error(f"{question}: no such question. Ask one of {', '.join(QUESTIONS)}.")
        print(f"\n## {question}\n\n{HEADER}", flush=True)
        for figure in importlib.import_module(f"benchmarks.accuracy.{question}").figures():
            print(figure.line(), flush=True)


if __name__ == "__main__":
    main()
