"""What `import sidelight` and `sidelight --help` cost beside bare Python.

Goals: the import at most 150 ms more than `python -c pass`, the help at most 300 ms.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

RUNS = 15


def main() -> None:
    """Time whole processes in turn and print the medians."""
    command = str(Path(sys.executable).with_name("sidelight"))
    arms = {
        "bare Python": [sys.executable, "-c", "pass"],
        "import sidelight": [sys.executable, "-c", "import sidelight"],
        "sidelight --help": [command, "--help"],
    }
    seconds: dict[str, list[float]] = {name: [] for name in arms}
    for _ in range(RUNS):
        for name, words in arms.items():
            start = time.perf_counter()
            subprocess.run(words, check=True, capture_output=True)
            seconds[name].append(time.perf_counter() - start)
    medians = {name: 1000 * statistics.median(times) for name, times in seconds.items()}
    bare = medians["bare Python"]
    for name, value in medians.items():
        print(f"{name:<18} {value:6.0f} ms   {value - bare:+6.0f} ms")
    print("goals: import at most +150 ms, help at most 300 ms")


if __name__ == "__main__":
    main()
