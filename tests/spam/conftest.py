"""What the tests of the spam room share: a small model that is quick to make, and the shipped one."""

from pathlib import Path

import numpy as np
import pytest

from service.spam import artefact
from service.spam.artefact import load_pinned
from service.spam.facts import FACTS
from service.spam.hashing import TABLE
from service.spam.linear import Linear
from service.spam.model import Model
from service.spam.shipped import SHIPPED_MANIFEST_SHA256, shipped_folder

FIELDS: dict[str, object] = {
    "version": "test-1",
    "thresholds": {"hold_at": 0.5, "spam_at": 0.9},
    "calibration": {"slope": 1.5, "offset": -0.25},
}


def some_weights() -> Linear:
    draw = np.random.default_rng(7)
    return Linear(draw.normal(size=TABLE).astype(np.float32), draw.normal(size=len(FACTS)), -0.5, 1.5, -0.25)


@pytest.fixture(scope="session")
def weights() -> Linear:
    return some_weights()


@pytest.fixture
def saved(tmp_path: Path, weights: Linear) -> Path:
    """A folder with a model, saved without a signature."""
    artefact.save(tmp_path / "model", weights, FIELDS)
    return tmp_path / "model"


@pytest.fixture(scope="session")
def shipped() -> Model:
    return load_pinned(shipped_folder(), SHIPPED_MANIFEST_SHA256)
