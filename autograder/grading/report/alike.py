"""서로 닮은 답을 찾습니다: 이름과 꾸밈을 뗀 코드에서, 강좌가 주지도 않았고 학급에서 흔하지도 않은 부분만 비교합니다.

여기 없는 것: 재료를 읽는 일(`grading.report.gather`), 잦은 실수(`grading.report.mistakes`).

닮은 것은 이야기를 나눌 실마리이지 베꼈다는 증거가 아닙니다. 그래서 짧거나 흔한 답은 말하지 않습니다.
"""

from __future__ import annotations

import ast
import functools
import io
import tokenize
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from autograder import notebook
from autograder.grading.report.facts import Asked, UnitFacts

FEWEST = 6
"""답이 이보다 적으면 무엇이 흔한지 알 수 없어 비교하지 않습니다."""
GRAM = 3
"""낱말 몇 개씩을 이어서 비교할지."""
LEAST = 12
"""함께 쓴 드문 조각이 적어도 이만큼 있어야 말합니다."""
SIMILAR = 0.8
"""드문 조각이 이만큼 겹쳐야 말합니다."""
COMMON, COMMON_LEAST = 0.15, 3
"""답의 이 몫(적어도 이 수)보다 많이 쓴 조각은 흔한 것입니다."""

SAME_TEXT, SAME_CODE, NEAR = "글자까지 같습니다", "이름과 꾸밈만 다릅니다", "거의 같습니다"

_NAME = "□"
_OUTSIDE = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT,
            tokenize.ENDMARKER, tokenize.ENCODING)  # fmt: skip
# They would make a list of numbers look longer than it is.
_MARKS = frozenset("()[]{},:;")
Gram = tuple[str, ...]


@dataclass(frozen=True)
class Group:
    """닮은 답을 낸 학생들. `rare`는 모두가 함께 쓴 드문 조각의 수, `only`는 그 가운데 이들만 쓴 것의 수입니다.

    `similarity`는 가장 덜 닮은 둘의 겹침입니다.
    """

    exercise: Asked
    students: tuple[str, ...]
    how: str
    similarity: float
    rare: int
    only: int
    codes: tuple[str, ...]


@dataclass(frozen=True)
class Alike:
    """한 단원에서 찾은 것과, 비교하지 않은 이유."""

    groups: tuple[Group, ...]
    compared: int
    """비교한 답의 수."""
    plain: int
    """흔한 코드로만 되어 있어 비교할 것이 없던 답의 수."""
    unparsed: int
    """파이썬으로 읽을 수 없어 비교하지 못한 답의 수."""
    too_few: tuple[Asked, ...]
    """답이 적어 비교하지 않은 문제."""

    @property
    def repeated(self) -> list[tuple[tuple[str, str], list[str]]]:
        """여러 문제에서 함께 나온 두 학생과 문제의 번호들. 우연은 되풀이되기 어렵습니다."""
        found: dict[tuple[str, str], list[str]] = {}
        for group in self.groups:
            for pair in combinations(group.students, 2):
                found.setdefault(pair, []).append(group.exercise.number)
        several = [(pair, sorted(numbers)) for pair, numbers in found.items() if len(numbers) > 1]
        return sorted(several, key=lambda each: (-len(each[1]), each[0]))


def alike(facts: UnitFacts) -> Alike:
    """단원에서 서로 닮은 답들."""
    given = {gram for source in facts.lesson for gram in grams(source) or ()}
    groups: list[Group] = []
    compared = plain = unparsed = 0
    too_few = []
    for asked in facts.exercises:
        codes = {
            student.label: answer.code
            for student in facts.students
            if (answer := student.answers.get(asked.id)) and answer.attempted and answer.code
        }
        known = {student: found for student, code in codes.items() if (found := grams(code))}
        unparsed += len(codes) - len(known)
        if len(known) < FEWEST:
            too_few += [asked] if known else []
            continue
        rare = unusual(known, given)
        compared += len(known)
        plain += sum(len(found) < LEAST for found in rare.values())
        groups += _groups(asked, rare, codes)
    groups.sort(key=lambda group: (-group.rare, group.students))
    return Alike(tuple(groups), compared, plain, unparsed, tuple(too_few))


def unusual(known: dict[str, frozenset[Gram]], given: set[Gram]) -> dict[str, set[Gram]]:
    """학생마다, 강좌가 주지도(`given`) 학급이 흔히 쓰지도 않은 조각들."""
    used = Counter(gram for found in known.values() for gram in found)
    most = max(COMMON_LEAST, round(COMMON * len(known)))
    return {
        student: {gram for gram in found if gram not in given and used[gram] <= most}
        for student, found in known.items()
    }


def _groups(asked: Asked, rare: dict[str, set[Gram]], codes: dict[str, str]) -> list[Group]:
    similar = dict(_pairs(rare))
    made = []
    for members in _joined(similar):
        pairs = [pair for pair in similar if pair[0] in members]
        shared = set.intersection(*(rare[student] for student in members))
        others = set[Gram]().union(*(found for who, found in rare.items() if who not in members))
        made.append(
            Group(
                asked,
                tuple(sorted(members)),
                _how([codes[student] for student in sorted(members)]),
                min(similar[pair] for pair in pairs),
                len(shared),
                len(shared - others),
                tuple(codes[student] for student in sorted(members)),
            )
        )
    return made


