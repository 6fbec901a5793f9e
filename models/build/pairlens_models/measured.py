"""Images and captions with cached features, as heads read them when nothing is trained."""

from dataclasses import dataclass

import numpy as np

from pairlens_models.batches import words_of
from pairlens_models.features import TextStates

BLOCK = 250  # captions that are padded together


@dataclass(frozen=True)
class Measured:
    """Images and captions to measure on. regions (N, R, 1280) float16, logits (N, 1000); owner[c]: row of the image of caption c."""

    regions: np.ndarray
    logits: np.ndarray
    texts: TextStates
    captions: np.ndarray
    owner: np.ndarray
    written: list[list[str]]
    words: np.ndarray

    def image_batch(self, rows: slice) -> dict[str, np.ndarray]:
        return {'regions': self.regions[rows].astype(np.float32), 'logits': self.logits[rows].astype(np.float32)}

    def text_batch(self, places: np.ndarray) -> dict[str, np.ndarray]:
        """`states`, `mask`, `words` of the captions at these places, padded to a multiple of 8 tokens."""
        captions = self.captions[places]
        states, mask = self.texts.padded(captions, 128)
        short = -states.shape[1] % 8
        words = words_of(self.texts, self.words, captions, states.shape[1])
        return {
            'states': np.pad(states, ((0, 0), (0, short), (0, 0))).astype(np.float32),
            'mask': np.pad(mask, ((0, 0), (0, short))),
            'words': np.pad(words, ((0, 0), (0, short))),
        }

    def blocks(self) -> list[np.ndarray]:
        """Places of all captions in blocks of similar length."""
        order = np.argsort(self.texts.length[self.captions], kind='stable')
        return [order[first : first + BLOCK] for first in range(0, len(order), BLOCK)]
