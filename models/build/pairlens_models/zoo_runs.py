"""What the zoo trains: heads, losses and noisy captions, each a run with a name of its own."""

from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

from pairlens_models.heads import gsmn, mcnn, mrnn, naa, rrf, saem, scan, vse, vsrn
from pairlens_models.objective import Recipe


@dataclass(frozen=True)
class Run:
    """One training. `noise`: share of the training captions given to wrong images; `rerank`: the run whose best are scored again."""

    head: ModuleType
    config: object
    recipe: Recipe
    label: str
    loss: str
    noise: float = 0.0
    rerank: str | None = None
    top: int = 20

    @property
    def name(self) -> str:
        parts = [self.label, self.loss, f'{self.recipe.epochs}-epochs', f'seed-{self.recipe.seed}']
        if self.noise:
            parts.append(f'noise-{self.noise:.0%}'.replace('%', ''))
        return '_'.join(part.replace(' ', '-').replace(',', '') for part in parts)


# every loss by itself, as each would be used with a global head; batches hold 256 pairs
LOSSES: dict[str, dict[str, Any]] = {
    'CLIP': {},
    'SigLIP': {'contrastive': 0, 'sigmoid': 1},
    'sum-margin': {'contrastive': 0, 'margin': 1, 'margin_k': 255},
    'max-margin': {'contrastive': 0, 'margin': 1, 'margin_k': 1},
    'kNN-margin K=3': {'contrastive': 0, 'margin': 1, 'margin_k': 3},
    'kNN-margin K=10': {'contrastive': 0, 'margin': 1, 'margin_k': 10},
    'max-margin, angular warm-up': {'contrastive': 0, 'margin': 1, 'margin_k': 1, 'angular_epochs': 2},
    'HAL': {'contrastive': 0, 'hal': 1},
    'neighbour-aware': {'contrastive': 0, 'neighbour': 1, 'neighbour_batch': 3},
    'instance': {'contrastive': 0, 'instance': 1},
    'CLIP + instance': {'instance': 0.5},
    'CLIP + adversarial': {'adversarial': 0.1},
}

RRF_VARIANT = 'RRF-Net variant'
PAIRS = Recipe(images=64, learning_rate=5e-4)  # every pair of a batch is scored, hence fewer


def head_runs(vocabulary: int, epochs: int, seed: int) -> list[Run]:
    """Every head once, on the same data for the same number of epochs."""
    globals_ = [
        (vse, vse.VseConfig(), 'VSE'),
        (rrf, rrf.RrfConfig(), 'RRF-Net'),
        (rrf, rrf.RrfConfig(residual='input'), RRF_VARIANT),
        (naa, naa.NaaConfig(), 'NAA (reconstruction)'),
        (saem, saem.SaemConfig(), 'SAEM'),
        (vsrn, vsrn.VsrnConfig(vocabulary=vocabulary), 'VSRN'),
    ]
    pairs = [
        *((scan, scan.ScanConfig(way, pool), f'SCAN {way} {pool.upper()}') for way in ('t2i', 'i2t') for pool in ('avg', 'lse')),
        (mcnn, mcnn.McnnConfig(), 'm-CNN long phrase'),
    ]
    recipe = Recipe(epochs=epochs, seed=seed)
    paired = replace(PAIRS, epochs=epochs, seed=seed)
    runs = [Run(head, config, recipe, label, 'CLIP') for head, config, label in globals_]
    runs += [Run(head, config, paired, label, 'CLIP') for head, config, label in pairs]
    # All pairs of a test split take hours: these order the best of the cheapest head.
    runs.append(Run(gsmn, gsmn.GsmnConfig(), paired, 'GSMN dense', 'CLIP', rerank=runs[0].name))
    generative = replace(recipe, contrastive=0, images=128)
    runs.append(Run(mrnn, mrnn.MrnnConfig(vocabulary=vocabulary), generative, 'm-RNN', 'likelihood', rerank=runs[0].name))
    return runs


def loss_runs(epochs: int, seed: int) -> list[Run]:
    """Every loss once, with the cheapest head."""
    return [Run(vse, vse.VseConfig(), Recipe(epochs=epochs, seed=seed, **change), 'VSE', loss) for loss, change in LOSSES.items()]


def quick_runs(vocabulary: int) -> list[Run]:
    """A first look on a busy machine: cheap heads for some epochs, dear ones for one, every loss with the cheapest head."""
    epochs = {'VSE': 8, 'RRF-Net': 8, RRF_VARIANT: 8, 'NAA (reconstruction)': 6, 'SAEM': 8}
    runs = [replace(run, recipe=replace(run.recipe, epochs=epochs.get(run.label, 1))) for run in head_runs(vocabulary, 3, 0)]
    runs = [replace(run, rerank=runs[0].name) if run.rerank else run for run in runs]
    longest = replace(runs[0], recipe=replace(runs[0].recipe, epochs=16))
    return [*runs, longest, *loss_runs(3, 0), *noise_runs(3, 0)]


SHIPPED = 'shipped'

# sums of cosines, weights chosen on the dev split
SAEM_RUN, NAA_RUN = 'SAEM_CLIP_8-epochs_seed-0', 'NAA-(reconstruction)_CLIP_6-epochs_seed-0'
SCAN_T2I_RUN, SCAN_I2T_RUN = 'SCAN-t2i-AVG_CLIP_8-epochs_seed-0', 'SCAN-i2t-LSE_CLIP_8-epochs_seed-0'
VSE_RUN, RRF_RUN = 'VSE_CLIP_8-epochs_seed-0', 'RRF-Net-variant_CLIP_8-epochs_seed-0'
FUSIONS = {
    'SCAN t2i AVG + i2t LSE': {SCAN_T2I_RUN: 1.0, SCAN_I2T_RUN: 1.0},
    'SAEM + 0.5 NAA + VSE': {SAEM_RUN: 1.0, NAA_RUN: 0.5, VSE_RUN: 1.0},
    'SAEM + 0.5 NAA + VSE + 0.5 RRF-Net variant': {SAEM_RUN: 1.0, NAA_RUN: 0.5, VSE_RUN: 1.0, RRF_RUN: 0.5},
}


MARGINS = (1, 3, 10, 30, 255)
NOISE = (0.0, 0.2, 0.4)


def noise_runs(epochs: int, seed: int) -> list[Run]:
    """kNN-margin from max-margin (K = 1) to sum-margin (K = 255) with the cheapest head, on captions of which a share is wrong."""
    runs = []
    for noise in NOISE:
        for k in MARGINS:
            recipe = Recipe(epochs=epochs, seed=seed, contrastive=0, margin=1, margin_k=k)
            runs.append(Run(vse, vse.VseConfig(), recipe, 'VSE', f'kNN-margin K={k}', noise=noise))
    return runs
