"""관찰하는 동안 학습자의 코드와 텐서플로가 화면에 쓰는 것을 막습니다.

여기 없는 것: 텐서플로를 조용히 불러오는 일(`startup`), 설정을 되돌리는 일(`observe.settings`).

nbgrader의 기본 규칙에서는 stderr에 한 글자만 나와도 그 셀이 0점입니다.
"""

from __future__ import annotations

import contextlib
import io
import logging
import os
import sys
import warnings
from collections.abc import Iterator


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """파이썬의 stdout·stderr, 경고, 로깅과 C++ 코드가 쓰는 파일 디스크립터 2를 막습니다."""
    disabled = logging.root.manager.disable
    with (
        warnings.catch_warnings(),
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
        _descriptor_to_null(2),
    ):
        warnings.simplefilter("ignore")
        logging.disable(logging.CRITICAL)
        try:
            yield
        finally:
            logging.disable(disabled)


@contextlib.contextmanager
def _descriptor_to_null(descriptor: int) -> Iterator[None]:
    try:
        saved = os.dup(descriptor)
    except OSError:
        yield
        return
    null = os.open(os.devnull, os.O_WRONLY)
    try:
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.flush()
        os.dup2(null, descriptor)
        yield
    finally:
        os.dup2(saved, descriptor)
        os.close(saved)
        os.close(null)
