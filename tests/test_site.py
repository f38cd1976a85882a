"""웹사이트를 만들어 실제 브라우저로 봅니다: 전화와 태블릿과 컴퓨터의 너비, 밝게와 어둡게.

Two units here; all of them with `make site-test`.
"""

from __future__ import annotations

import contextlib
import functools
import http.server
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup
from lab_server import browser_page
from playwright.sync_api import Page

from autograder.authoring import pictures
from autograder.authoring.site.__main__ import build_site
from autograder.authoring.site.executed import executed
from autograder.exercises import unit_exercises
from autograder.exercises.units import UNITS, Unit
from autograder.judge import points_of
from autograder.notebook import checked_exercise, read, regions
from autograder.report import number_text

ROOT = Path(__file__).resolve().parent.parent
FEW = ("00_start", "01_eager")
WIDTHS = (360, 768, 1280)
HANGUL = re.compile("[가-힣]")


@dataclass(frozen=True)
class Site:
    """A built website: its folder, where it is served, and its units."""

    folder: Path
    address: str
    units: tuple[Unit, ...]

    @property
    def pages(self) -> list[Path]:
        return sorted(self.folder.glob("*.html"))

    @property
    def lesson_pages(self) -> list[str]:
        return [f"{unit.name}.html" for unit in self.units]


class Silent(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None: ...


@contextlib.contextmanager
def served(folder: Path) -> Iterator[str]:
    handler = functools.partial(Silent, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(FEW, id="few", marks=[pytest.mark.slow, pytest.mark.xdist_group("site")]),
        pytest.param(tuple(UNITS), id="all", marks=[pytest.mark.site, pytest.mark.timeout(3600)]),
    ],
)
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator:
    units = [UNITS[name] for name in request.param]
    # Shared with `make site`: what was run there is not run again.
    solved = executed(units, ROOT, ROOT / ".cache" / "site")
    place = tmp_path_factory.mktemp("site")
    build_site(units, solved, ROOT, place / "site", place / "work")
    with served(place / "site") as address:
        yield Site(place / "site", address, tuple(units))


@pytest.fixture(scope="module")
def page(chromium: str) -> Iterator[Page]:
    with browser_page(chromium) as page:
        page.set_default_timeout(30_000)
        yield page


