"""Writes golden.json: reference values for the Evaluation tests.

    python3 -m venv v && v/bin/pip install numpy scipy scikit-learn statsmodels matplotlib
    v/bin/pip install --no-deps TSB-AD==1.5
    v/bin/python golden.py

VUS and the period come from the TSB-AD package itself, AUROC and average precision from
scikit-learn, best F1 and point-adjusted F1 from plain loops over every threshold.
All series, scores and labels are exact in 32-bit floats.
"""

import json
import math
import pathlib
import sys
import types

import numpy as np
from sklearn import metrics

# The period function imports a plot it never draws.
if "statsmodels.graphics.tsaplots" not in sys.modules:
    stand_in = types.ModuleType("statsmodels.graphics.tsaplots")
    stand_in.plot_acf = None
    sys.modules["statsmodels.graphics.tsaplots"] = stand_in

from TSB_AD.evaluation.basic_metrics import generate_curve  # noqa: E402
from TSB_AD.utils.slidingWindows import find_length_rank  # noqa: E402

rng = np.random.default_rng(20240607)


def segments_to_labels(rows, segments):
    labels = np.zeros(rows, dtype=int)
    for first, last in segments:
        labels[first : last + 1] = 1
    return labels


def scores_for(labels, skill, digits):
    """Smoothed noise plus `skill` on anomalous rows; few digits make ties."""
    noise = np.convolve(rng.normal(size=len(labels) + 4), np.ones(5) / 5, "valid")
    return np.round(noise + skill * labels, digits).astype(np.float32)


def f1(labels, flags):
    hits = int(np.sum(labels & flags))
    return 2 * hits / (np.sum(labels) + np.sum(flags))


def best_f1(labels, scores):
    return max(f1(labels, (scores >= t).astype(int)) for t in np.unique(scores))


def adjusted(labels, flags):
    flags = flags.copy()
    row = 0
    while row < len(labels):
        end = row
        while end < len(labels) and labels[end]:
            end += 1
        if end > row and flags[row:end].any():
            flags[row:end] = 1
        row = max(end, row + 1)
    return flags


def point_adjusted_f1(labels, scores):
    return max(f1(labels, adjusted(labels, (scores >= t).astype(int))) for t in np.unique(scores))


def f1_at_true_rate(labels, scores):
    """Mean over the ways to break ties when as many rows are flagged as are anomalous."""
    count = int(labels.sum())
    cut = np.sort(scores)[::-1][count - 1]
    above, tied = scores > cut, scores == cut
    share = (count - above.sum()) / tied.sum()
    return (labels[above].sum() + share * labels[tied].sum()) / count


def case(name, rows, segments, window, skill=0.6, digits=2, scores=None):
    labels = segments_to_labels(rows, segments)
    scores = scores_for(labels, skill, digits) if scores is None else scores.astype(np.float32)
    wide = scores.astype(float)
    *_, vus_roc, vus_pr = generate_curve(labels, wide, window, "opt", 250)
    return {
        "name": name,
        "scores": [float(s) for s in scores],
        "labels": [int(x) for x in labels],
        "window": window,
        "vusRoc": float(vus_roc),
        "vusPr": float(vus_pr),
        "auroc": float(metrics.roc_auc_score(labels, wide)),
        "auprc": float(metrics.average_precision_score(labels, wide)),
        "bestF1": float(best_f1(labels, scores)),
        "f1AtTrueRate": float(f1_at_true_rate(labels, scores)),
        "pointAdjustedF1": float(point_adjusted_f1(labels, scores)),
    }


cases = [
    case("one segment, no window", 300, [(100, 120)], 0),
    case("one segment, window 1", 300, [(100, 120)], 1),
    case("one segment, even window", 400, [(100, 120)], 10),
    case("one segment, odd window", 400, [(100, 120)], 11),
    case("touching first and last row", 500, [(0, 9), (200, 230), (490, 499)], 25),
    case("segments that merge as the window grows", 600, [(100, 104), (110, 111), (130, 140), (300, 301)], 40),
    case("alternating rows", 260, [(i, i) for i in range(100, 130, 2)], 12),
    case("fewer rows than thresholds", 60, [(20, 25), (40, 40)], 8),
    case("window wider than the series", 50, [(10, 12)], 125),
    case("many ties", 700, [(50, 80), (400, 430)], 30, digits=0),
    case("all scores equal", 280, [(50, 60)], 6, scores=np.full(280, 0.25)),
    case("perfect scores", 320, [(60, 70), (200, 204)], 9, scores=segments_to_labels(320, [(60, 70), (200, 204)])),
    case("reversed scores", 320, [(60, 70), (200, 204)], 9, scores=-segments_to_labels(320, [(60, 70), (200, 204)])),
    case("the usual window", 1200, [(300, 340), (700, 702), (1000, 1099)], 125, digits=4),
    case("few normal rows", 200, [(0, 79), (84, 150), (155, 199)], 16),
]


def periodic(name, series):
    series = np.asarray(series, dtype=np.float32)
    with np.errstate(all="ignore"):
        period = int(find_length_rank(series.astype(float).reshape(-1, 1), rank=1))
    return {"name": name, "series": [float(x) for x in series], "period": period}


t = np.arange(1500)
noise = np.round(rng.normal(size=1500), 2)
periods = [
    periodic("sine of period 24", np.round(np.sin(2 * math.pi * t[:600] / 24), 3)),
    periodic("noisy sine of period 60", np.round(np.sin(2 * math.pi * t / 60) + 0.5 * noise, 3)),
    periodic("two sines", np.round(np.sin(2 * math.pi * t / 50) + 0.8 * np.sin(2 * math.pi * t / 7), 3)),
    periodic("period beyond 300 falls back", np.round(np.sin(2 * math.pi * t / 340), 3)),
    periodic("trend without peak falls back", np.linspace(0, 1, 450)),
    periodic("constant falls back", np.full(300, 2.0)),
    periodic("period too short falls back or moves on", np.tile([0, 1, 0, -1], 100)),
    periodic("period 5", np.tile([0, 3, 1, -1, -3], 100)),
    periodic("white noise", noise[:700]),
    periodic("shorter than the lags", np.round(np.sin(2 * math.pi * t[:90] / 20) + 0.1 * noise[:90], 3)),
    periodic("five rows", [0, 1, 0, 1, 0.5]),
]

path = pathlib.Path(__file__).with_name("golden.json")
path.write_text(json.dumps({"cases": cases, "periods": periods}, separators=(",", ":")) + "\n")
for entry in cases:
    print(entry["name"], entry["vusPr"], entry["vusRoc"])
for entry in periods:
    print(entry["name"], entry["period"])
