"""Reads a dataset folder: `captions.jsonl` with one {"image", "captions", "split"?} a line, and the images it names."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageEnhance, ImageOps


@dataclass(frozen=True)
class Dataset:
    """`owner[c]` is the index of the image that caption c belongs to."""

    images: list[Path]
    names: list[str]
    splits: np.ndarray
    captions: list[str]
    owner: np.ndarray


def read_dataset(folder: Path) -> Dataset:
    rows = [json.loads(line) for line in (folder / 'captions.jsonl').read_text(encoding='utf-8').splitlines()]
    return Dataset(
        images=[folder / row['image'] for row in rows],
        names=[row['image'] for row in rows],
        splits=np.array([row.get('split', 'test') for row in rows]),
        captions=[caption for row in rows for caption in row['captions']],
        owner=np.array([index for index, row in enumerate(rows) for _ in row['captions']]),
    )


def open_photo(path: Path) -> Image.Image:
    return ImageOps.exif_transpose(Image.open(path)).convert('RGB')


def squash(photo: Image.Image, size: int) -> np.ndarray:
    """The whole photo as uint8 (size, size, 3): nothing is cut off, the aspect ratio is given up."""
    return np.asarray(photo.resize((size, size), Image.Resampling.BICUBIC))


def augment(photo: Image.Image, rng: np.random.Generator) -> Image.Image:
    """A random crop of 45 to 100 % of the area, mirrored half of the time, with other light and colour."""
    width, height = photo.size
    area, ratio = rng.uniform(0.45, 1.0), np.exp(rng.uniform(np.log(3 / 4), np.log(4 / 3)))
    w, h = min(1.0, np.sqrt(area * ratio)), min(1.0, np.sqrt(area / ratio))
    left, top = rng.uniform(0, 1 - w), rng.uniform(0, 1 - h)
    photo = photo.crop((int(left * width), int(top * height), int((left + w) * width), int((top + h) * height)))
    for enhance in (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color):
        photo = enhance(photo).enhance(rng.uniform(0.7, 1.3))
    return ImageOps.mirror(photo) if rng.random() < 0.5 else photo
