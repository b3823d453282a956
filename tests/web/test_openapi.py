"""The document of the API: what is in it, that it is sound, and that both of its forms are served."""

import re
from typing import Any

import jsonschema_rs
import msgspec
import openapi_spec_validator
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient

from service.web.contract import Content, contract_of
from service.web.examples import answer_example
from service.web.openapi import Json, document, name_of
from service.web.pages.reference import calls
from service.web.routes import ROUTES, S
from tests.web.conftest import Caller

TOLD = document(ROUTES)
CALLS = list(calls(TOLD))
SCHEMAS = TOLD["components"]["schemas"]
Client = TestClient[web.Request, web.Application]


def valid(schema: Json, value: Any) -> bool:
    whole: Any = {**schema, "components": {"schemas": SCHEMAS}}
    return jsonschema_rs.is_valid(whole, value)


def test_every_call_of_the_api_is_in_it_and_nothing_else() -> None:
    ours = {(r.method, r.path) for r in ROUTES if r.path.startswith("/api/")}
    beside = {("GET", "/healthz"), ("GET", "/readyz"), ("GET", "/metrics"), ("GET", "/openapi.json")}
    assert {(call.method, call.path) for call in CALLS} == ours | beside


def test_it_is_openapi() -> None:
    openapi_spec_validator.validate(TOLD)


def test_it_promises_nothing_vague() -> None:
    for call in CALLS:
        assert all(re.fullmatch("[2-5][0-9][0-9]", status) for status in call.told["responses"]), call.path
        assert call.told["summary"]
        assert "500" not in call.told["responses"]
    names = [call.told["operationId"] for call in CALLS]
    assert len(set(names)) == len(names)


def test_no_two_shapes_share_a_name() -> None:
    found: dict[str, Any] = {}
    for route in ROUTES:
        contract = contract_of(route.handler)
        for shape in [*contract.answers.values(), contract.body] if contract else []:
            if shape is not None and not isinstance(shape, Content):
                assert found.setdefault(name_of(shape), shape) is shape


def test_what_one_must_send_is_told() -> None:
    (thread,) = [p for p in TOLD["paths"]["/api/v1/sites/{site}/counts"]["get"]["parameters"] if p["in"] == "query"]
    assert (thread["required"], thread["schema"]["maxItems"]) == (True, 100)
    post = TOLD["paths"]["/api/v1/sites/{site}/comments"]["post"]
    assert post["security"] == [{}, {"bearer": []}]
    assert "Idempotency-Key" in {p["name"] for p in post["parameters"]}
    assert set(post["responses"]["429"]["headers"]) == {"Retry-After", "RateLimit", "RateLimit-Policy"}
    assert "304" in TOLD["paths"]["/api/v1/sites/{site}/comments"]["get"]["responses"]


@pytest.mark.parametrize("name", [name for name in SCHEMAS if not name.endswith("Body")])
def test_examples_of_answers_are_right(name: str) -> None:
    schema = {"$ref": f"#/components/schemas/{name}"}
    assert valid(schema, answer_example(schema, SCHEMAS))


def test_example_bodies_are_what_the_decoder_takes() -> None:
    for route in ROUTES:
        contract = contract_of(route.handler)
        if contract is not None and contract.body is not None:
            content = TOLD["paths"][route.path][route.method.lower()]["requestBody"]["content"]["application/json"]
            assert valid(content["schema"], content["example"])
            msgspec.convert(content["example"], contract.body)


# No example of a token can hold, since each is good once; an owner is a member already; no model came into service.
NOT_NOW = {"/session": 401, "/membership-requests": 409, "/models/rollback": 409}


async def test_example_bodies_are_taken(olive: Caller) -> None:
    for call in CALLS:
        if "requestBody" in call.told and "{" not in call.path.removeprefix(S) and "decisions" not in call.path:
            path = call.path.removeprefix(S)
            example = call.told["requestBody"]["content"]["application/json"]["example"]
            if path == "/members":
                example = {**example, "name": "Grace"}  # Ada is there already
            if path == "/invitations":
                example = {**example, "email": "grace@blog.example"}
            answer = await olive(call.method, path, json=example)
            if path in NOT_NOW:
                assert answer.status == NOT_NOW[path]
                continue
            assert answer.status < 300, (path, answer.json)


async def test_it_is_served(client: Client) -> None:
    async with client.get("/openapi.json") as answer:
        assert answer.content_type == "application/json"
        assert await answer.json() == msgspec.json.decode(msgspec.json.encode(TOLD))
        etag = answer.headers["ETag"]
    async with client.get("/openapi.json", headers={"If-None-Match": etag}) as again:
        assert again.status == 304


async def test_the_page_tells_every_call_and_asks_nobody_else(client: Client) -> None:
    async with client.get("/docs") as answer:
        page = await answer.text()
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    for call in CALLS:
        assert f'id="{call.anchor}"' in page
        assert call.path in page
    assert not re.findall(r"(?:src|href)=[\"']?(?:https?:)?//", page)
    assert "<script" not in page
    anchors = set(re.findall(r'id="([^"]+)"', page))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= anchors
