"""How the widget's files are served: one address that stays, all others by their version, packed and plain."""

import gzip
import re
from collections.abc import Mapping

import pytest

from service.web.widget.files import VERSION
from service.web.widget.parts import FIRST, JOINED, languages, sources
from tests.web.pages.conftest import Client


async def get(client: Client, path: str, **headers: str) -> tuple[int, Mapping[str, str], str]:
    async with client.get(path, headers=headers, auto_decompress=False) as answer:
        raw = await answer.read()
        body = gzip.decompress(raw) if answer.headers.get("Content-Encoding") == "gzip" else raw
        return answer.status, answer.headers, body.decode()


async def test_the_address_that_stays(client: Client) -> None:
    status, headers, text = await get(client, "/embed.js")
    assert status == 200
    assert headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert re.match(r"public, max-age=300\b", headers["Cache-Control"])
    assert f"widget/{VERSION}/" in text
    assert " ".join(languages()) in text
    again, headers, text = await get(client, "/embed.js", **{"If-None-Match": headers["ETag"]})
    assert (again, text) == (304, "")
    assert headers["Access-Control-Allow-Origin"] == "*"


async def test_parts_are_kept_for_ever_by_their_version(client: Client) -> None:
    for name in (FIRST, "write.js", "more.css", "languages/de.js"):
        status, headers, text = await get(client, f"/widget/{VERSION}/{name}")
        assert (status, text) == (200, sources()[name].decode()), name
        assert "immutable" in headers["Cache-Control"]


async def test_the_address_of_another_version_gives_the_part_of_now(client: Client) -> None:
    """Pages that were open during an upgrade, and browsers that have kept the old /embed.js, go on working."""
    status, headers, text = await get(client, "/widget/0123456789ab/write.js")
    assert (status, text) == (200, sources()["write.js"].decode())
    assert headers["Cache-Control"] == "public, no-cache"


@pytest.mark.parametrize("name", ["nothing.js", "files.py", "../files.py", "%2e%2e/files.py", "thread.js", "embed.js"])
async def test_nothing_else_is_served(client: Client, name: str) -> None:
    status, _, _ = await get(client, f"/widget/{VERSION}/{name}")
    assert status == 404


@pytest.mark.parametrize(
    ("offered", "packed"),
    [("gzip, deflate, br", True), ("gzip;q=0.5", True), ("br", False), ("gzip;q=0", False), ("gzip;q=0.0", False)],
)
async def test_packed_for_those_who_take_it(client: Client, offered: str, packed: bool) -> None:
    status, headers, text = await get(client, "/embed.js", **{"Accept-Encoding": offered})
    assert (status, "Content-Encoding" in headers) == (200, packed)
    assert headers["Vary"] == "Accept-Encoding"
    assert "customElements.define" in text


def test_what_is_joined_is_whole() -> None:
    """Each part names what it imports on one line, and nobody names a part that is not there by itself."""
    every = {name: text.decode() for name, text in sources().items()}
    assert not set(JOINED) & set(every)
    assert "import " not in re.sub(r"import\(", "", every[FIRST])
    for name, text in every.items():
        for wanted in re.findall(r'from "\./(.+)"', text):
            assert wanted in every, (name, wanted)
        assert not re.search(r"^\s|^//| // |/\*", text, re.MULTILINE), name
        assert text.count("`") % 2 == 0
        assert all(line.count("`") % 2 == 0 for line in text.splitlines()), "a text runs over the end of a line"
        for imported in re.findall(r'^import \{ (.+) \} from "\./first\.js"', text, re.MULTILINE):
            for one in imported.split(", "):
                assert re.search(rf"^export (?:async )?(?:function|class|const) {one}\b", every[FIRST], re.MULTILINE), (
                    one
                )
