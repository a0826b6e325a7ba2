"""How near two texts are in meaning, from the unit vectors that stand for them."""

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]
"""Shape (n, d), each row of unit length."""


def likeness(left: Vectors, right: Vectors) -> npt.NDArray[np.float64]:
    """The cosine of every row of `left` with every row of `right`, shape (len(left), len(right)).

    Either side may be empty, whatever its width. Rounded to six places, so that the same texts give the same
    choice on every machine.
    """
    if not len(left) or not len(right):
        return np.zeros((len(left), len(right)))
    return np.round(left.astype(np.float64) @ right.astype(np.float64).T, 6)


def ramp(value: float, low: float, high: float) -> float:
    """0 up to `low`, 1 from `high` on, straight between."""
    return min(1.0, max(0.0, (value - low) / (high - low)))
