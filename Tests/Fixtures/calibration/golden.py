"""Writes golden.json: reference values for the Calibration tests.

    python3 -m venv v && v/bin/pip install numpy scipy && v/bin/python golden.py

Beta quantiles, Clopper-Pearson intervals, Benjamini-Hochberg and the generalised Pareto
distribution come from scipy; its maximum likelihood is found by an independent search over
scipy's log-density, and the probability-weighted moments by their textbook sums.
"""

import json
import pathlib

import numpy as np
from scipy import optimize, special, stats

rng = np.random.default_rng(7)


def beta_entry(a, b, p):
    return {"a": a, "b": b, "p": p, "x": float(stats.beta.ppf(p, a, b))}


def incomplete_entry(a, b, x):
    return {"a": a, "b": b, "x": x, "p": float(special.betainc(a, b, x))}


def clopper_entry(hits, count):
    interval = stats.binomtest(hits, count).proportion_ci(0.95, method="exact")
    return {"hits": hits, "count": count, "low": float(interval.low), "high": float(interval.high)}


def maximum_likelihood(x):
    """Nelder-Mead from several starts, polished until nothing moves; shapes from -0.5."""

    def loss(parameters):
        shape, log_scale = parameters
        value = -stats.genpareto.logpdf(x, shape, scale=np.exp(log_scale)).sum()
        return value if np.isfinite(value) and shape >= -0.5 else 1e300

    best = None
    for shape in (-0.4, -0.1, 0.1, 0.5, 1.0):
        start = (shape, np.log(x.mean()) if shape >= 0 else np.log(-shape * x.max() * 1.1))
        for _ in range(6):
            found = optimize.minimize(
                loss, start, method="Nelder-Mead",
                options={"xatol": 1e-11, "fatol": 1e-12, "maxiter": 20000, "maxfev": 20000})
            start = found.x
        if best is None or found.fun < best.fun:
            best = found
    edge = optimize.minimize_scalar(
        lambda log_scale: loss((-0.5, log_scale)), method="bounded", options={"xatol": 1e-13},
        bounds=(np.log(x.max() / 2) + 1e-12, np.log(x.max() * 100)))
    if edge.fun < best.fun:
        return -0.5, float(np.exp(edge.x))
    return float(best.x[0]), float(np.exp(best.x[1]))


def weighted_moments(x):
    """Hosking and Wallis 1987 with unbiased estimates; shape > 0 means a heavy tail."""
    x = np.sort(x)
    count = len(x)
    first = x.mean()
    second = sum((count - i) / (count - 1) * x[i - 1] for i in range(1, count + 1)) / count
    shape = 2 - first / (first - 2 * second)
    scale = 2 * first * second / (first - 2 * second)
    return float(shape), float(scale)


def pareto_entry(shape, scale, count):
    x = stats.genpareto.rvs(shape, scale=scale, size=count, random_state=rng).astype(np.float32)
    x = x.astype(float)
    fitted = maximum_likelihood(x)
    moments = weighted_moments(x)
    probes = [0.5, 0.1, 0.01, 1e-4]
    return {
        "excesses": [float(v) for v in x],
        "likelihood": {"shape": fitted[0], "scale": fitted[1]},
        "moments": {"shape": moments[0], "scale": moments[1]},
        "survival": probes,
        "likelihoodQuantiles": [float(stats.genpareto.isf(p, fitted[0], scale=fitted[1])) for p in probes],
        "momentsQuantiles": [float(stats.genpareto.isf(p, moments[0], scale=moments[1])) for p in probes],
    }


golden = {
    "betaQuantiles": [
        beta_entry(a, b, p)
        for a, b in [(1, 1), (1, 99), (10, 991), (200, 19801), (10000, 990001), (0.2, 19.8), (3.5, 0.7)]
        for p in [0.025, 0.5, 0.975]
    ],
    "incompleteBeta": [
        incomplete_entry(a, b, x)
        for a, b in [(0.5, 0.5), (2, 3), (30, 4), (500, 1500), (1e5, 1e6)]
        for x in [1e-6, 0.0909, 0.25, 0.5, 0.9, 0.999]
    ],
    "clopperPearson": [
        clopper_entry(h, n)
        for h, n in [(0, 1), (1, 1), (0, 300), (3, 300), (10, 1000), (997, 1000), (5, 100000)]
    ],
    "pareto": [
        pareto_entry(0.0, 1.0, 60),
        pareto_entry(0.3, 2.0, 150),
        pareto_entry(-0.3, 0.5, 100),
        pareto_entry(0.8, 0.01, 80),
        pareto_entry(0.1, 40.0, 12),
    ],
}
pathlib.Path(__file__).with_name("golden.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")
for entry in golden["pareto"]:
    print(entry["likelihood"], entry["moments"])
