"""Wrong answers made from the reference's source: one small change each, as a learner slips."""

from __future__ import annotations

import ast
import copy
import inspect
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

OPERATORS: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div,),
    ast.Div: (ast.Mult,),
    ast.FloorDiv: (ast.Mult,),
    ast.Mod: (ast.Mult,),
    ast.Pow: (ast.Mult,),
}
COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.GtE,
    ast.LtE: ast.Gt,
    ast.Gt: ast.LtE,
    ast.GtE: ast.Lt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
}
NAMES = {
    "assign": "assign_add",
    "assign_add": "assign_sub",
    "assign_sub": "assign_add",
    "reduce_mean": "reduce_sum",
    "reduce_sum": "reduce_mean",
    "mean": "sum",
    "sum": "mean",
    "max": "min",
    "maximum": "minimum",
    "relu": "tanh",
    "tanh": "relu",
    "softmax": "sigmoid",
    "sigmoid": "softmax",
    "ones_like": "zeros_like",
    "zeros_like": "ones_like",
    "ones": "zeros",
    "zeros": "ones",
    "zip": "enumerate",
}
WORDS = {"relu": "tanh", "tanh": "relu", "softmax": "sigmoid", "sigmoid": "linear", "same": "valid"}


class Mutant:
    """One changed source; `name` shows the changed statement before and after."""

    def __init__(self, before: ast.stmt, after: ast.stmt | None, tree: ast.Module) -> None:
        old = _first_line(before)
        self.name = f"{old} ⇒ {_first_line(after, old) if after else '(없음)'}"
        self.source = ast.unparse(ast.fix_missing_locations(tree))


def source_of(reference: Callable[[], Any]) -> str:
    """The reference's source as a function of its own."""
    return textwrap.dedent(inspect.getsource(reference))


def run(source: str, reference: Callable[[], Any], folder: Path, name: str) -> Any:
    """What the changed reference returns. AutoGraph reads the source, so it lies in a file."""
    path = folder / f"{name}.py"
    path.write_text(source, encoding="utf-8")
    space = dict(inspect.unwrap(reference).__globals__)
    exec(compile(source, str(path), "exec"), space)
    return space[reference.__name__]()


def mutants(source: str) -> Iterator[Mutant]:
    """Every small change of `source`, each once."""
    seen = {source}
    tree = ast.parse(source)
    for path in _paths(tree):
        for change in _changes(_at(tree, path)):
            changed = copy.deepcopy(tree)
            before = _statement(tree, path)
            if not change(_at(changed, path), _at(changed, path[:-1]) if path else None, path):
                continue
            after = _statement(changed, path) if _still_there(changed, path) else None
            try:
                mutant = Mutant(before, after, changed)
            except (ValueError, IndexError):  # an empty body
                continue
            if mutant.source not in seen:
                seen.add(mutant.source)
                yield mutant


Path_ = tuple[tuple[str, int | None], ...]
Change = Callable[[Any, Any, Path_], bool]


def _paths(tree: ast.AST, path: Path_ = ()) -> Iterator[Path_]:
    for field, value in ast.iter_fields(tree):
        items = enumerate(value) if isinstance(value, list) else [(None, value)]
        for index, item in items:
            if isinstance(item, ast.AST):
                yield (*path, (field, index))
                yield from _paths(item, (*path, (field, index)))


def _at(tree: ast.AST, path: Path_) -> Any:
    node: Any = tree
    for field, index in path:
        node = getattr(node, field)
        if index is not None:
            node = node[index]
    return node


def _statement(tree: ast.AST, path: Path_) -> ast.stmt:
    found = [_at(tree, path[: length + 1]) for length in range(len(path))]
    return [node for node in found if isinstance(node, ast.stmt)][-1]


def _still_there(tree: ast.AST, path: Path_) -> bool:
    try:
        _statement(tree, path)
    except (AttributeError, IndexError, TypeError):
        return False
    return getattr(_at(tree, path), "gone", False) is False


def _first_line(node: ast.stmt | None, besides: str = "") -> str:
    lines = ast.unparse(node).splitlines() if node is not None else [""]
    return lines[0] if lines[0] != besides else " / ".join(line.strip() for line in lines[:3])


def _changes(node: Any) -> Iterator[Change]:
    if isinstance(node, ast.Constant):
        yield from (_constant(value) for value in _other_values(node.value))
    elif isinstance(node, ast.BinOp):
        yield from (_set("op", other()) for other in OPERATORS.get(type(node.op), ()))
    elif isinstance(node, ast.AugAssign):
        yield from (_set("op", other()) for other in OPERATORS.get(type(node.op), ()))
        yield _drop
    elif isinstance(node, ast.Assign):
        yield _drop
    elif (isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub)) or (
        isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)
    ):
        yield lambda item, parent, path: _replace(parent, path, item.operand)
    elif isinstance(node, ast.Compare) and type(node.ops[0]) in COMPARISONS:
        yield _set("ops", [COMPARISONS[type(node.ops[0])](), *node.ops[1:]])
    elif isinstance(node, ast.Call):
        yield from (_drop_keyword(index) for index in range(len(node.keywords)))
        if len(node.args) >= 2:
            yield _swap_arguments
        if node.args and not isinstance(node.args[0], ast.Starred):
            yield lambda item, parent, path: _replace(parent, path, item.args[0])
    elif isinstance(node, ast.Attribute) and node.attr in NAMES:
        yield _set("attr", NAMES[node.attr])
    elif isinstance(node, ast.Expr) and not isinstance(node.value, ast.Constant):
        yield _drop
    elif isinstance(node, ast.FunctionDef | ast.ClassDef):
        yield from (_drop_decorator(index) for index in range(len(node.decorator_list)))
    elif isinstance(node, ast.List | ast.Tuple) and isinstance(node.ctx, ast.Load):
        if len(node.elts) >= 2:
            yield _reverse
    elif isinstance(node, ast.Return) and isinstance(node.value, ast.Name):
        yield _set("value", ast.Constant(None))


def _other_values(value: Any) -> list[Any]:
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1]
    if isinstance(value, float):
        return [value * 2 if value else 1.0]
    if isinstance(value, str) and value in WORDS:
        return [WORDS[value]]
    return []


def _constant(value: Any) -> Change:
    return _set("value", value)


def _set(field: str, value: Any) -> Change:
    def change(node: Any, parent: Any, path: Path_) -> bool:
        setattr(node, field, copy.deepcopy(value))
        return True

    return change


def _replace(parent: Any, path: Path_, item: ast.AST) -> bool:
    field, index = path[-1]
    if index is None:
        setattr(parent, field, item)
    else:
        getattr(parent, field)[index] = item
    return True


def _drop(node: Any, parent: Any, path: Path_) -> bool:
    gone = ast.Pass()
    gone.gone = True  # type: ignore[attr-defined]
    return _replace(parent, path, gone)


def _drop_keyword(index: int) -> Change:
    def change(node: Any, parent: Any, path: Path_) -> bool:
        del node.keywords[index]
        return True

    return change


def _drop_decorator(index: int) -> Change:
    def change(node: Any, parent: Any, path: Path_) -> bool:
        del node.decorator_list[index]
        return True

    return change


def _swap_arguments(node: Any, parent: Any, path: Path_) -> bool:
    node.args[0], node.args[1] = node.args[1], node.args[0]
    return True


def _reverse(node: Any, parent: Any, path: Path_) -> bool:
    node.elts.reverse()
    return True
