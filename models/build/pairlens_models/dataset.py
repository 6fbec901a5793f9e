"""Reads a dataset folder: `captions.jsonl` with one {"image", "captions", "split"?} a line, and the images it names."""

import json
import re
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image, ImageEnhance, ImageOps

FUNCTION_TEXT = """
a an the is are was were be been am in on at of and or with to for by from his her its their our your while as that this these those it he she they
we you i some into onto over under out up down off near through behind front next there here who which what not no very one two three has have had
being other another each all
"""
FUNCTION_WORDS = frozenset(FUNCTION_TEXT.split())
HELD_OUT_EVERY = 7  # images of a folder without splits


@dataclass(frozen=True)
class Dataset:
    """`owner[c]` is the index of the image that caption c belongs to; `domains[i]` names the kind of picture that image i is."""

    images: list[Path]
    names: list[str]
    splits: np.ndarray
    captions: list[str]
    owner: np.ndarray
    domains: np.ndarray


def read_dataset(folder: Path) -> Dataset:
    rows = [json.loads(line) for line in (folder / 'captions.jsonl').read_text(encoding='utf-8').splitlines()]
    return Dataset(
        images=[folder / row['image'] for row in rows],
        names=[row['image'] for row in rows],
        splits=np.array([row.get('split', 'test') for row in rows]),
        captions=[caption for row in rows for caption in row['captions']],
        owner=np.array([index for index, row in enumerate(rows) for _ in row['captions']]),
        domains=np.array([row.get('domain', folder.name).split('/')[0] for row in rows]),
    )


def read_corpus(folders: list[Path]) -> Dataset:
    """Several dataset folders as one. Where a folder has no splits, every seventh image is held out as `test` and the rest is `train`."""
    parts = [read_dataset(folder) for folder in folders]
    splits = []
    for part in parts:
        unsplit = (part.splits == 'test').all()
        splits.append(np.where(np.arange(len(part.images)) % HELD_OUT_EVERY == 0, 'test', 'train') if unsplit else part.splits)
    before = np.cumsum([0] + [len(part.images) for part in parts[:-1]])
    return Dataset(
        images=[path for part in parts for path in part.images],
        names=[name for part in parts for name in part.names],
        splits=np.concatenate(splits),
        captions=[caption for part in parts for caption in part.captions],
        owner=np.concatenate([part.owner + first for part, first in zip(parts, before, strict=True)]),
        domains=np.concatenate([part.domains for part in parts]),
    )


def tag_list(caption: str) -> str:
    """The words of a caption that say what is seen, as people write tags: `brown dog, green grass` without the grammar."""
    words = [word for word in re.findall("[a-z']+", caption.lower()) if len(word) > 2 and word not in FUNCTION_WORDS]
    return ', '.join(dict.fromkeys(words))


def with_tag_lists(dataset: Dataset, rows: np.ndarray) -> Dataset:
    """The same with one more caption for each of these images: its first caption as a list of tags."""
    first = {int(owner): c for c, owner in reversed(list(enumerate(dataset.owner)))}
    lists = [(row, tag_list(dataset.captions[first[row]])) for row in map(int, rows)]
    lists = [(row, tags) for row, tags in lists if ',' in tags]
    return replace(
        dataset,
        captions=[*dataset.captions, *(tags for _, tags in lists)],
        owner=np.concatenate([dataset.owner, np.array([row for row, _ in lists], dataset.owner.dtype)]),
    )


def caption_groups(dataset: Dataset) -> np.ndarray:
    """(images,): equal numbers for images that share a caption, directly or through others: no caption of one is wrong for the other."""
    group = np.arange(len(dataset.images))

    def root(image: int) -> int:
        while group[image] != image:
            group[image] = image = group[group[image]]
        return image

    known: dict[str, int] = {}
    for caption, owner in zip(dataset.captions, dataset.owner, strict=True):
        other = known.setdefault(caption.lower().strip(' .'), int(owner))
        group[root(int(owner))] = root(other)
    return np.array([root(image) for image in range(len(group))])


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
