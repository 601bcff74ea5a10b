"""Scores of table rows in closed form: residuals against the nearest baseline rows in four views."""

from statistics import NormalDist

import numpy as np

from randomness import Stream

VIEWS, NEIGHBORS, LOCAL = 3, 64, 16


def single(x):
    """What is kept in single precision, for later steps to start from the same numbers."""
    return np.asarray(x, dtype=np.float32).astype(float)


# Encoding.


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


class Encoder:
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


# Residuals.


class Wiener:
    """C (C + noise² I)^-1, scaled so that rows vary as much as before; noise is half of what is usual."""

    def __init__(self, rows):
        self.mean = rows.mean(0)
        c = np.cov(rows.T, bias=True)
        usual = np.trace(c) / len(c)
        f = np.linalg.solve(c + 0.25 * usual * np.eye(len(c)), c)
        self.map = f * np.sqrt(np.trace(c) / np.trace(f @ c @ f.T))
        still = np.diag(c) <= 1e-12 * usual
        self.map[still, still] = 1

    def __call__(self, rows):
        return single((rows - self.mean) @ self.map)


def squares(rows, query):
    return ((rows - query) ** 2).sum(1)


def nearest(rows, query, count, excluded=-1):
    d = squares(rows, query)
    if excluded >= 0:
        d[excluded] = np.inf
    return np.argsort(d, kind="stable")[:count]


def local(rows, query, sigma=0.8):
    """Mahalanobis distance to the neighbours' Gaussian and its gradient and precisions."""
    mean = rows.mean(0)
    q = np.linalg.inv((rows - mean).T @ (rows - mean) / len(rows) + sigma**2 * np.eye(len(query)))
    return (query - mean) @ q @ (query - mean), q @ (query - mean), np.diag(q)


def empirical(rows, query, sigma):
    """|x - D|² of the posterior mean over the rows."""
    d = squares(rows, query)
    w = np.exp(-(d - d.min()) / (2 * sigma**2))
    return ((query - w @ rows / w.sum()) ** 2).sum()


def log_residual(residual, floor=0.0):
    return np.log(residual + 1e-9 + floor)


class Scale:
    def __init__(self, logarithms):
        self.mean, self.deviation = np.mean(logarithms), np.std(logarithms)

    def __call__(self, logarithm):
        return (logarithm - self.mean) / (self.deviation + 1e-3)


def separation(high, low):
    """Probability that one of `high` is above one of `low`, ties half (Mann and Whitney 1947)."""
    high, low = single(high)[:, None], single(low)[None, :]
    return ((high > low) + 0.5 * (high == low)).mean()


