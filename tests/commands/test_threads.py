"""greenroom threads: lists of pages that moved, as files and by hand; what is wrong is named by its line."""

import gzip
from collections.abc import Callable

import pytest

from service.commands.pairs import read_pairs
from service.domain.errors import Invalid
from tests.commands.test_commands import Run, run, serve
from tests.running import ask

__all__ = ["run", "serve"]  # fixtures


@pytest.mark.parametrize(
    "text",
    [
        "/a,/b\n/c.html,/d/\n",
        "old,new\r\n/a,/b\r\n\r\n# a remark\r\n/c.html,/d/",
        '"Old URL","New URL"\n"/a","/b"\n/c.html , /d/\n',
        "from\tto\n/a\t/b\n/c.html\t/d/\n",
        '{"old": "/a", "new": "/b"}\n{"old": "/c.html", "new": "/d/"}\n',
        '["/a", "/b"]\n["https://old.example/c.html?x=1#y", "https://new.example/d/"]\n',
        "\ufeff/a,/b\n/c.html,/d/\n",
    ],
)
def test_lists_of_each_kind(text: str) -> None:
    for raw in (text.encode(), gzip.compress(text.encode())):
        assert [(pair.old, pair.new) for pair in read_pairs(raw)] == [("/a", "/b"), ("/c.html", "/d/")]


def test_what_is_wrong_is_named_by_its_line() -> None:
    text = '/a,/b\n/c\nd,/e\n/f,/g,/h\n{"old": 1}\n/%FF,/i\n{"old": \n'
    with pytest.raises(Invalid) as refused:
        read_pairs(text.encode())
    assert [fault.pointer for fault in refused.value.faults] == [f"line {i}" for i in (2, 3, 4, 5, 6, 7)]
    for raw in (b"/a,/b\n/\xff,/c", gzip.compress(b"/a,/b\n" * 100)[:-20]):
        with pytest.raises(Invalid):
            read_pairs(raw)


def test_old_and_new_are_pages_too() -> None:
    assert [(pair.old, pair.new) for pair in read_pairs(b"/old,/new\n")] == [("/old", "/new")]
    assert [(p.line, p.old) for p in read_pairs(b"\n/a,/b\n")] == [(2, "/a")]


def test_a_blog_moves_beside_its_running_service(
    run: Run, serve: Callable[..., tuple[str, list[str]]], tmp_path: object
) -> None:
    url, _ = serve()
    run("site", "add", "blog", "--origin", "https://blog.example")
    run("member", "add", "--site", "blog", "--name", "Ada", "--role", "owner")
    token = run("token", "--site", "blog", "--member", "Ada").stdout.strip()
    site = f"{url}/api/v1/sites/blog"
    for key in ("/a.html", "/b.html", "/c.html"):
        body = {"thread": key, "text": f"on {key}", "url": f"https://blog.example{key}", "title": f"The\npage {key}"}
        assert ask(f"{site}/comments", "POST", token, body)[0] == 201
    listed = run("threads", "list", "--site", "blog").stdout
    assert listed.splitlines()[0] == "/a.html\topen\tmodel\t1\tThe page /a.html"

    path = f"{tmp_path}/moved.csv"
    with open(path, "w", encoding="utf-8") as file:  # noqa: PTH123 - the test's own
        file.write("/a.html,/posts/a/\n/b.html,/c.html\n/z.html,/y\n")
    tried = run("threads", "move", "--site", "blog", "--dry-run", path)
    assert (tried.returncode, tried.stderr) == (0, "A dry run: nothing was written.\n")
    assert run("threads", "list", "--site", "blog").stdout == listed
    done = run("threads", "move", "--site", "blog", path)
    assert done.stdout == tried.stdout
    assert done.stdout.splitlines() == [
        "/z.html\t/y\tnot found",
        "/a.html\t/posts/a/\tmoved",
        "/b.html\t/c.html\tmerged, 1 comment",
    ]
    again = run("threads", "move", "--site", "blog", path).stdout
    assert "/a.html\t/posts/a/\tmoved before, stands at /posts/a/" in again.splitlines()
    for key in ("/a.html", "/posts/a/"):
        assert ask(f"{site}/comments?thread={key}")[1]["thread"]["key"] == "/posts/a/"

    assert run("threads", "move", "--site", "blog", "/posts/a/", "/c.html").stdout.endswith("merged, 1 comment\n")
    assert run("threads", "set", "--site", "blog", "/c.html", "state=closed", "title=C").stdout == (
        "/c.html\tclosed\tmodel\t3\tC\n"
    )
    moved = run("threads", "move", "--site", "blog", "--origin-from", "https://blog.example", "--origin-to",
                "https://new.example/x")  # fmt: skip
    assert moved.stdout.splitlines() == [
        "1 address is now at https://new.example.",
        "Set the site's origins, too: greenroom settings --site blog origins=https://new.example",
    ]
    assert run("threads", "forget", "--site", "blog", "/a.html").stdout == "/a.html leads no longer to /c.html.\n"


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        (["move", "--site", "blog"], 2, "FILE"),
        (["move", "--site", "blog", "a", "b", "c"], 2, "FILE"),
        (["move", "--site", "blog", "--origin-from", "https://a.example"], 2, "--origin-to"),
        (["move", "--site", "blog", "nowhere.csv"], 2, "nowhere.csv"),
        (["move", "--site", "none", "/a", "/b"], 1, "no site"),
        (["move", "--site", "blog", "/a", "/b"], 1, "Nobody has commented on /a"),
        (["move", "--site", "blog", "--origin-from", "x", "--origin-to", "y"], 2, "no origin"),
        (["set", "--site", "blog", "/a", "state=ajar"], 2, "state"),
        (["set", "--site", "blog", "/a", "colour=red"], 2, "colour"),
        (["forget", "--site", "blog", "/a"], 1, "/a"),
    ],
)
def test_what_is_wrong_is_said(run: Run, arguments: list[str], code: int, word: str) -> None:
    if "blog" in arguments:
        run("site", "add", "blog", "--origin", "https://blog.example")
    refused = run("threads", *arguments)
    assert (refused.returncode, refused.stdout) == (code, "")
    assert word in refused.stderr
    assert "Traceback" not in refused.stderr
