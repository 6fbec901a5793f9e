"""The heads that ship, and how each is trained (docs/models.md has what was measured)."""

from dataclasses import dataclass
from types import ModuleType

from pairlens_models.heads import naa, saem, vse
from pairlens_models.objective import Recipe

VIEWS = 6  # random pictures of every training photo, beside itself and its mirror image


@dataclass(frozen=True)
class Part:
    """One head of the ensemble: what its cosine counts, chosen on the dev split, and its training."""

    name: str
    head: ModuleType
    config: object
    weight: float
    recipe: Recipe


PARTS = (
    Part('saem', saem, saem.SaemConfig(), 1.0, Recipe(epochs=8, seed=0)),
    Part('naa', naa, naa.NaaConfig(), 0.5, Recipe(epochs=6, seed=0)),
    Part('vse', vse, vse.VseConfig(), 1.0, Recipe(epochs=8, seed=0)),
)
