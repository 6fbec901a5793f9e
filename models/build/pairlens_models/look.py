"""The look of an image: its mean region feature, whitened, for neighbours within the images alone."""

import numpy as np

DIMENSIONS = 256
_SHRINKAGE = 0.5  # exponent of the eigenvalues: 0 leaves them, 1 is full whitening, which amplifies noise


def fit_look(means: np.ndarray) -> dict[str, np.ndarray]:
    """means (N, 1280): mean region features of the training images -> {'mean' (1280,), 'projection' (1280, 256)}."""
    mean = means.mean(0)
    values, vectors = np.linalg.eigh(np.cov((means - mean).T.astype(np.float64)))
    best = np.argsort(values)[::-1][:DIMENSIONS]
    projection = vectors[:, best] / np.maximum(values[best], 1e-6) ** (_SHRINKAGE / 2)
    return {'mean': mean.astype(np.float32), 'projection': projection.astype(np.float32)}
