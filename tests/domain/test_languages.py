"""Which texts are in a script that none of a site's languages uses, and which say nothing of it."""

import msgspec
import pytest

from service.domain.languages import other_script
from service.domain.site import Policy
from service.domain.verdict import decide
from tests.domain.test_verdict import PLAIN, codes

RUSSIAN = "Привет, как дела сегодня?"


@pytest.mark.parametrize(
    ("languages", "text", "script"),
    [
        ("en", RUSSIAN, "Cyrillic"),
        ("en de", "КУПИТЕ НАШИ ЧАСЫ", "Cyrillic"),
        ("en", "今日はいい天気ですね", "Hiragana"),
        ("en", "这个网站非常好谢谢你", "Chinese"),
        ("de", "안녕하세요 여러분 반갑습니다", "Hangul"),
        ("en", "नमस्ते आप सभी कैसे हैं", "Devanagari"),
        ("en", "สวัสดีครับทุกคน", "Thai"),
        ("ru", "hello there my friend", "Latin"),
        ("sr-Latn", RUSSIAN, "Cyrillic"),
        ("el he ar", RUSSIAN, "Cyrillic"),
        ("en", f"{RUSSIAN} https://example.com/a-very-long-address-in-latin-letters", "Cyrillic"),
    ],
)
def test_most_of_the_text_is_in_another_script(languages: str, text: str, script: str) -> None:
    assert other_script(tuple(languages.split()), text) == script


@pytest.mark.parametrize(
    ("languages", "text"),
    [
        ("en ru", RUSSIAN),
        ("sr", RUSSIAN),
        ("ja", "今日はいい天気ですね カタカナ"),
        ("ja", "東京都庁第一本庁舎前"),
        ("zh-Hant", "这个网站非常好谢谢你"),
        ("ko", "안녕하세요 여러분 반갑습니다"),
        ("el", "Καλημέρα σε όλους σας"),
        ("en", "naïve Größe façade Łódź straßenweise"),
    ],
)
def test_the_sites_own_scripts(languages: str, text: str) -> None:
    assert other_script(tuple(languages.split()), text) is None


@pytest.mark.parametrize(
    "text",
    [
        "Привет",  # seven letters or fewer are a greeting
        "12345 67890 😀😀😀😀😀😀😀😀😀 !!! ½ № ☎",
        "I went to Санкт-Петербург once.",
        "Санкт-Петербург!",
        "«санкт-петербургский»",
        "The sign said “добро пожаловать в город”.",
        "> какой-то длинный ответ другого человека\nSure.",
        "𝐇𝐞𝐥𝐥𝐨 𝐰𝐨𝐫𝐥𝐝 𝐡𝐞𝐫𝐞",  # letters of no script of their own are the model's business
        "see https://пример.испытание/страница/другая",
        "",
    ],
)
def test_what_says_nothing_of_its_language(text: str) -> None:
    assert other_script(("en",), text) is None


def test_a_language_that_is_not_known_leaves_the_check_without_effect() -> None:
    assert other_script(("en", "tlh"), RUSSIAN) is None
    assert other_script(("tlh",), RUSSIAN) is None


def test_the_check_holds_unless_the_policy_says_never() -> None:
    found = msgspec.structs.replace(PLAIN, policy=Policy(languages=("en",)), other_script="Cyrillic")
    held = decide(found)
    assert (held.status, codes(held)) == ("pending", ["other-language"])
    assert held.reasons[0].detail == "Mostly in Cyrillic letters; the languages here are en."
    assert decide(msgspec.structs.replace(found, policy=Policy(moderation="never"))).status == "approved"
    assert decide(msgspec.structs.replace(found, role="moderator")).status == "approved"