class View:
    LOCAL_SHARE, TEMPERATURE = 0.25, 0.03

    def __init__(self, rows):
        self.rows = rows
        fifth = [squares(rows, r)[nearest(rows, r, 5, i)[-1]] for i, r in enumerate(rows)]
        spacing = np.sqrt(sorted(fifth)[len(fifth) // 2])
        self.sigma = min(0.5, spacing / 2) if spacing > 0 else 0.5
        self.floors = (0.0, 0.0)

    def residuals(self, query, near):
        """ln of both residuals, and which rows they were measured against."""
        near = near[np.argsort(squares(self.rows[near], query), kind="stable")]
        m = local(self.rows[near[:LOCAL]], query)[0]
        e = empirical(self.rows[near], query, self.sigma)
        return log_residual(m, self.floors[0]), log_residual(e, self.floors[1]), near[:LOCAL]

    def corrected(self, raw):
        """Less a share of the neighbours' own residuals: [rows, 2]."""
        return np.array([
            [m - self.LOCAL_SHARE * self.reference[near, 0].mean(),
             e - self.LOCAL_SHARE * self.reference[near, 1].mean()] for m, e, near in raw])

    def scores(self, corrected):
        z = np.column_stack([self.scales[i](corrected[:, i]) for i in (0, 1)])
        return z @ self.weights


def swapped(views, groups, seed):
    """Stand-ins: rows with some columns of another row, and where they come from."""
    stream = Stream(seed, 0x7072)
    rows = len(views[0])
    origins = stream.sample(1000, rows)
    broken = [view[origins].copy() for view in views]
    for place, origin in enumerate(origins):
        other = (origin + 1 + stream.index(max(1, rows - 1))) % rows
        share = 0.2 if place % 2 == 0 else 0.5
        for group in stream.sample(max(1, round(share * len(groups))), len(groups)):
            for view, source in zip(broken, views):
                view[place, groups[group]] = source[other, groups[group]]
    return origins, broken


class TableScorer:
    def __init__(self, views, groups, seed=0):
        """`views`: of the baseline, [views, rows, features]; several get a filtered one beside."""
        rows = len(views[0])
        self.groups = groups
        self.filter = Wiener(views[0]) if len(views) > 1 else None
        self.views = [View(view) for view in self.extended(views)]
        stream = Stream(seed, 0x7461)
        self.unseen = stream.sample(min(2000, max(rows // 5, min(rows // 2, 100))), rows)
        self.fit(views, seed)

    def extended(self, views):
        return views + [self.filter(views[0])] if self.filter else views

    def residuals(self, views, origins):
        """[views][rows] of residuals, each row without the one it comes from."""
        views, standard = self.extended(views), self.views[0].rows
        count = min(NEIGHBORS, len(standard) - (origins is not None))
        found = [
            nearest(standard, x, count, -1 if origins is None else origins[i])
            for i, x in enumerate(views[0])]
        return [
            [v.residuals(x, near) for x, near in zip(rows, found)]
            for v, rows in zip(self.views, views)]

    def fit(self, views, seed):
        raw = self.residuals(views, range(len(views[0])))
        for view, own in zip(self.views, raw):
            both = np.exp([[m, e] for m, e, _ in own]) - 1e-9
            usual = [sorted(x[x > 1e-8]) for x in both.T]
            view.floors = tuple(0.1 * x[len(x) // 2] if x else 0.0 for x in usual)
            floored = [log_residual(np.maximum(0, x), f) for x, f in zip(both.T, view.floors)]
            view.reference = single(np.column_stack(floored))
        own = [
            [(*pair, near) for pair, (_, _, near) in zip(view.reference, some)]
            for view, some in zip(self.views, raw)]
        origins, broken = swapped(views, self.groups, seed)
        normal = self.residuals([view[origins] for view in views], origins)
        broken = self.residuals(broken, origins)
        self.left_out = []
        for view, usual, whole, bad in zip(self.views, own, normal, broken):
            self.left_out.append(view.corrected(usual))
            view.scales = [Scale(x) for x in self.left_out[-1].T]
            whole, bad = view.corrected(whole), view.corrected(bad)
            told = np.array([separation(bad[:, i], whole[:, i]) for i in (0, 1)])
            weights = np.array([0.6, 0.4]) * np.exp((told - told.max()) / 0.02)
            view.weights = weights / weights.sum()
            whole = separation(view.scores(bad), view.scores(whole))
            view.weight = np.exp((whole - 1) / view.TEMPERATURE)

    def combined(self, corrected):
        """The mean of the views by how well they tell stand-ins."""
        weights = np.array([view.weight for view in self.views])
        scores = np.array([view.scores(c) for view, c in zip(self.views, corrected)])
        return weights / weights.sum() @ scores

    @property
    def calibration(self):
        return self.combined([c[self.unseen] for c in self.left_out])

    def scores(self, views):
        raw = self.residuals(views, None)
        return self.combined([view.corrected(r) for view, r in zip(self.views, raw)])

    def explain(self, views, threshold=np.inf, scores=None):
        """Contributions and expected values of each feature; rows above the threshold by leaving
        out one column at a time."""
        rows = self.views[0].rows
        contributions, expected = [], []
        for i, x in enumerate(views[0]):
            near = nearest(rows, x, LOCAL)
            _, solved, precision = local(rows[near], x)
            contributions.append(solved**2 / precision)
            expected.append(x - solved / precision)
            if scores is not None and scores[i] > threshold:
                self.look_closely(rows, x, contributions[-1], expected[-1])
        return np.array(contributions), np.array(expected)

    def look_closely(self, rows, x, contributions, expected):
        def without(group):
            counted = [j for j in range(len(x)) if j not in group]
            near = nearest(rows[:, counted], x[counted], LOCAL)
            return near, squares(rows[near][:, counted], x[counted]).mean()

        whole = without([])[1]
        found = [without(group) for group in self.groups]
        if not any(whole > part for _, part in found):
            return
        contributions[:] = 0
        for group, (near, part) in zip(self.groups, found):
            contributions[group[0]] = max(0, whole - part)
            expected[list(group)] = rows[near][:, list(group)].mean(0)


def conformal(scores, rate=0.01):
    """The threshold that at most the share `rate` of exchangeable rows are above."""
    return np.sort(scores)[::-1][max(0, int(rate * (len(scores) + 1)) - 1)]


def blame(contributions, groups, names):
    """Columns with at least a twentieth of the whole, worst first, at most five; one at least."""
    shares = np.array([contributions[list(group)].sum() for group in groups])
    if not shares.sum() > 0:
        return []
    shares = shares / shares.sum()
    worst = sorted(range(len(shares)), key=lambda j: (-shares[j], j))[:5]
    return [dict(column=names[j], share=shares[j]) for n, j in enumerate(worst) if n == 0 or shares[j] >= 0.05]
