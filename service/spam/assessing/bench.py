"""What the parts of the evaluation share: the rows, and models that never saw one of the sources, made once each."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from service.spam import building, training
from service.spam.assessing import material
from service.spam.assessing.material import Source
from service.spam.model import Model
from service.spam.synthetic import generator
from service.spam.training import Recipe, Row

Truth = NDArray[np.bool_]
Scores = NDArray[np.float64]


class Bench:
    """Rows by source, the shipped model, and models for which one source was left out."""

    def __init__(self, sources: dict[str, Source], shipped: Model, most: int, progress: Callable[[str], None]) -> None:
        self.sources = sources
        self.shipped = shipped
        self.most = most  # rows of a source
        self.progress = progress
        self._models: dict[tuple[str, bool], Model] = {}

    def mixed(self) -> list[Source]:
        """The sources that have both labels."""
        return [source for source in self.sources.values() if len({row.spam for row in source.rows}) == 2]

    def without(self, name: str, ours: bool = True) -> Model:
        """A model of all sources but one, with or without our own texts, calibrated as the shipped one is."""
        if (name, ours) not in self._models:
            self.progress(f"training without {name}{'' if ours else ' and without texts of our own'}")
            rows = material.pooled(self.sources, self.most, name) + (generator.rows() if ours else [])
            weights = training.learn(training.prepare(rows, Recipe()), Recipe())
            shipped = self.shipped
            weights = weights._replace(slope=shipped.weights.slope, offset=shipped.weights.offset)
            self._models[name, ours] = Model(f"without {name}", weights, shipped.hold_at, shipped.spam_at)
        return self._models[name, ours]

    def trained_on(self, rows: Sequence[Row]) -> Model:
        """A model of exactly these rows, as `greenroom train --no-synthetic` makes it."""
        built = building.build(rows, Recipe(), lambda _text: None)
        return Model("", built.weights, built.hold_at, built.spam_at)


def scored(model: Model, rows: Sequence[Row]) -> tuple[Truth, Scores]:
    """What the rows are, and what the model says."""
    return np.array([row.spam for row in rows]), np.array(model.score([row.sample for row in rows]))
