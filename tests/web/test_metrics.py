"""/metrics: figures for monitoring, from this machine or with the token, and for nobody else."""

import asyncio
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from service.actions import watch_models
from service.actions.resources import Resources
from service.domain.site import Site
from service.domain.watching import Watch
from service.web.app_keys import SERVING
from tests.conftest import Blog
from tests.web.conftest import Answer, Caller

Client = TestClient[Any, Any]


async def metrics(client: Client, **headers: str) -> Answer:
    async with client.get("/metrics", headers=headers) as response:
        body = await response.read()
        json = await response.json(content_type=None) if "json" in response.content_type else None
        return Answer(response.status, response.headers, body, json)


async def test_figures_of_every_site_in_the_format_of_prometheus(
    client: Client, blog: Blog, ada: Caller, other: Blog
) -> None:
    await ada.post("Hello")
    await ada.post("score 0.6")
    answer = await metrics(client)
    assert answer.headers["Content-Type"].startswith("text/plain; version=")
    lines = answer.body.decode().splitlines()
    assert 'greenroom_comments{site="blog",tab="pending"} 1.0' in lines
    assert 'greenroom_comments{site="other",tab="approved"} 0.0' in lines
    assert 'greenroom_model_in_service{site="blog",version="words-1"} 1.0' in lines
    assert 'greenroom_held_ratio{site="blog"} 0.5' in lines
    assert 'greenroom_model_alarms{site="blog"} 0.0' in lines
    assert not [one for one in lines if one.startswith("greenroom_missed_spam_ratio{")]  # nobody has looked yet
    assert "Ada" not in answer.body.decode()


@pytest.mark.parametrize(
    "headers", [{"X-Forwarded-For": "198.51.100.7"}, {"Forwarded": "for=198.51.100.7"}, {"Host": "comments.example"}]
)
async def test_what_comes_through_a_proxy_is_not_from_here(client: Client, headers: dict[str, str]) -> None:
    assert (await metrics(client, **headers)).code == "not-signed-in"


async def test_where_a_token_is_set_only_the_token_counts(client: Client) -> None:
    client.server.app[SERVING].metrics_token = "a token of thirty-two characters"  # type: ignore[attr-defined]
    assert (await metrics(client)).status == 401
    assert (await metrics(client, Authorization="Bearer another")).status == 401
    right = {"Authorization": "Bearer a token of thirty-two characters", "X-Forwarded-For": "198.51.100.7"}
    assert (await metrics(client, **right)).status == 200


async def test_looks_at_the_same_time_are_one(client: Client, blog: Blog, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []

    async def counted(res: Resources, site: Site) -> Watch:
        looked.append(site.id)
        return await look(res, site)

    look = watch_models.look
    monkeypatch.setattr(watch_models, "look", counted)
    answers = await asyncio.gather(*[metrics(client) for _ in range(5)])
    assert [one.status for one in answers] == [200] * 5
    assert looked == [blog.site.id]
