"""Golden inputs and outputs: what every runtime must reproduce from the shipped files."""

import json
from pathlib import Path

import numpy as np

from pairlens_models.features import load_tokenizer, session, token_batch

CAPTIONS = [
    'A dog runs across the wet sand.',
    'two children, one in a red coat, are playing with a ball',
    'Man riding a wave on top of a surfboard -- at sunset!',
    "It's the café's window: \"open\" (9 a.m.–5 p.m.), isn't it?",
    'train',
    'A wide photograph of an old harbour in the early morning, with three blue fishing boats tied to a wooden pier, '
    'a man in a yellow raincoat who mends a net, two cats that watch him from a stack of crates, gulls above the water, '
    'a row of white houses with red roofs behind the quay, and low green hills under a grey and heavy sky that promises rain.',
]


def pixels(batch: int, size: int) -> np.ndarray:
    """uint8 (batch, size, size, 3): pixel (y, x, c) of image b is (7 x + 13 y + 29 c + 31 b + x y // 16) % 256."""
    b, y, x, c = np.ogrid[:batch, :size, :size, :3]
    return ((7 * x + 13 * y + 29 * c + 31 * b + x * y // 16) % 256).astype(np.uint8)


def _rounded(values: np.ndarray) -> list:
    return np.round(values.astype(np.float64), 5).tolist()


def write_golden(models: Path, files: dict[str, str], size: int) -> None:
    """golden/image.json and golden/text.json beside the models, through onnxruntime on this machine."""
    folder = models / 'golden'
    folder.mkdir(exist_ok=True)
    run = {name: session(models / file) for name, file in files.items()}

    grid, logits = run['imageBackbone'].run(['grid', 'logits'], {'pixels': pixels(3, size)})
    embedding, prior, look = run['imageHead'].run(['embedding', 'prior', 'look'], {'grid': grid, 'logits': logits})
    image = {
        'pixels': '(7 x + 13 y + 29 c + 31 b + floor(x y / 16)) mod 256 for image b, row y, column x, channel c',
        'shape': [3, size, size, 3],
        'gridShape': list(grid.shape),
        'gridMean': _rounded(grid.mean(1)[:, ::20]),
        'logits': _rounded(logits[:, ::10]),
        'embedding': _rounded(embedding),
        'prior': _rounded(prior),
        'look': _rounded(look),
        # int8 kernels round differently from one processor to the next; the angle between the vectors is what counts
        'tolerance': {'gridMean': 0.12, 'logits': 0.5, 'cosine': 0.98},
    }
    (folder / 'image.json').write_text(json.dumps(image) + '\n', encoding='utf-8')

    tokenizer = load_tokenizer(models / 'tokenizer.json')
    ids = [tokenizer.encode(caption).ids for caption in CAPTIONS]
    batch = token_batch(tokenizer, CAPTIONS)
    (states,) = run['textBackbone'].run(['states'], batch)
    head = {'states': states, 'attention_mask': batch['attention_mask']}
    embedding, sentence = run['textHead'].run(['embedding', 'sentence'], head)
    text = {
        'captions': CAPTIONS,
        'tokenIds': ids,
        'firstState': _rounded(states[:, 0]),
        'embedding': _rounded(embedding),
        'sentence': _rounded(sentence),
        'tolerance': {'firstState': 0.002, 'embedding': 0.001, 'sentence': 0.001},
    }
    (folder / 'text.json').write_text(json.dumps(text, ensure_ascii=False) + '\n', encoding='utf-8')
