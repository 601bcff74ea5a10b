"""Reference values for Tests/DiffusionTests/WindowInpainterTests.swift, by least squares with numpy:
what hiding rows of a window, or moving all rows behind them, takes off its squared distance.

    python3 Tests/Fixtures/events/golden.py > Tests/Fixtures/events/golden.json
"""
import json

import numpy as np

W = 64
rows = np.arange(W)
covariance = 0.8 ** np.abs(rows[:, None] - rows[None, :])
values, vectors = np.linalg.eigh(covariance)
whitening = (vectors / np.sqrt(values + 0.1**2)) @ vectors.T
mean = 0.3 * np.sin(rows / 5)
mean -= mean.mean()
window = np.sin(rows * 0.7) + 0.5 * np.cos(rows * rows * 0.11)
window[20:26] += 4
window[40:] += 2
centering = np.eye(W) - 1 / W
root = whitening @ centering


def distance(x):
    return np.sum((root @ x - whitening @ mean) ** 2)


def best(free):
    """The least distance when the columns of `free` may be added in any amount, and the amounts."""
    amounts = np.linalg.lstsq(root @ free, whitening @ mean - root @ window, rcond=None)[0]
    return distance(window) - distance(window + free @ amounts), amounts


def hidden(first, count):
    return np.eye(W)[:, first : first + count]


def level(first, count):
    behind = (rows >= first + count).astype(float)[:, None]
    return np.hstack([hidden(first, count), behind])


stretches = [(first, count) for first in (0, 18, 20, 33) for count in (1, 6, 16)]
levels = [(first, count) for first in (20, 38, 40) for count in (0, 3, 12)]
short = 48
left = [np.linalg.lstsq(root[:, short:], whitening @ mean - root[:, :short] @ window[:short], rcond=None)[0]]
continued = np.concatenate([window[:short], left[0]])
gradient = root.T @ (root @ continued - whitening @ mean)
json.dump(
    {
        "whitening": whitening.ravel().tolist(),
        "mean": mean.tolist(),
        "window": window.tolist(),
        "stretches": [
            {
                "first": first, "count": count, "gain": best(hidden(first, count))[0],
                "change": best(hidden(first, count))[1].tolist(),
            }
            for first, count in stretches
        ],
        "levels": [
            {
                "first": first, "count": count, "gain": best(level(first, count))[0],
                "shift": -best(level(first, count))[1][-1],
            }
            for first, count in levels
        ],
        "shortGradient": gradient[:short].tolist(),
    },
    __import__("sys").stdout, indent=1)
