"""docs/zoo.md: only what was measured, one row for every head and loss that was trained, published numbers beside it."""

import json
from collections import defaultdict
from pathlib import Path

import numpy as np

# Flickr8k where published there, else Flickr30k: R@1/5/10 image to text | text to image, and what the images were seen through
PUBLISHED = {
    'm-CNN long phrase': ('Flickr8k', '24.8 53.7 67.1 | 20.3 47.6 61.7', 'VGG, mean of four variants'),
    'm-RNN': ('Flickr8k', '14.5 37.2 48.5 | 11.5 31.0 42.4', 'AlexNet'),
    'NAA (reconstruction)': ('Flickr8k', '37.2 68.1 79.1 | 27.7 59.6 71.8', 'ResNet'),
    'SCAN': ('Flickr8k', '52.2 81.0 89.2 | 38.3 67.8 78.9', 'Faster R-CNN regions, two models'),
    'VSE': ('Flickr30k', '52.9 80.5 87.2 | 39.6 70.1 79.5', 'ResNet; VSE++'),
    'RRF-Net': ('Flickr30k', '47.6 77.4 87.1 | 35.4 68.3 79.9', 'ResNet, HGLMM'),
    'SAEM': ('Flickr30k', '69.1 91.0 95.1 | 52.4 81.1 88.1', 'Faster R-CNN regions, BERT'),
    'VSRN': ('Flickr30k', '70.4 89.2 93.7 | 53.0 77.9 85.7', 'Faster R-CNN regions'),
    'GSMN dense': ('Flickr30k', '72.6 93.5 96.8 | 53.7 80.0 87.0', 'Faster R-CNN regions'),
}

KEPT = '<!-- What follows is written by hand. -->'

INTRODUCTION = """# The matching methods side by side

Written by `npm run zoo` (`models/build/pairlens_models/zoo.py`) from what it trained; a head, a loss or a seed that was not run has no row.

Every head reads the same frozen int8 features (EfficientNet-Lite2 at 256 pixels pooled to 4 x 4 regions, MiniLM token states), is trained on
the same 6,091 images of Flickr8k (splits train and rest) by the same trainer, for the epochs its row says, and is measured as it is:
inductive, one model (or the named sum of models), no re-ranking unless the row says so. "Wrong": AUROC on coco-mini, on which nothing was
trained, of the CSLS of the own pair when 40 % of the images get another's caption, at random or with a word in common (10 seeds, each of
the five captions in turn).
Bytes are those of float16 weights without the backbones. Milliseconds a pair are of scoring alone, both sides encoded, on two shared
cores; a global head's is one product of 384 numbers.
"""

RECONSTRUCTIONS = """Named as reconstructions, since the papers could not be read: NAA's attention and its neighbour-aware loss. GSMN is
the dense variant with the propagation its paper describes, which its released code does not carry out. m-RNN has its own loss, the likelihood
of the caption. It and GSMN re-rank the best 20 of VSE; their wrong-caption figures are over all pairs.
The RRF-Net variant adds the input where the authors' release adds the state before, and has three rounds for their four.
"""


def record_of(out: Path) -> Path:
    return out.with_suffix('.jsonl')


def read_record(path: Path) -> dict[str, dict]:
    """What was measured, by the name of the run."""
    lines = path.read_text(encoding='utf-8').splitlines() if path.exists() else []
    return {result.pop('run'): result for result in map(json.loads, lines)}


def write_record(path: Path, record: dict[str, dict]) -> None:
    lines = [json.dumps({'run': name} | result) for name, result in sorted(record.items())]
    path.write_text('\n'.join(lines) + '\n', encoding='utf-8')


def grouped(rows: list[dict]) -> dict[tuple, list[dict]]:
    """Rows that differ in their seed only, together."""
    groups: dict[tuple, list[dict]] = defaultdict(list)
    for row in rows:
        groups[row['label'], row['loss'], row['epochs'], row['noise']].append(row)
    return groups


def spread(values: list[float], digits: int = 1) -> str:
    """The mean, and where there are several, half the distance from the smallest to the largest."""
    text = f'{np.mean(values):.{digits}f}'
    return text if len(values) < 2 else f'{text} ± {(max(values) - min(values)) / 2:.{digits}f}'


def recall_cells(rows: list[dict]) -> list[str]:
    return [' / '.join(spread([row['test'][n] for row in rows]) for n in part) for part in (range(3), range(3, 6))]


