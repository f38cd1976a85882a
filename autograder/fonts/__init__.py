"""Matplotlib 그림의 한글: 패키지에 든 글꼴을 등록합니다.

여기 없는 것: 그림을 그리는 일(`figures`), 글꼴 파일을 만드는 일(`tools/make_font.py`).

시스템 글꼴을 찾지 않으므로 Colab이나 빈 컨테이너에서도 똑같이 보입니다.
"""

from __future__ import annotations

import dataclasses
import importlib.util
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

FAMILY = "Autograder Gothic"
FALLBACK = "DejaVu Sans"  # brought by Matplotlib itself: ☠ and other signs
FILE = Path(__file__).with_name("AutograderGothic-Regular.ttf")

_FONT_MANAGER = "matplotlib.font_manager"


def use_korean_font() -> None:
    """한글 글꼴을 Matplotlib의 기본 글꼴로 정합니다.

    `import autograder`가 알아서 부르므로 보통은 쓸 일이 없습니다.
    `plt.style.use("seaborn-v0_8")`처럼 글꼴을 바꾸는 설정을 한 뒤에 한글이 깨지면 부르세요.
    """
    import matplotlib

    register()
    for settings in (matplotlib.rcParams, matplotlib.rcParamsDefault):
        settings["font.family"] = [FAMILY, FALLBACK]
        settings["axes.unicode_minus"] = False


def use_korean_font_when_needed() -> None:
    """Matplotlib을 쓰기 시작할 때 `use_korean_font()`가 적용되게 합니다.

    Matplotlib을 미리 불러오지 않습니다. 이미 글꼴을 고른 사람의 설정은 그대로 두고,
    그 글꼴에 없는 한글만 우리 글꼴로 그립니다.
    """
    if _FONT_MANAGER in sys.modules:
        _apply_politely()
    elif not any(isinstance(finder, _Watcher) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Watcher())


def register() -> None:
    """글꼴 파일을 Matplotlib에 등록합니다. 이미 등록했으면 아무것도 하지 않습니다."""
    from matplotlib import font_manager

    manager = font_manager.fontManager
    if not any(entry.name == FAMILY for entry in manager.ttflist):
        manager.addfont(str(FILE))
        regular = manager.ttflist[-1]
        # Without an entry for bold, every `weight="bold"` would write a warning to stderr.
        manager.ttflist.append(dataclasses.replace(regular, weight=700))


def _apply_politely() -> None:
    import matplotlib

    chosen = list(matplotlib.rcParams["font.family"])
    if FAMILY in chosen:
        return
    untouched = chosen == list(matplotlib.rcParamsDefault["font.family"])
    use_korean_font()
    if not untouched:
        matplotlib.rcParams["font.family"] = [*chosen, FAMILY, FALLBACK]


class _Watcher(MetaPathFinder):
    """Waits for the first import of Matplotlib's font manager, then steps aside."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != _FONT_MANAGER:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(fullname)
        if spec is None or spec.loader is None:
            return spec
        execute = spec.loader.exec_module

        def execute_then_apply(module: ModuleType) -> None:
            execute(module)
            _apply_politely()

        spec.loader.exec_module = execute_then_apply  # type: ignore[method-assign]
        return spec
