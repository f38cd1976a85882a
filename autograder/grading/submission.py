"""제출된 노트북을 읽고 고칩니다. 메타데이터는 하나도 믿지 않고, 문제의 셀은 다시 알아봅니다.

여기 없는 것: 제출을 찾는 일(`grading.course.locate`), 제출의 사본(`grading.hand_ins`), 실행할 것(`grading.planning`).

Colab이나 VS Code를 거치면 nbgrader의 메타데이터가 없어지거나 겹칩니다. 그래서 검사 셀은 소스에 든
문제의 아이디로 알아보고, 메타데이터와 소스는 성적부에 있는 것으로 바꿉니다.
"""

from __future__ import annotations

import ast
import json
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.notebook import KERNELSPEC, checked_exercise, parse

MAX_BYTES = 100 * 2**20
"""읽어들이는 노트북 파일의 최대 크기."""
UNREADABLE = "unreadable"
"""읽을 수 없던 노트북에 이유를 적어 두는 메타데이터의 이름(`metadata.autograder` 안)."""


DECISIONS = "decisions"
"""바로잡으며 내린 결정을 적어 두는 메타데이터의 이름(`metadata.autograder` 안)."""


class UnreadableNotebook(ValueError):
    """노트북으로 읽을 수 없습니다. 메시지는 학습자에게 보여 줄 한국어 문장입니다."""


@dataclass(frozen=True)
class MasterCell:
    """성적부에 있는 셀 하나. 배점(`points`)이 있으면 검사 셀, 없으면 풀이 셀입니다.

    `exercise`는 셀이 속한 문제의 아이디이고, 강좌의 문제가 아니면 빈 문자열입니다.
    """

    grade_id: str
    source: str
    cell_type: str
    metadata: dict[str, Any]
    exercise: str = ""
    points: float | None = None


def read(data: bytes) -> NotebookNode:
    """파일의 내용을 노트북으로 읽습니다. 모양이 조금 어긋난 것은 바로잡습니다.

    노트북이 아니면 `UnreadableNotebook`.
    """
    if not data.strip():
        raise UnreadableNotebook("제출한 파일이 비어 있습니다.")
    if len(data) > MAX_BYTES:
        raise UnreadableNotebook(
            f"제출한 파일이 너무 큽니다({len(data) // 2**20}MB). 출력을 지우고 다시 제출하세요."
        )
    try:
        made = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise UnreadableNotebook(
            "제출한 파일을 노트북으로 읽을 수 없습니다. 파일이 깨졌거나 .ipynb 파일이 아닙니다."
        ) from None
    if not isinstance(made, dict) or not isinstance(made.get("nbformat"), int):
        raise UnreadableNotebook("제출한 파일은 주피터 노트북(.ipynb)이 아닙니다.")
    if made["nbformat"] < 4:
        try:
            made = nbformat.convert(nbformat.from_dict(made), 4)
        except Exception:  # noqa: BLE001 - old converters raise whatever they stumble over
            raise UnreadableNotebook(
                "아주 오래된 형식의 노트북이라 읽을 수 없습니다. 주피터에서 다시 저장하세요."
            ) from None
    if not isinstance(made.get("cells"), list):
        raise UnreadableNotebook("제출한 노트북에 셀이 하나도 없습니다.")
    cells = [cell for cell in map(_clean, made["cells"]) if cell is not None]
    seen: set[str] = set()
    for cell in cells:
        if cell.id in seen or not re.fullmatch(r"[a-zA-Z0-9-_]{1,64}", cell.id):
            cell.id = secrets.token_hex(4)
        seen.add(cell.id)
    return _notebook(cells)


def _clean(given: Any) -> NotebookNode | None:
    """셀을 종류, 소스, 아이디, 이름표로만 다시 만듭니다. 출력은 다시 실행하면 나옵니다."""
    if not isinstance(given, dict) or given.get("cell_type") not in ("code", "markdown", "raw"):
        return None
    source = given.get("source", given.get("input", ""))
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    if not isinstance(source, str):
        return None
    # Half of a surrogate pair can be written in JSON but not in UTF-8.
    source = source.encode("utf-8", "replace").decode("utf-8")
    kind = given["cell_type"]
    cell: NotebookNode = getattr(nbformat.v4, f"new_{kind}_cell")(source)
    if isinstance(given.get("id"), str):
        cell.id = given["id"]
    metadata = given.get("metadata")
    if isinstance(metadata, dict):
        claimed = metadata.get("nbgrader")
        name = claimed.get("grade_id") if isinstance(claimed, dict) else None
        if isinstance(name, str):
            cell.metadata["nbgrader"] = {"grade_id": name}
        tags = metadata.get("tags")
        if isinstance(tags, list) and all(isinstance(tag, str) for tag in tags):
            cell.metadata["tags"] = tags
    attachments = given.get("attachments")
    if kind == "markdown" and _is_attachments(attachments):
        cell["attachments"] = nbformat.from_dict(attachments)
    return cell