def wrong_cells(rows: list[dict]) -> list[str]:
    return [
        spread([row['auroc'][name][kind] for row in rows for name in row['auroc']], 3).replace('0.', '.') for kind in ('random', 'noun')
    ]


def line(*cells: object) -> str:
    return '| ' + ' | '.join(map(str, cells)) + ' |'


def table(*header: str) -> list[str]:
    return [line(*header), '|' + '---|' * len(header)]


def main_table(rows: list[dict]) -> list[str]:
    lines = table(
        'head',
        'loss',
        'epochs',
        'seeds',
        'image to text R@1/5/10',
        'text to image R@1/5/10',
        'wrong, random',
        'wrong, same noun',
        'weights',
        'MB',
        'ms a pair',
    )
    groups = grouped([row for row in rows if not row['noise']])
    for (label, loss, epochs, _), runs in sorted(
        groups.items(), key=lambda item: -np.mean([row['test'][0] + row['test'][3] for row in item[1]])
    ):
        first = runs[0]
        time = f'{np.median([row["msPerPair"] for row in runs]):.1g}' if first.get('msPerPair') else ''
        shown = f'{label}, re-ranking {first["rerank"].split("_")[0]}' if first.get('rerank') else label
        lines.append(
            line(
                shown,
                loss,
                epochs,
                len(runs),
                *recall_cells(runs),
                *wrong_cells(runs),
                f'{first["parameters"]:,}',
                f'{first["bytes"] / 1e6:.1f}',
                time,
            )
        )
    return lines


def published_table(rows: list[dict]) -> list[str]:
    lines = table(
        'method', 'published on', 'published R@1/5/10, image to text and text to image', 'seen through', 'ours on Flickr8k, best row'
    )
    for label, (data, numbers, backbone) in PUBLISHED.items():
        ours = [
            row
            for row in rows
            if row['label'].startswith(label) and '+' not in row['label'] and 'variant' not in row['label'] and not row['noise']
        ]
        if ours:  # sums of several heads are nobody's best row
            best = max(ours, key=lambda row: row['test'][0] + row['test'][3])['test']
            lines.append(
                line(
                    label, data, numbers.replace('|', 'and'), backbone, f'{" ".join(map(str, best[:3]))} and {" ".join(map(str, best[3:]))}'
                )
            )
    return lines


def noise_table(rows: list[dict]) -> list[str]:
    """K of kNN-margin down, share of wrong training captions across; cells: R@1 both ways on the clean test split."""
    found = {key: runs for key, runs in grouped(rows).items() if key[1].startswith('kNN-margin K=')}
    by_head = {(key[0], key[2]) for key in found if key[3]}
    lines = []
    for label, epochs in sorted(by_head):
        shares = sorted({key[3] for key in found if (key[0], key[2]) == (label, epochs)})
        lines += [
            f'{label}, {epochs} epochs. R@1 image to text / text to image:',
            '',
            *table('K', *(f'{share:.0%} wrong' for share in shares)),
        ]
        for k in sorted({int(key[1].split('=')[1]) for key in found if key[3]}):
            cells = []
            for share in shares:
                runs = found.get((label, f'kNN-margin K={k}', epochs, share))
                cells.append(' / '.join(spread([row['test'][n] for row in runs]) for n in (0, 3)) if runs else '')
            name = {1: '1 (max-margin)', 255: '255 (sum-margin)'}.get(k, str(k))
            lines.append(line(name, *cells))
        lines.append('')
    return lines


def write_report(rows: list[dict], out: Path) -> None:
    """Writes `out` anew; what stands below the mark KEPT in it is left as it is."""
    kept = out.read_text(encoding='utf-8').partition(KEPT)[2] if out.exists() else ''
    noise = noise_table(rows)
    parts = [INTRODUCTION, '## Heads and losses\n', *main_table(rows), '', RECONSTRUCTIONS]
    parts += [
        '## Beside what was published\n',
        'The published rows see images through other networks, most of them stronger than our int8 EfficientNet-Lite2, and train their text encoders; where the data differ, so does the task.\n',
    ]
    parts += [*published_table(rows), '']
    if noise:
        parts += [
            '## kNN-margin and wrong training captions\n',
            'That share of the training captions was given to other images; the test split is clean.\n',
            *noise,
        ]
    out.write_text('\n'.join([*parts, KEPT + kept]).rstrip() + '\n', encoding='utf-8')
