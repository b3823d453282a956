"""The only wiring: from settings to an application that can be served, and to the resources that commands use."""

import os
import random
import secrets
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from aiohttp import web

from service.actions.agree_on_secret import agree_on_secret
from service.actions.changes import Changes
from service.actions.following import Following
from service.actions.issuers import Issuers
from service.actions.keep_searchable import kept_searchable
from service.actions.learn_by_itself import learning_by_itself
from service.actions.limits import Limits
from service.actions.presence import Presence
from service.actions.readiness import Ready
from service.actions.replace_refused import replace_refused
from service.actions.replays import Replays
from service.actions.resources import Resources
from service.actions.seal import Seal
from service.actions.share_limits import shared_limits
from service.actions.site_models import SiteModels
from service.actions.sweep import sweep_regularly
from service.actions.trainer import Trainer
from service.actions.watch_models import Watching
from service.domain.errors import Refusal
from service.domain.ids import Ids
from service.outbox.console import Console
from service.outbox.sending import Office
from service.outbox.smtp import Smtp, server_of
from service.outbox.worker import at_work
from service.outward.client import Outward
from service.settings import PREFIX, Settings
from service.spam.artefact import load_pinned
from service.spam.facts import Sample
from service.spam.manifest import ModelRefused
from service.spam.scorer import Scorer
from service.spam.shipped import SHIPPED_MANIFEST_SHA256, shipped_folder
from service.storage.cache import Cache
from service.storage.engines import migrate, open_database
from service.web.app_keys import FOLLOWING, PAGES, PRESENCE, READY, REPLAYS, RESOURCES, SERVING, WATCHING, Serving
from service.web.bodies import MAX_BODY
from service.web.envelope import envelope
from service.web.page_cache import PageCache
from service.web.pages.reference import REFERENCE, Reference
from service.web.routes import ROUTES


def now_ms() -> int:
    """The wall clock, in milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def database_of(settings: Settings) -> str:
    """The database that the settings name: the URL of a server, or the path of a SQLite file."""
    return settings.database or str(settings.data / "greenroom.sqlite")


def models_folder(settings: Settings) -> Path:
    """Where the models that are trained here are kept, a folder for each site."""
    return settings.data / "models"


def for_trainings(settings: Settings) -> dict[str, str]:
    """The environment of processes that train: what they need of the settings, which may have come from a file."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    own = {"DATA": str(settings.data.absolute()), "DATABASE": settings.database, "SECRET": settings.secret or ""}
    return kept | {PREFIX + name: value for name, value in own.items() if value}


def secret_of(settings: Settings) -> bytes:
    """The installation's secret: the setting, else the file in the data folder, made once with mode 600."""
    if settings.secret is not None:
        return settings.secret.encode()
    path = settings.data / "secret"
    settings.data.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        _make_secret(path)
    secret = path.read_bytes().strip()
    if len(secret) < 32:
        raise Refusal(f"{path} holds no secret: put it back from a backup, or delete it so that one is made anew.")
    return secret


def _make_secret(path: Path) -> None:
    """Whole or not at all, also when two processes start at once: the first to link its file is the one."""
    handle, fresh = tempfile.mkstemp(dir=path.parent)  # mode 600
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(32))
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):
        os.link(fresh, path)
    Path(fresh).unlink()


@asynccontextmanager
async def open_resources(
    settings: Settings, scoring: bool = False, trainer: Trainer | None = None
) -> AsyncIterator[Resources]:
    """Opens the database (made or migrated where needed) and, if asked for, the model; closes both at the end."""
    secret = secret_of(settings)  # before anything is open that would have to be closed again
    migrate(database_of(settings))
    db = await open_database(database_of(settings))
    scorer = _scorer() if scoring else Scorer(None)
    changes = Changes()
    outward = Outward(settings.outward_private)
    models, trainer = SiteModels(models_folder(settings), secret), trainer or Trainer()
    seal = Seal(secret)
    try:
        await agree_on_secret(db, seal)
        if scoring:
            scorer.start()
            await models.refresh(db)
            db.on_foreign_change(lambda: models.hear(db))
        yield Resources(
            db=db,
            cache=Cache(db),
            scorer=scorer,
            limits=Limits(settings.rate_limits, now_ms),  # type: ignore[arg-type]
            changes=changes,
            now_ms=now_ms,
            ids=Ids(now_ms, random.Random(secrets.randbits(256)).getrandbits),  # noqa: S311 - ids are no secrets
            new_secret=lambda: f"gr_{secrets.token_urlsafe(32)}",
            seal=seal,
            outward=outward,
            issuers=Issuers(outward, now_ms),
            models=models,
            trainer=trainer,
        )
    finally:
        await trainer.stop()
        await models.close()
        await outward.close()
        await scorer.stop()
        await db.close()


def _scorer() -> Scorer:
    """The scorer with the shipped model; without one that may be loaded, everything is held as unscored."""
    try:
        model = load_pinned(shipped_folder(), SHIPPED_MANIFEST_SHA256)
        model.score([Sample("the first score loads what Python and NumPy load late")])
        return Scorer(model)
    except ModelRefused as refused:
        return Scorer(None, str(refused))


def build_app(settings: Settings, res: Resources, serving: Serving) -> web.Application:
    """The application over these resources."""
    app = web.Application(middlewares=[envelope], client_max_size=MAX_BODY)
    pages = PageCache()
    res.changes.listen(pages.hear)
    res.db.on_foreign_change(lambda: res.changes.announce(None))
    app[RESOURCES], app[SERVING], app[READY] = res, serving, Ready(res)
    app[PAGES], app[REPLAYS], app[FOLLOWING] = pages, Replays(res), Following(res)
    app[REFERENCE], app[PRESENCE], app[WATCHING] = Reference(ROUTES), Presence(res.now_ms), Watching(res)
    app.add_routes(ROUTES)
    app.cleanup_ctx.append(_sweeping)
    app.on_shutdown.append(_end_streams)
    return app


async def _end_streams(app: web.Application) -> None:
    """Streams end at once when the service stops: nobody waits for them."""
    app[FOLLOWING].close()


async def _sweeping(app: web.Application) -> AsyncIterator[None]:
    res = app[RESOURCES]
    async with sweep_regularly(res, app[REPLAYS]), kept_searchable(res), shared_limits(res):
        yield


def learn(app: web.Application) -> None:
    """Lets the application retrain sites' models by itself, as their owners allow."""

    async def learning(_: web.Application) -> AsyncIterator[None]:
        await replace_refused(app[RESOURCES])
        async with learning_by_itself(app[RESOURCES]):
            yield

    app.cleanup_ctx.append(learning)


def send_letters(app: web.Application, settings: Settings, write: Callable[[str], None]) -> None:
    """Lets the application send what is in the outbox; without a mail server, letters are written on the console."""
    res = app[RESOURCES]
    transport = Smtp(server_of(settings.smtp_url)) if settings.smtp_url else Console(write)
    office = Office(res, transport, lambda: app[SERVING].public_url, settings.mail_from)

    async def sending(_: web.Application) -> AsyncIterator[None]:
        async with at_work(office, res.changes.listen_for_queued):
            yield

    app.cleanup_ctx.append(sending)
