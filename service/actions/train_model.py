"""Trains a site's model, whole, in the process that was started for it: labels, fit, gate, files, rows.

The files are written before the rows that name them, and all rows in one unit: killed at any moment, a training leaves
the model in service and all labels as they were, and at most files that nobody names, which the next one sweeps.
"""

import asyncio
import shutil
import traceback
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from service.actions.fit_model import Fitted, fit, learning_curve
from service.actions.gate import Champion, Verdict, at_the_gate
from service.actions.model_card import card_of, words_of
from service.actions.reporter import Reporter, reporting
from service.actions.resources import Resources
from service.actions.set_golden import MOST_GOLDEN
from service.actions.set_thresholds import keeping
from service.actions.site_models import load_checked
from service.domain.errors import Refusal
from service.domain.learning import too_few
from service.domain.promotion import Promotion
from service.domain.site import Site
from service.domain.training import Trained, Training
from service.spam import adapting, artefact, neardup
from service.spam.manifest import ModelRefused
from service.spam.model import Model
from service.storage import labels, models, trainings
from service.storage.database import Outdated, Statement
from service.storage.labels import LabelRow

_MOST = {"refit": 5_000, "full": 20_000}  # labels, the newest: what memory they take is bounded by this
_SAID = 1_000  # of them, what the model said without having seen them is kept
_CURVE_UP_TO = 400  # labels, up to which a refit draws the learning curve too; a full training always does
_KEPT = 20  # versions with files
_LAST_ID = "~"


class Workshop(NamedTuple):
    """What a training needs beside the database: the shipped model, where models are kept, and their signature."""

    base: Model
    folder: Path
    secret: bytes


class CannotLearn(Refusal):
    """There is nothing to learn from."""


async def train_model(res: Resources, site: Site, training: Training, shop: Workshop) -> Training:
    """Carries out a training that has begun, and returns it as it ended. Whatever goes wrong is its `reason`."""
    try:
        async with reporting(res, training.id) as reporter:
            await _train(res, site, training, shop, reporter)
    except Refusal as refused:
        await res.db.write([trainings.failing(training.id, str(refused), res.now_ms())])
    except asyncio.CancelledError:
        await asyncio.shield(res.db.write([trainings.failing(training.id, "It was interrupted.", res.now_ms())]))
        raise
    except Exception as fault:
        await res.db.write([trainings.failing(training.id, f"It went wrong: {_where(fault)}.", res.now_ms())])
        raise
    ended = await trainings.find(res.db, site.id, training.id)
    assert ended is not None
    return ended


def _where(fault: Exception) -> str:
    """What kind of fault it is, and where. Not what it says: that may be a comment's text, which no erasure would find
    here."""
    place = traceback.extract_tb(fault.__traceback__)[-1]
    return f"{type(fault).__name__} in {Path(place.filename).name}, line {place.lineno}"


async def _train(res: Resources, site: Site, training: Training, shop: Workshop, reporter: Reporter) -> None:
    await asyncio.to_thread(_sweep, shop.folder / site.id, await _named(res, site))
    reporter.tell("finding near-duplicates", 0.05)
    rows, clusters = await asyncio.to_thread(
        _apart, await labels.newest(res.db, site.id, _MOST[training.kind]), await _aside(res, site)
    )
    reporter.reads(len(rows))
    await reporter.now()
    if (why := too_few([row.label for row in rows])) is not None:
        raise CannotLearn(why)
    champion = await _champion(res, site, shop)
    fitted = await asyncio.to_thread(fit, shop.base, rows, clusters, res.now_ms(), reporter.tell)
    reporter.tell("comparing it with the model in service", 0.7)
    verdict = await at_the_gate(res, site, fitted, rows, champion)
    curve = []
    if training.kind == "full" or len(rows) <= _CURVE_UP_TO:
        reporter.tell("drawing the learning curve", 0.85)
        curve = await asyncio.to_thread(learning_curve, shop.base, rows, clusters)
    reporter.tell("writing it", 0.95)
    card = card_of(site, training, fitted, verdict, curve)
    trained = await asyncio.to_thread(_save, res, training, shop, fitted, card)
    await _keep(res, site, trained, fitted, verdict, champion)
    await _drop_old(res, site, shop)


async def _champion(res: Resources, site: Site, shop: Workshop) -> Champion:
    """The model in service, or the shipped one where its files may not be loaded."""
    serving = await models.in_service_at(res.db, site.id)
    number = serving.number if serving else 0
    if serving is not None and serving.manifest_sha256 is not None:
        trained = await models.find(res.db, site.id, serving.version)
        with suppress(ModelRefused):
            folder = shop.folder / site.id / serving.version
            model = await asyncio.to_thread(load_checked, folder, serving.manifest_sha256, shop.secret)
            return Champion(model, trained, number)
    return Champion(shop.base, None, number)


