"""Networks whose parameters are a formula, and the batches that networks are trained on."""

import numpy as np

import series
import windows
from encoding import single
from randomness import MASK, Stream, gaussian, uniforms
from tables import Scale, TableScorer, log_residual, nearest, squares

SEED = 9


class Network:
    """Linear, residual blocks, normalization, linear; all parameters in one array."""

    def __init__(self, inputs, outputs, width=128, blocks=2, parameters=None):
        self.outputs = outputs
        shapes = [(inputs, width), (width,)]
        shapes += blocks * [(width,), (width,), (width, width), (width,), (width, width), (width,)]
        shapes += [(width,), (width,), (width, outputs), (outputs,)]
        ends = np.cumsum([0] + [int(np.prod(shape)) for shape in shapes])
        if parameters is None:
            parameters = (uniforms(SEED, ends[-1]) - 0.5) * 0.5
        self.parts = [
            single(parameters[a:b]).reshape(s) for a, b, s in zip(ends, ends[1:], shapes)]

    def hidden(self, x):
        """What the output layer reads."""
        parts = iter(self.parts[:-2])
        h = x @ next(parts) + next(parts)
        while True:
            gain, bias = next(parts), next(parts)
            normal = (h - h.mean(1, keepdims=True)) / np.sqrt(h.var(1, keepdims=True) + 1e-5)
            normal = normal * gain + bias
            weight = next(parts, None)
            if weight is None:
                return normal
            z = normal @ weight + next(parts)
            h = h + z / (1 + np.exp(-z)) @ next(parts) + next(parts)

    def __call__(self, x):
        return self.hidden(x) @ self.parts[-2] + self.parts[-1]

    def lesson(self, x, targets, weights=1.0):
        """The mean loss, and the gradient of the output layer, its biases last, at length 1."""
        left = self(x) - targets
        slope = 2 * weights * left / left.size
        gradient = np.append((self.hidden(x).T @ slope).ravel(), slope.sum(0))
        return (weights * left**2).mean(), gradient / np.linalg.norm(gradient)


# Tables.


