"""Frozen features of a dataset from the shipped int8 backbones, cached as flat arrays that training maps into memory."""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image, ImageOps
from tokenizers import Tokenizer

from pairlens_models.dataset import Dataset, augment, open_photo, squash

MAX_TOKENS = 128
GRID_SCALE = 6 / 255  # the grid leaves a ReLU6 and an 8-bit quantiser: its values are multiples of this


@dataclass(frozen=True)
class TextStates:
    """Token states of all captions in one flat (tokens, width) float16 array; caption c is rows start[c] .. start[c] + length[c]."""

    flat: np.ndarray
    start: np.ndarray
    length: np.ndarray

    def padded(self, captions: np.ndarray, longest: int) -> tuple[np.ndarray, np.ndarray]:
        """(B, L, width) float16, zero where the mask (B, L) is 0; L is the longest of the batch, at most `longest`."""
        lengths = np.minimum(self.length[captions], longest)
        place = np.arange(lengths.max())
        mask = place[None] < lengths[:, None]
        rows = np.where(mask, self.start[captions][:, None] + place[None], 0)
        return self.flat[rows] * mask[..., None].astype(np.float16), mask.astype(np.int64)


def session(model: Path) -> onnxruntime.InferenceSession:
    return onnxruntime.InferenceSession(str(model), same_everywhere(), providers=['CPUExecutionProvider'])


def same_everywhere() -> onnxruntime.SessionOptions:
    """Options with which int8 graphs are right on x64 processors without VNNI, whose sums of two products of bytes overflow 16 bits."""
    options = onnxruntime.SessionOptions()
    options.add_session_config_entry('session.x64quantprecision', '1')
    return options


def load_tokenizer(path: Path) -> Tokenizer:
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    return tokenizer


def token_batch(tokenizer: Tokenizer, texts: list[str]) -> dict[str, np.ndarray]:
    """The int64 inputs of the text backbone, padded to the longest text."""
    encoded = [item.ids for item in tokenizer.encode_batch(texts)]
    ids = np.zeros((len(encoded), max(map(len, encoded))), np.int64)
    mask = np.zeros_like(ids)
    for row, tokens in enumerate(encoded):
        ids[row, : len(tokens)] = tokens
        mask[row, : len(tokens)] = 1
    return {'input_ids': ids, 'attention_mask': mask, 'token_type_ids': np.zeros_like(ids)}


def encode_texts(backbone: onnxruntime.InferenceSession, tokenizer: Tokenizer, texts: list[str], batch: int = 64) -> TextStates:
    length = np.array([len(item.ids) for item in tokenizer.encode_batch(texts)])
    start = np.concatenate([[0], np.cumsum(length)[:-1]])
    (states,) = backbone.get_outputs()
    flat = np.zeros((length.sum(), states.shape[2]), np.float16)
    order = np.argsort(length, kind='stable')
    for first in range(0, len(texts), batch):
        rows = order[first : first + batch]
        (hidden,) = backbone.run(None, token_batch(tokenizer, [texts[row] for row in rows]))
        for row, values in zip(rows, hidden, strict=True):
            flat[start[row] : start[row] + length[row]] = values[: length[row]]
    return TextStates(flat, start, length)


def views(count: int, seed: int) -> list[tuple[str, Callable[[Image.Image, int], Image.Image]]]:
    """The pictures made of one photo: itself, mirrored, then `count` random ones that depend on the seed and the photo only."""
    plain = [('plain', lambda photo, _: photo), ('mirror', lambda photo, _: ImageOps.mirror(photo))]

    def random_view(number: int) -> Callable[[Image.Image, int], Image.Image]:
        return lambda photo, index: augment(photo, np.random.default_rng([seed, number, index]))

    return plain + [(f'random{number}', random_view(number)) for number in range(count)]


def encode_images(
    backbone: onnxruntime.InferenceSession,
    photos: list[Path],
    change: Callable[[Image.Image, int], Image.Image],
    batch: int = 32,
) -> Iterator[tuple[slice, np.ndarray, np.ndarray]]:
    """Yields (rows, grid (B, R, 1280) float32, logits (B, 1000) float32), decoding ahead on the other core."""
    size = backbone.get_inputs()[0].shape[1]

    def decode(first: int) -> np.ndarray:
        indices = range(first, min(first + batch, len(photos)))
        return np.stack([squash(change(open_photo(photos[index]), index), size) for index in indices])

    starts = list(range(0, len(photos), batch))
    with ThreadPoolExecutor(2) as pool:
        ahead = deque(pool.submit(decode, first) for first in starts[:3])
        for number, first in enumerate(starts):
            pixels = ahead.popleft().result()
            if number + 3 < len(starts):
                ahead.append(pool.submit(decode, starts[number + 3]))
            yield slice(first, first + len(pixels)), *backbone.run(['grid', 'logits'], {'pixels': pixels})


def cached_images(backbone: Path, dataset: Dataset, name: str, change, rows: np.ndarray, cache: Path) -> tuple[np.ndarray, np.ndarray]:
    """grid (N, R, 1280) uint8 in steps of GRID_SCALE and logits (N, 1000) float16 of the given images, kept in `cache`."""
    files = cache / f'{name}.grid.npy', cache / f'{name}.logits.npy'
    if not all(file.exists() for file in files):
        cache.mkdir(parents=True, exist_ok=True)
        running = session(backbone)
        regions = running.get_outputs()[0].shape[1]
        partial = cache / f'{name}.grid.part'
        grid = np.lib.format.open_memmap(partial, 'w+', np.uint8, (len(rows), regions, 1280))
        logits = np.zeros((len(rows), 1000), np.float16)
        for part, features, scores in encode_images(running, [dataset.images[row] for row in rows], change):
            grid[part] = np.rint(features / GRID_SCALE)
            logits[part] = scores
        grid.flush()
        np.save(files[1], logits)
        partial.rename(files[0])
    return np.load(files[0], mmap_mode='r'), np.load(files[1])


def cached_texts(backbone: Path, tokenizer: Path, dataset: Dataset, cache: Path) -> TextStates:
    file = cache / 'states.npz'
    if not file.exists():
        cache.mkdir(parents=True, exist_ok=True)
        states = encode_texts(session(backbone), load_tokenizer(tokenizer), dataset.captions)
        np.savez(file, flat=states.flat, start=states.start, length=states.length)
    with np.load(file) as saved:
        return TextStates(saved['flat'], saved['start'], saved['length'])
