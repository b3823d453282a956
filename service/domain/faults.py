"""What is wrong with a value of the wrong shape: where, as a JSON Pointer (RFC 6901), and what would be right. Pure."""

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import inspect

from service.domain.errors import Fault


def fault(error: msgspec.ValidationError, shape: Any) -> Fault:
    """The fault that the decoder of this shape found.

    msgspec says `Expected ... - at `$.comments[0].id``; a JSON Pointer says /comments/0/id.
    """
    problem, _, path = str(error).partition(" - at `$")
    steps = path.rstrip("`").replace("[...]", "").replace("[", ".").replace("]", "").split(".")[1:]
    if problem.startswith(("Object missing required field", "Object contains unknown field")):
        steps.append(problem.split("`")[1])
    return Fault("".join(f"/{step}" for step in steps), _better(problem, shape, steps) or f"{problem}.")


def _better(problem: str, shape: Any, steps: list[str]) -> str | None:
    """What would be right, where msgspec names only what is wrong, or a pattern."""
    if problem.startswith("Invalid enum value"):
        words = [str(word) for told in _at(shape, steps) for word in _words(told)]
        return f"One of these is needed: {', '.join(words)}." if words else None
    if "matching regex" in problem:
        examples = [example for told in _at(shape, steps) for example in _examples(told)]
        return f"This is not written as it has to be; one looks like {examples[0]}." if examples else None
    return None


def _at(shape: Any, steps: list[str]) -> list[inspect.Type]:
    """The types of which one may stand in that place."""
    found = [inspect.type_info(shape)]
    for step in steps:
        found = [inner for told in found for part in _parts(told) for inner in _within(part, step)]
    return [part for told in found for part in _parts(told)]


def _within(told: inspect.Type, step: str) -> list[inspect.Type]:
    """What may stand there, one step further in."""
    bare = told.type if isinstance(told, inspect.Metadata) else told
    if isinstance(bare, inspect.StructType):
        return [field.type for field in bare.fields if field.encode_name == step]
    return [bare.item_type] if isinstance(bare, inspect.ListType | inspect.VarTupleType) else []


def _parts(told: inspect.Type) -> Iterator[inspect.Type]:
    if isinstance(told, inspect.UnionType):
        for one in told.types:
            yield from _parts(one)
    else:
        yield told


def _words(told: inspect.Type) -> tuple[Any, ...]:
    return told.values if isinstance(told, inspect.LiteralType) else ()


def _examples(told: inspect.Type) -> list[Any]:
    return list((told.extra_json_schema or {}).get("examples", [])) if isinstance(told, inspect.Metadata) else []
