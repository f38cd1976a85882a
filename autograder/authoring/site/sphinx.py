"""마크다운의 쪽들을 Sphinx로 엮습니다.

여기 없는 것: 쪽의 글(`authoring.site.cells`, `authoring.site.pages`), 테두리의 말(`authoring.site.chrome`).
"""

from __future__ import annotations

import io
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

from autograder import fonts
from autograder.authoring.site import chrome, mathml
from autograder.authoring.site.cells import GLOSSARY
from autograder.authoring.site.pages import TITLE
from autograder.authoring.site.search import SearchKorean
from autograder.authoring.site.terms import Finder, Term, terms
from autograder.errors import CourseError

STATIC = Path(__file__).with_name("static")

_KOREAN = "'Own Korean', 'Course Korean'"  # what they are: static/course.css
_FONTS = f"{_KOREAN}, system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif"
_MONO = f"{_KOREAN}, 'SFMono-Regular', Menlo, Consolas, 'Liberation Mono', 'DejaVu Sans Mono', monospace"


def settings(address: str) -> dict[str, Any]:
    """Sphinx의 설정. `conf.py`는 없습니다."""
    shared = {"font-stack": _FONTS, "font-stack--monospace": _MONO}
    light = {"color-brand-primary": "#0b5cad", "color-brand-content": "#0b5cad"}
    dark = {"color-brand-primary": "#7fb8f0", "color-brand-content": "#7fb8f0"}
    return {
        "project": TITLE,
        "language": "ko",
        "html_title": TITLE,
        "html_baseurl": pages_address(address),
        "html_theme": "furo",
        "html_theme_options": {
            "light_css_variables": shared | light,
            "dark_css_variables": dark,
            "top_of_page_buttons": [],
        },
        "extensions": [
            "myst_parser",
            "sphinx_copybutton",
            "sphinx.ext.githubpages",
            __name__,
        ],
        "html_math_renderer": mathml.NAME,
        "html_copy_source": False,
        "html_show_copyright": False,
        "html_show_sphinx": False,
        "html_static_path": [str(STATIC)],
        "html_css_files": ["course.css"],
        "html_js_files": [("course.js", {"defer": "defer"})],
        "html_permalinks_icon": "#",
        "html_use_index": False,
        "html_search_language": "ko",
        "myst_enable_extensions": ["amsmath", "colon_fence", "dollarmath"],
        "myst_heading_anchors": 4,
        "myst_dmath_double_inline": True,
        "pygments_style": "a11y-high-contrast-light",
        "copybutton_selector": ".cell > .highlight-python pre, .highlight-python pre",
    }


def pages_address(address: str) -> str:
    """저장소의 주소에서 GitHub Pages의 주소: `https://이름.github.io/저장소/`."""
    owner, name = address.removeprefix("https://github.com/").removesuffix(".git").split("/")
    return f"https://{owner.lower()}.github.io/{name}/"


def weave(
    pages: Mapping[str, str], files: Mapping[str, bytes], site: Path, work: Path, address: str
) -> None:
    """`pages`(이름 → 마크다운)를 `site`의 웹사이트로 만듭니다. 경고가 나오면 CourseError.

    `files`는 사이트에 그대로 들어갈 것(자리 → 내용), `work`는 중간에 쓰는 폴더입니다.
    """
    source, doctrees, made = work / "source", work / "doctrees", work / "html"
    for folder in (source, doctrees, made):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    chrome.write_catalog(work / "locale")
    for name, text in pages.items():
        (source / f"{name}.md").write_text(text, encoding="utf-8")
    warnings = io.StringIO()
    with docutils_namespace():
        app = Sphinx(
            srcdir=source,
            confdir=None,
            outdir=made,
            doctreedir=doctrees,
            buildername="html",
            confoverrides=settings(address) | {"locale_dirs": [str(work / "locale")]},
            status=None,
            warning=warnings,
        )
        app.build()
    if said := warnings.getvalue().strip():
        raise CourseError(f"Sphinx가 경고했습니다:\n{said}")
    _complete(made, files)
    # Only a whole site takes the place of the one before.
    shutil.rmtree(site, ignore_errors=True)
    shutil.move(made, site)


def _complete(made: Path, files: Mapping[str, bytes]) -> None:
    for name, content in files.items():
        path = made / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    static = made / "_static"
    shutil.copy(fonts.FILE, static / "course-korean.ttf")
    shutil.copy(fonts.FILE.with_name("OFL.txt"), static / "course-korean-OFL.txt")
    (static / mathml.FONT).write_bytes(mathml.font())
    for leftover in (".buildinfo", "objects.inv"):
        (made / leftover).unlink(missing_ok=True)
    (made / "_sources").rmdir()
    chrome.translate(made)


def setup(app: Sphinx) -> dict[str, Any]:
    """Sphinx가 부르는, 이 확장의 시작."""
    app.add_message_catalog("sphinx", str(app.config.locale_dirs[0]))
    app.add_search_language(SearchKorean)
    mathml.register(app)
    app.connect("builder-inited", _dark_code, priority=1)
    app.connect("doctree-read", _link_terms)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _dark_code(app: Sphinx) -> None:
    # Furo adds this setting when its theme is loaded: too late for the settings above.
    app.config.pygments_dark_style = "a11y-high-contrast-dark"


_NOT_PROSE = (nodes.reference, nodes.literal, nodes.title, nodes.raw, nodes.math)


def _link_terms(app: Sphinx, doctree: nodes.document) -> None:
    if app.env.docname in (GLOSSARY, "index"):
        return
    finder = Finder(terms())
    for text in list(doctree.findall(nodes.Text)):
        above = list(_ancestors(text))
        if not any(isinstance(node, nodes.paragraph) for node in above) or any(
            isinstance(node, _NOT_PROSE) for node in above
        ):
            continue
        parts = list(finder.split(str(text)))
        if any(isinstance(part, tuple) for part in parts):
            made = [nodes.Text(p) if isinstance(p, str) else _reference(*p) for p in parts]
            text.parent.replace(text, made)


def _ancestors(node: nodes.Node) -> Any:
    while node.parent is not None:
        node = node.parent
        yield node


def _reference(word: str, term: Term) -> nodes.reference:
    return nodes.reference(
        "",
        "",
        nodes.Text(word),
        refuri=f"{GLOSSARY}.html#{term.anchor}",
        internal=True,
        classes=["term"],
        reftitle=term.meaning.replace("`", ""),
    )
