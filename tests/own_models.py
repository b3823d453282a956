"""Models of a site's own that were never trained: small ones with files and rows, made in milliseconds."""

from pathlib import Path
from typing import Any

from service.actions.resources import Resources
from service.actions.site_models import SiteModels
from service.actions.start_training import start_training
from service.domain.promotion import Promotion
from service.domain.site import Site
from service.domain.training import Trained
from service.spam import artefact
from service.storage import models, trainings
from tests.spam.conftest import FIELDS, some_weights

SECRET = b"the secret of this installation!"
_NONE_KEPT = {"count": 0, "of": 0, "share": None, "low": 0.0, "high": 1.0}
_CARD: dict[str, Any] = {
    "kind": "refit",
    "data": {"labels": 6, "ham": 3, "spam": 3, "by_source": {"moderator": {"ham": 3, "spam": 3}}},
    "thresholds": {"hold_at": 0.5, "spam_at": 0.9},
    "metrics": {"auc": None, "calibration_error": None, "spam_held": _NONE_KEPT, "ham_held": _NONE_KEPT},
    "learning_curve": [],
}


def keep_models(res: Resources, folder: Path) -> None:
    """Lets these resources keep models of sites."""
    object.__setattr__(res, "models", SiteModels(folder, SECRET))


async def own_model(res: Resources, site: Site, version: str) -> Trained:
    """A version that the gate let pass and that does not serve yet."""
    folder = res.models.folder_of(site.id, version)
    sha256 = artefact.save(folder, some_weights(), {**FIELDS, "version": version}, secret=SECRET)
    begun, now = await start_training(res, site, "refit"), res.now_ms()
    made = Trained(
        res.ids.new(), site.id, version, begun.id, sha256, "promoted", "Not worse.", now, _CARD, now, dropped_at=None
    )
    await res.db.write([trainings.finishing(made, 6, now), models.adding(made)])
    return made


def coming(site: Site, number: int, version: str, previous: str, kind: str = "automatic") -> Promotion:
    """A promotion as another process writes it."""
    return Promotion(site.id, number, version, previous, kind, None, None, 0)  # type: ignore[arg-type]
