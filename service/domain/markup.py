"""Markdown in, clean HTML out. The text is stored as sent; what is shown comes from here and only from here."""

import re
import string
from functools import lru_cache
from html import escape

import nh3
from linkify_it import LinkifyIt
from markdown_it import MarkdownIt

_TAGS = {"a", "blockquote", "br", "code", "del", "em", "li", "ol", "p", "pre", "s", "strong", "ul"}

# Every link that linkify-it finds has a colon, an at sign, two slashes, or a full stop inside a word. Looking for
# these costs a hundredth of its own first look.
_MAYBE_LINK = re.compile(r"[:@]|//|\.\S")


class _Links(LinkifyIt):  # type: ignore[misc] # untyped
    """Finds links only where there can be one."""

    def pretest(self, text: str) -> bool:
        return _MAYBE_LINK.search(text) is not None

    def test(self, text: str) -> bool:
        return _MAYBE_LINK.search(text) is not None and bool(super().test(text))


# No raw HTML, no images (a remote image is a tracking pixel), no headings and no reference definitions:
# a comment is a few paragraphs, and its links should stand where they are read.
_MARKDOWN = (
    MarkdownIt("commonmark", {"html": False, "linkify": True, "breaks": True, "maxNesting": 20})
    .enable(["linkify", "strikethrough"])
    .disable(["image", "heading", "lheading", "hr", "html_block", "html_inline", "reference"])
)

_MARKDOWN.linkify = _Links()

# Where a link may lead: to a site of its own or a mail address. A relative one would mean another page here than on
# the blog, and what stands before an @ can pass for the host.
_LINK = re.compile(r"(?:https?://[^/?#@\\\s]+(?:[/?#]\S*)?|mailto:\S+)\Z", re.IGNORECASE)
_MARKDOWN.validateLink = lambda url: _LINK.match(url) is not None  # type: ignore[method-assign]

# More than these in one comment are no comment: the library's time grows with their square.
_TOO_MANY = (("[", 200), ("@", 100), ("//", 100), ("*", 600), ("_", 600), ("~", 600), ("`", 1_000), ("\n", 2_000))

# Lines of words and plain punctuation, where Markdown and the link finder have nothing to do: a line starts
# with a letter or a number that numbers no list, and a full stop or colon is followed by a space or the line's end.
# tests/domain/test_markup.py proves for every such text that the short way and the library agree.
_PLAIN_LINE = r"(?:[^\W\d_]|\d+(?![\d.)]))(?:[^\W_]|[ ,;?!'()’‘“”„«»–—…-]|[.:](?=[ \n]|\Z))*(?<! )"
_PLAIN_BYTES = string.ascii_letters.encode() + string.digits.encode() + b" ,;?!'().:-"
_STOP_INSIDE = re.compile(r"[.:][^ ]")
_PLAIN = re.compile(rf"{_PLAIN_LINE}(?:\n{_PLAIN_LINE})*")


def render(text: str, link_rel: str) -> str:
    """The comment's text as HTML: paragraphs, emphasis, lists, quotes, code, links with this `rel`; nothing else."""
    if _is_plain(text):
        return plain_html(text)
    return render_markdown(text, link_rel)


def plain_html(text: str) -> str:
    """The rendering of a text that has nothing for Markdown to do."""
    return "<p>" + text.replace("\n", "<br>\n") + "</p>\n"


def _is_plain(text: str) -> bool:
    """Has the text nothing for Markdown to do? A line of ASCII is settled by looks that cost less than the pattern."""
    if text.isascii() and text[:1].isalpha() and "\n" not in text and text[-1] != " ":
        return not text.encode().translate(None, _PLAIN_BYTES) and _STOP_INSIDE.search(text) is None
    return _PLAIN.fullmatch(text) is not None


def render_markdown(text: str, link_rel: str) -> str:
    """The long way: markdown-it-py (CommonMark), cleaned by nh3 against an allow-list."""
    if any(text.count(mark) > most for mark, most in _TOO_MANY):
        return _cleaner(link_rel).clean(plain_html(escape(text, quote=False)))
    rendered: str = _MARKDOWN.render(text)
    return _cleaner(link_rel).clean(rendered)


@lru_cache(maxsize=64)
def _cleaner(link_rel: str) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=_TAGS,
        attributes={"a": {"href", "title"}},
        url_schemes={"http", "https", "mailto"},
        link_rel=link_rel,
        url_relative="deny",
    )


def count_links(html: str) -> int:
    """How many links the rendered comment has."""
    return html.count("<a ")
