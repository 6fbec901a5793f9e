"""The heads that ship, and how each is trained (docs/models.md has what was measured)."""

from dataclasses import dataclass
from types import ModuleType

from pairlens_models.heads import naa, saem, vse
from pairlens_models.objective import Recipe

VIEWS = 1  # random pictures of every training photo, beside itself and its mirror image


@dataclass(frozen=True)
class Part:
    """One head of the ensemble: what its cosine counts, chosen on the dev split, and the stages of its training."""

    name: str
    head: ModuleType
    config: object
    weight: float
    stages: tuple[Recipe, ...]


def stages(epochs: int, more: int) -> tuple[Recipe, ...]:
    """All domains alike first, then every caption alike: photos of everyday scenes have five each, the other pictures one or two."""
    return (
        Recipe(epochs=epochs, seed=0, domain_share=0.3),
        Recipe(epochs=more, seed=1, domain_share=0.15, by_captions=True, learning_rate=4e-4),
    )


PARTS = (
    Part('saem', saem, saem.SaemConfig(), 1.0, stages(5, 4)),
    Part('naa', naa, naa.NaaConfig(), 0.5, stages(4, 3)),
    Part('vse', vse, vse.VseConfig(), 1.0, stages(5, 5)),
)
