"""Writes the CSV files of this folder and golden.json: what the scores of small tables and series
must be, computed from the formulas alone.

    python3 -m venv v && v/bin/pip install numpy && v/bin/python golden.py

Nothing here is shared with the product but the addresses of random numbers (randomness.py). All is
computed in double precision by the plainest means: whole distance matrices, explicit inverses,
means window by window. What the product keeps in single precision (encoded values, knots, reference
residuals) is rounded where later steps compare or rank it.
"""

import csv
import json
import pathlib
import sys

import numpy as np

sys.dont_write_bytecode = True

import encoding  # noqa: E402
import networks  # noqa: E402
import randomness  # noqa: E402
import series  # noqa: E402
import tables  # noqa: E402

HERE = pathlib.Path(__file__).parent
rng = np.random.default_rng(19)


def write(name, header, rows):
    with open(HERE / f"{name}.csv", "w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])


def read(name):
    with open(HERE / f"{name}.csv", newline="") as file:
        header, *rows = csv.reader(file)
    return {name: [row[i] for row in rows] for i, name in enumerate(header)}


def rounded(x, digits=8):
    if isinstance(x, (list, tuple)):
        return [rounded(y) for y in x]
    if isinstance(x, dict):
        return {name: rounded(y) for name, y in x.items()}
    if isinstance(x, np.ndarray):
        return rounded(x.tolist())
    return float(f"{x:.{digits}g}") if isinstance(x, float) else x


def cell(x):
    return "" if np.isnan(x) else f"{x:.4f}".rstrip("0").rstrip(".")


def text(x):
    return f"{x:.8g}"


# Tables.


def draw_table(rows):
    """Two hidden numbers mixed into four columns, one of them heavy-tailed; a category that shifts
    them, and a column with gaps."""
    hidden = rng.normal(size=(rows, 2))
    phase = rng.choice(3, size=rows, p=[0.5, 0.3, 0.2])
    noise = rng.normal(size=(rows, 5)) * 0.2
    columns = [
        20 + 3 * hidden[:, 0] + phase + noise[:, 0],
        5 + hidden[:, 0] - hidden[:, 1] + noise[:, 1],
        np.exp(hidden[:, 1] + noise[:, 2]),
        100 - 10 * hidden[:, 1] + 5 * phase + 4 * noise[:, 3],
        hidden.sum(1) + noise[:, 4],
    ]
    columns[4][rng.random(rows) < 0.1] = np.nan
    return np.column_stack(columns), phase


def table_rows(numbers, phase):
    levels = ["idle", "warm", "full", "odd"]
    return [
        [*(cell(x) for x in row[:4]), levels[p], cell(row[4])] for row, p in zip(numbers, phase)]


def write_tables():
    header = ["pressure", "flow", "load", "heat", "phase", "level"]
    write("table-baseline", header, table_rows(*draw_table(240)))
    numbers, phase = draw_table(60)
    for row in range(40, 58):  # one column wrong each
        numbers[row, row % 5] += (-1) ** row * [4, 1.5, 6, 25, 2.5][row % 5]
    numbers[58], phase[59] = [60, -3, 80, 300, 9], 3
    write("table-test", header, table_rows(numbers, phase))


def read_table(name):
    number = lambda text: np.nan if text == "" else float(text)
    return {
        name: np.array(cells) if name == "phase" else np.array([number(x) for x in cells])
        for name, cells in read(name).items()}


def views_golden(encoder, baseline, test):
    scorer = tables.TableScorer(baseline, encoder.groups)
    contributions, expected = scorer.explain(test)
    return dict(
        calibration=scorer.calibration, scores=scorer.scores(test),
        local_weights=[view.weights[0] for view in scorer.views],
        view_weights=[view.weight for view in scorer.views], contributions=contributions,
        expected=expected)


def variant_golden(encoder, baseline, test, **options):
    scorer = tables.TableScorer(baseline, encoder.groups, **options)
    return dict(calibration=scorer.calibration, scores=scorer.scores(test))


def detector_golden(encoder, baseline, test):
    scorer = tables.TableScorer(baseline[:1], encoder.groups)
    threshold = tables.conformal(scorer.calibration)
    scores = scorer.scores(test[:1])
    contributions, expected = scorer.explain(test[:1], threshold, scores)
    return dict(
        threshold=threshold, scores=scores,
        blame=[tables.blame(row, encoder.groups, list(encoder.columns)) for row in contributions],
        expected=[decoded(encoder, row) for row in expected])


def decoded(encoder, expected):
    texts = []
    for column, group in zip(encoder.columns.values(), encoder.groups):
        if isinstance(column, encoding.Number):
            texts.append(text(expected[group[0]] * column.deviation + column.mean))
        else:
            levels = expected[list(group)[: len(column.levels)]]
            texts.append(column.levels[int(np.argmax(levels))])
    return texts


# Series.


def wave(rows, start):
    time = np.arange(start, start + rows)
    noise = np.zeros(rows)
    for i in range(1, rows):
        noise[i] = 0.6 * noise[i - 1] + rng.normal() * 0.15
    return 10 + 4 * (np.sin(time / 8) + 0.4 * np.sin(time / 3) + noise)


def machine(rows, start):
    """Three channels that follow one another, and a valve that is open or not."""
    time = np.arange(start, start + rows)
    drive = np.sin(time / 6) + 0.5 * np.sin(time / 17)
    noise = rng.normal(size=(rows, 3))
    open = (np.sin(time / 11) > 0).astype(float)
    return np.column_stack([
        50 + 8 * drive + noise[:, 0], 3 + np.roll(drive, 2) + 0.3 * open + 0.1 * noise[:, 1],
        1000 - 40 * drive + 15 * noise[:, 2], open])


def write_series(name, values, minutes, names):
    stamp = lambda m: f"2024-05-{1 + m // 1440:02}T{m // 60 % 24:02}:{m % 60:02}:00Z"
    write(name, ["time", *names], [
        [stamp(m), *(cell(x) for x in row)] for m, row in zip(minutes, values)])


def write_all_series():
    write_series("one-baseline", wave(480, 0)[:, None], range(480), ["flow"])
    test = wave(310, 480)
    test[60] += 6
    test[110:150] = test[110]
    test[200:] += 2
    test[[20, 21, 90]] = np.nan
    minutes = [*range(240), *range(300, 370)]  # a gap, then less than a window
    write_series("one-test", test[:, None], minutes, ["flow"])
    names = ["speed", "torque", "power", "valve"]
    write_series("several-baseline", machine(240, 0), range(240), names)
    test = machine(170, 240)
    test[40, 1] += 2
    test[70:100, 0] = test[70, 0]
    test[110:120, [1]] = test[20:30, [1]]
    test[[15, 16], 2] = np.nan
    write_series("several-test", test, [*range(130), *range(140, 180)], names)


def read_series(name):
    columns = read(name)
    times = [np.datetime64(text.rstrip("Z"), "m").astype(int) for text in columns.pop("time")]
    number = lambda text: np.nan if text == "" else float(text)
    values = np.array([[number(x) for x in cells] for cells in columns.values()]).T
    return list(columns), values, np.array(times)


def series_golden(name, causal=False):
    names, values, times = read_series(f"{name}-baseline")
    encoder = encoding.SeriesEncoder(values)
    stretches = encoder(values, times, 1)
    filled = [f for _, _, f in stretches]
    scorer = series.SeriesScorer([v for _, v, _ in stretches], encoder.distinct, causal)
    scorer.calibrate(filled)
    calibration = np.concatenate(scorer.left_out(filled))
    _, values, times = read_series(f"{name}-test")
    parts = [scorer.scores(v, f) for _, v, f in encoder(values, times, 1)]
    scores, squares, expected = (np.concatenate(p) for p in zip(*parts))
    groups = [[c] for c in range(len(names))]
    return dict(
        threshold=tables.conformal(calibration), calibration=calibration, scores=scores,
        blame=[tables.blame(row, groups, names) for row in squares],
        expected=[[text(x) for x in row] for row in expected * encoder.scale + encoder.mean])


# Networks.

ADAM = dict(
    learningRate=2e-3, beta1=0.9, beta2=0.999, epsilon=1e-8, weightDecay=0, clipNorm=1,
    averaging=0.98)
ROWS = dict(
    steps=400, batch=128, warmUp=50, optimizer=ADAM | dict(learningRate=5e-3), dropout=0,
    evaluationInterval=50, patience=4, seed=0)
TRAINING = dict(
    rows=ROWS,
    noiseLevels=ROWS | dict(
        steps=800, batch=256, optimizer=ADAM | dict(weightDecay=0.01), patience=100),
    windows=ROWS | dict(
        batch=64, optimizer=ADAM | dict(weightDecay=0.01, clipNorm=5, averaging=0.99),
        evaluationInterval=200, patience=100))


def write_narrow():
    for name, rows in (("narrow-baseline", 400), ("narrow-test", 40)):
        x, noise = rng.normal(size=rows), rng.normal(size=rows) * 0.1
        y = x**2 + noise + (np.arange(rows) >= 30) * (name == "narrow-test")
        write(name, ["x", "y"], [[cell(a), cell(b)] for a, b in zip(x, y)])


def network_table_golden():
    baseline, test = read_table("narrow-baseline"), read_table("narrow-test")
    encoder = encoding.TableEncoder(baseline)
    table = networks.NetworkedTable(encoder(baseline), encoder.groups)
    step = lambda net, steps, size: networks.last_step(
        net.network, net.batch, steps, size, table.seen, table.unseen)
    return dict(
        calibration=table.calibration, scores=table.scores(encoder(test)),
        denoiser=step(table.denoiser, 400, 128), noise_level=step(table.level, 800, 256))


def network_series_golden():
    _, values, times = read_series("one-baseline")
    encoder = encoding.SeriesEncoder(values)
    [(_, values, filled)] = encoder(values, times, 1)
    answer = lambda length: randomness.uniforms(4, length) - 0.5
    scorer = networks.NetworkedSeries([values], encoder.distinct, answer).calibrate([filled])
    _, values, times = read_series("one-test")
    _, values, filled = encoder(values, times, 1)[0]
    scores, _, expected = scorer.scores(values, filled)
    return dict(scores=scores, expected=expected[:, 0], windows=scorer.last_step())


def formula(seed, *shape):
    return encoding.single(randomness.uniforms(seed, int(np.prod(shape))) - 0.5).reshape(shape)


def network_window_golden():
    """Networks under given axes and conditions, on windows whose axes are their eight features."""
    sign = lambda i, j: (-1) ** bin(i & (j + 1)).count("1")
    windows = np.array([[sign(i, j) * (j + 1) / 4 for j in range(8)] for i in range(64)])
    variances = (np.arange(1, 9) / 4) ** 2
    own = networks.Axes(variances, 0.25 * np.sqrt(variances.mean()), 32, 2)
    given = networks.Axes(np.arange(1.0, 9.0), 0.5, 32, 2)
    axes, whitener, root, estimator = (
        formula(seed, *s) for seed, s in enumerate([(8, 8), (8, 8), (8, 2), (6, 2)]))
    known = np.column_stack([windows[:, :6], windows[:, :6] @ estimator])
    marks = np.tile([0.0, 1.0], (64, 1))
    inputs = np.column_stack([np.clip(known @ (16 * whitener), -8, 8), marks])
    return dict(
        axes=networks.last_step(own.network, own.batch, 400, 64, windows, windows[-6:]),
        axis_correction=-given.correction(windows @ axes) @ axes.T,
        window_correction=networks.Network(10, 8, 32, 2)(inputs) @ root)


def main():
    write_tables()
    write_all_series()
    write_narrow()
    baseline, test = read_table("table-baseline"), read_table("table-test")
    encoder = encoding.TableEncoder(baseline)
    baseline, test = encoder(baseline), encoder(test)
    golden = dict(
        views=views_golden(encoder, baseline, test),
        compact=variant_golden(encoder, baseline, test, compact=True),
        contaminated=variant_golden(encoder, baseline, test, contamination=0.05),
        table=detector_golden(encoder, baseline, test), one=series_golden("one"),
        causal=series_golden("one", causal=True), several=series_golden("several"),
        network_table=network_table_golden(), network_series=network_series_golden(),
        network_windows=network_window_golden(), training=TRAINING)
    (HERE / "golden.json").write_text(
        json.dumps(rounded(golden), separators=(",", ":")) + "\n")


main()
