"""Each call of the API has its contract, and reads the body that the contract names."""

import inspect

import pytest
from aiohttp import web

from service.web.contract import Contract, contract_of
from service.web.owning import patch_settings, post_settings_preview
from service.web.routes import ROUTES, S

CALLS = [r for r in ROUTES if r.path.startswith(S) or r.path in ("/healthz", "/readyz")]


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


@pytest.mark.parametrize("route", CALLS, ids=lambda r: f"{r.method} {r.path}")
def test_the_summary_names_the_call(route: web.RouteDef) -> None:
    first = (route.handler.__doc__ or "").splitlines()[0]
    path = route.path.replace(S, "S")
    assert first.startswith((f"{route.method} {path}: ", f"{route.method} {path}?")), first
