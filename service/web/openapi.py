"""The document of the API (OpenAPI 3.1), made from the URL table and the contracts beside the handlers. Pure."""

import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from itertools import pairwise
from typing import Any

import msgspec
from aiohttp import web

from service import __version__
from service.domain import errors
from service.web.bodies import may_be_left_out
from service.web.contract import (
    ETAG,
    IDEMPOTENCY_KEY,
    IF_NONE_MATCH,
    LINK,
    RATE_LIMIT,
    RATE_LIMIT_POLICY,
    REPLAYED,
    RETRY_AFTER,
    WWW_AUTHENTICATE,
    Ask,
    Content,
    Contract,
    Header,
    contract_of,
    problems_of,
)
from service.web.examples import body_example
from service.web.parameters import CURSOR, Parameter
from service.web.problems import PROBLEMS, Problem, ProblemTold

Json = dict[str, Any]
_SCHEMAS = "#/components/schemas/"
_BEARER = "bearer"
_SECURITY: dict[Ask, list[Json]] = {Ask.ALL: [], Ask.ANYONE: [{}, {_BEARER: []}]}
_WITH_PROBLEM: dict[int, tuple[Header, ...]] = {
    401: (WWW_AUTHENTICATE,),
    429: (RETRY_AFTER, RATE_LIMIT, RATE_LIMIT_POLICY),
    503: (RETRY_AFTER,),
}
_IN_PATH = {
    "site": "The site's name.",
    "comments": "The comment's id.",
    "decisions": "The decision's id.",
    "members": "The member's id.",
    "threads": "The thread's id.",
}


def document(routes: Iterable[web.RouteDef]) -> Json:
    """The document of all calls that have a contract. Every status and type in it is one that we give."""
    calls = [(route, found) for route in routes if (found := contract_of(route.handler)) is not None]
    schemas = _schemas(found for _, found in calls)
    paths: dict[str, Json] = defaultdict(dict)
    for route, found in calls:
        paths[route.path][route.method.lower()] = _operation(route, found, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Greenroom",
            "version": __version__,
            "summary": "Comments for blogs, where the doubtful ones wait before they go on stage.",
            "description": _about(),
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/"}],
        "tags": [_tag(name) for name in dict.fromkeys(route.handler.__module__ for route, _ in calls)],
        "paths": dict(paths),
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                _BEARER: {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A token of one member on one site, made by `greenroom token`.",
                }
            },
        },
    }


def _about() -> str:
    return (
        "JSON in snake_case, times in RFC 3339 UTC, ids are strings. Bodies are read strictly: an unknown field is"
        " refused. Errors are problem documents (RFC 9457), told apart by their `code`. Lists go by `limit` and"
        " `cursor`; `next_cursor` is null at the end."
    )


def tag_of(module: str) -> str:
    """The name of the group that the calls of a module make."""
    return module.rpartition(".")[2].replace("_", " ").capitalize()


def _tag(module: str) -> Json:
    """A group is told by its module's first sentence: what follows is for those who read the code."""
    words = " ".join((sys.modules[module].__doc__ or "").partition("\n\n")[0].split())
    return {"name": tag_of(module), "description": words.partition(". ")[0].rstrip(".") + "."}


def _operation(route: web.RouteDef, contract: Contract, schemas: Json) -> Json:
    name = route.handler.__name__
    told: Json = {
        "operationId": name,
        "tags": [tag_of(route.handler.__module__)],
        "summary": summary_of(route.handler),
        "description": f"For {contract.ask.value}.",
        "security": _SECURITY.get(contract.ask, [{_BEARER: []}]),
    }
    parameters = [*_in_path(route.path), *map(_in_query, contract.query), *map(_in_header, contract.takes)]
    if parameters:
        told["parameters"] = parameters
    if contract.body is not None:
        told["requestBody"] = _body(route.method, contract.body, schemas)
    told["responses"] = {
        **{str(status): _answer(contract, status) for status in sorted(contract.answers)},
        **_not_modified(contract),
        **_problems(route, contract),
    }
    return told


def summary_of(handler: Any) -> str:
    """The first line of the handler's docstring, without the call that it names."""
    first = (handler.__doc__ or "").strip().splitlines()[0]
    words = first.partition(": ")[2] or first
    return words[0].upper() + words[1:]


def _in_path(path: str) -> Iterator[Json]:
    segments = path.split("/")
    for before, segment in pairwise(segments):
        if segment.startswith("{"):
            name = segment.strip("{}")
            sentence = _IN_PATH.get(name) or _IN_PATH.get(before) or f"Its {name}."
            schema = {"type": "string", "minLength": 1}
            yield {"name": name, "in": "path", "required": True, "description": sentence, "schema": schema}


