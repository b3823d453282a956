"""The API's document, as JSON for programs and as a page for people. What stands in it is openapi.py's."""

import json
import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any, NamedTuple

from aiohttp import web
from markupsafe import Markup, escape

from service.web.bodies import encode
from service.web.contract import IF_NONE_MATCH, Ask, Content, Contract
from service.web.examples import answer_example
from service.web.openapi import Json, document
from service.web.page_cache import Page, answer, page
from service.web.pages.rendering import PUBLIC, render
from service.web.problems import PROBLEMS

_HEADERS = {
    "Content-Type": "application/json",
    "Cache-Control": "no-cache",
    "X-Content-Type-Options": "nosniff",
    "Server": "greenroom",
}
_BASE = "/api/v1/sites/{site}"
_METHODS = ("get", "post", "patch", "put", "delete")


class Call(NamedTuple):
    """A call as the page shows it."""

    method: str
    path: str
    told: Json  # the operation, as in the document
    body: str | None  # an example
    answers: list["Told"]
    problems: list["Told"]

    @property
    def short_path(self) -> str:
        """The path with S for what stands before nearly all of them."""
        return "S" + self.path.removeprefix(_BASE) if self.path.startswith(_BASE) else self.path

    @property
    def anchor(self) -> str:
        """Where on the page it stands."""
        return str(self.told["operationId"]).replace("_", "-")


class Told(NamedTuple):
    """One answer: its status, words, the name of its schema and an example of it."""

    status: str
    words: str
    schema: str | None
    example: str | None


class Reference:
    """The document of these routes in both forms, each made when it is first asked for."""

    def __init__(self, routes: Iterable[web.RouteDef]) -> None:
        self._routes = tuple(routes)

    @cached_property
    def document(self) -> Json:
        """As data."""
        return document(self._routes)

    @cached_property
    def for_programs(self) -> Page:
        """As JSON, ready to send."""
        return page(encode(self.document), _HEADERS)

    @cached_property
    def for_people(self) -> Page:
        """As a page, ready to send."""
        told = self.document
        shown = {
            "document": told,
            "groups": [(tag, [one for one in calls(told) if tag["name"] in one.told["tags"]]) for tag in told["tags"]],
            "schemas": told["components"]["schemas"],
            "problems": sorted(set(PROBLEMS.values())),
            "who": None,
            "here": "/docs",
            "kind": kind,
            "words": words,
        }
        return page(render("reference.html", shown), PUBLIC)


REFERENCE = web.AppKey("REFERENCE", Reference)


@Contract(Ask.ALL, {200: Content("application/json", "An OpenAPI document, version 3.1.")}, takes=(IF_NONE_MATCH,))
async def get_openapi(request: web.Request) -> web.Response:
    """GET /openapi.json: this document."""
    return answer(request.app[REFERENCE].for_programs, request)


async def get_docs(request: web.Request) -> web.Response:
    """GET /docs: the API's document as a page."""
    return answer(request.app[REFERENCE].for_people, request)


def calls(told: Json) -> Iterator[Call]:
    """Every call of the document, in its order."""
    schemas = told["components"]["schemas"]
    for path, operations in told["paths"].items():
        for method in _METHODS:
            if method in operations:
                yield _call(method, path, operations[method], schemas)


def _call(method: str, path: str, operation: Json, schemas: Json) -> Call:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("example")
    told = [_told(status, one, schemas) for status, one in operation["responses"].items()]
    problems = [one for one in told if one.schema == "Problem"]
    answers = [one for one in told if one.schema != "Problem"]
    return Call(method.upper(), path, operation, None if body is None else _pretty(body), answers, problems)


def _told(status: str, response: Json, schemas: Json) -> Told:
    ((media_type, content),) = response.get("content", {"": {}}).items()
    schema = content.get("schema")
    if schema is None:
        return Told(status, response["description"], None, None)
    name = schema["$ref"].rpartition("/")[2]
    example = None if media_type.startswith("application/problem") else _pretty(answer_example(schema, schemas))
    return Told(status, response["description"], name, example)


def _pretty(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def kind(schema: Json) -> Markup:
    """What a schema lets in, in words, with links to those that have a name."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return Markup('<a href="#{0}">{0}</a>').format(name)
    if "anyOf" in schema:
        return Markup(" or ").join(kind(one) for one in schema["anyOf"])
    if "enum" in schema:
        return Markup(" · ").join(Markup("<code>{}</code>").format(one) for one in schema["enum"])
    if schema.get("type") == "array":
        return Markup("list of {}").format(kind(schema.get("items") or schema.get("prefixItems", [{}])[0]))
    if isinstance(schema.get("additionalProperties"), dict):
        return Markup("map to {}").format(kind(schema["additionalProperties"]))
    return Markup("{}").format(_bounded(schema))


_BOUNDS = (
    ("minimum", "from {}"),
    ("maximum", "to {}"),
    ("minLength", "at least {} long"),
    ("maxLength", "at most {} long"),
    ("default", "else {}"),
)


def _bounded(schema: Json) -> str:
    name = {"date-time": "time"}.get(schema.get("format", ""), schema.get("type", "anything"))
    bounds = [words.format(schema[bound]) for bound, words in _BOUNDS if bound in schema]
    return ", ".join([str(name), *bounds])


def words(text: str) -> Markup:
    """A sentence of the document, with code in `backticks`."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped before
