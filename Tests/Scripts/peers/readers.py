"""Megabytes per CPU second of the CSV readers of pandas and pyarrow.

    python readers.py FILE

Prints one line: {"figures": {"pandas": {"rate": ...}, ...}, "skipped": []}.
"""

import importlib
import json
import os
import sys
import time


def best_cpu_seconds(work, repeats=1):
    times = []
    for _ in range(repeats):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


figures, skipped = {}, []
for name, module in [("pandas", "pandas"), ("pyarrow", "pyarrow.csv")]:
    try:
        read = importlib.import_module(module).read_csv
    except ImportError:
        skipped.append(f"{name} is not installed")
        continue
    seconds = best_cpu_seconds(lambda: read(sys.argv[1]))
    figures[name] = {"rate": os.path.getsize(sys.argv[1]) / 1e6 / seconds}
print(json.dumps({"figures": figures, "skipped": skipped}))
