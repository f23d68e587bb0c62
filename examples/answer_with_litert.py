"""Answer one row with a LiteRT export, on a machine that has no Sidelight.

    sidelight export runs/mine --to litert -o mine       # where it was trained
    python answer_with_litert.py mine picture.jpg depth=12.5 sensor=a lat=47.1 lon=8.5

Takes NumPy, Pillow and LiteRT (`pip install ai-edge-litert`, or TensorFlow).
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
from PIL import Image

try:
    from ai_edge_litert.interpreter import Interpreter
except ImportError:
    import tensorflow as tf

    Interpreter = tf.lite.Interpreter

WORDS = {"true": True, "false": False, "": None}


def main() -> None:
    """Print what the model says of a picture and a row's cells."""
    parser = argparse.ArgumentParser(description="Answer one row with a LiteRT export.")
    parser.add_argument("folder", help="what `sidelight export --to litert` wrote")
    parser.add_argument("picture", help="a picture file")
    parser.add_argument("cells", nargs="*", metavar="NAME=VALUE")
    given = parser.parse_args()
    answer(given.folder, given.picture, given.cells)


def answer(folder: str, picture: str, cells: list[str]) -> None:
    """Print the answer to a picture and cells, typed NAME=VALUE."""
    sys.path.insert(0, folder)
    from reader import Reader  # noqa: PLC0415 - it lies beside the model

    reader = Reader(Path(folder) / "columns.json")
    typed = (cell.partition("=")[::2] for cell in cells)
    row = {name: WORDS.get(text.lower(), text) for name, text in typed}
    unknown = set(row) - set(reader.names)
    if unknown:
        sys.exit(f"no such column: {', '.join(unknown)}; known: {reader.names}")
    runner = Interpreter(str(Path(folder) / "model.tflite")).get_signature_runner()
    fed = {name: [values] for name, values in reader.inputs(row).items()}
    image = reader.about["image"]
    if image:
        with Image.open(picture) as file:
            size = (image["width"], image["height"])
            # The run's own rule averages whole blocks first; this is close to it.
            pixels = file.convert("RGB").resize(size, Image.Resampling.BILINEAR)
        fed["image"] = [np.asarray(pixels)]
    types = runner.get_input_details()
    given = {name: np.asarray(fed[name]).astype(types[name]["dtype"]) for name in types}
    print(reader.answer(runner(**given)["answer"][0].tolist()))


if __name__ == "__main__":
    main()
