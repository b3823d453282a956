"""Trainings over a real database and the shipped model: promoted, refused, rolled back, poisoned, interrupted."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from functools import cache
from pathlib import Path

import msgspec
import pytest

from service.actions import train_model as training_of
from service.actions.decide_comments import Choice, decide_comments
from service.actions.erase_member import erase_member
from service.actions.model_life import Version, figures_of, simulation, version_of, versions
from service.actions.pass_audit import pass_audit
from service.actions.promote_model import promote_model, roll_back
from service.actions.resources import Resources
from service.actions.set_golden import golden_page, set_golden
from service.actions.set_member import MemberChange, set_member
from service.actions.set_policy import set_policy
from service.actions.set_thresholds import follow_policy
from service.actions.site_models import SiteModels
from service.actions.start_training import find_training, start_training
from service.actions.train_model import Workshop, train_model
from service.actions.undo_decision import undo_decision
from service.domain.errors import AlreadyTraining, NotAllowedNow, NotFound
from service.domain.member import Member
from service.domain.moderation import Action
from service.domain.training import Training
from service.spam.artefact import load_pinned
from service.spam.facts import Sample
from service.spam.model import Model
from service.spam.shipped import SHIPPED_MANIFEST_SHA256, shipped_folder
from service.storage import labels, models, sites
from service.storage.database import Database
from tests.campaign import Campaign
from tests.conftest import Blog, Clock, make_blog, resources

SECRET = b"the secret of this installation!"


@cache
def shipped() -> Model:
    return load_pinned(shipped_folder(), SHIPPED_MANIFEST_SHA256)


@pytest.fixture
async def res(db: Database, clock: Clock, tmp_path: Path) -> AsyncIterator[Resources]:
    """The shipped model, and a folder for others."""
    async with resources(db, clock, shipped()) as made:  # type: ignore[arg-type]
        object.__setattr__(made, "models", SiteModels(tmp_path / "models", SECRET))
        yield made
        await made.models.close()


class School:
    """A blog of which every comment waits, and short ways to teach and to train."""

    def __init__(self, blog: Blog, shop: Workshop) -> None:
        self.blog, self.res, self.shop = blog, blog.res, shop
        self.campaign = Campaign()

    async def decide(self, action: Action, text: str, by: Member | None = None, author: Member | None = None) -> str:
        comment = (await self.blog.post(text, author)).comment
        choice = [Choice(comment.id, comment.version)]
        decision, (done,) = await decide_comments(self.res, by or self.blog.moderator, action, choice, None)
        assert done.refusal is None
        return decision

    async def sit(self, decisions: int, by: Member | None = None) -> None:
        """Decides rightly about so many comments, half of them of the campaign."""
        for _ in range(decisions // 2):
            self.blog.res.now_ms.pass_s(1)  # type: ignore[attr-defined]
            await self.decide("approve", self.campaign.honest(), by)
            await self.decide("mark_spam", self.campaign.spam(), by)

    async def train(self) -> Training:
        self.blog.res.now_ms.pass_s(1)  # type: ignore[attr-defined]
        begun = await start_training(self.res, self.blog.site, "refit")
        site = await sites.find(self.res.db, self.blog.site.id)
        assert site is not None
        ended = await train_model(self.res, site, begun, self.shop)
        await self.res.models.refresh(self.res.db)
        return ended

    def model(self) -> Model:
        return self.res.models.of(self.blog.site.id) or shipped()

    def caught(self, count: int = 40) -> float:
        """How much of the campaign's next texts is held."""
        scores = self.model().score([Sample(self.campaign.spam(), "Ada") for _ in range(count)])
        return sum(score >= self.model().hold_at for score in scores) / count

    def held(self, count: int = 40) -> float:
        """How many of the next honest texts are held."""
        scores = self.model().score([Sample(self.campaign.honest(), "Ada") for _ in range(count)])
        return sum(score >= self.model().hold_at for score in scores) / count


@pytest.fixture
async def school(res: Resources, tmp_path: Path) -> School:
    blog = await make_blog(res, moderation="always")
    return School(blog, Workshop(shipped(), tmp_path / "models", SECRET))