def _is_attachments(value: Any) -> bool:
    return isinstance(value, dict) and all(
        isinstance(bundle, dict)
        and all(isinstance(m, str) and isinstance(d, str) for m, d in bundle.items())
        for bundle in value.values()
    )


def _notebook(cells: list[NotebookNode]) -> NotebookNode:
    made = nbformat.v4.new_notebook(cells=cells)
    made.metadata = nbformat.from_dict(
        {"kernelspec": KERNELSPEC, "language_info": {"name": "python"}}
    )
    return made


def blank(masters: Sequence[MasterCell], reason: str) -> NotebookNode:
    """읽을 수 없던 제출 대신 쓰는 노트북: 이유와 검사 셀만 있고 실행하지 않습니다."""
    made = _notebook([nbformat.v4.new_markdown_cell(f"**{reason}**")])
    made.metadata["autograder"] = nbformat.from_dict({UNREADABLE: reason})
    made.cells += [_fresh(master) for master in masters if master.points is not None]
    return made


def unreadable(notebook: NotebookNode) -> str:
    """`blank`이 만든 노트북이면 그 이유, 아니면 빈 문자열."""
    entry = notebook.metadata.get("autograder")
    return str(entry.get(UNREADABLE, "")) if isinstance(entry, dict) else ""


def decisions(notebook: NotebookNode) -> list[str]:
    """`repair`가 내린 결정들: 고친 검사 셀, 지워진 검사 셀, 겹친 셀."""
    entry = notebook.metadata.get("autograder")
    return [str(said) for said in entry.get(DECISIONS, [])] if isinstance(entry, dict) else []


def repair(notebook: NotebookNode, masters: Sequence[MasterCell]) -> NotebookNode:
    """성적부의 셀마다 제출에서 알맞은 셀 하나를 골라 메타데이터를 돌려줍니다.

    검사 셀은 소스까지 성적부의 것으로 바꾸고, 지워졌으면 제자리에 다시 넣습니다.
    고르지 않은 셀에는 nbgrader의 메타데이터를 남기지 않습니다.
    `masters`는 노트북에 나오는 순서여야 합니다.
    """
    cells, told = list(notebook.cells), []
    claims = [str(cell.metadata.get("nbgrader", {}).get("grade_id", "")) for cell in cells]
    chosen: dict[str, int] = {}
    # The check cells first: they say where an exercise ends.
    for master in sorted(masters, key=lambda master: master.points is None):
        taken = set(chosen.values())
        index = _find(master, cells, claims, taken)
        if index is None and master.points is None:
            index = _answer_cell(master, masters, cells, chosen)
        if index is not None:
            chosen[master.grade_id] = index
    for cell in cells:
        cell.metadata.pop("nbgrader", None)
    for master in masters:
        if master.grade_id in chosen:
            index = chosen[master.grade_id]
            told += _told(master, index, notebook.cells, claims)
            cells[index] = _restored(master, cells[index])
        elif master.points is not None and master.exercise:
            told.append(f"{_number(master)}: 지워진 검사 셀을 다시 넣고 채점했습니다.")
    if told:
        notebook.metadata["autograder"] = nbformat.from_dict({DECISIONS: told})
    notebook.cells = _with_missing(cells, masters, set(chosen))
    return notebook


def _told(
    master: MasterCell, index: int, cells: list[NotebookNode], claims: list[str]
) -> list[str]:
    """고른 셀에 대해 강사가 알아야 할 것."""
    if not master.exercise:
        return []
    said = []
    checking = master.points is not None
    if checking and _code_of(cells[index]) != _code_of(_fresh(master)):
        said.append(
            f"{_number(master)}: 고친 검사 셀 대신 받은 그대로의 검사 셀로 채점했습니다"
            f"(`{master.source.strip().splitlines()[-1]}`)."
        )
    same = [
        number
        for number, cell in enumerate(cells)
        if claims[number] == master.grade_id or (checking and _is_check(cell, master.exercise))
    ]
    if len({_code_of(cells[number]) for number in same}) > 1 and not checking:
        said.append(f"{_number(master)}: 풀이 셀이 여럿이라 마지막 것을 채점했습니다.")
    return said