def parsed(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


# ---------------------------------------------------------------------------------- no solutions


def bare(text: str) -> str:
    return re.sub(r"\s+", "", text)


def solution_lines(unit: Unit) -> set[str]:
    """The lines of a unit's solutions that no learner's notebook shows anyway, without spaces."""
    texts = []
    for other in UNITS.values():
        texts += [cell.source for cell in read(ROOT / "notebooks" / other.notebook).cells]
        # The picture in the head of a notebook has words too.
        texts.append(BeautifulSoup(pictures.svg(other), "html.parser").get_text())
    shown = bare("".join(texts))
    lines = []
    for cell in read(ROOT / "solutions" / unit.notebook).cells:
        for begin, end in regions(cell.source) if cell.cell_type == "code" else ():
            lines += cell.source.split("\n")[begin : end - 1]
    for exercise in unit_exercises(unit.name):
        lines += exercise.solution_code().split("\n")
    lines += (ROOT / "solutions" / unit.name / "answers.py").read_text("utf-8").split("\n")
    # A short line (`return model`) is nobody's answer.
    return {line for line in map(bare, lines) if len(line) >= 20 and line not in shown}


def told(text: str, lines: set[str]) -> list[str]:
    return sorted(line for line in lines if line in text)


def test_a_solution_would_be_seen(site: Site) -> None:
    """The check below can fail: with one line of a solution in a page."""
    for unit in site.units:
        lines = solution_lines(unit)
        assert lines
        line = min(lines)
        assert told(bare(f"앞 {line} 뒤"), lines)


def test_no_file_of_the_site_holds_a_solution(site: Site) -> None:
    lines = set().union(*(solution_lines(unit) for unit in site.units))
    assert len(lines) > 50
    found = []
    for path in site.folder.rglob("*"):
        if path.suffix not in (".html", ".js", ".txt", ".md", ".json", ".ipynb"):
            continue
        text = path.read_text(encoding="utf-8")
        seen = parsed(path).get_text() if path.suffix == ".html" else text
        found += [f"{path.name}: {line}" for line in told(bare(seen), lines)]
        found += [f"{path.name}: {mark}" for mark in ("BEGIN SOLUTION",) if mark in text]
    assert found == []
    assert not list(site.folder.rglob("*.ipynb")) and not list(site.folder.rglob("answers*"))


def test_every_exercise_shows_its_empty_cell_and_the_report_of_a_full_score(site: Site) -> None:
    for unit in site.units:
        text = parsed(site.folder / f"{unit.name}.html")
        shown = text.select(".cell.check .output .ag-report")
        reports = [report.get_text(" ") for report in shown]
        exercises = unit_exercises(unit.name)
        assert len(reports) == len(exercises) <= len(text.select(".cell.blank"))
        for report, exercise in zip(reports, exercises, strict=True):
            points = number_text(points_of(exercise))
            assert f"{points} / {points}점" in report and f"문제 {exercise.number} ·" in report
        wrong = text.select(".cell.check details.wrong .ag-report")
        assert len(wrong) == len(exercises)
        assert not [report for report in wrong if "ag-right" in report["class"]]


# ------------------------------------------------------------------------------- links and files


def test_every_cell_is_there_with_its_way_to_colab(site: Site) -> None:
    for unit in site.units:
        notebook = read(ROOT / "notebooks" / unit.notebook)
        text = parsed(site.folder / f"{unit.name}.html")
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        assert len(text.select("article .cell")) == len(code)
        for cell in code:
            (place,) = text.select(f"#cell-{cell.id}")
            source = place.select_one("pre").get_text()
            assert bare(source) == bare(cell.source)
            link = place.select_one(".cell-bar a")["href"]
            assert link.endswith(f"notebooks/{unit.notebook}#scrollTo={cell.id}")
        assert any(checked_exercise(cell) for cell in code)


def test_no_link_is_broken_and_nothing_comes_from_elsewhere(site: Site) -> None:
    anchors = {path.name: {tag["id"] for tag in parsed(path).select("[id]")} for path in site.pages}
    broken, foreign, links = [], [], 0
    for path in site.pages:
        for tag in parsed(path).select("[href], [src]"):
            target = tag.get("href") or tag.get("src")
            parts = urlsplit(target)
            if parts.scheme or target.startswith("//"):
                if tag.name not in ("a",) and tag.get("rel") != ["canonical"]:
                    foreign.append(f"{path.name}: {target}")
                continue
            if tag.name == "use":
                continue
            links += 1
            name = unquote(parts.path) or path.name
            if not (site.folder / name).is_file() or (
                parts.fragment and unquote(parts.fragment) not in anchors.get(name, ())
            ):
                broken.append(f"{path.name}: {target}")
    styles = [*site.folder.rglob("*.css"), *site.pages]
    for path in styles:
        foreign += re.findall(r"url\(\s*[\"']?(?:https?:)?//[^)]*", path.read_text("utf-8"))
    assert links > 100 and broken == [] and foreign == []


def test_terms_lead_to_the_glossary_at_their_first_mention(site: Site) -> None:
    for name in site.lesson_pages:
        linked = [tag["href"] for tag in parsed(site.folder / name).select("a.term")]
        assert len(linked) > 5 and len(set(linked)) == len(linked)


def test_neighbours_are_one_click_away(site: Site) -> None:
    for before, after in zip(site.lesson_pages, site.lesson_pages[1:], strict=False):
        assert parsed(site.folder / before).select_one("a.next-page")["href"] == after
        assert parsed(site.folder / after).select_one("a.prev-page")["href"] == before


# ------------------------------------------------------------------------------ words of the frame

NAMES = {"Colab", "Furo", "Enter"}
"""English that is a name."""


def english(text: str) -> set[str]:
    return set(re.findall(r"[A-Za-z]{2,}", text)) - NAMES


def test_the_frame_of_every_page_is_korean(site: Site) -> None:
    found = {}
    for path in site.pages:
        page = parsed(path)
        for tag in page.select("article, pre, script, style, .sidebar-tree, .toc-tree, .title"):
            if tag.name == "article":
                # What the theme adds to headings and the like lies inside.
                for link in tag.select("a.headerlink"):
                    assert HANGUL.search(link["title"]), link
            tag.decompose()
        words = english(page.body.get_text(" "))
        for tag in page.body.select("[aria-label], [title], [placeholder], [alt]"):
            for name in ("aria-label", "title", "placeholder", "alt"):
                words |= english(str(tag.get(name, "")))
        if words:
            found[path.name] = words
    assert found == {}


# ------------------------------------------------------------------------------------ in a browser

OVERFLOW = "() => document.documentElement.scrollWidth - window.innerWidth"
CUT = """() => [...document.querySelectorAll('article p, article li, article h1, article h2,'
  + 'article h3, article summary, article .cell-bar')]
  .filter(element => !element.closest('.output, .table-wrapper, details:not([open])')
    && element.getBoundingClientRect().right > window.innerWidth + 1)
  .map(element => element.textContent.slice(0, 40))"""
NO_GLYPH = """async () => {
  await document.fonts.ready;
  const pen = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const drawn = (font, text) => {
    pen.clearRect(0, 0, 60, 60);
    pen.font = `32px ${font}`;
    pen.fillText(text, 4, 40);
    return pen.getImageData(0, 0, 60, 60).data.join();
  };
  const fonts = new Set([...document.querySelectorAll('body, h1, pre, code, .cell-bar')]
    .map(element => getComputedStyle(element).fontFamily));
  return [...fonts].filter(font => drawn(font, '가') === drawn(font, '힣'));
}"""


def open_page(page: Page, site: Site, name: str, width: int, theme: str) -> tuple[list, list]:
    """Show a page; what it asked of other servers, and what went wrong in it."""
    asked: list[str] = []
    wrong: list[str] = []

    def asks(request) -> None:
        if not request.url.startswith((site.address, "data:")):
            asked.append(request.url)

    page.on("request", asks)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("response", lambda r: wrong.append(r.url) if r.status >= 400 else None)
    page.emulate_media(color_scheme=theme)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{site.address}/{name}", wait_until="load")
    page.remove_listener("request", asks)
    return asked, [place for place in wrong if "favicon" not in place]


@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_fits_the_screen(site: Site, page: Page, width: int) -> None:
    for path in site.pages:
        asked, wrong = open_page(page, site, path.name, width, "light")
        assert (path.name, asked, wrong) == (path.name, [], [])
        assert (path.name, page.evaluate(OVERFLOW)) == (path.name, 0)
        assert (path.name, page.evaluate(CUT)) == (path.name, [])
        assert (path.name, page.evaluate(NO_GLYPH)) == (path.name, [])


@pytest.mark.parametrize(("width", "theme"), [(360, "dark"), (1280, "light")])
def test_everybody_can_read_it(site: Site, page: Page, width: int, theme: str) -> None:
    """Contrast, names of buttons, texts of pictures and the rest that axe-core knows."""
    from axe_playwright_python.sync_playwright import Axe

    found = {}
    for path in site.pages:
        open_page(page, site, path.name, width, theme)
        page.evaluate("document.querySelectorAll('details').forEach(box => box.open = true)")
        violations = Axe().run(page).response["violations"]
        for violation in violations:
            nodes = [node["html"][:160] for node in violation["nodes"]]
            found[f"{path.name}: {violation['id']}"] = (len(nodes), nodes[:3])
    assert found == {}


def test_the_switch_changes_between_light_and_dark(site: Site, page: Page) -> None:
    open_page(page, site, "00_start.html", 1280, "light")
    colour = "getComputedStyle(document.body).backgroundColor"
    seen = set()
    for _ in range(3):
        seen.add(page.evaluate(colour))
        page.locator(".theme-toggle-content .theme-toggle").click()
    page.evaluate("localStorage.clear()")
    assert len(seen) == 2


def test_search_finds_a_part_of_a_korean_word(site: Site, page: Page) -> None:
    """합성곱 in 합성곱층: here 멘텀 in 모멘텀을. The result leads to the word."""
    open_page(page, site, "search.html?q=멘텀", 1280, "light")
    hit = page.locator("#search-results ul.search li a[href*='01_eager.html']").first
    hit.click()
    place = "document.querySelector('article .highlighted')?.getBoundingClientRect().top"
    page.wait_for_function(f"window.scrollY > 900 && {place} > 0 && {place} < 900")
    open_page(page, site, "search.html?q=없는말무엇", 1280, "light")
    page.wait_for_function("document.querySelector('#search-results p')?.textContent.length > 5")
    said = page.locator("#search-results").inner_text()
    assert page.locator("#search-results ul.search li").count() == 0
    assert HANGUL.search(said) and not english(said)


def test_a_page_opened_as_a_file_shows_everything(site: Site, page: Page) -> None:
    page.goto((site.folder / site.lesson_pages[-1]).as_uri(), wait_until="load")
    page.evaluate("document.querySelectorAll('img').forEach(image => image.loading = 'eager')")
    page.wait_for_function("[...document.images].every(image => image.complete)")
    broken = "[...document.images].filter(i => !i.naturalWidth).map(i => i.src)"
    assert page.evaluate(broken) == []
    assert page.evaluate("document.images.length") > 3
