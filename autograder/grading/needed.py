"""채점에 필요한 셀만 고릅니다. 실행은 `run`이, 통째로 다시 실행할지도 거기서 정합니다.

여기 없는 것: 셀을 실행하는 일(`grading.run.runner`), 수업 셀인지 아는 일(`grading.planning`).

내보낸 그대로인 수업 셀은 답이나 검사와 이름을 함께 쓰거나 전역 설정을 바꿀 때만 실행합니다. 확실하지 않으면
언제나 실행하는 쪽입니다. 순수한 계산이고, 노트북을 실행하지 않습니다.
"""

from __future__ import annotations

import ast
import copy
import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from autograder.notebook import python

_OPAQUE = frozenset(
    [
        "exec",
        "eval",
        "compile",
        "globals",
        "locals",
        "vars",
        "get_ipython",
        "__import__",
        "setattr",
        "delattr",
        "inspect",
        "gc",
        "importlib",
    ]
)
"""이 이름을 쓰는 코드는 무엇이든 읽고 바꿀 수 있습니다."""
_OPAQUE_PARTS = frozenset(
    ["modules", "__dict__", "__globals__", "__builtins__", "f_globals", "f_locals", "user_ns"]
)
"""이 속성도 그렇습니다."""
_GLOBAL = re.compile(
    r"get_ipython|\.config\.|mixed_precision|set_global_policy"
    r"|set_dtype_policy|set_floatx|set_image_data_format|clear_session|enable_|disable_|environ"
    r"|set_printoptions|set_option|rcParams|chdir|set_log|setLevel"
    r"|run_functions_eagerly|set_strategy|custom_object|experimental_set|putenv|setrecursionlimit"
)
"""이 글이 든 수업 셀은 다른 셀까지 바꿀 수 있습니다."""
_WARNINGS = re.compile(r"filterwarnings|simplefilter")
"""`catch_warnings` 안이 아니면 이것도 그렇습니다."""
_LOOKING = frozenset(
    [
        "T",
        "astype",
        "copy",
        "count",
        "count_params",
        "dtype",
        "flatten",
        "get_config",
        "get_weights",
        "history",
        "input_shape",
        "inputs",
        "item",
        "keys",
        "layers",
        "max",
        "mean",
        "metrics_names",
        "min",
        "name",
        "ndim",
        "numpy",
        "output_shape",
        "outputs",
        "ravel",
        "reshape",
        "shape",
        "size",
        "std",
        "sum",
        "summary",
        "tolist",
        "values",
    ]
)
"""보기만 하는 속성과 메서드. 다른 것은 그 이름에 담긴 것을 바꿀 수 있다고 봅니다."""
_PURE = frozenset(
    [
        "abs",
        "all",
        "answer",
        "any",
        "bool",
        "dict",
        "enumerate",
        "explore",
        "float",
        "getattr",
        "hasattr",
        "hint",
        "int",
        "isinstance",
        "issubclass",
        "label_names",
        "len",
        "list",
        "map",
        "max",
        "min",
        "plot_bars",
        "plot_confusion",
        "plot_curves",
        "plot_designs",
        "plot_history",
        "print",
        "progress",
        "range",
        "ready",
        "repr",
        "reversed",
        "round",
        "set",
        "show_feature_maps",
        "show_flow",
        "show_graph",
        "show_images",
        "show_kernels",
        "show_model",
        "show_samples",
        "show_tensor",
        "sorted",
        "str",
        "sum",
        "tuple",
        "type",
        "zip",
    ]
)
"""인수로 받은 것을 바꾸지 않는 함수."""
_FILE = re.compile(r"[\w가-힣-]+(\.[A-Za-z]\w{0,11})|.*[/\\].*")


@dataclass
class Names:
    """셀 하나에서 보이는 것. 함수 안에서만 쓰는 이름은 들어 있지 않습니다.

    `reads`는 이 셀에서 만들기 전에 읽는 이름, `inner`는 함수와 클래스의 몸통이 나중에 읽을 이름, `bound`는 만드는
    이름(`sure`는 그 가운데 반드시 만드는 것), `changed`는 담긴 것을 바꿀 수 있는 이름, `files`는 파일 이름 같은 글, `parts`는 이름 → 그것이 일부일 수 있는 것의 이름,
    `opaque`는 무엇을 할지 알 수 없는 코드인지, `reaching`은 다른 셀까지 바꿀 수 있는지입니다.
    """

    reads: set[str] = field(default_factory=set)
    inner: set[str] = field(default_factory=set)
    bound: set[str] = field(default_factory=set)
    sure: set[str] = field(default_factory=set)
    changed: set[str] = field(default_factory=set)
    files: set[str] = field(default_factory=set)
    parts: dict[str, set[str]] = field(default_factory=dict)
    opaque: bool = False
    reaching: bool = False