async def version(school: School, name: str | None) -> Version:
    assert name is not None
    return await version_of(school.res, school.blog.site, name)


async def test_what_was_taught_serves_and_tells_what_it_was_made_of(school: School) -> None:
    assert school.caught() == 0.0
    await school.sit(40)
    ended = await school.train()
    assert (ended.state, ended.outcome, ended.labels) == ("done", "promoted", 40), ended.reason
    assert school.caught() > 0.9
    assert school.held() < 0.1
    found = await version(school, ended.version)
    assert found.state == "in_service"
    assert found.trained is not None
    card = found.trained.card
    assert card["data"]["by_source"] == {"moderator": {"ham": 20, "spam": 20}}
    assert card["gate"]["missed_spam"]["better"] > card["gate"]["missed_spam"]["worse"]
    folder = school.shop.folder / "blog" / found.version
    assert f"# Model {found.version} of blog" in (folder / "CARD.md").read_text(encoding="utf-8")
    told, more = await versions(school.res, school.blog.site, None, 50)
    assert [one.state for one in told] == ["in_service", "shipped"]
    assert more is None


async def test_figures_are_on_what_the_model_has_not_seen(school: School) -> None:
    await school.sit(40)
    found = await version(school, (await school.train()).version)
    assert found.trained is not None
    said = await models.said(school.res.db, found.trained.id)
    assert len(said) == 40
    figures = await figures_of(school.res, school.blog.site, found)
    assert (figures.ham, figures.spam) == (20, 20)
    seen = school.model().score([Sample(row.text, "Ada") for row in await labels.newest(school.res.db, "blog", 40)])
    assert sorted(seen) != sorted(said.values())  # it knows what it has seen better
    mine = await simulation(school.res, school.blog.site, found, None, None)
    theirs = await simulation(school.res, school.blog.site, await version(school, shipped().version), None, None)
    assert mine.spam.published.share.count < theirs.spam.published.share.count == 20


