"""Scores of table rows in closed form: residuals against the nearest baseline rows in four views."""

import numpy as np

from encoding import single
from randomness import Stream

NEIGHBORS, LOCAL = 64, 16


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


class Bulk:
    """Distance to the bulk of a baseline of which a share may be anomalies: a ball of three times
    that share of its rows."""

    def __init__(self, rows, contamination):
        self.rows = rows
        self.count = min(max(3, int(3 * contamination * len(rows) + 0.5)), len(rows) - 1)

    def logarithms(self, samples, origins=None):
        """ln of the squared radius of the ball round each."""
        found = []
        for i, x in enumerate(samples):
            near = nearest(self.rows, x, self.count, -1 if origins is None else origins[i])
            found.append(log_residual(squares(self.rows[near[-1:]], x)[0]))
        return np.array(found)

    def raised(self, scores, samples, origins=None):
        """The soft maximum of scores and how surprising the radius is, less 1."""
        return np.logaddexp(scores, self.scale(self.logarithms(samples, origins)) - 1)


def row_groups(rows):
    """Groups of three neighbours, those in thin regions first; the rest joins its nearest row's."""
    near = [nearest(rows, x, min(64, len(rows) - 1), i) for i, x in enumerate(rows)]
    reach = [squares(rows[n[-1:]], x)[0] for n, x in zip(near, rows)]
    group, count = np.full(len(rows), -1), 0
    for row in sorted(range(len(rows)), key=lambda row: (-reach[row], -row)):
        free = [other for other in near[row] if group[other] < 0][:2]
        if group[row] < 0 and len(free) == 2:
            group[[row, *free]], count = count, count + 1
    for row in np.where(group < 0)[0]:
        group[row] = next((group[other] for other in near[row] if group[other] >= 0), 0)
    return group


def means(rows, group):
    return single([rows[group == g].mean(0) for g in range(group.max() + 1)])


class TableScorer:
    def __init__(self, views, groups, seed=0, compact=False, contamination=0.0):
        """`views`: of the baseline, [views, rows, features]; several get a filtered one beside.

        A compact one compares with means of at least three rows each; while it learns what is usual,
        with means of those rows alone that it does not score."""
        rows = len(views[0])
        self.groups = groups
        self.filter = Wiener(views[0]) if len(views) > 1 else None
        stream = Stream(seed, 0x7461)
        self.unseen = stream.sample(min(2000, max(rows // 5, min(rows // 2, 100))), rows)
        held, normal, origins = views, views, range(rows)
        if compact:
            seen = [row for row in range(rows) if row not in self.unseen]
            group = row_groups(views[0][seen])
            held = [means(view[seen], group) for view in views]
            normal = [view[self.unseen] for view in views]
            origins, self.unseen = [-1] * len(self.unseen), range(len(self.unseen))
        self.views = [View(view) for view in self.extended(held)]
        self.bulk = Bulk(held[0], contamination) if contamination else None
        self.fit(held, normal, origins, seed)
        self.calibration = self.combined([c[self.unseen] for c in self.left_out])
        if self.bulk:
            own = [origins[row] for row in self.unseen]
            self.bulk.scale = Scale(self.bulk.logarithms(normal[0][self.unseen], own))
            self.calibration = self.bulk.raised(self.calibration, normal[0][self.unseen], own)
        if compact:
            group = row_groups(views[0])
            held = [means(view, group) for view in views]
            for view, rows in zip(self.views, self.extended(held)):
                view.rows = rows
            for view, own in zip(self.views, self.residuals(held, range(len(held[0])))):
                view.reference = single([[m, e] for m, e, _ in own])

    def extended(self, views):
        return views + [self.filter(views[0])] if self.filter else views

    def residuals(self, views, origins):
        """[views][rows] of residuals, each row without the one it comes from, or -1."""
        views, standard = self.extended(views), self.views[0].rows
        count = min(NEIGHBORS, len(standard) - (origins is not None))
        found = [
            nearest(standard, x, count, -1 if origins is None else origins[i])
            for i, x in enumerate(views[0])]
        return [
            [v.residuals(x, near) for x, near in zip(rows, found)]
            for v, rows in zip(self.views, views)]

    def fit(self, held, normal, origins, seed):
        raw = self.residuals(held, range(len(held[0])))
        for view, own in zip(self.views, raw):
            both = np.exp([[m, e] for m, e, _ in own]) - 1e-9
            ordered = [sorted(x[x > 1e-8]) for x in both.T]
            view.floors = tuple(0.1 * x[len(x) // 2] if x else 0.0 for x in ordered)
            floored = [log_residual(np.maximum(0, x), f) for x, f in zip(both.T, view.floors)]
            view.reference = single(np.column_stack(floored))
        if normal is held:
            usual = [
                [(*pair, near) for pair, (_, _, near) in zip(view.reference, own)]
                for view, own in zip(self.views, raw)]
        else:
            usual = self.residuals(normal, origins)
        chosen, broken = swapped(normal, self.groups, seed)
        origins = [origins[row] for row in chosen]
        whole = self.residuals([view[chosen] for view in normal], origins)
        broken = self.residuals(broken, origins)
        self.left_out = []
        for view, own, good, bad in zip(self.views, usual, whole, broken):
            self.left_out.append(view.corrected(own))
            view.scales = [Scale(x) for x in self.left_out[-1].T]
            good, bad = view.corrected(good), view.corrected(bad)
            told = np.array([separation(bad[:, i], good[:, i]) for i in (0, 1)])
            weights = np.array([0.6, 0.4]) * np.exp((told - told.max()) / 0.02)
            view.weights = weights / weights.sum()
            told = separation(view.scores(bad), view.scores(good))
            view.weight = np.exp((told - 1) / view.TEMPERATURE)

    def combined(self, corrected):
        """The mean of the views by how well they tell stand-ins."""
        weights = np.array([view.weight for view in self.views])
        scores = np.array([view.scores(c) for view, c in zip(self.views, corrected)])
        return weights / weights.sum() @ scores

    def scores(self, views):
        raw = self.residuals(views, None)
        scores = self.combined([view.corrected(r) for view, r in zip(self.views, raw)])
        return self.bulk.raised(scores, views[0]) if self.bulk else scores

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
