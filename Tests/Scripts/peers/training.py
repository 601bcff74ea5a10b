"""Training steps a second in eager PyTorch on two threads, for the network of Sources/Neural.

    python training.py WIDTH BATCH FEATURES BLOCKS

Prints one line: {"figures": {"PyTorch": {"steps": ...}}, "skipped": []}.
"""

import json
import sys
import time

try:
    import torch
    from torch import nn
except ImportError:
    print(json.dumps({"figures": {}, "skipped": ["PyTorch is not installed"]}))
    sys.exit(0)


class Block(nn.Module):
    """h += W2 · SiLU(W1 · LayerNorm(h) + b1) + b2; the identity at the start."""

    def __init__(self, width):
        super().__init__()
        self.normalization = nn.LayerNorm(width)
        self.first = nn.Linear(width, width)
        self.second = nn.Linear(width, width)
        nn.init.zeros_(self.second.weight)

    def forward(self, h):
        return h + self.second(nn.functional.silu(self.first(self.normalization(h))))


def network(width, features, blocks):
    return nn.Sequential(
        nn.Linear(features, width), *(Block(width) for _ in range(blocks)), nn.LayerNorm(width),
        nn.Linear(width, features))


def training_step(width, batch, features, blocks):
    """One step: weighted squares, gradient clipped by its norm, AdamW, running average."""
    model = network(width, features, blocks)
    parameters = list(model.parameters())
    average = [p.detach().clone() for p in parameters]
    # The quickest of the optimizer's three forms on a processor.
    optimizer = torch.optim.AdamW(
        parameters, lr=2e-3, weight_decay=0, eps=1e-8, fused=True)
    x, target = torch.randn(batch, features), torch.randn(batch, features)
    weight = torch.ones(batch, features)

    def step():
        loss = (weight * (model(x) - target).square()).mean()
        optimizer.zero_grad(set_to_none=False)
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, 1.0, foreach=True)
        optimizer.step()
        with torch.no_grad():
            torch._foreach_lerp_(average, parameters, 0.02)

    return step


def seconds_per_step(step, rounds=10, seconds=0.12):
    """The best of some rounds, each about this long."""
    for _ in range(5):
        step()
    start = time.perf_counter()
    step()
    steps = max(3, int(seconds / (time.perf_counter() - start)))
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        for _ in range(steps):
            step()
        times.append((time.perf_counter() - start) / steps)
    return min(times)


torch.manual_seed(0)
torch.set_num_threads(2)
best = seconds_per_step(training_step(*(int(word) for word in sys.argv[1:5])))
print(json.dumps({"figures": {"PyTorch": {"steps": 1 / best}}, "skipped": []}))
