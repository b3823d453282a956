"""Each call of the API has its contract, and reads the body that the contract names."""

import inspect
from collections import defaultdict

import pytest
from aiohttp import web

from service.web.bodies import may_be_left_out
from service.web.contract import Contract, contract_of
from service.web.routes import ROUTES, S
from service.web.settings import patch_settings, post_settings_preview
from tests.conftest import Blog
from tests.web.conftest import Caller

CALLS = [r for r in ROUTES if r.path.startswith(S) or r.path in ("/healthz", "/readyz")]

# What the calls that say nothing are told if they cannot be carried out.
DECIDED = defaultdict(
    tuple,
    {
        "/invitations/{code}/accept": ("not-found",),
        "/comments/{id}/audit/ok": ("not-found",),
        "/comments/{id}/reports/dismiss": ("not-found",),
        "/membership-requests": ("not-allowed-now",),
        "/session": ("invalid",),
        "/models/rollback": ("not-allowed-now",),
        "/models/{version}/promote": ("not-found",),
        "/trainings": ("already-training",),
    },
)


def contract(route: web.RouteDef) -> Contract:
    found = contract_of(route.handler)
    assert found is not None, f"{route.method} {route.path}: decorate its handler with a Contract"
    return found


@pytest.mark.parametrize("route", CALLS, ids=lambda r: f"{r.method} {r.path}")
def test_the_body_read_is_the_body_told(route: web.RouteDef) -> None:
    body, source = contract(route).body, inspect.getsource(route.handler)
    if route.handler in (
        patch_settings,
        post_settings_preview,
    ):  # take any settings, so that all that is wrong is named at once
        return
    if body is None:
        assert "read_body(" not in source
    else:
        assert f"read_body(request, {body.__name__})" in source


async def test_a_post_that_needs_to_say_nothing_goes_without_a_body(olive: Caller, blog: Blog) -> None:
    calls = {r.path.removeprefix(S): contract(r).body for r in CALLS if r.method == "POST"}
    optional = [path for path, body in calls.items() if body is not None and may_be_left_out("POST", body)]
    assert "/members/{id}/remove-comments" in optional
    for path in optional:
        real = path.replace("{id}", blog.ada.id).replace("{code}", "unknown")
        for headers in ({}, {"Content-Type": "application/x-www-form-urlencoded"}):  # what curl -d "" says
            answer = await olive("POST", real, headers=headers)
            assert answer.status in (200, 201, 202) or answer.code in DECIDED[path], path
    assert (await olive("POST", "/comments")).code == "unsupported-body"
    assert (await olive("PATCH", "/settings")).code == "unsupported-body"


@pytest.mark.parametrize("route", CALLS, ids=lambda r: f"{r.method} {r.path}")
def test_the_summary_names_the_call(route: web.RouteDef) -> None:
    first = (route.handler.__doc__ or "").splitlines()[0]
    path = route.path.replace(S, "S")
    assert first.startswith((f"{route.method} {path}: ", f"{route.method} {path}?")), first
