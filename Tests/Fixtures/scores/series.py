"""Scores of the rows of series in closed form: forecasts, whitened residuals, density and stillness
of windows, each a -log p against the baseline."""

import numpy as np

from encoding import quantile, single
from windows import Forecast, Gaussian, Whitened, centered, cut

FOLDS = 4


def smoothed(values, tau, outside=None, causal=False):
    """Weights exp(-distance / tau) over what is known; `outside` stands for all beyond the ends."""
    if tau == 0 or len(values) < 2:
        return values
    known = ~np.isnan(values)
    x, n = np.where(known, values, 0.0), len(values)
    distance = np.arange(n)[:, None] - np.arange(n)[None, :]
    w = np.where((distance >= 0) | (not causal), np.exp(-abs(distance) / tau), 0)
    total, weight = w @ x, w @ known
    if outside is not None:
        decay = np.exp(-1 / tau)
        beyond = decay ** (np.arange(n) + 1) / (1 - decay)
        beyond = beyond if causal else beyond + beyond[::-1]
        total, weight = total + beyond * outside, weight + beyond
    with np.errstate(invalid="ignore"):
        return total / weight


class Tail:
    """-log p: empirical, beyond a high quantile a generalized Pareto tail."""

    SHAPE = 0.05

    def __init__(self, values, body):
        ordered = np.sort(single(values))
        self.body = body
        self.knots = single([quantile(ordered, body * i / 200) for i in range(201)])
        self.start = self.knots[-1]
        beyond = ordered[ordered > self.start] - self.start
        mean = beyond.mean() if len(beyond) else 0
        self.excess = max(mean, 1e-9, 1e-3 * abs(self.start))

    def __call__(self, values):
        values = single(values)
        at = np.searchsorted(self.knots, values, side="right")
        low = np.clip(at - 1, 0, 199)
        gap = self.knots[low + 1] - self.knots[low]
        share = np.where(gap > 0, (values - self.knots[low]) / np.where(gap > 0, gap, 1), 0)
        rank = np.where(at > 0, self.body * np.minimum(low + share, 200) / 200, 0)
        x = self.SHAPE * np.maximum(0, values - self.start) / self.excess
        tail = -np.log(1 - self.body) + np.log1p(x) / self.SHAPE
        return np.where(values >= self.start, tail, -np.log1p(-rank))


class Gauge:
    """An average of a channel's squared steps: of 20 rows, or smooth over `tau` rows."""

    ROWS = 20

    def __init__(self, channel, tau):
        self.channel, self.tau = channel, tau

    def fit(self, steps, causal):
        self.usual = np.nanmean(np.concatenate([s[:, self.channel] for s in steps]))
        averages = np.concatenate([self.averages(s, causal) for s in steps])
        self.floor = quantile(np.sort(averages[~np.isnan(averages)]), 0.01)
        return self.floor > 0 and self.floor >= 1e-3 * self.usual

    def averages(self, steps, causal):
        x = steps[:, self.channel]
        if self.tau:
            return smoothed(x, self.tau, self.usual, causal)
        out = np.full(len(x), np.nan)
        for row in range(len(x)):
            end = row + 1 if causal else min(len(x), max(20, row + 1 + 9))
            some = x[max(0, end - 20) : end]
            if end >= 20 and 2 * (~np.isnan(some)).sum() >= 20:
                out[row] = np.nanmean(some)
        return out

    def depths(self, steps, causal):
        averages = self.averages(steps, causal)
        depth = np.log(self.floor) - np.log(np.maximum(averages, 1e-30))
        return np.clip(np.where(np.isnan(averages), -12, depth), -12, 12)


