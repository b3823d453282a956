"""The model page after a scripted month: its plots agree with figures worked out here, from the database."""

import asyncio
import re
from html import unescape
from pathlib import Path

import pytest

from service.actions import watch_models
from service.actions.add_member import find_member
from service.actions.decide_comments import Choice, decide_comments
from service.actions.promote_model import promote_model, roll_back
from service.actions.resources import Resources
from service.actions.start_training import start_training
from service.storage import trainings
from service.storage.database import Query
from service.web.desk.plots import learning_curve
from service.web.desk.svg import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH
from tests.conftest import Blog, Clock, WordModel
from tests.own_models import keep_models, own_model
from tests.web.conftest import Login
from tests.web.pages.conftest import Page, Reader, SignedIn

_DAYS, _A_DAY = 30, 4


@pytest.fixture
async def month(blog: Blog, clock: Clock) -> Blog:
    """Thirty days with four comments each: honest ones low, spam high, a few on the wrong side, some left alone."""
    for day in range(_DAYS):
        for nth in range(_A_DAY):
            number = day * _A_DAY + nth
            is_spam = number % 3 == 0
            score = (0.55 + number % 9 * 0.05) if is_spam else number % 7 * 0.06
            if number % 29 == 0:
                score = 1 - score
            comment = (await blog.post(f"score {score:.4f} number {number}")).comment
            action = "mark_spam" if is_spam else "approve"
            if number % 5 == 1 and comment.status == "approved":
                continue  # published, and nobody looked at it
            if action == "approve" and comment.status == "approved":
                await decide_comments(blog.res, blog.moderator, "mark_spam", [Choice(comment.id, 1)], None)
                await decide_comments(blog.res, blog.moderator, "approve", [Choice(comment.id, 2)], None)
            elif comment.status != "spam" or action == "approve":
                await decide_comments(blog.res, blog.moderator, action, [Choice(comment.id, 1)], None)  # type: ignore[arg-type]
        clock.pass_s(86_400)
    return blog


async def _truth(res: Resources) -> dict[str, list[float]]:
    """Scores by what people made of the comments, asked of the tables themselves."""
    sql = "SELECT c.score, c.status, l.label FROM comments c LEFT JOIN labels l ON l.comment_id = c.id"
    (rows,) = await res.db.read(Query(sql, {}))
    found: dict[str, list[float]] = {"ham": [], "spam": [], "published": []}
    for score, status, label in rows:
        kind = label or ("published" if status == "approved" else None)
        if kind is not None:
            found[kind].append(score)
    return found


def _body(text: str) -> str:
    return text.partition("<tbody>")[2].partition("</tbody>")[0]


def _table(page: Page, name: str) -> list[list[str]]:
    """The cells of the table that stands beside a plot."""
    body = (
        page.text[page.text.index(f'aria-label="Numbers: {name}"') :].partition("<tbody>")[2].partition("</tbody>")[0]
    )
    rows = re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    return [[unescape(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)] for row in rows]


def _svg(page: Page, id_: str) -> str:
    (found,) = re.findall(rf'<svg [^>]*id="{id_}"[^>]*>.*?</svg>', page.text, re.DOTALL)
    return str(found)


async def test_the_plots_agree_with_the_database(month: Blog, mo: Reader, res: Resources) -> None:
    truth = await _truth(res)
    assert all(len(scores) > 10 for scores in truth.values())
    page = await mo.get(f"{mo.home}/desk/model")
    assert page.status == 200

    bins = {kind: [sum(min(int(s * 20), 19) == i for s in scores) for i in range(20)] for kind, scores in truth.items()}
    rows = {float(row[0].split()[0]): [int(cell) for cell in row[1:]] for row in _table(page, "Scores by outcome")}
    expected = {
        i / 20: [bins["ham"][i], bins["spam"][i], bins["published"][i]]
        for i in range(20)
        if any(bins[kind][i] for kind in bins)
    }
    assert rows == expected

    picture = _svg(page, "histogram")
    most = max(sum(counts) for counts in expected.values())
    for kind, class_ in (("ham", "of-ham"), ("spam", "of-spam"), ("published", "of-none")):
        boxes = re.findall(rf'<rect class="{class_}"[^>]*? height="([0-9.]+)"', picture)
        heights = [count / most * (HEIGHT - TOP - BOTTOM) for count in bins[kind] if count]
        assert [float(box) for box in boxes] == pytest.approx(heights, abs=0.02)

    for row in _table(page, "Precision and recall"):
        at = float(row[0])
        held = {kind: sum(score >= at - 0.0005 for score in truth[kind]) for kind in ("ham", "spam")}
        assert row[2] == f"{held['spam'] / len(truth['spam']):.1%}"
        assert row[3] == f"{held['ham'] / len(truth['ham']):.1%}"
        assert row[1] == f"{held['spam'] / (held['spam'] + held['ham']):.1%}"