def _number(master: MasterCell) -> str:
    from autograder.errors import UnknownExercise
    from autograder.exercises import get

    try:
        return get(master.exercise).number
    except UnknownExercise:
        return master.exercise


def _code_of(cell: NotebookNode) -> str:
    """빈칸과 설명을 뺀, 파이썬으로서의 셀. 파이썬이 아니면 글 그대로."""
    try:
        return ast.dump(parse(cell))
    except (SyntaxError, ValueError, RecursionError):
        return str(cell.source.strip())


def _find(
    master: MasterCell, cells: list[NotebookNode], claims: list[str], taken: set[int]
) -> int | None:
    """`master`에 해당하는 셀. 겹치면 마지막 것입니다(nbgrader와 같습니다)."""
    free = [index for index in range(len(cells)) if index not in taken]
    named = [index for index in free if claims[index] == master.grade_id]
    if not master.exercise or master.points is None:
        return named[-1] if named else None
    # A learner may call check elsewhere too: the cell that is exactly ours comes first.
    same = [index for index in free if _is_check(cells[index], master.exercise)]
    exact = [index for index in same if cells[index].source.strip() == master.source.strip()]
    for candidates in ([index for index in same if index in named], exact, named, same):
        if candidates:
            return candidates[-1]
    return None


def _answer_cell(
    master: MasterCell,
    masters: Sequence[MasterCell],
    cells: list[NotebookNode],
    chosen: dict[str, int],
) -> int | None:
    """메타데이터를 잃은 풀이 셀: 문제의 명세와 검사 셀 사이에 있는 첫 코드 셀."""
    end = next(
        (
            chosen[check.grade_id]
            for check in masters
            if check.points is not None
            and check.exercise == master.exercise
            and check.grade_id in chosen
        ),
        None,
    )
    if not master.exercise or end is None:
        return None
    stated = [index for index in range(end) if _is_heading(cells[index], master.exercise)]
    taken = set(chosen.values())
    for index in range(stated[-1], end) if stated else ():
        if cells[index].cell_type == "code" and index not in taken:
            return index
    return None


def _is_check(cell: NotebookNode, exercise: str) -> bool:
    return cell.cell_type == "code" and (
        checked_exercise(cell) == exercise
        or re.search(rf"^\s*check\(\s*['\"]{re.escape(exercise)}['\"]", cell.source, re.M)
        is not None
    )


def _restored(master: MasterCell, cell: NotebookNode) -> NotebookNode:
    if master.points is None and cell.cell_type == master.cell_type:
        cell.metadata["nbgrader"] = nbformat.from_dict(master.metadata)
        return cell
    source = master.source if master.metadata.get("locked") else cell.source
    made: NotebookNode = getattr(nbformat.v4, f"new_{master.cell_type}_cell")(source)
    made.id = cell.id
    made.metadata["nbgrader"] = nbformat.from_dict(master.metadata)
    return made


def _fresh(master: MasterCell) -> NotebookNode:
    made: NotebookNode = getattr(nbformat.v4, f"new_{master.cell_type}_cell")(master.source)
    made.metadata["nbgrader"] = nbformat.from_dict(master.metadata)
    return made


def _with_missing(
    cells: list[NotebookNode], masters: Sequence[MasterCell], present: set[str]
) -> list[NotebookNode]:
    """지워진 검사 셀을 다음 문제가 시작하는 자리 앞에 넣습니다."""
    for position, master in reversed(list(enumerate(masters))):
        if master.points is None or master.grade_id in present:
            continue
        after = masters[position + 1 :]
        names = {later.grade_id for later in after}
        exercises = {later.exercise for later in after} - {"", master.exercise}
        starts = [
            index
            for index, cell in enumerate(cells)
            if cell.metadata.get("nbgrader", {}).get("grade_id") in names
            or any(_is_heading(cell, exercise) for exercise in exercises)
        ]
        cells.insert(min(starts, default=len(cells)), _fresh(master))
    return cells


def _is_heading(cell: NotebookNode, exercise: str) -> bool:
    """문제의 명세 셀인지."""
    return (
        cell.cell_type == "markdown"
        and cell.source.lstrip().startswith("#")
        and f"`{exercise}`" in cell.source
    )
