"""The commands as people run them: real processes on a real data folder, before a first serve and beside one."""

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from service.__main__ import COMMANDS
from tests.commanding import Done, greenroom, own_environment
from tests.running import ask, running
from tests.vouching import by_hand

Run = Callable[..., Done]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def command(*arguments: str, **extra: str) -> Done:
        settings = {"GREENROOM_DATA": str(tmp_path / "data"), "GREENROOM_PORT": "0", **extra}
        return greenroom(*arguments, environment=own_environment(**settings))

    return command


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., tuple[str, list[str]]]]:
    with ExitStack() as stack:

        def begin(*arguments: str) -> tuple[str, list[str]]:
            service = stack.enter_context(running(tmp_path / "data", *arguments))
            return service.url, service.lines

        yield begin


def call(url: str, token: str | None = None, body: Any = None) -> tuple[int, Any]:
    return ask(url, "GET" if body is None else "POST", token, body)


def test_openapi_prints_what_the_service_serves(run: Run, serve: Callable[..., tuple[str, list[str]]]) -> None:
    url, _ = serve()
    assert json.loads(run("openapi").stdout) == call(f"{url}/openapi.json")[1]


def test_help_lists_every_command(run: Run) -> None:
    told = [
        subprocess.run([sys.executable, "-m", "service", option], capture_output=True, text=True, check=True).stdout
        for option in ("--help", "--version")
    ]
    assert told[1].startswith("greenroom")
    for name in COMMANDS:
        assert re.search(rf"^  {name} ", told[0], re.MULTILINE)
        assert run(name, "--help").returncode == 0