def needed(cells: Sequence[tuple[str, bool]]) -> list[bool]:
    """셀마다 실행해야 하는지. 셀은 (소스, 내보낸 그대로인 수업 셀인지)입니다.

    첫 셀(준비)과 수업 셀이 아닌 것은 언제나 실행합니다. 뒤에서 앞으로 가며, 그다음의 셀이 읽을 이름을 만들거나
    바꾸는 수업 셀을 더합니다.
    """
    seen = [names_of(source) for source, _ in cells]
    _follow(seen)
    keep = [index == 0 or not lesson for index, (_, lesson) in enumerate(cells)]
    answers = [index for index, (_, lesson) in enumerate(cells) if not lesson]
    last = max(answers, default=-1)
    for index in answers:
        if seen[index].opaque:
            # Whoever can see everything may depend on everything before it.
            keep[:index] = [True] * index
    # What the set-up cell imported and nobody makes anew: calling it changes nothing.
    setup = (seen[0].bound if seen else set()).difference(*(one.bound for one in seen[1:]))
    while True:
        before = list(keep)
        # What a function reads is read when it is called, wherever that is.
        always: set[str] = set()
        for one, kept in zip(seen, keep, strict=True):
            if kept:
                always |= one.inner
        live = set(always)
        for index in range(last, -1, -1):
            one = seen[index]
            made = set().union(*(seen[i].bound for i in answers if i < index), set()) - setup
            keep[index] |= one.opaque or one.reaching
            keep[index] |= bool((one.bound | one.changed | one.files) & (live - setup))
            # It goes on with something of the student's.
            keep[index] |= bool(one.changed & made)
            if keep[index]:
                live = (live - one.sure) | one.reads | one.files | always
        if keep == before:
            return keep


def _follow(seen: Sequence[Names]) -> None:
    """앞의 셀에서 남의 것의 일부가 된 이름을 바꾸면, 그 남의 것도 바꾼 것입니다."""
    parts: dict[str, set[str]] = {}
    for one in seen:
        for name, whole in one.parts.items():
            parts.setdefault(name, set()).update(whole)
        waiting = list(one.changed)
        while waiting:
            more = parts.get(waiting.pop(), set()) - one.changed
            one.changed |= more
            waiting += more


def names_of(source: str) -> Names:
    """`source`의 `Names`. 파이썬이 아니면 알 수 없는 코드입니다."""
    return copy.deepcopy(_names_of(source))