class Stillness:
    def __init__(self, channels, tau, body):
        self.gauges = [Gauge(c, t) for c in channels for t in (0, tau)]
        self.body = body

    def fit(self, steps, causal):
        self.gauges = [gauge for gauge in self.gauges if gauge.fit(steps, causal)]
        deepest = [self.depths(s, causal).max(0) for s in steps] if self.gauges else [[0.0]]
        self.tail = Tail(np.concatenate(deepest), self.body)

    def depths(self, steps, causal):
        return np.array([gauge.depths(steps, causal) for gauge in self.gauges])

    def raised(self, surprises, squares, steps, causal):
        """Where too still is more surprising, it counts instead, and its depth is to blame."""
        if not self.gauges:
            return surprises, squares
        depths, squares = self.depths(steps, causal), squares.copy()
        still = self.tail(depths.max(0))
        for row in np.where(still > surprises)[0]:
            squares[row] = 0
            for gauge, depth in zip(self.gauges, depths[:, row]):
                squares[row, gauge.channel] = max(squares[row, gauge.channel], depth)
        return np.maximum(surprises, still), squares


class Part:
    """Measures in units of their baseline means: averaged, smoothed, -log p."""

    def __init__(self, name, tau, salient=False, bounded=False):
        self.name, self.tau, self.salient, self.bounded = name, tau, salient, bounded

    def fit(self, measured, body, causal):
        raw = np.concatenate([m[self.name] for m in measured], 1)
        self.units = np.maximum(np.nanmean(raw, 1), 1 if self.salient else 1e-12)[:, None]
        self.usual = np.concatenate([self.averages(m) for m in measured]).mean()
        values = np.concatenate([self.values(m, causal) for m in measured])
        known = ~np.isnan(raw).any(0)
        self.tail = Tail(values[known] if known.any() else values, body)

    def averages(self, measured):
        raw = measured[self.name]
        filling = measured["filling"] if self.name == "density" else np.ones((len(raw), 1))
        terms = filling * raw / self.units + 1 - filling
        terms = np.where(np.isnan(raw), 1, terms)
        if not self.salient:
            return terms.mean(0)
        count = int(np.ceil(len(terms) * 0.2))
        return np.log1p(-np.sort(-terms, 0)[:count]).mean(0)

    def values(self, measured, causal):
        outside = self.usual if measured["short"] else None
        return smoothed(self.averages(measured), self.tau, outside, causal)