async def test_calibration_and_what_happened_lately_agree_with_the_database(
    month: Blog, mo: Reader, res: Resources
) -> None:
    truth = await _truth(res)
    page = await mo.get(f"{mo.home}/desk/model")
    ranges = [
        [(s, kind) for kind in ("ham", "spam") for s in truth[kind] if min(int(s * 10), 9) == i] for i in range(10)
    ]
    expected, dots = [], []
    for i, found in enumerate(ranges):
        if found:
            mean, spam = sum(s for s, _ in found) / len(found), sum(kind == "spam" for _, kind in found)
            expected.append(
                [f"{i / 10:.1f} to {(i + 1) / 10:.1f}", str(len(found)), f"{mean:.3f}", f"{spam} of {len(found)}"]
            )
            dots.append(
                (LEFT + mean * (WIDTH - LEFT - RIGHT), HEIGHT - BOTTOM - spam / len(found) * (HEIGHT - TOP - BOTTOM))
            )
    assert [[*row[:3], row[3].partition(":")[0]] for row in _table(page, "Calibration")] == expected
    places = re.findall(r'<circle cx="([0-9.]+)" cy="([0-9.]+)"', _svg(page, "calibration"))
    assert [float(n) for place in places for n in place] == pytest.approx([n for dot in dots for n in dot], abs=0.02)

    (rows,) = await res.db.read(Query("SELECT verdict FROM comments", {}))
    held = sum(verdict != "ham" for (verdict,) in rows)
    lately = dict(_table(page, "Lately"))
    assert lately["held for a look"].startswith(f"{held} of {len(rows)}: {held / len(rows):.1%}")
    assert lately["missed spam"] == "none yet"  # no sample was picked


def test_the_learning_curve_stands_where_its_numbers_do() -> None:
    points = [
        {"labels": n, "tested": 50, "caught": caught, "held_ham": held}
        for n, caught, held in ((50, 0.5, 0.1), (100, 0.75, None), (200, 0.9, 0.02))
    ]
    assert learning_curve(points[:1]) is None
    drawn = learning_curve(points)
    assert drawn is not None
    assert drawn.rows == [("50", "50", "50.0%", "10.0%"), ("100", "50", "75.0%", ""), ("200", "50", "90.0%", "2.0%")]
    caught, held = [
        [tuple(map(float, place.split(","))) for place in line.split()]
        for line in re.findall(r'<polyline points="([^"]*)"', drawn.picture)
    ]
    across, upwards = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    for line, wanted in ((caught, ((50, 0.5), (100, 0.75), (200, 0.9))), (held, ((50, 0.1), (200, 0.02)))):
        places = [(LEFT + n / 200 * across, HEIGHT - BOTTOM - share * upwards) for n, share in wanted]
        assert [n for place in line for n in place] == pytest.approx([n for place in places for n in place], abs=0.02)


async def test_the_line_tells_what_it_would_have_done(month: Blog, mo: Reader, res: Resources) -> None:
    truth = await _truth(res)
    for hold_at in (0.2, 0.6, 0.75):
        page = await mo.get(f"{mo.home}/desk/model?hold_at={hold_at}")
        body = _body(page.text[page.text.index('id="simulated"') :])
        told = [[int(cell) for cell in re.findall(r"<strong>(\d+)</strong>", row)] for row in body.split("</tr>")[:3]]
        for counts, kind in zip(told, ("ham", "spam", "published"), strict=True):
            scores = truth[kind]
            published, spam = sum(s < hold_at for s in scores), sum(s >= 0.9 for s in scores)
            assert counts == [published, len(scores) - published - spam, spam], (hold_at, kind)
        for picture in ("histogram", "curve"):
            line = re.search(r'class="hold-line"[^>]*data-at="([0-9.]+)"', _svg(page, picture))
            assert line is not None
            assert float(line[1]) == pytest.approx(LEFT + hold_at * (WIDTH - LEFT - RIGHT), abs=0.02)
    assert (await mo.get(f"{mo.home}/desk/model?hold_at=2")).status == 422
    assert (await mo.get(f"{mo.home}/desk/model?version=none")).status == 404


async def test_before_anything_was_decided(mo: Reader) -> None:
    page = await mo.get(f"{mo.home}/desk/model")
    assert "Nothing was decided or published yet" in page.words
    assert "words-1 serves." in page.words
    assert "<svg" not in page.text


async def test_only_owners_train_and_promote(mo: Reader, signed_in: SignedIn, blog: Blog, res: Resources) -> None:
    assert "Train it now" not in (await mo.get(f"{mo.home}/desk/model")).words
    olive = await signed_in(await find_member(res, blog.site, "Olive"))
    assert "Train it now" in (await olive.get(f"{mo.home}/desk/model")).words
    same = await olive.follow(await olive.send(f"{mo.home}/desk/model/promote", version="words-1"))
    assert "That version serves now." in same.words
    none = await olive.send(f"{mo.home}/desk/model/rollback", in_service="words-1")
    assert none.status == 409
    assert "No model of this site came into service" in none.words