@functools.lru_cache(maxsize=4096)
def _names_of(source: str) -> Names:
    # A lesson's cells are the same for a whole class.
    try:
        return _read(source, ast.parse(python(source)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Names(opaque=True, reaching=True)


def _read(source: str, tree: ast.Module) -> Names:
    quiet = "catch_warnings" in source
    reaching = bool(_GLOBAL.search(source)) or (not quiet and bool(_WARNINGS.search(source)))
    found = Names(reaching=reaching)
    _Reader(found).block(tree.body, sure=True)
    found.changed -= {""}
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name):
                found.opaque |= name in _OPAQUE
            case ast.Attribute(attr=name):
                found.opaque |= name in _OPAQUE_PARTS
            case ast.ImportFrom(names=names):
                found.opaque |= any(alias.name == "*" for alias in names)
            case ast.Constant(value=str() as text) if _FILE.fullmatch(text):
                found.files.add(text)
    return found


class _Reader:
    """문장을 차례로 읽으며, 이미 만든 이름은 앞의 셀에서 온 것으로 세지 않습니다."""

    def __init__(self, found: Names) -> None:
        self.found = found
        # A name that was made here may still stand for a part of what somebody else made.
        self.parts = found.parts

    def block(self, statements: Sequence[ast.stmt], *, sure: bool) -> None:
        for statement in statements:
            self.statement(statement, sure=sure)

    def statement(self, node: ast.stmt, *, sure: bool) -> None:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                for part in (*node.decorator_list, *getattr(node, "bases", ())):
                    self.read(part)
                self.found.inner |= _free(node) - {node.name}
                self.bind(node.name, sure)
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                for alias in names:
                    self.bind((alias.asname or alias.name).partition(".")[0], sure)
            case ast.For(target=target, iter=source, body=body, orelse=other):
                self.read(source)
                # The name of a loop is made by it, before its body reads it.
                self.store(target, sure=sure)
                self.alias(target, _names(source))
                self.block(body, sure=False)
                self.block(other, sure=False)
            case (
                ast.If(test=test, body=body, orelse=other)
                | ast.While(test=test, body=body, orelse=other)
            ):
                self.read(test)
                self.block(body, sure=False)
                self.block(other, sure=False)
            case ast.With(items=items, body=body):
                for item in items:
                    self.read(item.context_expr)
                    if item.optional_vars is not None:
                        self.store(item.optional_vars, sure=sure)
                        self.alias(item.optional_vars, {_root(item.context_expr)})
                self.block(body, sure=sure)
            case ast.Try(body=body, handlers=handlers, orelse=other, finalbody=final):
                for part in (body, *(handler.body for handler in handlers), other):
                    self.block(part, sure=False)
                for handler in handlers:
                    self.read(handler.type)
                self.block(final, sure=sure)
            case ast.Assign(targets=targets, value=value):
                self.read(value)
                for target in targets:
                    self.store(target, sure=sure)
                    self.alias(
                        target,
                        {_root(value)} if not isinstance(value, ast.Tuple) else _names(value),
                    )
            case ast.AnnAssign(target=target, value=value):
                self.read(value)
                self.store(target, sure=sure)
            case ast.AugAssign(target=target, value=value):
                self.read(value)
                self.read(target)
                name = _root(target)
                self.touch(name)
                self.found.reaching |= name not in self.found.sure
                self.store(target, sure=False)
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                self.found.bound |= set(names)
            case _:
                for child in ast.iter_child_nodes(node):
                    if isinstance(child, ast.stmt):
                        self.statement(child, sure=False)
                    else:
                        self.read(child)

    def bind(self, name: str, sure: bool) -> None:
        self.found.bound.add(name)
        if sure and name not in self.found.reads:
            self.found.sure.add(name)

    def store(self, target: ast.expr, *, sure: bool) -> None:
        match target:
            case ast.Name(id=name):
                self.bind(name, sure)
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                for part in parts:
                    self.store(part, sure=sure)
            case ast.Starred(value=value):
                self.store(value, sure=sure)
            case _:
                # Into something that may have other names: an array, an object, a module.
                name = _root(target)
                self.read(target)
                self.touch(name)
                self.found.reaching |= name not in self.found.sure

    def alias(self, target: ast.expr, roots: set[str]) -> None:
        """`target`의 이름들은 `roots`에 담긴 것의 일부일 수 있습니다."""
        for name in _names(target):
            self.parts[name] = {root for root in roots if root and root != name}

    def touch(self, name: str) -> None:
        """`name`에 담긴 것과, 그것이 일부일 수 있는 것을 바꿀 수 있습니다."""
        waiting, seen = [name], set()
        while waiting:
            one = waiting.pop()
            if one not in seen:
                seen.add(one)
                waiting += self.parts.get(one, ())
        self.found.changed |= seen

    def read(self, node: ast.AST | None) -> None:
        """식 하나가 읽고 바꾸는 이름."""
        if node is None:
            return
        local = _bound_inside(node)
        for inner in ast.walk(node):
            match inner:
                case ast.Name(id=name, ctx=ast.Load()) if name not in local:
                    if name not in self.found.sure:
                        self.found.reads.add(name)
                case ast.NamedExpr(target=ast.Name(id=name)):
                    self.bind(name, False)
                case ast.Attribute(attr=name) if name not in _LOOKING:
                    if (root := _root(inner)) not in local:
                        self.touch(root)
                case ast.Call(func=ast.Name(id=name), args=args, keywords=words) if (
                    name not in _PURE
                ):
                    given = (*args, *(word.value for word in words))
                    for root in {_root(item) for item in given} - local:
                        self.touch(root)


def _free(node: ast.AST) -> set[str]:
    """함수나 클래스가 밖에서 가져다 쓰는 이름."""
    local = _bound_inside(node)
    shared = {
        name
        for inner in ast.walk(node)
        if isinstance(inner, (ast.Global, ast.Nonlocal))
        for name in inner.names
    }
    return {
        inner.id
        for inner in ast.walk(node)
        if isinstance(inner, ast.Name) and inner.id not in local - shared
    }


def _bound_inside(node: ast.AST) -> set[str]:
    """`node` 안의 함수, 람다, 내포가 제 안에서 만드는 이름."""
    found: set[str] = set()
    for scope in ast.walk(node):
        if isinstance(scope, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            found |= {inner.arg for inner in ast.walk(scope.args) if isinstance(inner, ast.arg)}
        if isinstance(scope, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            for inner in ast.walk(scope):
                if isinstance(inner, ast.Name) and not isinstance(inner.ctx, ast.Load):
                    found.add(inner.id)
                elif isinstance(inner, (ast.FunctionDef, ast.ClassDef)) and inner is not scope:
                    found.add(inner.name)
        if isinstance(scope, ast.comprehension):
            found |= {inner.id for inner in ast.walk(scope.target) if isinstance(inner, ast.Name)}
    return found


def _names(node: ast.AST) -> set[str]:
    return {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}


def _root(node: ast.AST) -> str:
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call, ast.Starred)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""
