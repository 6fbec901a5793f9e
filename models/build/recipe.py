"""The recipe of the shipped heads (docs/models.md has what was measured)."""

from types import ModuleType

from anchors import Anchors
from heads.saem import SaemConfig
from nn import Params
from batches import TrainingData
from objective import Recipe
from train import train

CONFIG = SaemConfig()
VIEWS = 6  # random pictures of every training photo, beside itself and its mirror image
EPOCHS = 8


def train_head(head: ModuleType, config: SaemConfig, anchors: Anchors, data: TrainingData) -> Params:
    return train(head, config, anchors, data, Recipe(epochs=EPOCHS))