class Denoiser:
    """D = cSkip y + cOut F (Karras et al. 2022) beside the posterior mean of prototypes."""

    LOWEST, HIGHEST = 0.02, 3.0

    def __init__(self, rows, seed=0):
        self.rows = rows
        self.fit_prototypes(rows, seed)
        self.network = Network(3 * rows.shape[1] + 16, rows.shape[1])

    def fit_prototypes(self, rows, seed):
        """Lloyd's k-means; centers of fewer than three rows go."""
        count = min(1024, max(1, len(rows) // 3))
        self.centers = rows[Stream(seed, 0x6B6D).sample(count, len(rows))]
        for _ in range(6):
            self.centers = self.moved(rows)[0]
        counts = self.moved(rows)[1]
        self.centers = self.centers[counts >= min(3, counts.max())]
        self.centers, _, self.variance = self.moved(rows)

    def moved(self, rows):
        own = np.array([nearest(self.centers, row, 1)[0] for row in rows])
        counts = np.bincount(own, minlength=len(self.centers))
        means = [rows[own == c].mean(0) if n else self.centers[c] for c, n in enumerate(counts)]
        return single(means), counts, ((rows - self.centers[own]) ** 2).mean()

    def inputs(self, y, sigmas):
        spread = (sigmas**2 + self.variance)[:, None]
        logits = -np.array([squares(self.centers, row) for row in y]) / (2 * spread)
        w = np.exp(logits - logits.max(1, keepdims=True))
        p = w @ self.centers / w.sum(1, keepdims=True)
        angles = np.log(sigmas)[:, None] * 0.25 * 8 ** (np.arange(8) / 7)
        embedded = np.stack([np.sin(angles), np.cos(angles)], 2).reshape(len(y), -1)
        scaled = y / np.sqrt(sigmas**2 + 1)[:, None]
        return np.column_stack([scaled, p, (y - p) / np.sqrt(spread), embedded])

    def __call__(self, y, sigma):
        f = self.network(self.inputs(y, np.full(len(y), sigma)))
        return y / (sigma**2 + 1) + sigma / np.sqrt(sigma**2 + 1) * f

    def batch(self, rows, step, size, seed=0):
        """Noise levels log-uniform, one from each equal part; the target is F's for a perfect D."""
        stream = Stream(seed + 1, step & MASK)
        noise = gaussian(seed + 2, step & MASK, size, rows.shape[1])
        drawn = [(stream.uniform(), stream.index(len(rows))) for _ in range(size)]
        share = (np.arange(size) + [u for u, _ in drawn]) / size
        sigmas = self.LOWEST * (self.HIGHEST / self.LOWEST) ** share
        clean = rows[[i for _, i in drawn]]
        y, s = clean + sigmas[:, None] * noise, sigmas[:, None]
        targets = (clean - y / (s**2 + 1)) * np.sqrt(s**2 + 1) / s
        return self.inputs(y, sigmas), targets


class NoiseLevel:
    """A network that tells ln sigma, mapped to -2...2."""

    LOWEST, HIGHEST = 0.03, 2.0

    def __init__(self, rows):
        self.rows, self.network = rows, Network(rows.shape[1], 1)

    def batch(self, rows, step, size, seed=0):
        stream = Stream(seed + 3, step & MASK)
        noise = gaussian(seed + 4, step & MASK, size, rows.shape[1])
        drawn = [(stream.uniform(), stream.index(len(rows))) for _ in range(size)]
        share = (np.arange(size) + [u for u, _ in drawn]) / size
        sigmas = self.LOWEST * (self.HIGHEST / self.LOWEST) ** share
        return rows[[i for _, i in drawn]] + sigmas[:, None] * noise, (4 * share - 2)[:, None]


class NetworkedTable:
    """The closed form's scores and the two networks' share in them."""

    SHARE, LEVEL_SHARE, SIGMA = 0.05, 0.3, 0.4

    def __init__(self, views, groups, seed=0):
        self.closed, self.seed = TableScorer(views, groups, seed), seed
        rows, unseen = views[0], self.closed.unseen
        self.seen = rows[[i for i in range(len(rows)) if i not in unseen]]
        self.unseen = rows[unseen]
        self.denoiser, self.level = Denoiser(self.seen, seed), NoiseLevel(self.seen)
        density = len(rows) / rows.shape[1]
        earned = min(1, np.log(density / 100) / np.log(4))
        self.level_share = self.LEVEL_SHARE * earned if density > 100 else 0
        self.error_scale = Scale(self.errors(self.unseen))
        self.level_scale = Scale(self.level.network(self.unseen)[:, 0])
        self.calibration = self.mixed(self.closed.calibration, self.unseen)

    def errors(self, rows):
        noise = gaussian(self.seed + 0x5EED, 0, rows.shape[1])
        back = self.denoiser(rows + self.SIGMA * noise, self.SIGMA)
        return log_residual(((rows - back) ** 2).sum(1))

    def mixed(self, closed, rows):
        levels = self.level_scale(self.level.network(rows)[:, 0])
        return (
            (1 - self.SHARE - self.level_share) * closed + self.level_share * levels
            + self.SHARE * self.error_scale(self.errors(rows)))

    def scores(self, views):
        return self.mixed(self.closed.scores(views), views[0])


def last_step(network, batch, steps, size, rows, watched):
    """The last of `steps` steps: loss, output gradient, and the loss on what is held out."""
    loss, gradient = network.lesson(*batch(rows, steps - 1, size))
    held_out, _ = network.lesson(*batch(watched, -1, 2 * size))
    return dict(loss=loss, held_out_loss=held_out, gradient=gradient[-200:])


# Series.


class NetworkedForecast(windows.Forecast):
    """D = E[x | y] + P^(1/2) F with an F that is one vector."""

    def __init__(self, gaussian, hidden, answer):
        super().__init__(gaussian, hidden)
        floor = 1e-6 * gaussian.deviation**2
        self.root = windows.power(self.posterior, 0.5, floor)
        self.inverse_root = windows.power(self.posterior, -0.5, floor)
        self.added = answer @ self.root[:, self.seen :]

    def lesson(self, clean, noise):
        """P^(-1/2) (x - E[x | y]), and weights: the mean over the hidden points and a quarter of
        that over all."""
        expected = (clean + self.noise * noise)[:, : self.seen] @ self.gain
        weights = np.full(clean.shape, 0.25)
        weights[:, self.seen :] += self.length / self.hidden
        return (clean - expected) @ self.inverse_root, weights


class NetworkedSeries(series.SeriesScorer):
    """One channel; each forecast once in closed form and once by the network."""

    def __init__(self, segments, distinct, answer):
        self.answer = answer
        super().__init__(segments, distinct)

    def single(self):
        super().single()
        length = self.forecasts[0][1].length
        self.drawn = self.windows(length, 6000)
        answer = self.answer(length)
        self.networks = [
            NetworkedForecast(
                windows.Gaussian(windows.centered(self.drawn, length - hidden)), hidden, answer)
            for hidden in (1, 4)]

    def measure(self, values, filled):
        measured = super().measure(values, filled)
        errors = []
        for closed, network in zip(measured["forecast"], self.networks):
            errors += [closed, network.measure(values, self.causal)[0]]
        foreseen = self.networks[0].measure(values, self.causal)[1][:, None]
        measured["forecast"] = np.array(errors)
        measured["expected"] = np.where(np.isnan(foreseen), measured["expected"], foreseen)
        return measured

    def last_step(self, steps=2000, size=64, seed=0):
        """Of a network that still answers 0: losses, and the gradient of its output biases."""
        watched = max(1, len(self.drawn) // 10)
        loss, gradient = self.lesson(self.drawn, steps - 1, size, seed)
        held_out, _ = self.lesson(self.drawn[-watched:], -1, 2 * size, seed)
        return dict(loss=loss, held_out_loss=held_out, gradient=gradient)

    def lesson(self, drawn, step, size, seed):
        stream = Stream(seed + 3, step & MASK)
        noise = gaussian(seed + 4, step & MASK, size, drawn.shape[1])
        half = size // len(self.networks)
        targets, weights = [], []
        for part, network in enumerate(self.networks):
            rows = [stream.index(len(drawn)) for _ in range(half)]
            clean = windows.centered(drawn, network.seen)[rows] - network.mean
            t, w = network.lesson(clean, noise[part * half : (part + 1) * half])
            targets.append(t)
            weights.append(w)
        targets, weights = np.concatenate(targets), np.concatenate(weights)
        gradient = -(weights * targets).sum(0)
        return (weights * targets**2).mean(), gradient / np.linalg.norm(gradient)


class Axes:
    """Windows along their principal axes; here the axes are the features themselves."""

    def __init__(self, variances, noise, width, blocks):
        self.noise = noise
        self.total = variances + noise**2
        self.kept = variances / self.total
        self.answer = noise * np.sqrt(np.maximum(self.kept, 1e-5))
        self.network = Network(len(variances), len(variances), width, blocks)

    def whitened(self, coordinates):
        return np.clip(coordinates / np.sqrt(self.total), -8, 8)

    def correction(self, coordinates):
        """What the network takes from whitened residuals, along the axes."""
        scale = self.answer * np.sqrt(self.total) / self.noise**2
        return self.network(self.whitened(coordinates)) * scale

    def batch(self, rows, step, size, seed=0):
        stream = Stream(seed + 3, step & MASK)
        clean = rows[[stream.index(len(rows)) for _ in range(size)]]
        noised = clean + self.noise * gaussian(seed + 4, step & MASK, *clean.shape)
        return self.whitened(noised), (clean - self.kept * noised) / self.answer
