"""A module beside a function's own."""

from typing import Any

import numpy as np


def shifted(x: Any) -> Any:
    return np.sin(x)
