"""Settings: what is wrong is told in one line each, all at once, with an example; secrets are not shown."""

import re
from ipaddress import ip_network
from pathlib import Path

import pytest

from service.domain.bucket import Rate
from service.settings import SETTINGS, Misconfigured, read_settings


def faults(environment: dict[str, str], config: Path | None = None) -> list[str]:
    with pytest.raises(Misconfigured) as wrong:
        read_settings(environment, config)
    return wrong.value.faults


def test_without_any_setting_there_are_defaults() -> None:
    settings = read_settings({"PATH": "/bin", "GREENROOMS": "of no interest"})
    assert (settings.host, settings.port, settings.data) == ("127.0.0.1", 8080, Path("greenroom-data"))
    assert settings.rate_limits == {"member": Rate(10, 60), "address": Rate(30, 60), "site": Rate(600, 60)}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "70000"),
        ("PORT", "-1"),
        ("HOST", "http://x"),
        ("HOST", ""),
        ("DATABASE", "mysql://x"),
        ("PUBLIC_URL", "blog.example"),
        ("PUBLIC_URL", "https://blog.example/comments"),
        ("PUBLIC_URL", "https://user:pw@blog.example"),
        ("PUBLIC_URL", "ftp://blog.example"),
        ("PUBLIC_URL", "https://a:b"),
        ("PUBLIC_URL", "https://a:99999"),
        ("PUBLIC_URL", "https://a:0"),
        ("PUBLIC_URL", "https://[a"),
        ("SMTP_URL", "smtp://u:p@h:99999"),
        ("SMTP_URL", "smtp://u:p/ss@h"),
        ("LOG", "lo\nud"),
        ("DATA", ""),
        ("DATA", "/dev/null"),
        ("DATABASE", "/tmp"),
        ("SMTP_URL", "mail.example.org"),
        ("TRUSTED_PROXIES", "the proxy"),
        ("TRUSTED_PROXIES", "10.0.0.0/99"),
        ("SECRET", "short"),
        ("SECRET", "a" * 40),
        ("RATE_LIMITS", "member=many"),
        ("RATE_LIMITS", "member=0/min"),
        ("RATE_LIMITS", "everybody=1/min"),
        ("LOG", "loud"),
        ("LOGG", "info"),
    ],
)
def test_a_wrong_value_is_named_with_an_example(name: str, value: str) -> None:
    (fault,) = faults({f"GREENROOM_{name}": value})
    assert fault.startswith(f"GREENROOM_{name}: ")
    assert "\n" not in fault
    assert re.fullmatch(
        r"\S+ ('.*'|the value) (is|names|cannot be read) .*; an example: .+|.*there are GREENROOM_DATA.*", fault
    )


def test_scheme_and_host_know_no_case() -> None:
    assert read_settings({"GREENROOM_PUBLIC_URL": "HTTPS://Blog.Example/"}).public_url == "https://blog.example"


def test_all_faults_at_once_and_no_secret_shown() -> None:
    found = faults({"GREENROOM_PORT": "x", "GREENROOM_SECRET": "hunter2", "GREENROOM_COLOUR": "red"})
    assert len(found) == 3
    assert not any("hunter2" in fault for fault in found)


def test_a_file_is_read_and_the_environment_wins(tmp_path: Path) -> None:
    config = tmp_path / "greenroom.toml"
    config.write_text('port = 9000\nlog = "debug"\nrate_limits = "off"\n')
    settings = read_settings({"GREENROOM_LOG": "error"}, config)
    assert (settings.port, settings.log, settings.rate_limits) == (9000, "error", {})
    config.write_text('trusted_proxies = ["127.0.0.1", "10.0.0.0/8"]')
    assert read_settings({}, config).trusted_proxies == (ip_network("127.0.0.1"), ip_network("10.0.0.0/8"))
    config.write_text("port = 'x'\ncolour = 1\n")
    assert len(faults({}, config)) == 2
    config.write_text("port == 1")
    assert "TOML" in faults({}, config)[0]
    assert "cannot be read" in faults({}, tmp_path / "none.toml")[0]


def test_every_setting_has_a_sentence_and_an_example_that_is_right() -> None:
    for setting in SETTINGS:
        assert setting.sentence.endswith(".")
        if not setting.secret:
            setting.read(setting.example)
