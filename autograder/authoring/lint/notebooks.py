"""노트북의 짜임: 정해진 제목, 셀의 크기, 문제마다 있어야 하는 것, 코드의 규칙.

여기 없는 것: 용어와 문체의 규칙(`authoring.lint.korean`), 노트북을 내보내면 안 되는 이유(`authoring.refusals`).
"""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator, Sequence

from nbformat import NotebookNode

from autograder.authoring.lint.korean import korean_problems
from autograder.authoring.lint.prose import python_texts, words
from autograder.kinds import Exercise
from autograder.notebook import (
    checked_exercise,
    generated,
    parse,
    place,
    python,
    regions,
)

HEADINGS = (
    "학습 목표",
    "예상 시간",
    "먼저 알아야 할 것",
    "정리",
    "더 해 보기",
    "참고 자료",
)
QUIET_MISTAKE = "조용히 틀리는 코드"
QUIET_MISTAKES = 3
CODE_LINES = 14
WORDS = 130
FOLDED_HELP = 2

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_FOLDED = re.compile(r"<details\b.*?</details>", re.S)
_NOT_READ = re.compile(r"읽지 (않고 실행|않아도)")
DRAWING = ("annotate", "add_patch", "quiver", "Rectangle", "Circle", "Polygon", "FancyArrowPatch")
"""상자와 화살표와 칸을 손으로 그리는 Matplotlib의 함수. 수업의 셀에는 두지 않습니다."""
_BRACKETS = re.compile(r"[\s()\[\]{},]*")
_FENCED = re.compile(r"^(```|~~~).*?^\1", re.M | re.S)
_ROW_OR_ITEM = re.compile(r"[|*+-]\s*[^-|:\s]|\d+\. ")
_HTML_LINK = re.compile(r"<a\b[^>]*\bhref\b", re.I)
_COUNTED = re.compile(rf"^#+ .*{QUIET_MISTAKE}\W*([①-⑳])", re.M)


def notebook_problems(notebook: NotebookNode, exercises: Sequence[Exercise]) -> list[str]:
    """풀이 노트북에서 고칠 것: `셀의 자리: [규칙] 무엇 → 할 일`."""
    problems = [*_headings(notebook), *_counted(notebook), *_help(notebook, exercises)]
    by_id = {exercise.id: exercise for exercise in exercises}
    for index, cell in enumerate(notebook.cells):
        found = [*_text(cell), *_size(cell), *_control(cell)]
        if cell.cell_type == "code":
            section = _section(notebook, index)
            found += [*_check_form(cell, by_id), *_training_output(cell), *_drawn_by_hand(cell)]
            if QUIET_MISTAKE not in section:
                found += _layers_in_call(cell)
        problems += [f"{place(index, cell)}: {problem}" for problem in found]
    return problems


def _headings(notebook: NotebookNode) -> Iterator[str]:
    texts = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    lines = [line for text in texts for line in text.split("\n")]
    for heading in HEADINGS:
        pattern = re.compile(rf"(#+ |\*\*){heading}(\*\*|\s*$|[.: ])")
        if not any(pattern.match(line) for line in lines):
            yield f"[제목] '{heading}'이(가) 없습니다 → 정해진 제목을 모두 두세요."
    labelled = re.compile(rf"^(#+ .*|\*\*){QUIET_MISTAKE}", re.M)
    mistakes = sum(bool(labelled.search(text)) for text in texts)
    if mistakes < QUIET_MISTAKES:
        yield (f"[제목] **{QUIET_MISTAKE}**가 {mistakes}개입니다 → {QUIET_MISTAKES}개 이상 두세요.")


def _counted(notebook: NotebookNode) -> Iterator[str]:
    """제목에 단 번호는 ①부터 빠짐없이 이어져야 합니다. 본문과 다른 단원이 번호로 가리킵니다."""
    places = [
        (place(index, cell), number)
        for index, cell in enumerate(notebook.cells)
        if cell.cell_type == "markdown"
        for number in _COUNTED.findall(cell.source)
    ]
    for (where, number), due in zip(places, map(chr, itertools.count(ord("①"))), strict=False):
        if number != due:
            yield (
                f"{where}: [번호] {due} 자리에 {number} → 절을 빼거나 더했으면 번호를 차례로 다시 "
                "매기고, 번호로 가리키는 글도 고치세요."
            )
            return


def _help(notebook: NotebookNode, exercises: Sequence[Exercise]) -> Iterator[str]:
    """검사 셀 뒤에는 접힌 도움말과 `hint`, `answer`를 부르는 법이 있어야 합니다."""
    for exercise in exercises:
        checks = [
            i for i, cell in enumerate(notebook.cells) if checked_exercise(cell) == exercise.id
        ]
        for index in checks[:1]:
            after = notebook.cells[index + 1 : index + 3]
            text = "\n".join(cell.source for cell in after if cell.cell_type == "markdown")
            folded = len(_FOLDED.findall(text))
            where = place(index, notebook.cells[index])
            if folded < FOLDED_HELP:
                yield (
                    f"{where}: [도움말] 뒤에 접힌 도움말(<details>)이 {folded}개입니다 → "
                    f"증상을 제목으로 {FOLDED_HELP}개 이상 두세요."
                )
            for call in ("hint", "answer"):
                if f'{call}("{exercise.id}")' not in text:
                    yield (
                        f'{where}: [도움말] `{call}("{exercise.id}")`가 없습니다 → '
                        "부를 수 있다고 한 줄로 알리세요."
                    )


