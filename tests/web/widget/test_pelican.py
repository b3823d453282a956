"""A real Pelican blog, built by its own command, with a post that nobody has commented on and one that somebody has."""

import shutil
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.web.widget.conftest import SITE, Reading, Stage

POST = """<html><head><title>The {slug} radio</title><meta name="date" content="2020-06-23">
<meta name="slug" content="{slug}"></head>
<body><p>The {slug} radio, in a few words.</p></body></html>"""
# The recipe of docs/embedding.md.
TEMPLATE = """{{% extends "!simple/article.html" %}}
{{% block content %}}
{{{{ super() }}}}
<script type="module" src="{url}/embed.js"></script>
<greenroom-comments site="{site}" thread="/{{{{ article.url }}}}" published-at="{{{{ article.date.isoformat() }}}}">
<a href="{url}/sites/{site}/thread?key=/{{{{ article.url }}}}">Comments</a>
</greenroom-comments>
{{% endblock %}}
"""


@pytest.mark.long
def test_a_pelican_blog_with_a_post_without_comments(stage: Stage, reader: Reading, tmp_path: Path) -> None:
    pelican = shutil.which("pelican")
    if pelican is None:
        pytest.skip("PELICAN SKIPPED: there is no pelican on the PATH; pip install pelican elsewhere")
    content, templates = tmp_path / "content", tmp_path / "templates"
    content.mkdir()
    templates.mkdir()
    for slug in ("silent", "loud"):
        (content / f"{slug}.html").write_text(POST.format(slug=slug), encoding="utf-8")
    (templates / "article.html").write_text(TEMPLATE.format(url=stage.service.url, site=SITE), encoding="utf-8")
    settings = f"""
SITENAME, SITEURL, AUTHOR, TIMEZONE = "Seats", {stage.blog.origin!r}, "Robin", "UTC"
PATH, THEME, THEME_TEMPLATES_OVERRIDES = "content", "simple", ["templates"]
ARTICLE_URL = ARTICLE_SAVE_AS = "{{date:%Y}}/{{date:%m}}/{{slug}}.html"
FEED_ALL_ATOM = CATEGORY_FEED_ATOM = TRANSLATION_FEED_ATOM = AUTHOR_FEED_ATOM = AUTHOR_FEED_RSS = None
"""
    (tmp_path / "pelicanconf.py").write_text(settings, encoding="utf-8")
    subprocess.run([pelican, "content", "-o", "output", "-s", "pelicanconf.py"], cwd=tmp_path, check=True, timeout=60)
    for slug in ("silent", "loud"):
        path = f"/2020/06/{slug}.html"
        stage.blog.pages[path] = ((tmp_path / "output" / path[1:]).read_text(encoding="utf-8"), {})
    stage.comment("/2020/06/loud.html", "It hums again.")

    reader.open(f"{stage.blog.origin}/2020/06/silent.html")
    text = reader.widget.locator("section").first.inner_text()
    words = ["No comments:", "Post a Comment", "Note: Only a member of this blog may post a comment."]
    assert sorted(words, key=text.index) == words
    reader.open(f"{stage.blog.origin}/2020/06/loud.html")
    expect(reader.widget.locator("[part=heading]")).to_have_text("1 comment:")
    expect(reader.comments).to_contain_text("It hums again.")
    assert reader.faults == []
