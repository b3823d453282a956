"""Examples of bodies and answers, made from their schemas, with values that a blog would have. Pure."""

from typing import Any

Json = dict[str, Any]
_KINDS: dict[type, str] = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}

# What stands in a field of this name, where its schema lets it.
_VALUES: Json = {
    "id": "019ab0c1d2e3f405162738",
    "parent_id": None,
    "comment_id": "019ab0c1d2e3f405162738",
    "thread_id": "019ab0b7c6d5e4f3021314",
    "decision_id": "019ab0d9e8f7a6b5c4d3e2",
    "thread": "/2020/06/post.html",
    "key": "/2020/06/post.html",
    "url": "https://blog.example/2020/06/post.html",
    "title": "The radio in the green room",
    "name": "Ada",
    "email": "ada@blog.example",
    "text": "Thank you for the part about *flux*.",
    "html": "<p>Thank you for the part about <em>flux</em>.</p>",
    "avatar_url": None,
    "role": "member",
    "status": "approved",
    "version": 1,
    "count": 3,
    "edited_at": None,
    "suspended_until": None,
    "next_cursor": None,
    "score": 0.04,
    "verdict": "ham",
    "model_version": "shipped-1",
    "group": None,
    "action": "approve",
    "from": "pending",
    "to": "approved",
    "label": "ham",
    "reason": None,
    "undoes": None,
    "hold_at": 0.5,
    "spam_at": 0.9,
    "why_not": None,
    "what_to_do": None,
    "form_message": "Be kind.",
    "who_may_comment": "members",
    "moderation": "model",
    "state": "open",
}


def answer_example(schema: Json, schemas: Json) -> Any:
    """What an answer of this schema looks like: all fields that are always there."""
    return _Examples(schemas).of(schema)


def body_example(schema: Json, schemas: Json) -> Any:
    """A body of this schema: what must be there; where nothing must, the first field."""
    return _Examples(schemas, first=True).of(schema)


class _Examples:
    def __init__(self, schemas: Json, first: bool = False) -> None:
        self._schemas, self._first = schemas, first

    def of(self, schema: Json, name: str = "") -> Any:
        if schema.get("examples"):
            return schema["examples"][0]
        if name in _VALUES and self._fits(_VALUES[name], schema):
            return _VALUES[name]
        if schema.get("default") is not None:
            return schema["default"]
        return self._made(schema)

    def _made(self, schema: Json) -> Any:
        if "$ref" in schema:
            return self.of(self._resolved(schema))
        if "enum" in schema:
            return schema["enum"][0]
        if "anyOf" in schema:
            return self.of(schema["anyOf"][0])
        if schema.get("type") == "object":
            return self._object(schema)
        if schema.get("type") == "array":
            return [self.of(schema["items"])] if "items" in schema else []
        text = "example" if schema.get("minLength") else ""
        return {"string": text, "integer": schema.get("minimum", 1), "number": 0.5, "boolean": True}.get(
            schema.get("type", "")
        )

    def _object(self, schema: Json) -> Json:
        fields, required = schema.get("properties", {}), schema.get("required", [])
        names = required or (list(fields)[:1] if self._first else list(fields))
        return {name: self.of(fields[name], name) for name in fields if name in names}

    def _resolved(self, schema: Json) -> Json:
        found: Json = self._schemas[schema["$ref"].rpartition("/")[2]]
        return found

    def _fits(self, value: Any, schema: Json) -> bool:
        """May the value stand there, as far as kinds and words go?"""
        if "anyOf" in schema:
            return any(self._fits(value, one) for one in schema["anyOf"])
        if "enum" in schema:
            return value in schema["enum"]
        return schema.get("type") == _KINDS.get(type(value))
