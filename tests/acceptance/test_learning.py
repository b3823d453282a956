"""A moderator decides, and the model learns: through a service in a process of its own, as people run it."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.campaign import Campaign
from tests.running import Call, Running, running


class Session:
    """A blog of which every comment waits, a member who writes, a moderator who decides."""

    def __init__(self, service: Running) -> None:
        service.greenroom("site", "add", "blog", "--origin", "https://blog.example")
        self.service = service
        self.campaign = Campaign()
        self.ada, self.eve = service.member("blog", "Ada"), service.member("blog", "Eve")
        self.mo, self.olive = service.member("blog", "Mo", "moderator"), service.member("blog", "Olive", "owner")

    def post(self, text: str, who: Call | None = None) -> dict[str, Any]:
        status, comment = (who or self.ada)("POST", "/comments", {"thread": "/post.html", "text": text})
        assert status in (201, 202), comment
        return dict(comment)

    def decide(self, action: str, *comments: dict[str, Any]) -> dict[str, Any]:
        chosen = [{"id": one["id"], "version": one["version"]} for one in comments]
        status, told = self.mo("POST", "/decisions", {"action": action, "comments": chosen})
        assert status == 200, told
        return dict(told)

    def sit(self, decisions: int) -> None:
        """Decides about so many comments, half of them of the campaign."""
        for _ in range(decisions // 2):
            self.decide("approve", self.post(self.campaign.honest()))
            self.decide("mark_spam", self.post(self.campaign.spam(), self.eve))

    def schooled(self) -> dict[str, Any]:
        """The models, of which two at least were promoted: by the tests before, or else by some decisions now."""
        if sum(bool(one["promotions"]) for one in self.models()["models"]) < 2:
            self.olive("PATCH", "/settings", {"moderation": "always"})
            self.sit(12)
            self.await_idle()
            self.train()
            self.train()
        return self.models()

    def models(self) -> dict[str, Any]:
        return dict(self.mo("GET", "/models")[1])

    def await_idle(self) -> dict[str, Any]:
        """Waits until all that was decided has been learnt: no training runs, and the last one knows every label."""
        give_up = time.monotonic() + 60
        while time.monotonic() < give_up:
            told = self.models()
            if told["trainings"] and told["trainings"][0]["state"] != "running":
                return told
            time.sleep(0.1)
        raise AssertionError(self.models())

    def train(self, kind: str = "refit") -> dict[str, Any]:
        """Asks for a training, waits for its end, and returns how it ended."""
        give_up = time.monotonic() + 60
        status, begun = 409, {"code": "already-training"}
        while status == 409 and time.monotonic() < give_up:  # one may have begun by itself
            status, begun = self.olive("POST", "/trainings", {"kind": kind})
        assert status == 202, begun
        return self.ended(begun["id"])

    def ended(self, training_id: str) -> dict[str, Any]:
        """Waits for the end of a training."""
        give_up = time.monotonic() + 60
        while time.monotonic() < give_up:
            _, told = self.mo("GET", f"/trainings/{training_id}")
            if told["state"] != "running":
                return dict(told)
            time.sleep(0.1)
        raise AssertionError(told)

    def children(self) -> list[int]:
        """Waits for the processes that train, and returns their ids."""
        pid = self.service.process.pid
        give_up = time.monotonic() + 30
        while time.monotonic() < give_up:
            found = [
                int(one) for path in Path(f"/proc/{pid}/task").glob("*/children") for one in path.read_text().split()
            ]
            if found:
                return found
        raise AssertionError("no process trains")

    def scores(self) -> str:
        """Which model scores comments now."""
        posted = self.post(self.campaign.honest(), self.mo)
        waiting = self.mo("GET", "/queue?status=approved&sort=newest&limit=5")[1]["items"]
        return str(next(one["model_version"] for one in waiting if one["id"] == posted["id"]))

    def await_scores(self, version: str) -> None:
        """Waits until this model scores comments."""
        give_up = time.monotonic() + 30
        while self.scores() != version:
            assert time.monotonic() < give_up, version


def learns(session: Session, decisions: int) -> None:
    session.olive("PATCH", "/settings", {"moderation": "always"})
    before = session.post(session.campaign.spam(), session.eve)
    session.sit(decisions)
    assert "decisions" in {one["cause"] for one in session.await_idle()["trainings"]}  # it began by itself
    session.olive("PATCH", "/settings", {"retraining": "by_hand"})  # from here on none is promoted meanwhile
    ended = session.train("full")
    assert (ended["state"], ended["outcome"]) == ("done", "promoted"), ended
    session.olive("PATCH", "/settings", {"moderation": "model"})
    session.await_scores(ended["version"])

    told = session.models()
    assert told["in_service"] == ended["version"]
    assert told["models"][-1]["state"] == "shipped"
    assert session.models()["models"][0]["labels"] == decisions

    fresh = [session.post(session.campaign.spam(), session.eve) for _ in range(10)]
    honest = [session.post(session.campaign.honest()) for _ in range(10)]
    assert sum(one["status"] == "pending" for one in fresh) >= 9
    assert sum(one["status"] == "approved" for one in honest) >= 9
    tabs = [session.mo("GET", f"/queue?status={tab}&sort=newest&limit=200")[1] for tab in ("pending", "spam")]
    waiting = [item for tab in tabs for item in tab["items"]]
    item = next(one for one in waiting if one["id"] == fresh[0]["id"])
    assert item["model_version"] == ended["version"]
    assert before["id"] in {one["id"] for one in waiting}

    log = session.mo("GET", "/log?limit=200")[1]["decisions"]
    assert sum(one["label"] == "spam" for one in log) == decisions // 2
    _, then = session.mo("GET", f"/models/{ended['version']}/simulation")
    shipped = told["models"][-1]["version"]
    _, without = session.mo("GET", f"/models/{shipped}/simulation")
    assert then["spam"]["published"]["share"]["count"] < without["spam"]["published"]["share"]["count"]


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    with running(tmp_path_factory.mktemp("learning") / "data") as service:
        yield Session(service)


def test_sixty_decisions_teach_a_campaign(session: Session) -> None:
    learns(session, 60)


def test_a_training_that_is_killed_harms_nothing(session: Session) -> None:
    before = session.schooled()
    status, begun = session.olive("POST", "/trainings", {"kind": "full"})
    assert status == 202
    assert session.olive("POST", "/trainings", None)[1]["code"] == "already-training"
    for child in session.children():
        os.kill(child, signal.SIGKILL)
    told = session.ended(begun["id"])
    assert told["state"] == "failed"
    assert "SIGKILL" in told["reason"]
    assert "all labels are untouched" in told["reason"]
    after = session.models()
    assert after["in_service"] == before["in_service"]
    assert session.train()["labels"] == before["models"][0]["labels"]


def test_one_call_or_one_command_rolls_back(session: Session) -> None:
    before = session.schooled()
    serving, previous = (one["version"] for one in before["models"][:2])
    assert before["in_service"] == serving
    status, told = session.olive("POST", "/models/rollback")
    assert (status, told["in_service"]) == (200, previous)
    assert told["promotion"]["by"] == "Olive"
    assert session.scores() == previous
    greenroom = session.service.greenroom
    assert greenroom("models", "promote", "--site", "blog", serving) == f"{serving} serves blog"
    session.await_scores(serving)
    assert greenroom("models", "rollback", "--site", "blog") == f"{previous} serves blog"
    session.await_scores(previous)
    lines = [line.split("\t") for line in greenroom("models", "list", "--site", "blog").splitlines()]
    assert [lines[0][1], lines[1][1], lines[-1][1]] == ["promoted", "in_service", "shipped"]
    shown = greenroom("models", "show", "--site", "blog")
    assert f"{previous}: in_service" in shown
    assert "alarm: none" in shown


@pytest.mark.long
def test_two_hundred_decisions_teach_a_campaign(tmp_path: Path) -> None:
    with running(tmp_path / "data") as service:
        learns(Session(service), 200)
