"""A sparse system. Planted: entries set one by one in `assemble`."""

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import spsolve


def assemble(n: int) -> sparse.csr_matrix:
    matrix = sparse.lil_matrix((n, n))
    for i in range(n):
        matrix[i, i] = 4.0
        if i + 1 < n:
            matrix[i, i + 1] = matrix[i + 1, i] = -1.0
    return matrix.tocsr()


def solve(matrix: sparse.csr_matrix) -> float:
    return float(spsolve(matrix, np.ones(matrix.shape[0])).sum())


if __name__ == "__main__":
    print(sum(solve(assemble(50_000 + n)) for n in range(6)))
