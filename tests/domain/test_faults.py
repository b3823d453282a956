"""What is wrong with a value is told with its place and with what would be right."""

from typing import Annotated, Literal

import msgspec
import pytest
from msgspec import Meta, Struct

from service.domain.errors import Fault
from service.domain.faults import fault


class Inner(Struct, forbid_unknown_fields=True):
    colour: Literal["green", "red"]


class Shape(Struct, forbid_unknown_fields=True):
    one: Inner | None = None
    many: tuple[Inner, ...] = ()
    origin: Annotated[str, Meta(pattern="^https://", examples=["https://blog.example"])] | None = None
    bare: Annotated[str, Meta(pattern="^x$")] = "x"
    count: Annotated[int, Meta(ge=0)] = 0


@pytest.mark.parametrize(
    ("raw", "pointer", "detail"),
    [
        (b'{"one": {"colour": "blue"}}', "/one/colour", "One of these is needed: green, red."),
        (b'{"many": [{"colour": "red"}, {"colour": "blue"}]}', "/many/1/colour", "One of these is needed: green, red."),
        (b'{"origin": "ftp:"}', "/origin", "This is not written as it has to be; one looks like https://blog.example."),
        (b'{"bare": "y"}', "/bare", "Expected `str` matching regex '^x$'."),
        (b'{"count": -1}', "/count", "Expected `int` >= 0."),
        (b'{"none": 1}', "/none", "Object contains unknown field `none`."),
        (b'{"one": {"colour": "red", "x": 1}}', "/one/x", "Object contains unknown field `x`."),
        (b'{"one": {}}', "/one/colour", "Object missing required field `colour`."),
        (b"[]", "", "Expected `object`, got `array`."),
    ],
)
def test_a_fault_names_its_place_and_what_would_be_right(raw: bytes, pointer: str, detail: str) -> None:
    with pytest.raises(msgspec.ValidationError) as wrong:
        msgspec.json.decode(raw, type=Shape)
    told = fault(wrong.value, Shape)
    assert told == Fault(pointer, detail)
