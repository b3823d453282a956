"""Holds real answers against the document: a status, a media type or a field that is not in it is a fault."""

import json
from typing import Any

import jsonschema_rs
from aiohttp import web

from service.web.contract import contract_of
from service.web.openapi import Json, document
from service.web.routes import ROUTES


def closed(told: Json) -> Json:
    """The schemas of a document with every object shut, so that a field that is not told of is seen."""
    return {
        name: {"additionalProperties": False, **schema} if "properties" in schema else schema
        for name, schema in told["components"]["schemas"].items()
    }


class Conformity:
    """The document, ready to be compared with answers; what does not conform is kept in `faults`."""

    def __init__(self) -> None:
        self._told = document(ROUTES)
        self._schemas = closed(self._told)
        self._validators: dict[tuple[str, str, str, str], jsonschema_rs.Validator] = {}
        self.faults: list[str] = []

    async def look(self, request: web.Request, response: web.StreamResponse) -> None:
        """To be called before an answer is sent (aiohttp's on_response_prepare)."""
        if contract_of(request.match_info.handler) is None or request.method == "OPTIONS":
            return
        fault = self._fault(request, response)
        if fault is not None:
            self.faults.append(f"{request.method} {request.path} -> {response.status}: {fault}")

    def _fault(self, request: web.Request, response: web.StreamResponse) -> str | None:
        resource = request.match_info.route.resource
        assert resource is not None
        method = "get" if request.method == "HEAD" else request.method.lower()
        responses = self._told["paths"][resource.canonical][method]["responses"]
        status = str(response.status)
        if status not in responses:
            return "this status is not in the document"
        content = responses[status].get("content")
        if content is None:
            return None if not getattr(response, "body", None) else "a body that is not in the document"
        if response.content_type not in content:
            return f"{response.content_type} is not in the document"
        schema = content[response.content_type].get("schema")
        if schema is None or not isinstance(response, web.Response) or not isinstance(response.body, bytes):
            return None
        key = (resource.canonical, method, status, response.content_type)
        return self._told_wrong(key, schema, response.body)

    def _told_wrong(self, key: tuple[str, str, str, str], schema: Json, body: bytes) -> str | None:
        validator = self._validators.get(key)
        if validator is None:
            whole: Any = {**schema, "components": {"schemas": self._schemas}}
            validator = self._validators[key] = jsonschema_rs.validator_for(whole)
        errors = [f"{one.instance_path_as_pointer}: {one.message}" for one in validator.iter_errors(json.loads(body))]
        return "; ".join(errors) or None
