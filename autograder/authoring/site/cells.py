"""결과를 붙인 노트북 하나를 마크다운(MyST) 쪽 하나로 바꿉니다.

여기 없는 것: 출력의 HTML(`authoring.site.outputs`), 차례와 용어집의 쪽(`authoring.site.pages`), 쪽을 엮는 일(`authoring.site.sphinx`).
"""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Mapping, MutableMapping

from nbformat import NotebookNode

from autograder.authoring.site.outputs import described, output_html
from autograder.authoring.site.stills import caption, handles, lesson
from autograder.authoring.stubs import COMMENT
from autograder.authoring.templates import BRANCH, colab, navigation
from autograder.exercises.units import UNITS, Unit
from autograder.notebook import THEN_AND_NOW, checked_exercise, generated, tags

GLOSSARY = "glossary"


def page(
    unit: Unit,
    notebook: NotebookNode,
    mistakes: Mapping[str, str],
    address: str,
    files: MutableMapping[str, bytes],
) -> str:
    """단원의 쪽. 그림은 `files`에 자리 → PNG로 더합니다.

    `mistakes`는 문제의 아이디 → 자주 하는 실수를 판정한 Report의 HTML입니다.
    """
    parts, section = [], unit.title
    for index, cell in enumerate(notebook.cells):
        kind, _ = generated(cell)
        if kind == "header":
            parts.append(header(unit, cell.source, address))
        elif kind == "footer":
            continue
        elif cell.cell_type == "markdown":
            headings = re.findall(r"^#{1,4} (.+)$", cell.source, re.M)
            section = re.sub(r"[*`]", "", headings[-1]) if headings else section
            parts.append(linked(cell.source, unit, address))
        elif cell.cell_type == "code":
            wrong = mistakes.get(checked_exercise(cell), "")
            parts.append(_code(unit, notebook, index, section, wrong, address, files))
    return "\n\n".join(parts) + "\n"


def header(unit: Unit, source: str, address: str) -> str:
    """쪽의 머리: 노트북의 머리글에서 앞뒤로 가는 줄과 배지를 빼고, 노트북을 여는 길을 더한 것."""
    texts = [
        _drawn(text)
        for text in source.split("\n\n")
        if text != navigation(unit) and not text.startswith("[![")
    ]
    return "\n\n".join(
        (
            *texts,
            _raw(
                '<p class="open-it">'
                f'<a class="button" href="{html.escape(colab(unit, address))}">Colab에서 열고 풀기</a> '
                f'<a href="{address}/blob/{BRANCH}/notebooks/{unit.notebook}">노트북 파일</a></p>'
                '<p class="about-it">이 쪽은 읽는 쪽입니다. 셀 아래에는 문제를 모두 푼 노트북을 실행한 결과가 있고, '
                "정답은 없습니다. 문제는 노트북에서 직접 풀어 보세요.</p>"
            ),
        )
    )


def _drawn(text: str) -> str:
    """`data:` 주소의 SVG는 쪽 안에 그립니다. 그래야 글자가 쪽의 글꼴로 나옵니다."""
    found = re.fullmatch(r"!\[(.*?)\]\(data:image/svg\+xml;base64,([^)]+)\)", text.strip())
    if not found:
        return text
    drawing = base64.b64decode(found[2]).decode()
    named = f'<svg role="img" aria-label="{html.escape(found[1])}" '
    return _raw(f'<div class="made" tabindex="0">{drawing.replace("<svg ", named, 1)}</div>')


def linked(markdown: str, unit: Unit, address: str) -> str:
    """노트북 사이의 링크를 사이트의 쪽으로, 저장소 안의 다른 파일은 저장소의 주소로 바꾼 글."""
    pages = {f"../{other.notebook}": f"{other.name}.md" for other in UNITS.values()}
    pages |= {"../README.md": "index.md", "../glossary.md": f"{GLOSSARY}.md"}

    def target(found: re.Match[str]) -> str:
        path, _, anchor = found[1].partition("#")
        if path in pages:
            return f"]({pages[path]}{'#' + anchor if anchor else ''})"
        folder = ["notebooks", unit.name]
        names = path.split("/")
        while names and names[0] == "..":
            names, folder = names[1:], folder[:-1]
        place = "/".join([*folder, *names])
        return f"]({address}/blob/{BRANCH}/{place}{'#' + anchor if anchor else ''})"

    return re.sub(r"\]\((?![a-z]+:|#)([^)\s]+)\)", target, markdown)


def _code(
    unit: Unit,
    notebook: NotebookNode,
    index: int,
    section: str,
    wrong: str,
    address: str,
    files: MutableMapping[str, bytes],
) -> str:
    cell = notebook.cells[index]
    here = f"{colab(unit, address)}#scrollTo={cell.id}"
    alt = described(cell, section)
    shown = []
    for output in _joined(cell.outputs):
        made = output_html(output, alt, files)
        if names := handles(output):
            note = caption(names, lesson(notebook.cells, index), here)
            made = f'<div class="still">{made}{note}</div>'
        shown.append(made)
    label = _label(cell)
    note = (
        '<p class="run-note">문제를 다 풀고 실행하면 이렇게 나옵니다.</p>'
        if shown and checked_exercise(cell)
        else ""
    )
    if wrong:
        shown.append(
            f"<details class='wrong'><summary>자주 하는 실수를 검사하면</summary>{wrong}</details>"
        )
    setup = generated(cell)[0] == "setup"
    kind = f" {label[0]}" if label else ""
    top = (
        f'<div class="cell{kind}" id="cell-{cell.id}">\n<div class="cell-bar">'
        f"<span>{label[1] if label else ''}</span>"
        f'<a href="{html.escape(here)}">이 셀을 Colab에서</a></div>'
    )
    if setup:
        top = f"<details class='setup'><summary>준비 셀: 불러오기와 버전</summary>\n{top}"
    fence = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", cell.source) or ["``"]))
    bottom = f'<div class="cell-output">{note}{"".join(shown)}</div>' if any(shown) else ""
    bottom += "</div>" + ("</details>" if setup else "")
    return "\n\n".join((_raw(top), f"{fence}python\n{cell.source}\n{fence}", _raw(bottom)))


def _label(cell: NotebookNode) -> tuple[str, str] | None:
    """셀의 갈래: CSS의 이름과 셀 위에 적을 말."""
    if COMMENT in cell.source:
        return "blank", "여러분이 채울 셀"
    if checked_exercise(cell):
        return "check", "검사"
    if THEN_AND_NOW in tags(cell):
        return "then", "그때와 지금"
    return None


def _joined(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """이어진 글의 출력을 하나로."""
    made: list[NotebookNode] = []
    for output in outputs:
        if output.output_type == "stream" and made and made[-1].output_type == "stream":
            made[-1] = NotebookNode(made[-1] | {"text": made[-1].text + output.text})
        else:
            made.append(output)
    return made


def _raw(markup: str) -> str:
    fence = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", markup) or ["``"]))
    return f"{fence}{{raw}} html\n{markup}\n{fence}"
