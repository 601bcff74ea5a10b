"""Windows of series as one Gaussian: forecasts of their last points, and their whitened residuals."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from encoding import single


class Gaussian:
    def __init__(self, windows, least=1e-4):
        self.mean = windows.mean(0)
        self.covariance = np.cov(windows.T, bias=True).reshape(len(self.mean), -1)
        self.deviation = max(np.sqrt(np.trace(self.covariance) / len(self.mean)), 1e-4, least)


def power(matrix, exponent, least=0.0):
    values, vectors = np.linalg.eigh(matrix)
    return vectors * np.maximum(values, least) ** exponent @ vectors.T


def centered(windows, count):
    return windows - windows[:, :count].mean(1, keepdims=True)


def cut(values, length):
    """All windows of a stretch, [windows, length * channels]."""
    if len(values) < length:
        return np.zeros((0, length * values.shape[1]))
    windows = sliding_window_view(values, length, axis=0)
    return windows.transpose(0, 2, 1).reshape(len(windows), -1)


class Forecast:
    """The last points of windows given the others under noise: (x - D)² / P."""

    def __init__(self, gaussian, hidden, sigma=0.12):
        self.hidden, self.length = hidden, len(gaussian.mean)
        self.seen, self.mean = self.length - hidden, gaussian.mean
        c, self.noise = gaussian.covariance, max(sigma * gaussian.deviation, 1e-4)
        seen = c[: self.seen, : self.seen] + self.noise**2 * np.eye(self.seen)
        self.gain = np.linalg.solve(seen, c[: self.seen])
        self.posterior = c - c[:, : self.seen] @ self.gain
        self.variance = np.maximum(np.diag(self.posterior)[self.seen :], self.noise**2)
        self.added = 0.0

    def measure(self, values, causal):
        """Mean error of the windows that hide each row, and what the last of them foresaw."""
        rows, first = len(values), self.hidden - 1 if causal else 0
        total, count, foreseen = np.zeros(rows), np.zeros(rows), np.full(rows, np.nan)
        windows = cut(values, self.length)
        if len(windows):
            level = windows[:, : self.seen].mean(1, keepdims=True) + self.mean
            ahead = (windows - level)[:, : self.seen] @ self.gain[:, self.seen :]
            ahead += level[:, self.seen :] + self.added
            for offset in range(first, self.hidden):
                at = np.arange(len(windows)) + self.seen + offset
                total[at] += (values[at, 0] - ahead[:, offset]) ** 2 / self.variance[offset]
                count[at] += 1
            foreseen[at] = ahead[:, -1]
        return total / np.where(count > 0, count, np.nan), foreseen


class Whitened:
    """Windows taken apart by (C + noise²)^(-1/2)."""

    def __init__(self, gaussian, length, channels, sigma, centers):
        self.length, self.channels, self.centers = length, channels, centers
        self.mean = gaussian.mean
        noise = (sigma * gaussian.deviation) ** 2
        values, vectors = np.linalg.eigh(gaussian.covariance)
        self.whitening = vectors / np.sqrt(np.maximum(values, 0) + noise) @ vectors.T

    def measure(self, values, causal):
        """Squares [rows, channels], density [rows], expected [rows, channels]."""
        rows, length = len(values), self.length
        if rows < length and not causal:
            squares, density, expected = self.measure(self.continued(values), False)
            return squares[:rows], density[:rows] / (rows / length), expected[:rows]
        windows = cut(values, length)
        starts = np.arange(0, len(windows), 1 if causal else max(1, length // 8))
        if len(starts) and starts[-1] < len(windows) - 1:
            starts = np.append(starts, len(windows) - 1)
        windows = windows[starts]
        x = centered(windows, windows.shape[1]) if self.centers else windows
        residuals = (x - self.mean) @ self.whitening
        inverse = 1 / (self.whitening**2).sum(1)
        expected = windows - residuals @ self.whitening * inverse
        shape = (len(starts), length, self.channels)
        parts = [(residuals**2).reshape(shape), expected.reshape(shape)]
        parts.append(np.repeat((residuals**2).mean(1)[:, None, None], length, 1))
        means = []
        for part in parts:
            total, count = np.zeros((rows, part.shape[2])), np.zeros((rows, 1))
            for start, some in zip(starts, part):
                covered = slice(start + (length - 1 if causal else 0), start + length)
                total[covered] += some[length - 1 if causal else 0 :]
                count[covered] += 1
            means.append(total / np.where(count > 0, count, np.nan))
        return means[0], means[2][:, 0], np.nan_to_num(means[1])

    def continued(self, values):
        """The rows and, up to a window, those that make its distance least."""
        root = self.whitening
        if self.centers:
            root = root - root.mean(1, keepdims=True)
        known = values.size
        left = root[:, :known] @ (values.ravel() - self.mean[:known])
        free = root[:, known:]
        rest = self.mean[known:] + np.linalg.solve(free.T @ free, -free.T @ left)
        return single(np.append(values.ravel(), rest)).reshape(self.length, self.channels)