async def test_a_double_click_goes_back_once(
    signed_in: SignedIn, blog: Blog, res: Resources, tmp_path: Path, login: Login
) -> None:
    keep_models(res, tmp_path / "models")
    for version in ("own-1", "own-2"):
        await own_model(res, blog.site, version)
        await promote_model(res, blog.site, version, None, override=False)
    olive = await signed_in(blog.owner)
    page = await olive.get(f"{olive.home}/desk/model")
    (seen,) = re.findall(r'<input type="hidden" name="in_service" value="([^"]*)">', page.text)
    answers = [await olive.send(f"{olive.home}/desk/model/rollback", in_service=seen) for _ in range(2)]
    assert [one.status for one in answers] == [303, 409]
    assert "Not own-2 but own-1 is in service by now" in answers[1].words
    assert (await olive.send(f"{olive.home}/desk/model/rollback")).status == 409  # who does not say what he saw
    owner = await login(blog, blog.owner)
    stale = await owner("POST", "/models/rollback", json={"in_service": "own-2"})
    assert (stale.status, stale.code) == (409, "not-allowed-now")
    told = await owner("POST", "/models/rollback", json={"in_service": "own-1"})
    assert (told.status, told.json["in_service"]) == (200, "words-1")


async def test_a_version_is_refused_for_a_reason(
    signed_in: SignedIn, blog: Blog, res: Resources, tmp_path: Path, login: Login
) -> None:
    """It does not serve again by a click or by going back, only for who overrides; the reason stands beside it."""
    keep_models(res, tmp_path / "models")
    for version in ("own-1", "own-2"):
        await own_model(res, blog.site, version)
        await promote_model(res, blog.site, version, None, override=False)
    olive, owner = await signed_in(blog.owner), await login(blog, blog.owner)
    model = f"{olive.home}/desk/model"
    serving = await olive.send(f"{model}/refuse", version="own-2", reason="It holds French")
    assert (serving.status, "This version serves now" in serving.words) == (409, True)
    assert (await olive.send(f"{model}/refuse", version="own-1", reason=" ")).status == 422
    done = await olive.follow(await olive.send(f"{model}/refuse", version="own-1", reason="It held all French"))
    assert "“ It held all French ” Olive" in done.words
    told = (await owner("GET", "/models/own-1")).json
    assert (told["state"], told["refused"]["by"], told["refused"]["reason"]) == (
        "refused",
        "Olive",
        "It held all French",
    )
    back = await owner("POST", "/models/rollback", json={})
    assert (back.status, "Olive refused version own-1" in back.json["detail"]) == (409, True)
    assert (await owner("POST", "/models/own-1/promote", json={})).code == "not-allowed-now"
    assert (await owner("POST", "/models/words-1/refuse", json={"reason": "No"})).code == "not-allowed-now"
    assert (await owner("POST", "/models/own-1/promote", json={"override": True})).json["in_service"] == "own-1"
    again = await owner("POST", "/models/own-2/refuse", json={"reason": "Worse"})
    assert (again.status, again.json["state"]) == (200, "refused")
    assert (await owner("GET", "/models/own-1")).json["refused"] is None


async def test_the_page_outlives_an_upgrade(
    signed_in: SignedIn, blog: Blog, res: Resources, model: WordModel, tmp_path: Path, login: Login
) -> None:
    keep_models(res, tmp_path / "models")
    await own_model(res, blog.site, "own-1")
    await promote_model(res, blog.site, "own-1", None, override=False)
    await roll_back(res, blog.site, None)
    model.version = "words-2"
    olive = await signed_in(blog.owner)
    page = await olive.get(f"{olive.home}/desk/model")
    assert (page.status, "words-2 serves." in page.words) == (200, True)
    told = (await (await login(blog, blog.owner))("GET", "/models")).json
    assert told["in_service"] in {one["version"] for one in told["models"]}


async def test_comments_are_scored_once_and_not_for_each_look(
    month: Blog, mo: Reader, model: WordModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages, sliders and monitoring, at the same time and after one another."""
    model.asked.clear()
    monkeypatch.setattr(watch_models, "_BELIEVED_MS", 0)
    looks = [f"{mo.home}/desk/model", f"{mo.home}/desk/model?hold_at=0.3", f"{mo.home}/desk/model?hold_at=0.7"]
    await asyncio.gather(*[mo.get(one) for one in looks])
    assert 0 < len(model.asked) == len(set(model.asked)) <= _DAYS * _A_DAY
    model.asked.clear()
    await month.post("score 0.2 and new")
    model.asked.clear()
    await mo.get(f"{mo.home}/desk/model")
    assert model.asked == ["score 0.2 and new"]


async def test_progress_is_told_without_the_page(mo: Reader, blog: Blog, res: Resources, model: WordModel) -> None:
    assert "data-running" not in (await mo.get(f"{mo.home}/desk/model/progress")).text
    begun = await start_training(res, blog.site, "full")
    await res.db.write([trainings.reporting(begun.id, "drawing the learning curve", 0.85, 40, res.now_ms())])
    await blog.post("score 0.2")
    model.asked.clear()
    page = await mo.get(f"{mo.home}/desk/model/progress")
    assert f'data-running="{begun.id}"' in page.text
    assert "Drawing the learning curve 85 %" in page.words
    assert page.text.strip() in (await mo.get(f"{mo.home}/desk/model")).text
    assert "<table" not in page.text