async def test_a_worse_model_is_refused_for_cause_and_kept(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    await school.sit(40)
    first = await school.train()
    fitting = training_of.fit

    def upside_down(*arguments: object) -> object:
        """A fault somewhere in the fit: whatever is spam it takes for ham."""
        fitted = fitting(*arguments)  # type: ignore[arg-type]
        return fitted._replace(unseen=[1.0 - score for score in fitted.unseen])

    monkeypatch.setattr(training_of, "fit", upside_down)
    second = await school.train()
    assert (second.state, second.outcome) == ("done", "refused")
    assert "lets more spam through than the model in service" in (second.reason or "")
    assert school.model().version == first.version
    assert (await version(school, second.version)).state == "refused"
    with pytest.raises(NotAllowedNow, match="The gate refused this version"):
        await promote_model(school.res, school.blog.site, second.version or "", school.blog.owner, override=False)
    done = await promote_model(school.res, school.blog.site, second.version or "", school.blog.owner, override=True)
    assert (done.state, done.promotions[-1].actor_name) == ("in_service", "Olive")


async def test_a_rollback_leads_back_step_by_step(school: School) -> None:
    await school.sit(30)
    first = await school.train()
    await school.sit(10)
    second = await school.train()
    assert school.model().version == second.version
    assert (await roll_back(school.res, school.blog.site, school.blog.owner)).version == first.version
    assert school.model().version == first.version
    assert (await roll_back(school.res, school.blog.site, None)).version == shipped().version
    assert school.res.models.of("blog") is None
    with pytest.raises(NotAllowedNow):
        await roll_back(school.res, school.blog.site, None)
    again = await promote_model(school.res, school.blog.site, second.version or "", school.blog.owner, override=False)
    assert [one.kind for one in again.promotions] == ["automatic", "promote"]


@pytest.mark.parametrize("share", [0.05, 0.2])
async def test_a_rogue_moderator_teaches_nothing(school: School, share: float) -> None:
    """He approves the campaign. What the others teach stands: as much of it is held as without him."""
    rogue = await school.blog.join("Rogue", "moderator")
    await school.sit(100)
    assert (await school.train()).outcome == "promoted"
    before = school.caught()
    for _ in range(int(100 * share / (1 - share))):
        await school.decide("approve", school.campaign.spam(), rogue)
    poisoned = await school.train()
    assert poisoned.outcome == "refused" or school.caught() >= before - (0.02 if share < 0.1 else 0.05)
    found = await version(school, poisoned.version)
    assert found.trained is not None
    (doubted,) = found.trained.card["data"]["distrusted"]
    assert doubted["moderator"] == rogue.id


async def test_nothing_is_learnt_from_a_few_labels_of_one_kind(school: School) -> None:
    for _ in range(4):
        await school.decide("mark_spam", school.campaign.spam())
    ended = await school.train()
    assert ended.state == "failed"
    assert "0 labels of ham and 4 of spam; 3 of each are needed" in (ended.reason or "")


async def test_one_at_a_time_and_a_lost_one_makes_way(school: School, clock: Clock) -> None:
    site = school.blog.site
    begun = await start_training(school.res, site, "refit")
    with pytest.raises(AlreadyTraining):
        await start_training(school.res, site, "full")
    clock.pass_s(31)
    assert (await find_training(school.res, site, begun.id)).state == "failed"
    assert (await start_training(school.res, site, "full")).state == "running"


async def test_a_training_that_is_interrupted_leaves_everything_as_it_was(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    await school.sit(20)
    kept = await labels.newest(school.res.db, "blog", 100)

    async def interrupted(*_: object) -> None:
        raise asyncio.CancelledError

    monkeypatch.setattr(training_of, "_keep", interrupted)  # the files are written, the rows are not
    begun = await start_training(school.res, school.blog.site, "refit")
    with suppress(asyncio.CancelledError):
        await train_model(school.res, school.blog.site, begun, school.shop)
    assert (await find_training(school.res, school.blog.site, begun.id)).reason == "It was interrupted."
    (orphan,) = (school.shop.folder / "blog").iterdir()
    assert await labels.newest(school.res.db, "blog", 100) == kept
    assert await models.in_service(school.res.db) == []
    monkeypatch.undo()
    assert (await school.train()).outcome == "promoted"
    assert not orphan.exists()


async def test_a_model_whose_files_were_changed_does_not_serve(school: School) -> None:
    await school.sit(20)
    first = await school.train()
    await school.sit(4)
    second = await school.train()
    folder = school.shop.folder / "blog"
    one, other = (folder / str(name) / "manifest.json" for name in (second.version, first.version))
    one.write_bytes(other.read_bytes())
    fresh = SiteModels(school.shop.folder, SECRET)
    await fresh.refresh(school.res.db)
    assert fresh.of("blog") is None
    assert "may not be loaded" in (fresh.fault_of("blog") or "")
    await roll_back(school.res, school.blog.site, None)
    await fresh.refresh(school.res.db)
    assert fresh.of("blog").version == first.version  # type: ignore[union-attr]
    assert not fresh.faulty


async def test_cuts_come_from_the_sites_own_history(school: School) -> None:
    await school.sit(40)
    await school.train()
    policy = await set_policy(school.res, school.blog.site, {"honest_held_one_in": 5})
    await follow_policy(school.res, school.blog.site, policy)
    own = school.res.models.cuts_of("blog")
    assert own is not None
    assert (own.version, own.one_in) == (school.model().version, 5)
    basis = msgspec.json.decode(own.basis)
    assert basis["honest"] == 20
    assert basis["hold"]["at_most"] <= 1 / 5
    assert "with 95 % confidence at most 1 in 5" in basis["words"]


async def test_labels_keep_what_came_and_say_where_they_come_from(school: School) -> None:
    undone = await school.decide("mark_spam", school.campaign.spam())
    await undo_decision(school.res, school.blog.moderator, undone)
    assert await labels.newest(school.res.db, "blog", 9) == []
    await school.decide("mark_spam", "Twice decided", school.blog.moderator)
    (row,) = await labels.newest(school.res.db, "blog", 9)
    assert (row.text, row.author_name, row.label.source) == ("Twice decided", "Ada", "moderator")
    assert not row.label.contested
    await decide_comments(school.res, school.blog.owner, "approve", [Choice(row.label.comment_id, 2)], None)
    (row,) = await labels.newest(school.res.db, "blog", 9)
    assert (row.label.label, row.label.contested) == ("ham", True)


async def test_who_leaves_is_unlearnt(school: School) -> None:
    eve = await school.blog.join("Eve")
    for _ in range(4):
        await school.decide("mark_spam", school.campaign.spam(), author=eve)
        await school.decide("approve", school.campaign.honest())
    found = await version(school, (await school.train()).version)
    assert found.trained is not None
    await erase_member(school.res, school.blog.site, eve.id)
    assert {row.label.label for row in await labels.newest(school.res.db, "blog", 99)} == {"ham"}
    assert len(await models.said(school.res.db, found.trained.id)) == 4


async def test_what_a_banned_moderator_said_is_unlearnt(school: School) -> None:
    rogue = await school.blog.join("Rogue", "moderator")
    await school.sit(8)
    for _ in range(4):
        await school.decide("approve", school.campaign.spam(), rogue)
    assert len(await labels.newest(school.res.db, "blog", 99)) == 12
    assert (await school.train()).labels == 12
    await set_member(school.res, school.blog.owner, school.blog.site, rogue.id, MemberChange(status="banned"))
    assert len(await labels.newest(school.res.db, "blog", 99)) == 8
    assert (await school.train()).labels == 8


async def test_a_sample_is_drawn_looked_at_and_counted(school: School) -> None:
    await set_policy(school.res, school.blog.site, {"audit_share": 1.0, "moderation": "model"})
    ids = [(await school.blog.post(school.campaign.honest())).comment.id for _ in range(3)]
    await school.blog.post("The owner's own words are not audited", school.blog.owner)
    assert (await sites.status_counts(school.res.db, "blog"))["audit"] == 3
    decision = await pass_audit(school.res, school.blog.moderator, ids[0])
    assert (decision.action, decision.to_label) == ("audit", "ham")
    with pytest.raises(NotAllowedNow):
        await pass_audit(school.res, school.blog.moderator, ids[0])
    await decide_comments(school.res, school.blog.moderator, "mark_spam", [Choice(ids[1], 1)], None)
    assert (await sites.status_counts(school.res.db, "blog"))["audit"] == 1
    await erase_member(school.res, school.blog.site, school.blog.ada.id)
    assert (await sites.status_counts(school.res.db, "blog"))["audit"] == 0


async def test_what_is_golden_judges_and_does_not_teach(school: School) -> None:
    await school.sit(40)
    rows = await labels.newest(school.res.db, "blog", 40)
    spam = [row.label.comment_id for row in rows if row.label.label == "spam"][:10]
    for comment_id in spam:
        await set_golden(school.res, school.blog.owner, comment_id, golden=True)
    page, more = await golden_page(school.res, "blog", None, 9)
    assert ([one.id for one in page], {one.label for one in page}, more) == (sorted(spam)[:9], {"spam"}, page[-1].id)
    assert [one.id for one in (await golden_page(school.res, "blog", more, 9))[0]] == sorted(spam)[9:]
    ended = await school.train()
    found = await version(school, ended.version)
    assert found.trained is not None
    assert found.trained.card["gate"]["golden"] == 64 + len(spam)
    left = await labels.newest(school.res.db, "blog", 40)
    assert not {row.label.comment_id for row in left} & set(spam)
    said = await models.said(school.res.db, found.trained.id)
    assert not said.keys() & set(spam)
    assert ended.labels <= 40 - len(spam)
    await set_golden(school.res, school.blog.owner, spam[0], golden=False)
    assert spam[0] in {row.label.comment_id for row in await labels.newest(school.res.db, "blog", 40)}


async def test_only_what_was_called_ham_or_spam_can_be_golden(school: School) -> None:
    waiting = (await school.blog.post("Nobody has decided about this one.")).comment
    with pytest.raises(NotAllowedNow, match="decide about this comment first"):
        await set_golden(school.res, school.blog.owner, waiting.id, golden=True)
    with pytest.raises(NotFound):
        await set_golden(school.res, school.blog.owner, "elsewhere", golden=True)
