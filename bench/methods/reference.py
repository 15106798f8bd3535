"""Times the references in Python on the inputs: `name seconds`, on the processor, the least of three."""
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

warnings.filterwarnings("ignore")
folder = Path(sys.argv[1])


def load(name, width):
    return np.fromfile(folder / f"{name}.f64").reshape(-1, width)


def clock(name, work, times=3):
    best = np.inf
    for _ in range(times):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    print(name, f"{best:.6f}", flush=True)


def alpha():
    import krippendorff

    whole, small = load("alpha", 20).T, load("alpha_small", 4).T
    clock("alpha krippendorff", lambda: krippendorff.alpha(reliability_data=whole, level_of_measurement="ordinal"))
    rng = np.random.default_rng(1)

    def bootstrap():
        for _ in range(1000):
            krippendorff.alpha(reliability_data=small[:, rng.integers(0, 200, 200)], level_of_measurement="ordinal")

    clock("alpha-bootstrap krippendorff", bootstrap)


def matching():
    from sklearn.neighbors import NearestNeighbors

    rows = load("match", 20)

    def nearest():
        treated, others = rows[:1000], rows[1000:]
        centred = np.vstack([treated - treated.mean(0), others - others.mean(0)])
        root = np.linalg.cholesky(np.linalg.inv(centred.T @ centred / (len(rows) - 2)))
        NearestNeighbors(n_neighbors=5, algorithm="brute").fit(others @ root).kneighbors(treated @ root)

    clock("match scikit-learn", nearest)


def permute():
    data = load("permute", 46)
    rng = np.random.default_rng(1)

    def work():
        ranks = stats.rankdata(data, axis=0)
        ranks = (ranks - ranks.mean(0)) / ranks.std(0)
        orders = np.array([rng.permutation(ranks[:, 0]) for _ in range(10_000)])
        (np.abs(orders @ ranks[:, 1:] / 1000) >= np.abs(ranks[:, 0] @ ranks[:, 1:] / 1000)).sum(0)

    clock("permute numpy", work)


def net():
    from sklearn.linear_model import enet_path

    data = load("net", 51)
    x, y = np.asfortranarray(data[:, 1:]), data[:, 0].copy()
    clock("net scikit-learn", lambda: enet_path(x - x.mean(0), y - y.mean(), l1_ratio=0.5))


def mixed():
    import statsmodels.formula.api as smf

    frame = pd.DataFrame(load("mixed", 4), columns=["y", "x1", "x2", "g"])
    clock("mixed statsmodels", lambda: smf.mixedlm("y ~ x1 + x2", frame, groups="g").fit(reml=True), 1)


def charts():
    """Individuals charts as fast as numpy goes one by one: centre, screened limits, longest run and crossings."""
    rows = load("charts", 36)

    def work():
        # The table of the fewest crossings is looked up once, as any program would.
        known = {n: stats.binom.ppf(0.05, n - 1, 0.5) for n in range(2, 37)}
        for values in rows:
            centre = values.mean()
            ranges = np.abs(np.diff(values))
            reach = 3 * ranges[ranges < 3.267 * ranges.mean()].mean() / 1.128
            side = np.sign(values - centre)
            side = side[side != 0]
            changes = np.flatnonzero(np.diff(side))
            longest = np.diff(np.concatenate([[-1], changes, [len(side) - 1]])).max()
            _ = longest > round(np.log2(len(side))) + 3 or len(changes) < known[len(side)] or (np.abs(values - centre) > reach).any()

    clock("charts numpy", work)


def audit():
    inner = load("table", 10).reshape(5, 8, 8, 10)
    whole = inner
    for axis in range(4):
        whole = np.concatenate([whole, whole.sum(axis, keepdims=True)], axis)
    number = np.arange(whole.size).reshape(whole.shape)
    counts, hidden = whole.ravel(), np.zeros(whole.size, bool)
    hidden[(counts > 0) & (counts < 40)] = True
    unknown = np.flatnonzero(hidden)
    place = {cell: i for i, cell in enumerate(unknown)}
    lines, sums = [], []
    for axis in range(4):
        for line in np.moveaxis(number, axis, -1).reshape(-1, whole.shape[axis]):
            signed = [(c, -1.0 if c == line[-1] else 1.0) for c in line if hidden[c]]
            if signed:
                lines.append([(place[c], sign) for c, sign in signed])
                sums.append(sum(sign * counts[c] for c, sign in signed))
    entries = [(row, column, sign) for row, terms in enumerate(lines) for column, sign in terms]
    rows, columns, signs = map(np.array, zip(*entries))
    matrix = csr_matrix((signs, (rows, columns)), shape=(len(lines), len(unknown)))
    # All bounds would take long: twenty cells are bounded, and the time is scaled to all of them.
    sample = np.linspace(0, len(unknown) - 1, 20).astype(int)

    def work():
        for cell in sample:
            for sign in (1.0, -1.0):
                goal = np.zeros(len(unknown))
                goal[cell] = sign
                linprog(goal, A_eq=matrix, b_eq=sums, bounds=(0, None), method="highs")

    start = time.process_time()
    work()
    print("audit highs-scaled-from-20-cells", f"{(time.process_time() - start) * len(unknown) / 20:.6f}", flush=True)


for work in [alpha, matching, permute, net, mixed, charts, audit]:
    work()
