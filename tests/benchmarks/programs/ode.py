"""An oscillator. Planted: a right-hand side that builds small arrays in `slope`."""

import numpy as np
from scipy.integrate import solve_ivp


def slope(t: float, y: np.ndarray) -> np.ndarray:
    matrix = np.array([[0.0, 1.0], [-25.0, -0.1]])
    force = np.array([0.0, np.sin(t)])
    return np.asarray(np.dot(matrix, y) + force)


def solve(end: float) -> float:
    found = solve_ivp(slope, (0, end), [1.0, 0.0], rtol=1e-9)
    return float(found.y[0, -1])


if __name__ == "__main__":
    print(sum(solve(1000.0 + n) for n in range(4)))
