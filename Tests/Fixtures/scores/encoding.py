"""How cells become numbers: three views of tables, channels and stretches of series."""

from statistics import NormalDist

import numpy as np

VIEWS = 3


def single(x):
    """What is kept in single precision, for later steps to start from the same numbers."""
    return np.asarray(x, dtype=np.float32).astype(float)


def quantile(ordered, q):
    """Type 7 of Hyndman and Fan (1996)."""
    position = q * (len(ordered) - 1)
    low = int(position)
    high = min(low + 1, len(ordered) - 1)
    if not ordered[high] > ordered[low]:
        return ordered[low]
    share = position - low
    mixed = ordered[low] * (1 - share) + ordered[high] * share
    return min(ordered[high], max(ordered[low], mixed))


class Number:
    BOUND = 3.5

    def __init__(self, cells):
        known = np.sort(cells[~np.isnan(cells)])
        self.marks = bool(np.isnan(cells).any())
        self.mean, self.deviation = known.mean(), known.std()
        self.median = quantile(known, 0.5)
        self.constant = known[0] == known[-1]
        count = min(1000, max(2, len(known)))
        self.knots = np.array([quantile(known, i / (count - 1)) for i in range(count)])
        if self.constant:
            self.mean, self.novelty = known[0], np.sqrt(len(known) + 1)
            return
        spread = (quantile(known, 0.75) - quantile(known, 0.25)) / self.deviation / 1.349
        self.center = (self.median - self.mean) / self.deviation
        self.width = spread if spread > 0.05 else 1
        normals = np.array([self.normal(x) for x in known])
        self.normal_mean, self.normal_deviation = normals.mean(), normals.std()

    def rank(self, x, at):
        if at == 0 or at == len(self.knots):
            return float(at > 0)
        below, above = self.knots[at - 1], self.knots[at]
        share = (x - below) / (above - below) if above > below else 0
        return (at - 1 + share) / (len(self.knots) - 1)

    def normal(self, x):
        """Normal quantile of the rank; ties have their middle rank."""
        left, right = (int(np.searchsorted(self.knots, x, side)) for side in ("left", "right"))
        p = (self.rank(x, left) + self.rank(x, right)) / 2 if right > left else self.rank(x, left)
        z = NormalDist().inv_cdf(min(1 - 1e-7, max(1e-7, p)))
        return min(self.BOUND, max(-self.BOUND, z))

    def views(self, x):
        missing = np.isnan(x)
        x = self.median if missing else x
        if self.constant:
            far = 0 if x == self.mean else self.novelty * np.sign(x - self.mean)
            views = [far] * 3
        else:
            standard = (x - self.mean) / self.deviation
            beyond = max(0, x - self.knots[-1]) + min(0, x - self.knots[0])
            unfolded = (self.normal(x) - self.normal_mean) / self.normal_deviation
            views = [
                standard, (standard - self.center) / self.width, unfolded + beyond / self.deviation]
        return [[view] + [float(missing)] * self.marks for view in views]


class Category:
    """One feature for each level, one for rare levels, one for unseen ones, one for missing."""

    def __init__(self, cells):
        self.levels = list(dict.fromkeys(cell for cell in cells if cell))
        self.marks = "" in cells

    def views(self, cell):
        features = [0.0] * (len(self.levels) + 2 + self.marks)
        if cell in self.levels:
            features[self.levels.index(cell)] = 1
        elif cell == "" and self.marks:
            features[-1] = 1
        else:
            features[len(self.levels) + 1] = 4
        return [features] * 3


class TableEncoder:
    def __init__(self, table):
        self.columns = {
            name: Number(cells) if cells.dtype == float else Category(list(cells))
            for name, cells in table.items()}
        self.groups, start = [], 0
        for name, column in self.columns.items():
            width = len(column.views(table[name][0])[0])
            self.groups.append(range(start, start + width))
            start += width

    def __call__(self, table):
        """[views, rows, features]"""
        rows = len(next(iter(table.values())))
        return [
            single([
                sum((c.views(table[name][row])[view] for name, c in self.columns.items()), [])
                for row in range(rows)])
            for view in range(VIEWS)]


class SeriesEncoder:
    """Shifts and scales channels, cuts where time jumps, fills what is missing."""

    def __init__(self, values):
        self.mean, deviation = np.nanmean(values, 0), np.nanstd(values, 0)
        low, high = np.nanmin(values, 0), np.nanmax(values, 0)
        self.scale = np.maximum(np.maximum(deviation, (high - low) / 10), abs(self.mean) * 1e-9)
        self.distinct = [len(np.unique(v[~np.isnan(v)])) for v in values.T]

    def __call__(self, values, times, interval):
        """(rows, values, filled) of each stretch"""
        z = np.clip((values - self.mean) / self.scale, -100, 100)
        ends = [*(np.where(np.diff(times) > 1.5 * interval)[0] + 1), len(z)]
        cuts = zip([0, *ends], ends)
        return [(range(a, b), single(filled(z[a:b])), np.isnan(z[a:b])) for a, b in cuts]


def filled(values):
    """Straight lines across short runs of what is missing."""
    values = values.copy()
    for v in values.T:
        missing = np.isnan(v)
        v[missing] = np.interp(np.where(missing)[0], np.where(~missing)[0], v[~missing])
    return values
