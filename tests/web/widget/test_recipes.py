"""The recipes of docs/embedding.md, word for word, in blogs that their own commands build: with a post that nobody has
commented on, one that somebody has, and without scripts."""

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.web.widget.conftest import SITE, Readers, Reading, Stage

DOCS = Path(__file__).parents[3] / "docs" / "embedding.md"
SLUGS = ("silent", "loud")


def recipe(name: str, stage: Stage) -> str:
    """What the documentation says for this system, with our service and site."""
    text = DOCS.read_text(encoding="utf-8").partition(f"**{name}**")[2]
    found = re.search(r"```html\n(.*?)```", text, re.DOTALL)
    assert found
    return found[1].replace("https://comments.example", stage.service.url).replace("my-blog", SITE)


def put(path: Path, text: str) -> None:
    """Writes a file, its folders too."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def run(folder: Path, *command: str) -> None:
    """The system's own command."""
    if shutil.which(command[0]) is None:
        pytest.skip(f"RECIPE SKIPPED: there is no {command[0]} on the PATH")
    subprocess.run(command, cwd=folder, check=True, timeout=120)


def pelican(folder: Path, stage: Stage) -> Path:
    """The theme is Pelican's simple one; the recipe extends it."""
    post = """<html><head><title>The {slug} radio</title><meta name="date" content="2020-06-23">
<meta name="slug" content="{slug}"></head><body><p>A few words.</p></body></html>"""
    for slug in SLUGS:
        put(folder / "content" / f"{slug}.html", post.format(slug=slug))
    put(folder / "templates" / "article.html", recipe("Pelican", stage))
    settings = f"""
SITENAME, SITEURL, AUTHOR, TIMEZONE = "Seats", {stage.blog.origin!r}, "Robin", "UTC"
PATH, THEME, THEME_TEMPLATES_OVERRIDES = "content", "simple", ["templates"]
ARTICLE_URL = ARTICLE_SAVE_AS = "{{date:%Y}}/{{date:%m}}/{{slug}}.html"
FEED_ALL_ATOM = CATEGORY_FEED_ATOM = TRANSLATION_FEED_ATOM = AUTHOR_FEED_ATOM = AUTHOR_FEED_RSS = None
"""
    put(folder / "pelicanconf.py", settings)
    run(folder, "pelican", "content", "-o", "output", "-s", "pelicanconf.py")
    return folder / "output"


def hugo(folder: Path, stage: Stage) -> Path:
    """Without a theme."""
    pages = "RSS", "sitemap", "taxonomy", "term"
    put(folder / "config.toml", f'baseURL = "{stage.blog.origin}/"\ntitle = "Seats"\ndisableKinds = {list(pages)}\n')
    single = '<!doctype html><title>{{ .Title }}</title>{{ .Content }}{{ partial "comments.html" . }}'
    put(folder / "layouts/_default/single.html", single)
    put(folder / "layouts/_default/list.html", "{{ .Title }}")
    put(folder / "layouts/partials/comments.html", recipe("Hugo", stage))
    for slug in SLUGS:
        front = f"---\ntitle: The {slug} radio\ndate: 2020-06-23T10:00:00+02:00\n---\nA few words.\n"
        put(folder / f"content/posts/{slug}.md", front)
    run(folder, "hugo", "--quiet")
    return folder / "public"


def jekyll(folder: Path, stage: Stage) -> Path:
    """Without a theme, in a folder of its site."""
    put(
        folder / "_config.yml",
        f'title: Seats\nurl: {stage.blog.origin}\nbaseurl: "/blog"\npermalink: /:year/:title.html\n',
    )
    layout = "<!doctype html><title>{{ page.title }}</title>{{ content }}{% include comments.html %}"
    put(folder / "_layouts/post.html", layout)
    put(folder / "_includes/comments.html", recipe("Jekyll", stage))
    for slug in SLUGS:
        put(folder / f"_posts/2020-06-23-{slug}.md", f"---\nlayout: post\ntitle: The {slug} radio\n---\nA few words.\n")
    run(folder, "jekyll", "build", "--quiet", "--destination", "built/blog")
    return folder / "built"


@pytest.mark.long
@pytest.mark.parametrize("build", [pelican, hugo, jekyll])
def test_a_blog_built_by_the_recipe(
    build: Callable[[Path, Stage], Path], stage: Stage, reader: Reading, readers: Readers, tmp_path: Path
) -> None:
    output = build(tmp_path, stage)
    paths = {}
    for slug in SLUGS:
        (page,) = (one for one in output.rglob("*.html") if slug in one.relative_to(output).as_posix())
        paths[slug] = "/" + page.relative_to(output).as_posix().removesuffix("index.html")
        stage.blog.pages[paths[slug]] = (page.read_text(encoding="utf-8"), {})
    stage.comment(paths["loud"], "It hums again.")

    reader.open(stage.blog.origin + paths["silent"])
    text = reader.widget.locator("section").first.inner_text()
    words = ["No comments:", "Post a Comment", "Note: Only a member of this blog may post a comment."]
    assert sorted(words, key=text.index) == words
    published = reader.widget.get_attribute("published-at") or ""
    assert published.startswith("2020-06-23T"), published
    assert reader.page.evaluate("time => Date.parse(time)", published)
    reader.open(stage.blog.origin + paths["loud"])
    expect(reader.widget.locator("[part=heading]")).to_have_text("1 comment:")
    expect(reader.comments).to_contain_text("It hums again.")
    assert reader.faults == []
    plain = readers(java_script_enabled=False).page
    plain.goto(stage.blog.origin + paths["loud"])
    plain.get_by_role("link", name="Comments").click()
    expect(plain.get_by_text("It hums again.")).to_be_visible()
