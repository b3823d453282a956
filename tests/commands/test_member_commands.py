"""greenroom member: inviting, importing, deciding about requests, as people run them."""

import gzip
import re
from pathlib import Path

import pytest

from tests.commands.test_commands import Run, run

__all__ = ["run"]  # fixtures


@pytest.fixture
def blog(run: Run) -> str:
    assert run("site", "add", "blog", "--origin", "https://blog.example").returncode == 0
    assert run("member", "add", "--site", "blog", "--name", "Olive", "--role", "owner").returncode == 0
    return "blog"


def names(run: Run) -> list[str]:
    return [line.split("\t")[3] for line in run("member", "list", "--site", "blog").stdout.splitlines()]


def test_a_link_is_printed(run: Run, blog: str) -> None:
    done = run("member", "invite", "--site", blog, "--email", "eve@x.example", "--role", "moderator")
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/sites/blog/invitation\?code=gr_[\w-]{43}\n", done.stdout)
    assert run("member", "invite", "--site", blog, "--mail").returncode == 2
    assert "mailed" in run("member", "invite", "--site", blog, "--mail", "--email", "zoe@x.example").stdout


def test_a_list_is_imported_whole_or_not_at_all(run: Run, blog: str, tmp_path: Path) -> None:
    good = tmp_path / "people.csv.gz"
    good.write_bytes(gzip.compress(b"\xef\xbb\xbfname;email;role\r\nAda;ada@x.example;\r\nOlive;o@x.example;owner\r\n"))
    tried = run("member", "import", "--site", blog, "--dry-run", str(good))
    assert "2 would be made members, 0 skipped." in tried.stdout
    assert names(run) == ["Olive"]
    done = run("member", "import", "--site", blog, str(good))
    assert "line 3: Olive is called Olive 2" in done.stdout
    assert names(run) == ["Olive", "Ada", "Olive 2"]
    again = run("member", "import", "--site", blog, str(good))
    assert (again.returncode, again.stdout.splitlines()[-1]) == (0, "0 made members, 2 skipped.")
    bad = tmp_path / "bad.csv"
    bad.write_bytes(b"name,email,role\nTim,tim@x.example,\nEve,eve,\nMax,max@x.example,king\n")
    refused = run("member", "import", "--site", blog, str(bad))
    assert refused.returncode == 1
    assert [line.partition(":")[0] for line in refused.stderr.splitlines()] == [
        "line 3",
        "line 4",
        "Nothing was imported.",
    ]
    assert names(run) == ["Olive", "Ada", "Olive 2"]


def test_a_list_is_invited(run: Run, blog: str, tmp_path: Path) -> None:
    people = tmp_path / "people.csv"
    people.write_text("email\n" + "".join(f"p{i}@x.example\n" for i in range(450)))
    done = run("member", "import", "--site", blog, "--invite", str(people))
    assert done.stdout == "450 invited, 0 skipped.\n"
    assert names(run) == ["Olive"]
    again = run("member", "import", "--site", blog, "--invite", str(people))
    assert again.stdout.splitlines()[-1] == "0 made members, 450 skipped."


@pytest.mark.parametrize(
    "content", [b"not gzip", gzip.compress(b"name\nAda\n", mtime=0)[:-6]], ids=["no archive", "cut short"]
)
def test_a_broken_archive_is_told_in_one_line(run: Run, blog: str, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "people.csv.gz").write_bytes(content)
    refused = run("member", "import", "--site", blog, str(tmp_path / "people.csv.gz"))
    assert (refused.returncode, len(refused.stderr.splitlines())) == (1, 1)
    assert run("member", "import", "--site", blog, str(tmp_path / "none.csv")).returncode == 1


def test_roles_and_removal(run: Run, blog: str) -> None:
    run("member", "add", "--site", blog, "--name", "Ada")
    assert run("member", "role", "--site", blog, "Ada", "moderator").stdout == "Ada is moderator now.\n"
    refused = run("member", "role", "--site", blog, "Olive", "member")
    assert (refused.returncode, refused.stderr) == (1, "A site keeps an owner: make somebody else an owner first.\n")
    done = run("member", "remove-comments", "--site", blog, "--by", "Olive", "Ada")
    assert done.stdout.startswith("0 comments, decision ")
    run("member", "suspend", "--site", blog, "Ada")
    assert run("member", "remove-comments", "--site", blog, "--by", "Ada", "Olive").returncode == 1


def test_requests(run: Run, blog: str) -> None:
    assert run("member", "requests", "--site", blog).stdout == ""
    for what in ("accept", "decline"):
        assert run("member", what, "--site", blog, "nothing").returncode == 1
