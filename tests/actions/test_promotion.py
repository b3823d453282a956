"""Which model serves: across upgrades, when two act at once, when files go, and in this process's memory."""

import asyncio
import threading
from pathlib import Path

import pytest
from aiohttp import web

from service.actions import promote_model as promoting
from service.actions import site_models
from service.actions import train_model as training_of
from service.actions.model_life import life_of, version_of, versions
from service.actions.promote_model import promote_model, roll_back
from service.actions.resources import Resources
from service.actions.set_policy import set_policy
from service.actions.train_model import Workshop
from service.app import learn
from service.domain.errors import NotAllowedNow
from service.spam.model import Model
from service.storage import models, trainings
from service.web.app_keys import RESOURCES
from tests.conftest import Blog, WordModel, make_blog
from tests.own_models import SECRET, coming, keep_models, own_model

pytestmark = pytest.mark.both_engines


@pytest.fixture
async def res(res: Resources, tmp_path: Path) -> Resources:
    keep_models(res, tmp_path / "models")
    return res


async def serving(blog: Blog) -> str | None:
    return (await life_of(blog.res, blog.site)).version


async def promote(blog: Blog, *names: str) -> None:
    for name in names:
        await own_model(blog.res, blog.site, name)
        await promote_model(blog.res, blog.site, name, blog.owner, override=False)


async def test_after_an_upgrade_the_model_shipped_today_is_the_shipped_one(
    res: Resources, blog: Blog, model: WordModel
) -> None:
    await promote(blog, "own-1")
    await roll_back(res, blog.site, None)
    model.version = "words-2"
    assert await serving(blog) == "words-2"
    assert (await version_of(res, blog.site, "words-2")).state == "in_service"
    told, _ = await versions(res, blog.site, None, 50)
    assert [(one.version, one.state) for one in told] == [("own-1", "promoted"), ("words-2", "in_service")]
    with pytest.raises(NotAllowedNow):
        await roll_back(res, blog.site, None)


async def test_after_an_upgrade_a_site_can_go_back_to_the_shipped_model(
    res: Resources, blog: Blog, model: WordModel
) -> None:
    await promote(blog, "own-1")
    model.version = "words-2"
    assert (await roll_back(res, blog.site, blog.owner)).version == "words-2"
    assert res.models.of("blog") is None


async def test_who_goes_back_twice_from_one_version_goes_back_once(res: Resources, blog: Blog) -> None:
    await promote(blog, "own-1", "own-2")
    both = (roll_back(res, blog.site, blog.owner, "own-2") for _ in range(2))
    done = await asyncio.gather(*both, return_exceptions=True)
    assert sorted(isinstance(one, NotAllowedNow) for one in done) == [False, True]
    with pytest.raises(NotAllowedNow, match="Not own-2 but own-1 is in service by now"):
        await roll_back(res, blog.site, blog.owner, "own-2")
    assert await serving(blog) == "own-1"


