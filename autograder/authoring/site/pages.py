"""노트북이 아닌 쪽: 첫 쪽(차례)과 용어집.

여기 없는 것: 단원의 쪽(`authoring.site.cells`), 저장소의 차례와 용어집(`authoring.pages`).
"""

from __future__ import annotations

import html
from collections.abc import Sequence

from autograder.authoring.lint.korean import glossary
from autograder.authoring.pages import duration
from autograder.authoring.site.cells import GLOSSARY
from autograder.authoring.site.terms import terms
from autograder.exercises import unit_exercises
from autograder.exercises.path import unit_path
from autograder.exercises.points import listed_points
from autograder.exercises.units import Unit
from autograder.korean import DEEPER
from autograder.report import number_text

TITLE = "텐서플로 2 · 케라스 3 강좌"


def index_page(units: Sequence[Unit], address: str) -> str:
    """첫 쪽: 무엇을 하는 강좌인지와 단원의 차례."""
    lines = [
        f"# {TITLE}",
        "",
        "노트북에서 읽고, 고치고, **그 자리에서 검사받는** 한국어 딥러닝 강좌입니다. "
        "여기에서는 노트북의 글과 코드, 실행한 결과를 설치 없이 읽습니다. "
        "문제를 풀고 검사를 받으려면 단원마다 있는 단추로 Colab에서 열거나, "
        f"[저장소]({address})를 받아 `make lab`을 실행하세요. 낱말은 [용어집]({GLOSSARY}.md)에 모았습니다.",
        "",
        "## 차례",
        "",
    ]
    for unit in units:
        exercises = unit_exercises(unit.name)
        worth = sum(listed_points(exercise) for exercise in exercises)
        path = unit_path(unit.name)
        facts = [f"핵심 {duration(path.core)}", f"{DEEPER} {duration(path.deeper)}"]
        facts += [f"문제 {len(exercises)}개", f"{number_text(worth)}점"]
        if unit.needs:
            facts.append("먼저 " + ", ".join(name.partition("_")[0] for name in unit.needs))
        lines += [
            "::::{container} unit-card",
            f"**[{unit.number} · {unit.title}]({unit.name}.md)**",
            "",
            unit.purpose,
            "",
            ":::{container} facts",
            " · ".join(facts),
            ":::",
            "::::",
            "",
        ]
    names = "\n".join([*(unit.name for unit in units), GLOSSARY])
    lines += [f"```{{toctree}}\n:hidden:\n:titlesonly:\n\n{names}\n```"]
    return "\n".join(lines)


def glossary_page() -> str:
    """용어집. 용어마다 다른 쪽에서 가리킬 자리가 있습니다."""
    others = {str(entry["english"]): entry["avoid"] for entry in glossary()}
    uses = {str(entry["english"]): str(entry["use"]).partition(" (")[0] for entry in glossary()}
    rows = []
    for term in terms():
        also = ", ".join(others[term.english])
        rows.append(
            f'<div class="term-entry" id="{term.anchor}"><dt>{html.escape(uses[term.english])} '
            f'<span lang="en">{html.escape(term.english)}</span></dt>'
            f"<dd>{_meaning(term.meaning)}"
            + (f' <span class="also">다른 곳에서는: {html.escape(also)}</span>' if also else "")
            + "</dd></div>"
        )
    body = "\n".join(rows)
    return (
        "# 용어집\n\n이 강좌는 한 가지 뜻에 한 낱말만 씁니다. 다른 책에서는 다른 낱말을 만날 수 있습니다. "
        "단원의 쪽에서 처음 나온 용어는 이 쪽으로 이어집니다.\n\n"
        f'````{{raw}} html\n<dl class="terms">\n{body}\n</dl>\n````\n'
    )


def _meaning(markdown: str) -> str:
    parts = html.escape(markdown, quote=False).split("`")
    return "".join(f"<code>{part}</code>" if n % 2 else part for n, part in enumerate(parts))
