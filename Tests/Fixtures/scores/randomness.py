"""Random numbers with addresses, as the product draws them: SplitMix64 (Steele et al. 2014), Box
and Muller's normal numbers in single precision, selection sampling (Vitter 1984)."""

import numpy as np

GOLDEN = 0x9E3779B97F4A7C15
MASK = (1 << 64) - 1


def scatter(z):
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


class Stream:
    def __init__(self, seed, stream=0):
        self.key = scatter((seed + GOLDEN * (scatter(stream & MASK) | 1)) & MASK)
        self.position = 0

    def next(self):
        self.position += 1
        return scatter((self.key + GOLDEN * self.position) & MASK)

    def uniform(self):
        return (self.next() >> 11) * 2.0**-53

    def index(self, below):
        return (self.next() * below) >> 64

    def sample(self, count, total):
        if count >= total:
            return list(range(total))
        chosen = []
        for index in range(total):
            if len(chosen) < count and self.uniform() * (total - index) < count - len(chosen):
                chosen.append(index)
        return chosen


def gaussian(seed, stream, *shape):
    """Standard normal numbers; each pair shares 64 bits."""
    count = int(np.prod(shape))
    source = Stream(seed, stream)
    noise = np.zeros(count + 1)
    for i in range(0, count, 2):
        source.position = i
        bits = source.next()
        u = np.float32(np.float32(bits >> 40) + np.float32(0.5)) * np.float32(2.0**-24)
        angle = np.float32((bits >> 16) & 0xFFFFFF) * np.float32(2 * np.pi * 2.0**-24)
        radius = np.sqrt(-2 * np.log(np.float64(u)))
        noise[i], noise[i + 1] = radius * np.cos(np.float64(angle)), radius * np.sin(np.float64(angle))
    return noise[:count].reshape(shape)


def uniforms(seed, count):
    """The first uniform numbers of a stream."""
    z = np.uint64(Stream(seed).key) + np.uint64(GOLDEN) * np.arange(1, count + 1, dtype=np.uint64)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        z = (z ^ (z >> np.uint64(shift))) * np.uint64(factor)
    return ((z ^ (z >> np.uint64(31))) >> np.uint64(11)) * 2.0**-53
