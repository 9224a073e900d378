"""Text to numbers. Planted: an array that grows with np.append in `parse`."""

import numpy as np


def text(rows: int) -> str:
    return "\n".join(f"{i},{i * 0.5}" for i in range(rows))


def parse(lines: str) -> np.ndarray:
    found = np.empty(0)
    for line in lines.splitlines():
        found = np.append(found, float(line.split(",")[1]))
    return found


if __name__ == "__main__":
    print(sum(parse(text(50_000)).sum() for _ in range(4)))