async def _aside(res: Resources, site: Site) -> list[LabelRow]:
    return [one.row for one in await labels.golden(res.db, site.id, "", MOST_GOLDEN)]


def _apart(rows: list[LabelRow], golden: list[LabelRow]) -> tuple[list[LabelRow], list[int]]:
    """The rows to train on and their clusters: without near-duplicates of what models are judged by."""
    clusters = clusters_of([*rows, *golden])
    judged = set(clusters[len(rows) :])
    kept = [(row, cluster) for row, cluster in zip(rows, clusters, strict=False) if cluster not in judged]
    return [row for row, _ in kept], [cluster for _, cluster in kept]


def clusters_of(rows: list[LabelRow]) -> list[int]:
    """A number for each, the same for near-duplicates."""
    return neardup.cluster([neardup.sketch(row.text) for row in rows])


def _save(res: Resources, training: Training, shop: Workshop, fitted: Fitted, card: dict[str, Any]) -> Trained:
    """Writes the model's folder, whole or not at all, and returns the row that is to name it."""
    now = res.now_ms()
    moment = datetime.fromtimestamp(now / 1000, UTC)
    digest = fitted.adapted.model.version.rpartition("+")[2]
    version = f"{moment:%Y%m%d-%H%M%S}-{digest}"
    told = {
        **adapting.fields(fitted.adapted),
        "version": version,
        "created": moment.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "thresholds": card["thresholds"],
        "training": training.id,
        "card": card,
    }
    folder, weights = shop.folder / training.site_id / version, fitted.adapted.model.weights
    sha256 = artefact.save(folder, weights, told, words_of(version, card), shop.secret)
    gate, until = card["gate"], max(one.created_at for one in fitted.taught)
    return Trained(
        res.ids.new(),
        training.site_id,
        version,
        training.id,
        sha256,
        gate["outcome"],
        gate["reason"],
        until,
        card,
        now,
        None,
    )


async def _keep(
    res: Resources, site: Site, trained: Trained, fitted: Fitted, verdict: Verdict, champion: Champion
) -> None:
    """Writes everything that names the model, as one unit; without the promotion where another came into service."""
    try:
        await res.db.write(_unit(res, trained, fitted, _promotion(res, trained, verdict, champion)))
    except Outdated:
        late = "Another model came into service while this one was trained; it was compared with the one before."
        refused = msgspec.structs.replace(trained, outcome="refused", reason=late)
        await res.db.write(_unit(res, refused, fitted, []))


def _promotion(res: Resources, trained: Trained, verdict: Verdict, champion: Champion) -> list[Statement]:
    if trained.outcome == "refused":
        return []
    before, number, now = champion.model.version, champion.number + 1, res.now_ms()
    new = Promotion(trained.site_id, number, trained.version, before, "automatic", None, None, now)
    cuts = [keeping(trained.site_id, trained.version, verdict.asked, now)] if verdict.asked else []
    return [*models.promoting(new), *cuts]


def _unit(res: Resources, trained: Trained, fitted: Fitted, promotion: list[Statement]) -> list[Statement]:
    said = {one.comment_id: score for one, score in zip(fitted.taught[:_SAID], fitted.unseen[:_SAID], strict=True)}
    ended = trainings.finishing(trained, len(fitted.taught), res.now_ms())
    guards, rest = promotion[:1], promotion[1:]
    return [*guards, ended, models.adding(trained), *rest, *models.saying(trained.id, said)]


async def _named(res: Resources, site: Site) -> set[str]:
    """The versions of the site whose files somebody may ask for."""
    log = await models.promotions(res.db, site.id, _KEPT)
    newest = await models.page(res.db, site.id, _LAST_ID, _KEPT * 3)
    return {one.version for one in newest if one.dropped_at is None} | {one.version for one in log}


def _sweep(folder: Path, named: set[str]) -> None:
    """Removes what trainings that were killed have left: no other of this site runs."""
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.name not in named:
            shutil.rmtree(path, ignore_errors=True)


async def _drop_old(res: Resources, site: Site, shop: Workshop) -> None:
    """Removes the files of old versions, but of those that serve or that a rollback could lead to."""
    log = await models.promotions(res.db, site.id, _KEPT)
    wanted = {one.version for one in log} | {one.previous for one in log}
    for old in (await models.page(res.db, site.id, _LAST_ID, _KEPT * 3))[_KEPT:]:
        if old.dropped_at is None and old.version not in wanted:
            with suppress(Outdated):  # it came into service since the log was read
                await res.db.write(models.dropping(old.id, res.now_ms()))
                await asyncio.to_thread(shutil.rmtree, shop.folder / site.id / old.version, True)