async def test_a_rollback_that_another_overtakes_takes_no_second_step(
    res: Resources, blog: Blog, monkeypatch: pytest.MonkeyPatch
) -> None:
    await promote(blog, "own-1", "own-2")
    loading = promoting.loaded

    async def overtaken(*arguments: object) -> object:
        monkeypatch.undo()
        await roll_back(res, blog.site, blog.owner)
        return await loading(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(promoting, "loaded", overtaken)
    with pytest.raises(NotAllowedNow, match="at the same moment"):
        await roll_back(res, blog.site, blog.owner)
    assert await serving(blog) == "own-1"


async def test_a_slow_load_of_what_served_does_not_replace_what_serves(
    res: Resources, blog: Blog, monkeypatch: pytest.MonkeyPatch
) -> None:
    await own_model(res, blog.site, "own-1")
    begun, go_on, load = threading.Event(), threading.Event(), site_models.load_checked

    def slow(folder: Path, sha256: str, secret: bytes) -> Model:
        begun.set()
        go_on.wait()
        return load(folder, sha256, secret)

    monkeypatch.setattr(site_models, "load_checked", slow)
    await res.db.write(models.promoting(coming(blog.site, 1, "own-1", "words-1")))
    loads = asyncio.create_task(res.models.refresh(res.db))
    await asyncio.to_thread(begun.wait)
    await res.db.write(models.promoting(coming(blog.site, 2, "words-1", "own-1", "rollback")))
    switches = asyncio.create_task(res.models.refresh(res.db))
    for _ in range(20):  # it could be through with what it has to read by now
        await models.in_service(res.db)
    go_on.set()
    await asyncio.gather(loads, switches)
    assert res.models.of("blog") is None


async def test_one_sites_broken_files_are_no_harm_to_another(
    res: Resources, blog: Blog, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    other = await make_blog(res, "other")
    for one in (blog, other):
        await own_model(res, one.site, "own-1")
        await res.db.write(models.promoting(coming(one.site, 1, "own-1", "words-1")))
    load = site_models.load_checked

    def broken(folder: Path, sha256: str, secret: bytes) -> Model:
        if folder.parent.name == "blog":
            raise ValueError("no array")
        return load(folder, sha256, secret)

    monkeypatch.setattr(site_models, "load_checked", broken)
    await res.models.refresh(res.db)
    assert res.models.of("other") is not None
    assert "may not be loaded (no array)" in (res.models.fault_of("blog") or "")
    assert "The model own-1 of blog cannot be loaded." in caplog.text


async def test_a_model_that_an_upgrade_refuses_is_trained_anew(res: Resources, blog: Blog, tmp_path: Path) -> None:
    by_hand, well = await make_blog(res, "by-hand"), await make_blog(res, "well")
    await set_policy(res, by_hand.site, {"retraining": "by_hand"})
    for one in (blog, by_hand, well):
        await promote(one, "own-1")
        if one is not well:
            (res.models.folder_of(one.site.id, "own-1") / "manifest.json").write_text("{}")
    keep_models(res, tmp_path / "models")  # the process starts again
    await res.models.refresh(res.db)
    app = web.Application()
    app[RESOURCES] = res
    learn(app)
    runner = web.AppRunner(app)
    await runner.setup()
    begun = {name: (await trainings.latest(res.db, name, 1))[0].state for name in ("blog", "by-hand", "well")}
    await runner.cleanup()
    assert begun == {"blog": "running", "by-hand": "done", "well": "done"}


async def test_a_version_that_comes_into_service_meanwhile_keeps_its_files(
    res: Resources, blog: Blog, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("own-1", "own-2", "own-3"):
        await own_model(res, blog.site, name)
    monkeypatch.setattr(training_of, "_KEPT", 1)
    paging = models.page

    async def page(*arguments: object) -> object:
        monkeypatch.setattr(models, "page", paging)
        await promote_model(res, blog.site, "own-1", None, override=False)
        return await paging(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(models, "page", page)
    shop = Workshop(res.scorer.model, tmp_path / "models", SECRET)  # type: ignore[arg-type]
    await training_of._drop_old(res, blog.site, shop)
    assert sorted(path.name for path in (tmp_path / "models" / "blog").iterdir()) == ["own-1", "own-3"]
    kept = {one.version: one.dropped_at is None for one in await models.page(res.db, "blog", "~", 9)}
    assert kept == {"own-1": True, "own-2": False, "own-3": True}


async def test_a_version_whose_files_go_meanwhile_does_not_come_into_service(
    res: Resources, blog: Blog, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await own_model(res, blog.site, "own-1")
    loading = promoting.loaded

    async def dropped(*arguments: object) -> object:
        found = await loading(*arguments)  # type: ignore[arg-type]
        monkeypatch.undo()
        await res.db.write(models.dropping(made.id, 1))
        return found

    monkeypatch.setattr(promoting, "loaded", dropped)
    with pytest.raises(NotAllowedNow, match="only the card is kept"):
        await promote_model(res, blog.site, "own-1", blog.owner, override=False)
    assert await serving(blog) == "words-1"
