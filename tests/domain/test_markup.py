"""What is rendered: Markdown in a few harmless tags, and the short way for plain text equal to the library's."""

import re
from html import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from service.domain import markup
from service.domain.markup import _PLAIN, count_links, render, render_markdown

LINKISH = (
    "www.",
    "example",
    ".com",
    "http://",
    "https:",
    "//",
    "mailto:",
    "@",
    "a",
    " ",
    "1",
    ".",
    "。",
    "localhost",
    "/x",
)
REL = "ugc nofollow noopener"

words = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Z")), min_size=1, max_size=8)
plain_lines = st.lists(
    words | st.sampled_from(["a", "I", "1.", "-", "it's", "example.com", "a.b", "e.g.", "(so)", "x:"])
)
plainish = st.lists(plain_lines.map(" ".join), min_size=1, max_size=4).map("\n".join)


_WITHOUT_SHORT_CUTS = MarkdownIt("commonmark", {"html": False, "linkify": True, "breaks": True, "maxNesting": 20})
_WITHOUT_SHORT_CUTS.enable(["linkify", "strikethrough"])
_WITHOUT_SHORT_CUTS.validateLink = markup._MARKDOWN.validateLink  # type: ignore[method-assign]
_WITHOUT_SHORT_CUTS.disable(["image", "heading", "lheading", "hr", "html_block", "html_inline", "reference"])


@given(plainish | st.lists(st.sampled_from(LINKISH)).map("".join))
def test_the_quick_look_for_links_misses_none(text: str) -> None:
    assert markup._MARKDOWN.render(text) == _WITHOUT_SHORT_CUTS.render(text)


@settings(max_examples=400)
@given(plainish | st.text(max_size=40) | st.from_regex(_PLAIN, fullmatch=True))
def test_the_short_way_equals_the_library(text: str) -> None:
    assert render(text, REL) == render_markdown(text, REL)


def test_ordinary_words_take_the_short_way() -> None:
    assert _PLAIN.fullmatch("Thank you, this helped: I had been wrong for years!\nWhich iron is yours?")


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**b** and *i*", "<p><strong>b</strong> and <em>i</em></p>\n"),
        ("a\nb", "<p>a<br>\nb</p>\n"),
        ("`x < y`", "<p><code>x &lt; y</code></p>\n"),
        ("# no heading", "<p># no heading</p>\n"),
        ("<b>raw</b>", "<p>&lt;b&gt;raw&lt;/b&gt;</p>\n"),
        (
            "see https://a.example/x.",
            f'<p>see <a href="https://a.example/x" rel="{REL}">https://a.example/x</a>.</p>\n',
        ),
        ("[t](https://a.example)", f'<p><a href="https://a.example" rel="{REL}">t</a></p>\n'),
        ("[t](javascript:alert(1))", "<p>[t](javascript:alert(1))</p>\n"),
        ("[t](//a.example/x)", "<p>[t](//a.example/x)</p>\n"),
        ("[t](/path) [t](../up) [t](#f)", "<p>[t](/path) [t](../up) [t](#f)</p>\n"),
        ("[t](https://u:p@a.example)", "<p>[t](https://u:p@a.example)</p>\n"),
        ("[t](https:evil)", "<p>[t](https:evil)</p>\n"),
        ("![p](https://a.example/p.png)", f'<p>!<a href="https://a.example/p.png" rel="{REL}">p</a></p>\n'),
    ],
)
def test_markdown(text: str, html: str) -> None:
    assert render(text, REL) == html


@given(st.text(max_size=200) | st.text(st.sampled_from("<>[]()!*_`\"'=&;:/#ajscriptonerrimgxlw\n "), max_size=200))
def test_nothing_live_comes_out(text: str) -> None:
    html = render(text, REL).lower()
    assert not any(live in html for live in ("<script", "<img", "<style", "<iframe", "<svg", 'href="javascript'))
    assert html.count("<a ") == html.count(f'rel="{REL}"')


def test_links_are_counted() -> None:
    assert count_links(render("www.example.com and https://b.example and [c](https://c.example)", REL)) == 3


@pytest.mark.parametrize(
    "hostile",
    ["[", "![", "://", "http://[", "*a ", "**a", "*_", "`", "> ", "- ", "a.b", "a@", "http://", "((", "~~a", "<"],
)
def test_hostile_text_of_full_length_is_shown_as_it_is_or_in_harmless_tags(hostile: str) -> None:
    """That it ends soon is measured, not asserted; that the worst of it never reaches the library is."""
    text = (hostile * 10_000)[:10_000]
    html = render(text, REL)
    if any(text.count(mark) > most for mark, most in markup._TOO_MANY):
        assert html == markup._cleaner(REL).clean(markup.plain_html(escape(text, quote=False)))
    assert set(re.findall(r"<([a-z]+)", html)) <= markup._TAGS
