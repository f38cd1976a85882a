"""셀 하나의 소스에서 읽는 것: 어떤 이름을 읽고, 만들고, 바꾸고, 부르는지.

여기 없는 것: 어느 셀을 실행할지(`grading.needed`), 어느 셀을 건너뛰어도 되는지(`authoring.path`), 셀을 알아보는 일(`notebook`).

확실하지 않으면 바꿀 수 있다고 봅니다. 순수한 계산이고, 코드를 실행하지 않습니다.
"""

from __future__ import annotations

import ast
import copy
import functools
import re
from collections.abc import Callable, Sequence
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
    r"get_ipython|\.config\.(?!list_|get_)|mixed_precision|set_global_policy"
    r"|set_dtype_policy|set_floatx|set_image_data_format|clear_session|enable_|disable_|environ"
    r"|set_printoptions|set_option|rcParams|chdir|set_log|setLevel"
    r"|run_functions_eagerly|set_strategy|get_custom_objects|experimental_set|putenv"
    r"|setrecursionlimit"
)
"""이 글이 든 수업 셀은 다른 셀까지 바꿀 수 있습니다."""
_WARNINGS = re.compile(r"filterwarnings|simplefilter")
"""`catch_warnings` 안이 아니면 이것도 그렇습니다."""
_LOOKING = frozenset(
    [
        "T",
        "argmax",
        "argmin",
        "argsort",
        "astype",
        "built",
        "copy",
        "count",
        "count_params",
        "dtype",
        # Metrics are reset and what was not built is built, as by the observer: nothing that counts.
        "evaluate",
        "flatten",
        "get_config",
        "get_weights",
        "history",
        "input_shape",
        "inputs",
        "item",
        "keys",
        "layers",
        "learning_rate",
        "loss",
        "losses",
        "max",
        "mean",
        "metrics",
        "metrics_names",
        "min",
        "name",
        "ndim",
        "non_trainable_weights",
        "numpy",
        "optimizer",
        "output_shape",
        "outputs",
        "predict",
        "ravel",
        "reshape",
        "shape",
        "size",
        "std",
        "sum",
        "summary",
        "tolist",
        "trainable_variables",
        "trainable_weights",
        "values",
        "variables",
        "weights",
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
        "plot_predictions",
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
_HOLDING = frozenset(
    [
        "Model",
        "Sequential",
        "dict",
        "enumerate",
        "getattr",
        "keras.Model",
        "keras.Sequential",
        "list",
        "map",
        "reversed",
        "sorted",
        "tuple",
        "zip",
    ]
)
"""인수로 받은 것을 담아 돌려주는 것. 담긴 것을 바꾸면 준 것이 바뀝니다."""
_OF_MODELS = frozenset(["compile", "count_params", "evaluate", "fit", "predict", "summary"])
"""이것을 부르는 이름에는 모델이 담겨 있습니다."""
_MAKES_CALLABLE = re.compile(r"(keras\.)?(layers|losses|metrics)\.\w+|keras\.(Model|Sequential)")
"""이것으로 만든 것을 부르면 인수가 그대로입니다."""
RESULT = "()"
"""이름 뒤에 붙으면 그것을 부른 결과입니다. 함수와 클래스의 결과는 바꾸어도 함수와 클래스가 그대로입니다."""
_FILE = re.compile(r"[\w가-힣-]+(\.[A-Za-z]\w{0,11})|.*[/\\].*")


@dataclass(frozen=True)
class Call:
    """이름으로 부른 것 하나: 무엇을, 어떤 이름을 인수로 주고. 펼친 인수(`*`, `**`)가 있으면 자리를 모릅니다."""

    name: str
    positions: tuple[frozenset[str], ...]
    words: tuple[tuple[str, frozenset[str]], ...]
    spread: bool

    def seen_from_outside(self, part_of: Callable[[str], set[str]], own: set[str]) -> Call:
        """함수 안에서 부른 것을 밖에서 보기: 함수가 만든 이름(`own`)은, 그것이 일부일 수 있는 것으로 바꿉니다."""

        def outer(names: frozenset[str]) -> frozenset[str]:
            every = set().union(*(part_of(name) for name in names))
            return frozenset(_outside(every, own))

        words = tuple((word, outer(names)) for word, names in self.words)
        return Call(self.name, tuple(map(outer, self.positions)), words, self.spread)


@dataclass
class Function:
    """`def` 하나: 매개변수의 이름, 부르면 담긴 것이 바뀔 수 있는 이름(매개변수와 바깥의 것), 안에서 부르는 것."""

    parameters: tuple[str, ...]
    changed: set[str]
    calls: list[Call]


@dataclass
class Names:
    """셀 하나에서 보이는 것. 함수 안에서만 쓰는 이름은 들어 있지 않습니다.

    `reads`는 이 셀에서 만들기 전에 읽는 이름, `inner`는 함수와 클래스의 몸통이 나중에 읽을 이름, `bound`는 만드는
    이름(`sure`는 그 가운데 반드시 만드는 것, `assigned`는 `def`와 `class`가 아닌 것, `imported`는 모듈일 수 있는 것),
    `stored`는 이 셀이 만들지 않았는데 그 안에 무엇을 넣은 이름, `changed`는 담긴 것을 바꿀 수 있는 이름, `files`는 파일
    이름 같은 글, `parts`는 이름 → 그것이 일부일 수 있는 것의 이름, `calls`는 부른 것, `functions`는 `def`로 만든 것,
    `keeping`은 불러도 인수가 그대로인 것(모델, 층, 손실)의 이름, `opaque`는 무엇을 할지 알 수 없는 코드인지,
    `reaching`은 다른 셀까지 바꿀 수 있는지입니다.
    """

    reads: set[str] = field(default_factory=set)
    inner: set[str] = field(default_factory=set)
    bound: set[str] = field(default_factory=set)
    sure: set[str] = field(default_factory=set)
    assigned: set[str] = field(default_factory=set)
    imported: set[str] = field(default_factory=set)
    stored: set[str] = field(default_factory=set)
    changed: set[str] = field(default_factory=set)
    files: set[str] = field(default_factory=set)
    parts: dict[str, set[str]] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    functions: dict[str, Function] = field(default_factory=dict)
    keeping: set[str] = field(default_factory=set)
    opaque: bool = False
    reaching: bool = False


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

    def __init__(self, found: Names, *, deep: bool = False) -> None:
        self.found = found
        # The bodies of functions are read too: they may be called from where they stand.
        self.deep = deep
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
                if self.deep:
                    self.block(node.body, sure=False)
                elif isinstance(node, ast.FunctionDef) and not node.decorator_list:
                    if node.name in self.found.functions:
                        self.found.assigned.add(node.name)
                    self.found.functions[node.name] = _function(node)
                self.bind(node.name, sure, defined=True)
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                for alias in names:
                    name = (alias.asname or alias.name).partition(".")[0]
                    self.found.imported.add(name)
                    self.bind(name, sure)
            case ast.For(target=target, iter=source, body=body, orelse=other):
                self.read(source)
                # The name of a loop is made by it, before its body reads it.
                self.store(target, sure=sure)
                self.alias(target, _wholes(source))
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
                        self.alias(item.optional_vars, _wholes(item.context_expr))
                self.block(body, sure=sure)
            case ast.Try(body=body, handlers=handlers, orelse=other, finalbody=final):
                for part in (body, *(handler.body for handler in handlers), other):
                    self.block(part, sure=False)
                for handler in handlers:
                    self.read(handler.type)
                self.block(final, sure=sure)
            case ast.Assign(targets=targets, value=value):
                self.read(value)
                if isinstance(value, ast.Call) and _MAKES_CALLABLE.fullmatch(_dotted(value.func)):
                    self.found.keeping |= {
                        node.id for node in targets if isinstance(node, ast.Name)
                    }
                for target in targets:
                    self.store(target, sure=sure)
                    self.alias(target, _wholes(value))
            case ast.AnnAssign(target=target, value=value):
                self.read(value)
                self.store(target, sure=sure)
            case ast.AugAssign(target=target, value=value):
                self.read(value)
                self.read(target)
                name = _root(target)
                self.touch(name)
                self.found.stored |= {name} - self.found.bound
                self.store(target, sure=False)
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                self.found.bound |= set(names)
            case _:
                for child in ast.iter_child_nodes(node):
                    if isinstance(child, ast.stmt):
                        self.statement(child, sure=False)
                    else:
                        self.read(child)

    def bind(self, name: str, sure: bool, *, defined: bool = False) -> None:
        self.found.bound.add(name)
        if not defined:
            self.found.assigned.add(name)
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
                self.found.stored |= {name} - self.found.bound

    def alias(self, target: ast.expr, roots: set[str]) -> None:
        """`target`의 이름들은 `roots`에 담긴 것의 일부일 수 있습니다."""
        for name in _names(target):
            self.parts[name] = {root for root in roots if root and root != name}

    def touch(self, name: str) -> None:
        """`name`에 담긴 것과, 그것이 일부일 수 있는 것을 바꿀 수 있습니다."""
        self.found.changed |= self.part_of(name)

    def part_of(self, name: str) -> set[str]:
        """`name`과, 지금까지 본 것으로 그것이 일부일 수 있는 것의 이름."""
        waiting, seen = [name], set[str]()
        while waiting:
            one = waiting.pop()
            if one not in seen:
                seen.add(one)
                waiting += self.parts.get(one, ())
        return seen

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
                case ast.Attribute(attr=name, value=ast.Name(id=owner)) if name in _OF_MODELS:
                    self.found.keeping.add(owner)
                    if name not in _LOOKING and owner not in local:
                        self.touch(owner)
                case ast.Attribute(attr=name) if name not in _LOOKING:
                    for root in _outside({_root(inner)}, local):
                        self.touch(root)
                case ast.Call(func=ast.Name(id=name)) if name not in _PURE:
                    self.found.calls.append(_call(inner, local))


def _call(node: ast.Call, local: set[str]) -> Call:
    spread = any(isinstance(item, ast.Starred) for item in node.args)
    return Call(
        name=node.func.id if isinstance(node.func, ast.Name) else "",
        positions=tuple(frozenset(_outside(_wholes(item), local)) for item in node.args),
        words=tuple(
            (word.arg or "", frozenset(_outside(_wholes(word.value), local)))
            for word in node.keywords
        ),
        spread=spread or any(word.arg is None for word in node.keywords),
    )


def _function(node: ast.FunctionDef) -> Function:
    """`def` 하나의 몸통을 읽습니다. 그 안에서 만든 함수의 몸통도 함께 읽습니다."""
    inside = Names()
    reader = _Reader(inside, deep=True)
    reader.block(node.body, sure=False)
    # What a star takes has no name here: a call changes it.
    given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    parameters = tuple(inner.arg for inner in given)
    shared = {
        name
        for inner in ast.walk(node)
        if isinstance(inner, (ast.Global, ast.Nonlocal))
        for name in inner.names
    }
    own = inside.bound - shared - set(parameters)
    return Function(
        parameters,
        _outside(inside.changed, own),
        [call.seen_from_outside(reader.part_of, own) for call in inside.calls],
    )


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


def _wholes(node: ast.AST) -> set[str]:
    """이 식의 값이 그 일부이거나, 그것을 담고 있을 수 있는 이름. 계산한 값(`x + 1`)은 새것입니다."""
    match node:
        case ast.Name(id=name):
            return {name}
        case ast.Attribute(value=value) | ast.Subscript(value=value) | ast.Starred(value=value):
            return _wholes(value)
        case ast.NamedExpr(value=value) | ast.Await(value=value):
            return _wholes(value)
        case ast.Call(func=ast.Name(id=name)) if name not in _HOLDING:
            return {name + RESULT}
        case ast.Call(func=called, args=args, keywords=words):
            holds = _dotted(called) in _HOLDING
            given = (*args, *(word.value for word in words)) if holds else ()
            return _wholes(called).union(*map(_wholes, given))
        case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts):
            return set().union(*map(_wholes, parts))
        case ast.BoolOp(values=parts) | ast.Dict(values=parts):
            return set().union(*map(_wholes, parts))
        case ast.IfExp(body=one, orelse=other):
            return _wholes(one) | _wholes(other)
        case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
            made = node.value if isinstance(node, ast.DictComp) else node.elt
            sources = (_wholes(part.iter) for part in node.generators)
            return _wholes(made).union(*sources) - _bound_inside(node)
    return set()


def _dotted(node: ast.expr) -> str:
    """`keras.layers.Dense`처럼 점으로 이은 이름. 다른 식이면 빈 글입니다."""
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


def _root(node: ast.AST) -> str:
    """점과 괄호를 모두 벗긴 이름. 이름을 부른 결과이면 `이름()`, 이름이 아니면 빈 글입니다."""
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call, ast.Starred)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            return node.func.id + RESULT
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def _outside(names: set[str], local: set[str]) -> set[str]:
    return {name for name in names if name.removesuffix(RESULT) not in local}