def _in_query(parameter: Parameter) -> Json:
    told = {"name": parameter.name, "in": "query", "description": parameter.sentence, "schema": parameter.shape}
    return {**told, "required": True} if parameter.required else told


def _in_header(header: Header) -> Json:
    told = {"name": header.name, "in": "header", "description": header.sentence, "schema": header.shape}
    return {**told, "required": True} if header.required else told


def _body(method: str, shape: Any, schemas: Json) -> Json:
    schema = _ref(shape)
    content = {"application/json": {"schema": schema, "example": body_example(schema, schemas)}}
    return {"required": not may_be_left_out(method, shape), "content": content}


def _answer(contract: Contract, status: int) -> Json:
    shape, phrase = contract.answers[status], HTTPStatus(status).phrase
    gives = [*contract.gives]
    if CURSOR in contract.query:
        gives.append(LINK)
    if IDEMPOTENCY_KEY in contract.takes:
        gives.append(REPLAYED)
    if IF_NONE_MATCH in contract.takes:
        gives.append(ETAG)
    if status >= 500:
        gives.append(RETRY_AFTER)
    if shape is None:
        return _response(f"{phrase}.", gives)
    if isinstance(shape, Content):
        return _response(f"{phrase}. {shape.sentence}", gives, {shape.media_type: {}})
    words = " ".join((shape.__doc__ or "").split())
    return _response(f"{phrase}. {words}", gives, {"application/json": {"schema": _ref(shape)}})


def _response(words: str, headers: Iterable[Header], content: Json | None = None) -> Json:
    told: Json = {"description": words}
    given = {one.name: {"description": one.sentence, "schema": one.shape} for one in headers}
    if given:
        told["headers"] = given
    if content is not None:
        told["content"] = content
    return told


def _not_modified(contract: Contract) -> Json:
    return {"304": _response("Not modified.", (ETAG,))} if IF_NONE_MATCH in contract.takes else {}


def _problems(route: web.RouteDef, contract: Contract) -> Json:
    """An answer for each status, with the codes that it can have here."""
    by_status: dict[int, list[Problem]] = defaultdict(list)
    for refusal in problems_of(route.method, route.path, contract):
        problem = PROBLEMS[refusal]
        by_status[problem.status].append(problem)
    return {str(status): _problem(status, sorted(found)) for status, found in sorted(by_status.items())}


def _problem(status: int, problems: list[Problem]) -> Json:
    codes = [one.code for one in problems]
    schema: Json = {
        **_ref(ProblemTold),
        "properties": {"status": {"const": status}, "code": {"enum": codes}},
        "required": ["request_id", *(["errors"] if set(codes) & _WITH_ERRORS == set(codes) else [])],
    }
    words = "; ".join(f"`{one.code}`: {one.title}" for one in problems)
    return _response(f"{words}.", _WITH_PROBLEM.get(status, ()), {"application/problem+json": {"schema": schema}})


_WITH_ERRORS = {problem.code for refusal, problem in PROBLEMS.items() if issubclass(refusal, errors.Invalid)}


def name_of(shape: Any) -> str:
    """What a type is called in the document: an answer by its noun alone."""
    return _noun(str(shape.__name__))


def _noun(name: str) -> str:
    return name.removesuffix("Told")


def _ref(shape: Any) -> Json:
    return {"$ref": _SCHEMAS + name_of(shape)}


def _schemas(contracts: Iterable[Contract]) -> Json:
    """Every type that the contracts name, and those within them, by their names."""
    shapes: list[Any] = [ProblemTold]
    for contract in contracts:
        answers = [one for one in contract.answers.values() if one is not None and not isinstance(one, Content)]
        shapes += [*answers, *([contract.body] if contract.body is not None else [])]
    _, found = msgspec.json.schema_components(dict.fromkeys(shapes), ref_template=_SCHEMAS + "{name}")
    return {_noun(name): _told(found[name]) for name in sorted(found, key=_noun)}


def _told(schema: Any, word: str = "") -> Any:
    r"""As the document has it: answers by their noun, lists for tuples, and `$` in patterns for Python's `\Z`."""
    if isinstance(schema, dict):
        return {name: _told(one, name) for name, one in schema.items()}
    if isinstance(schema, list | tuple):
        return [_told(one) for one in schema]
    if word in ("$ref", "title") and isinstance(schema, str):
        return _noun(schema)
    return re.sub(r"\\Z\Z", "$", schema) if word == "pattern" and isinstance(schema, str) else schema