def _text(cell: NotebookNode) -> Iterator[str]:
    if cell.cell_type == "markdown":
        yield from map(str, korean_problems(cell.source))
        yield from _repeated(cell.source)
        if _HTML_LINK.search(_FENCED.sub("", cell.source)):
            yield "[링크] `<a href=…>` → `[글](주소)`로 쓰세요. 웹사이트는 마크다운의 링크만 쪽으로 잇습니다."
        if found := _NOT_READ.search(cell.source):
            yield f"[그림] '{found.group()}' → 읽지 않을 코드는 `autograder.figures`의 함수로 옮기세요."
    elif cell.cell_type == "code":
        for line, text in python_texts(python(cell.source)):
            for problem in korean_problems(text):
                # The line within the string says little; the line of the cell is what one looks for.
                yield str(problem).replace(
                    f"{problem.line}번째", f"{line + problem.line - 1}번째", 1
                )


def _repeated(markdown: str) -> Iterator[str]:
    """같은 셀에 두 번 적은 목록의 줄과 표의 줄. 고친 것을 다시 붙여 넣다가 생깁니다."""
    seen: set[str] = set()
    text = _FENCED.sub(lambda fence: "\n" * fence.group().count("\n"), markdown)
    for number, line in enumerate(text.split("\n"), 1):
        line = line.strip()
        if not _ROW_OR_ITEM.match(line):
            continue
        if line in seen:
            yield f"{number}번째 줄: [되풀이] '{line}' → 같은 줄이 위에 있으니 하나만 두세요."
        seen.add(line)


def _size(cell: NotebookNode) -> Iterator[str]:
    if generated(cell)[0]:
        return
    if cell.cell_type == "code":
        count = len(_code_lines(cell))
        if count > CODE_LINES:
            yield f"[크기] 코드가 {count}줄입니다 → {CODE_LINES}줄까지로 나누세요."
        return
    parts = [_FOLDED.sub("", cell.source), *_FOLDED.findall(cell.source)]
    longest = max(words(part) for part in parts)
    if longest > WORDS:
        yield f"[크기] 글이 {longest}낱말입니다 → {WORDS}낱말까지로 나누거나 줄이세요."


def _code_lines(cell: NotebookNode) -> list[str]:
    """풀이 구역 밖의 코드 줄. 빈 줄, 주석, 괄호만 있는 줄은 세지 않습니다."""
    solved = {line for begin, end in regions(cell.source) for line in range(begin, end + 1)}
    return [
        line
        for number, line in enumerate(cell.source.split("\n"), 1)
        if number not in solved
        and not line.lstrip().startswith("#")
        and not _BRACKETS.fullmatch(line)
    ]


def _control(cell: NotebookNode) -> Iterator[str]:
    if found := _CONTROL.search(cell.source):
        yield f"[제어 문자] {found.group()!r} → 화면을 지우거나 색을 바꾸는 글자를 쓰지 마세요."


def _section(notebook: NotebookNode, index: int) -> str:
    """`index`번째 셀이 속한 절의 글: 바로 앞의, 제목이나 굵은 첫머리가 있는 마크다운 셀."""
    for cell in notebook.cells[index::-1]:
        if cell.cell_type == "markdown" and re.search(r"^(#+ |\*\*)", cell.source, re.M):
            return str(cell.source)
    return ""


def _check_form(cell: NotebookNode, exercises: dict[str, Exercise]) -> Iterator[str]:
    exercise = exercises.get(checked_exercise(cell))
    if exercise is None:
        return
    names = list(exercise.subjects)
    forms = (
        f'check("{exercise.id}", {", ".join(names)})',
        f'check("{exercise.id}", {", ".join(f"{name}={name}" for name in names)})',
    )
    written = ast.unparse(parse(cell)).replace("'", '"')
    if written not in forms:
        yield f"[검사 셀] '{cell.source}' → `{forms[len(names) > 1]}`만 두세요."


def _training_output(cell: NotebookNode) -> Iterator[str]:
    for node in ast.walk(parse(cell)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        if node.func.attr not in ("fit", "evaluate", "predict"):
            continue
        given = {keyword.arg: keyword.value for keyword in node.keywords}
        verbose = given.get("verbose")
        quiet = isinstance(verbose, ast.Constant) and verbose.value in (0, 2)
        # `**settings` may hold it; the run of the notebook shows whether it does.
        if not quiet and None not in given:
            yield (
                f"[훈련 출력] {node.func.attr}() → verbose=0이나 verbose=2를 주세요. "
                "진행 막대는 제어 문자를 씁니다."
            )


def _drawn_by_hand(cell: NotebookNode) -> Iterator[str]:
    """상자와 화살표는 가르치는 코드가 아니므로 그림 함수에 있습니다. 데이터의 선과 점은 괜찮습니다."""
    for node in ast.walk(parse(cell)):
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func)
        boxed = any(keyword.arg == "bbox" for keyword in node.keywords)
        if name.split(".")[-1] in DRAWING or boxed:
            yield (
                f"[그림] {name}({'bbox=…' if boxed else ''}) → `show_boxes`처럼 "
                "`autograder.figures`의 함수로 그리세요."
            )


def _layers_in_call(cell: NotebookNode) -> Iterator[str]:
    for function in ast.walk(parse(cell)):
        if not (isinstance(function, ast.FunctionDef) and function.name == "call"):
            continue
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and re.match(
                r"(keras\.)?layers\.[A-Z]", ast.unparse(node.func)
            ):
                yield (
                    f"[call] `{ast.unparse(node.func)}` → 층은 `__init__`이나 `build`에서 만드세요."
                )
