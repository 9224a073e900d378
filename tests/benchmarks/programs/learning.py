"""Fit and predict. Planted: one row for each call of predict in `predict_all`."""

import numpy as np
from sklearn.linear_model import Ridge


def fit(x: np.ndarray, y: np.ndarray) -> Ridge:
    return Ridge().fit(x, y)


def predict_all(model: Ridge, x: np.ndarray) -> float:
    return float(sum(model.predict(row[None, :])[0] for row in x))


if __name__ == "__main__":
    rng = np.random.default_rng(3)
    points = rng.random((20_000, 20))
    model = fit(points, points.sum(axis=1))
    print(sum(predict_all(model, points[n : n + 2_000]) for n in range(0, 10_000, 2_000)))