def test_a_site_is_made_before_the_first_serve(run: Run, tmp_path: Path) -> None:
    made = run("site", "add", "blog", "--origin", "https://blog.example/some/page")
    assert (made.returncode, made.stderr) == (0, "")
    taken = run("site", "add", "blog", "--origin", "https://blog.example")
    assert (taken.returncode, taken.stdout) == (1, "")
    assert "There is a site named blog already." in taken.stderr
    member = run("member", "add", "--site", "blog", "--name", "Ada", "--email", "ada@blog.example")
    assert re.fullmatch(r"[0-9a-f]{22}\n", member.stdout)
    assert run("member", "add", "--site", "blog", "--name", "Ada").returncode == 1
    token = run("token", "--site", "blog", "--member", "Ada")
    assert re.fullmatch(r"gr_[A-Za-z0-9_-]{43}\n", token.stdout)
    assert run("token", "--site", "blog", "--member", member.stdout.strip()).returncode == 0
    assert token.stdout.strip() not in "".join(
        p.read_bytes().decode("latin-1") for p in (tmp_path / "data").iterdir() if p.is_file()
    )
    link = run("member", "link", "--site", "blog", "--to", "/x", "ada").stdout
    assert re.fullmatch(r"http://127.0.0.1:0/sites/blog/sign-in\?token=gr_[A-Za-z0-9_-]{43}&to=/x\n", link)
    assert run("site", "list").stdout == "blog\thttps://blog.example\n"
    assert "Ada" in run("member", "list", "--site", "blog").stdout


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        (["site", "add", "My Blog", "--origin", "https://a.example"], 2, "my-blog"),
        (["site", "add", "blog", "--origin", "nonsense"], 2, "origins"),
        (["site", "add", "blog"], 2, "--origin"),
        (["member", "add", "--site", "none", "--name", "Ada"], 1, "greenroom site add none"),
        (["token", "--site", "none", "--member", "Ada"], 1, "no site"),
        (["settings", "--site", "none"], 1, "no site"),
        (["nonsense"], 2, "nonsense"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(run: Run, arguments: list[str], code: int, word: str) -> None:
    refused = run(*arguments)
    assert refused.returncode == code
    assert word in refused.stderr
    assert "Traceback" not in refused.stderr


def test_settings_of_a_site_are_shown_and_changed_all_or_none(run: Run) -> None:
    run("site", "add", "blog", "--origin", "https://blog.example", "--moderation", "always")
    assert 'moderation = "always"' in run("settings", "--site", "blog").stdout
    changed = run("settings", "--site", "blog", "max_links=5", "hold_words=casino, crypto", "hold_at=0.25")
    assert changed.returncode == 0
    for line in ("max_links = 5", 'hold_words = ["casino", "crypto"]', "hold_at = 0.25"):
        assert line in changed.stdout.splitlines()
    wrong = run("settings", "--site", "blog", "max_links=6", "moderation=maybe", "colour=red", "hold_at=2")
    assert wrong.returncode == 2
    assert {line.split(":")[0] for line in wrong.stderr.splitlines()} == {"moderation", "colour", "hold_at"}
    listed = run("settings", "--site", "blog", 'refuse_words=["a, b", "c"]', "hold_words=")
    assert 'refuse_words = ["a, b", "c"]' in listed.stdout
    assert "hold_words = []" in listed.stdout
    assert "spam_at = 1.0" in run("settings", "--site", "blog", "spam_at=1.0").stdout
    again = run("settings", "--site", "blog", "hold_at=")
    assert "max_links = 5" in again.stdout
    assert "hold_at = null" in again.stdout


@pytest.mark.parametrize(
    ("name", "value"), [("GREENROOM_PORT", "x"), ("GREENROOM_NONSENSE", "1"), ("GREENROOM_SECRET", "short")]
)
def test_a_wrong_setting_refuses_to_start(run: Run, name: str, value: str) -> None:
    for command in (["serve"], ["site", "list"]):
        refused = run(*command, **{name: value})
        assert refused.returncode == 2
        assert refused.stderr.startswith(f"{name}: ")
        assert refused.stderr.count("\n") == 1


def test_an_address_that_cannot_be_had_is_said_in_a_line(
    run: Run, serve: Callable[..., tuple[str, list[str]]], tmp_path: Path
) -> None:
    url, _ = serve()
    data = str(tmp_path / "else")
    for setting, value, named in (
        ("GREENROOM_PORT", url.rpartition(":")[2], "GREENROOM_PORT: cannot listen on 127.0.0.1:"),
        ("GREENROOM_HOST", "203.0.113.9", "GREENROOM_HOST: cannot listen on 203.0.113.9:0 ("),  # nobody's (RFC 5737)
    ):
        refused = run("serve", **{"GREENROOM_DATA": data, setting: value})
        assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
        assert refused.stderr.startswith(named)
        assert "; an example: " in refused.stderr


def test_another_programs_database_is_refused(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "letters.sqlite"
    path.write_text("not a database at all, but a letter " * 50)
    refused = run("serve", GREENROOM_DATABASE=str(path))
    assert refused.returncode == 1
    assert refused.stderr.startswith("GREENROOM_DATABASE: ")
    assert "Traceback" not in refused.stderr


def test_beside_a_running_service_changes_count_within_a_second(
    run: Run, serve: Callable[..., tuple[str, list[str]]]
) -> None:
    url, lines = serve()
    assert any("No site yet" in line for line in lines)
    site = f"{url}/api/v1/sites/blog"
    run("site", "add", "blog", "--origin", "https://blog.example", "--moderation", "always")
    run("member", "add", "--site", "blog", "--name", "Ada")
    token = run("token", "--site", "blog", "--member", "Ada").stdout.strip()

    def post(text: str) -> tuple[int, Any]:
        return call(f"{site}/comments", token, {"thread": "/a", "text": text})

    assert post("one")[0] == 202
    changes: list[tuple[list[str], Callable[[], bool]]] = [
        (
            ["settings", "--site", "blog", "form_message=Hello"],
            lambda: call(f"{site}/session")[1]["form_message"] == "Hello",
        ),
        (["member", "suspend", "--site", "blog", "Ada"], lambda: post("two")[1].get("code") == "suspended"),
        (["member", "readmit", "--site", "blog", "Ada"], lambda: post("three")[0] == 202),
        (["token", "--site", "blog", "--member", "Ada", "--revoke", token], lambda: post("four")[0] == 401),
    ]
    for arguments, counts in changes:
        assert run(*arguments).returncode == 0
        done = time.monotonic()
        while not counts():
            assert time.monotonic() - done < 10, arguments
        # One second is promised; on a machine that stands still for moments a little more is no fault of ours.
        assert time.monotonic() - done < 3, arguments


def test_the_demo_is_there_with_the_shipped_model(serve: Callable[..., tuple[str, list[str]]]) -> None:
    url, lines = serve("--demo")
    assert [
        word for word in ("sample post", "member Ada", "desk of demo") if not any(word in line for line in lines)
    ] == []
    assert call(f"{url}/readyz") == (200, {"status": "ready", "storage": "ready", "model": "ready"})
    assert call(f"{url}/api/v1/sites/demo/comments?thread=/demo")[1]["comments"] == []


def test_a_member_named_owner_stops_no_start(run: Run, serve: Callable[..., tuple[str, list[str]]]) -> None:
    run("site", "add", "blog", "--origin", "https://blog.example")
    run("member", "add", "--site", "blog", "--name", "0wner")
    _, lines = serve()
    assert any("as Owner 2" in line for line in lines)


def test_an_empty_secret_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "secret").write_text("")
    refused = run("serve")
    assert refused.returncode == 1
    assert "holds no secret" in refused.stderr


def test_secret_and_database_are_for_their_owner_alone(
    serve: Callable[..., tuple[str, list[str]]], tmp_path: Path
) -> None:
    serve()
    for path in (tmp_path / "data").iterdir():
        assert path.stat().st_mode & 0o077 == 0, path


def test_a_config_file_counts_for_every_command(run: Run, tmp_path: Path) -> None:
    config = tmp_path / "greenroom.toml"
    config.write_text(f'database = "{tmp_path / "elsewhere.sqlite"}"')
    assert run("--config", str(config), "site", "add", "blog", "--origin", "https://blog.example").returncode == 0
    assert (tmp_path / "elsewhere.sqlite").exists()
    assert run("site", "list").stdout == ""


def test_keys_are_made_listed_and_revoked(run: Run, serve: Callable[..., tuple[str, list[str]]]) -> None:
    run("site", "add", "blog", "--origin", "https://blog.example")
    nobody = run("key", "add", "--site", "blog", "--name", "importer")
    assert (nobody.returncode, "has no owner yet" in nobody.stderr) == (1, True)
    run("member", "add", "--site", "blog", "--name", "Olive", "--role", "owner")
    raw = run("key", "add", "--site", "blog", "--name", "importer", "--scope", "read").stdout.strip()
    short = run("key", "add", "--site", "blog", "--name", "old blog", "--kind", "akismet").stdout.strip()
    assert re.fullmatch(r"gk_[A-Za-z0-9_-]{43}", raw)
    assert re.fullmatch(r"[0-9a-f]{12}", short)
    listed = run("key", "list", "--site", "blog").stdout.splitlines()
    assert [line.split("\t")[1:] for line in listed] == [
        ["api", "read", f"...{raw[-4:]}", "never used", "importer"],
        ["akismet", "full", f"...{short[-4:]}", "never used", "old blog"],
    ]
    url, _ = serve()
    queue = f"{url}/api/v1/sites/blog/queue"
    assert call(queue, raw)[0] == 200
    key_id = listed[0].split("\t")[0]
    assert run("key", "revoke", "--site", "blog", key_id).returncode == 0
    done = time.monotonic()
    while call(queue, raw)[0] != 401:
        assert time.monotonic() - done < 10
    assert run("key", "revoke", "--site", "blog", key_id).returncode == 1


def test_sign_on_by_a_shared_secret(run: Run, serve: Callable[..., tuple[str, list[str]]]) -> None:
    run("site", "add", "blog", "--origin", "https://blog.example")
    assert run("sign-on", "show", "--site", "blog").stdout.split() == ["kind", "off", "roles", "no", "vouches", "no"]
    secret = run("sign-on", "secret", "--site", "blog").stdout.strip()
    url, _ = serve()
    now = int(time.time())
    claims = {"sub": "1", "aud": "blog", "iat": now, "exp": now + 60, "jti": "a", "name": "Grace", "member": True}
    sso = {"sso": by_hand({"alg": "HS256"}, claims, secret)}
    status, told = call(f"{url}/api/v1/sites/blog/session", None, sso)
    assert (status, told["member"]["name"], told["member"]["status"]) == (200, "Grace", "active")
    assert call(f"{url}/api/v1/sites/blog/session", None, sso)[0] == 401
    rotated = run("sign-on", "rotate", "--site", "blog").stdout.strip()
    assert rotated != secret
    assert run("sign-on", "secret", "--site", "blog").stdout.strip() == rotated
    for jti, key in (("b", secret), ("c", rotated)):
        sso = {"sso": by_hand({"alg": "HS256"}, {**claims, "jti": jti}, key)}
        assert call(f"{url}/api/v1/sites/blog/session", None, sso)[0] == 200


def test_sign_on_by_keys_and_by_a_provider(run: Run, tmp_path: Path) -> None:
    run("site", "add", "blog", "--origin", "https://blog.example")
    done = run("sign-on", "jwks", "--site", "blog", "https://blog.example/jwks", "--issuer", "me", "--vouches")
    assert done.stdout.splitlines() == [
        "kind\tjwks",
        "issuer\tme",
        "jwks_url\thttps://blog.example/jwks",
        "roles\tno",
        "vouches\tyes",
    ]
    inner = run("sign-on", "jwks", "--site", "blog", "http://127.0.0.1/jwks", "--issuer", "me")
    assert (inner.returncode, inner.stderr.count("\n")) == (2, 1)
    assert inner.stderr.startswith("jwks_url: ")
    (tmp_path / "secret").write_text("s3cret\n")
    told = ("--client-id", "greenroom", "--client-secret-file", str(tmp_path / "secret"))
    done = run("sign-on", "oidc", "--site", "blog", "https://id.example", *told)
    assert "/sites/blog/sign-in/oidc/callback" in done.stdout
    assert "s3cret" not in done.stdout + run("sign-on", "show", "--site", "blog").stdout
    assert run("sign-on", "off", "--site", "blog").stdout.startswith("kind\toff\n")
