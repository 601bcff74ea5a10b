"""Rows per second of scikit-learn's detectors on the files that Stillwater scores.

    python detectors.py BASELINE TEST

For each detector "score" counts its score call alone, "all" has the reading of TEST in it as well.
Prints one line: {"figures": {"brute kNN": {"score": ..., "all": ...}, ...}, "skipped": []}.
"""

import json
import sys
import time

try:
    import pandas
    from sklearn.ensemble import IsolationForest
    from sklearn.neighbors import LocalOutlierFactor, NearestNeighbors
except ImportError as missing:
    print(json.dumps({"figures": {}, "skipped": [f"scikit-learn's detectors: {missing}"]}))
    sys.exit(0)


def best_seconds(work, repeats=2):
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def read(path):
    return pandas.read_csv(path).to_numpy()


def scorers(baseline):
    """The score call of each detector, fitted, with two jobs."""
    forest = IsolationForest(n_jobs=2, random_state=0).fit(baseline)
    yield "isolation forest", forest.score_samples
    brute = NearestNeighbors(n_neighbors=5, algorithm="brute", n_jobs=2).fit(baseline)
    yield "brute kNN", brute.kneighbors
    factor = LocalOutlierFactor(novelty=True, n_jobs=2).fit(baseline)
    yield "local outlier factor", factor.score_samples


baseline, test = read(sys.argv[1]), read(sys.argv[2])
reading = best_seconds(lambda: read(sys.argv[2]))
figures = {}
for name, score in scorers(baseline):
    scoring = best_seconds(lambda: score(test))
    figures[name] = {"score": len(test) / scoring, "all": len(test) / (scoring + reading)}
print(json.dumps({"figures": figures, "skipped": []}))
