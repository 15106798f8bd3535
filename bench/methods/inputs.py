"""Writes the inputs that all sides read, as little-endian doubles, one matrix a file, row by row."""
import sys
from pathlib import Path

import numpy as np

out = Path(sys.argv[1])
rng = np.random.default_rng(20261124)


def save(name, values):
    np.ascontiguousarray(values, dtype="<f8").tofile(out / f"{name}.f64")


groups = np.repeat(np.arange(5000), 20)
x = rng.normal(size=(100_000, 2))
y = 1 + x @ [0.5, -0.2] + rng.normal(0, 0.6, 5000)[groups] + rng.normal(size=100_000)
save("mixed", np.column_stack([y, x, groups]))
save("slope", np.column_stack([y + x[:, 0] * np.random.default_rng(20261129).normal(0, 0.3, 5000)[groups], x, groups]))
ratings = rng.integers(1, 6, (10_000, 20)).astype(float)
ratings[rng.random(ratings.shape) < 0.1] = np.nan
save("alpha", ratings)
save("alpha_small", rng.integers(1, 6, (200, 4)))
save("match", rng.normal(size=(100_000, 20)))
save("permute", np.column_stack([rng.normal(size=1000), rng.integers(0, 5, (1000, 45))]))
net = rng.normal(size=(100_000, 50))
save("net", np.column_stack([net[:, 0] - net[:, 1] + rng.normal(size=100_000), net]))
save("charts", rng.normal(size=(10_000, 36)))
# 5 x 8 x 8 x 10 categories with all their totals make 6 x 9 x 9 x 11 = 5,346 cells.
save("table", rng.negative_binomial(1.2, 0.03, (5, 8, 8, 10)))