def _pairs(rare: dict[str, set[Gram]]) -> Iterable[tuple[tuple[str, str], float]]:
    """드문 조각이 많이 겹치는 둘마다 겹침(자카드 계수)."""
    users: dict[Gram, list[str]] = {}
    for student, found in sorted(rare.items()):
        for gram in found:
            users.setdefault(gram, []).append(student)
    shared = Counter(pair for students in users.values() for pair in combinations(students, 2))
    for (first, second), count in sorted(shared.items()):
        similarity = count / len(rare[first] | rare[second])
        if count >= LEAST and similarity >= SIMILAR:
            yield (first, second), similarity


def _joined(pairs: Iterable[tuple[str, str]]) -> list[set[str]]:
    """이어진 둘들을 무리로."""
    groups: list[set[str]] = []
    for first, second in pairs:
        touched = [group for group in groups if first in group or second in group]
        groups = [group for group in groups if group not in touched]
        groups.append({first, second}.union(*touched))
    return groups


def _how(codes: Sequence[str]) -> str:
    if len({code.strip() for code in codes}) == 1:
        return SAME_TEXT
    if len({canonical(code, numbered=True) for code in codes}) == 1:
        return SAME_CODE
    return NEAR


@functools.lru_cache(maxsize=4096)
def grams(source: str) -> frozenset[Gram]:
    """이름과 꾸밈을 뗀 코드의, 이어진 낱말 조각들. 파이썬으로 읽을 수 없으면 비어 있습니다."""
    plain = canonical(source, numbered=False)
    tokens = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(plain).readline):
            if token.type not in _OUTSIDE and token.string not in _MARKS:
                tokens.append(token.string)
    except (tokenize.TokenError, SyntaxError):
        return frozenset()
    return frozenset(tuple(tokens[i : i + GRAM]) for i in range(len(tokens) - GRAM + 1))


def canonical(source: str, *, numbered: bool) -> str:
    """주석, 배치, 설명, 이름을 뗀 코드. 파이썬으로 읽을 수 없으면 빈 문자열.

    학습자가 지은 이름은 `numbered`면 나온 차례의 번호로, 아니면 모두 한 글자로 바꿉니다. 가져다 쓴 이름(`keras`,
    `layers`)과 값은 그대로입니다.
    """
    try:
        tree = ast.parse(notebook.python(source))
        own = _Own()
        own.visit(tree)
        made = ast.fix_missing_locations(_Plain(own.names, own.attributes, numbered).visit(tree))
        return ast.unparse(made)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""


class _Own(ast.NodeVisitor):
    """학습자가 지은 이름들: 변수, 함수, 클래스, 매개변수, `self`에 단 것."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.attributes: set[str] = set()

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Store):
            self.names.add(node.id)

    def visit_arg(self, node: ast.arg) -> None:
        self.names.add(node.arg)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self.names.add(node.name)
        self.generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self.names.add(node.name)
        # Names of methods are mostly the framework's: `call`, `build`.
        for inner in node.body:
            if isinstance(inner, ast.FunctionDef):
                self.visit(inner.args)
                for statement in inner.body:
                    self.visit(statement)
            else:
                self.visit(inner)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if isinstance(node.ctx, ast.Store) and isinstance(node.value, ast.Name):
            self.attributes.add(node.attr)
        self.generic_visit(node)


class _Plain(ast.NodeTransformer):
    """이름을 바꾸고, 설명과 자료형 표시와 층의 이름을 떼고, 이름 있는 인수를 차례대로 놓습니다."""

    def __init__(self, names: set[str], attributes: set[str], numbered: bool) -> None:
        self._names, self._attributes, self._numbered = names, attributes, numbered
        self._given: dict[str, str] = {}

    def _new(self, name: str) -> str:
        if not self._numbered:
            return "v"
        return self._given.setdefault(name, f"v{len(self._given)}")

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if node.id in self._names:
            node.id = self._new(node.id)
        return node

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.arg, node.annotation = self._new(node.arg), None
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        if node.attr in self._attributes:
            node.attr = self._new(f".{node.attr}")
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        if node.name in self._names:
            node.name = self._new(node.name)
        node.returns = None
        self.generic_visit(node)
        node.body = node.body or [ast.Pass()]
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        node.name = self._new(node.name)
        self.generic_visit(node)
        node.body = node.body or [ast.Pass()]
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        self.generic_visit(node)
        return ast.Assign([node.target], node.value) if node.value is not None else None

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        # Docstrings, and the `...` of a cell to fill in.
        if isinstance(node.value, ast.Constant):
            return None
        return self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if all(keyword.arg for keyword in node.keywords):
            node.keywords.sort(key=lambda keyword: str(keyword.arg))
        return node

    def visit_keyword(self, node: ast.keyword) -> ast.AST:
        self.generic_visit(node)
        if node.arg == "name" and isinstance(node.value, ast.Constant):
            node.value = ast.Constant(_NAME)
        return node