class SeriesScorer:
    def __init__(self, segments, distinct, causal=False, longest=None, share=0.9):
        self.segments, self.distinct = segments, distinct
        self.causal, self.share = causal, share
        self.count = segments[0].shape[1]
        self.rows = longest or max(map(len, segments))
        self.moving = [c for c in range(self.count) if distinct[c] > 2]
        self.body = 0.95 if self.count == 1 else 0.9
        (self.single if self.count == 1 else self.several)()

    def length(self, wanted):
        return max(2, min(wanted, self.rows // 4))

    def windows(self, length, most, channel=slice(None)):
        """Evenly spread windows of the first nine tenths."""
        fitted = [s[: int(len(s) * self.share), channel] for s in self.segments]
        windows = np.concatenate([cut(s.reshape(len(s), -1), length) for s in fitted])
        count = min(most, len(windows))
        return windows[np.arange(count) * len(windows) // count]

    def single(self):
        length = self.length(200)
        windows = self.windows(length, 6000)
        self.forecasts = [
            (0, Forecast(Gaussian(centered(windows, length - hidden)), hidden))
            for hidden in (1, 4)]
        longest = self.length(100 if self.causal else 800)
        self.levels = []
        for length in [longest] if self.causal else [longest, longest // 2]:
            windows = centered(self.windows(length, 6000), length)
            self.levels.append(Whitened(Gaussian(windows), length, 1, 0.12, True))
        self.channels = []
        self.parts = [Part("forecast", 8), Part("residual", 40), Part("density", 0)]
        self.stillness = Stillness(self.moving, 40, self.body)

    def several(self):
        length = self.length(max(2, 800 // self.count))
        windows = self.windows(length, 4000)
        self.levels = [Whitened(Gaussian(windows), length, self.count, 0.25, False)]
        near, far = self.length(50), self.length(200)
        self.forecasts, self.channels = [], []
        for channel in range(self.count):
            windows = self.windows(near, 4000, channel)
            for hidden in (1, 4):
                gaussian = Gaussian(centered(windows, near - hidden), 0.05)
                self.forecasts.append((channel, Forecast(gaussian, hidden)))
        for channel in self.moving:
            gaussian = Gaussian(centered(self.windows(far, 4000, channel), far), 0.05)
            self.channels.append((channel, Whitened(gaussian, far, 1, 0.25, True)))
        self.parts = [
            Part("residual", 6), Part("density", 6, bounded=True), Part("forecast", 6, True)]
        if self.channels:
            self.parts.append(Part("channels", 40, True))
        self.stillness = Stillness(self.moving, 6, self.body)

    @property
    def longest(self):
        pairs = self.forecasts + self.channels
        return max([level.length for level in self.levels] + [p.length for _, p in pairs])

    def measure(self, values, filled):
        rows, causal = len(values), self.causal
        channel = lambda c: values[:, c : c + 1]
        forecasts = [f.measure(channel(c), causal) for c, f in self.forecasts]
        levels = [level.measure(values, causal) for level in self.levels]
        unknown = np.r_[np.ones((1, self.count), bool), filled[1:] | filled[:-1]]
        filling = [1 if causal else min(1, rows / level.length) for level in self.levels]
        measured = dict(
            forecast=np.array([error for error, _ in forecasts]),
            residual=np.array([squares.mean(1) for squares, _, _ in levels]),
            density=np.array([density for _, density, _ in levels]),
            filling=np.array(filling)[:, None], short=not causal and rows < self.longest,
            squares=levels[0][0], expected=levels[0][2],
            steps=np.where(unknown, np.nan, np.diff(values, axis=0, prepend=0.0) ** 2))
        if self.channels:
            measured["channels"] = np.array(
                [level.measure(channel(c), causal)[0][:, 0] for c, level in self.channels])
        if self.count == 1:
            foreseen = forecasts[0][1][:, None]
            measured["expected"] = np.where(np.isnan(foreseen), measured["expected"], foreseen)
        return measured

    def calibrate(self, filled):
        measured = [self.measure(s, f) for s, f in zip(self.segments, filled)]
        self.stillness.fit([m["steps"] for m in measured], self.causal)
        for part in self.parts:
            part.fit(measured, self.body, self.causal)
        return self

    def surprises(self, measured):
        """-log p of each part, and the squares with what is too still in their place."""
        all, squares = {}, measured["squares"]
        for part in self.parts:
            p = part.tail(part.values(measured, self.causal))
            if part.name == "residual":
                p, squares = self.stillness.raised(p, squares, measured["steps"], self.causal)
            all[part.name] = np.minimum(p, all["residual"]) if part.bounded else p
        return all, squares

    def scores(self, values, filled):
        """Scores [rows], contributions and expected values [rows, channels]."""
        measured = self.measure(values, filled)
        surprises, squares = self.surprises(measured)
        return sum(surprises.values()), squares, measured["expected"]

    def left_out(self, filled):
        """Scores of each quarter of the baseline by closed forms of the others."""
        all = []
        for fold in range(FOLDS):
            ranges = [(len(s) * fold // FOLDS, len(s) * (fold + 1) // FOLDS) for s in self.segments]
            rest = [
                r for s, (a, b) in zip(self.segments, ranges) for r in (s[:a], s[b:]) if len(r)]
            scorer = SeriesScorer(rest, self.distinct, self.causal, self.rows, 1.0)
            scorer.parts, scorer.stillness = self.parts, self.stillness
            for s, f, (a, b) in zip(self.segments, filled, ranges):
                before = max(0, a - scorer.longest + 1) if self.causal else a
                scores = scorer.scores(s[before:b], f[before:b])[0]
                kept = scorer.longest - 1 if self.causal else 0
                all.append(scores[min(kept, b - before) :])
        return all
