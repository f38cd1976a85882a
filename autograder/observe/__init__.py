"""학습자의 코드 곁에서 관찰합니다. 문제도 정답도 점수도 모릅니다.

여기 없는 것: 무엇을 물을지(`kinds`), 판정(`judge`), 자료의 파일(`protocol`).
"""

from __future__ import annotations

import importlib
from dataclasses import replace
from typing import Any

from autograder.observe.problems import problem, unattempted, unusable
from autograder.protocol import Challenge, Evidence, ProtocolError, plain
from autograder.startup import import_tensorflow

KINDS = (
    "model",
    "layer",
    "function",
    "value",
    "step",
    "dataset",
    "graph",
    "artifact",
    "distributed",
    "transform",
    "finetune",
    "composite",
    "open",
    "language",
)
"""관찰할 줄 아는 종류. 하나마다 같은 이름의 모듈이 있습니다."""


def observe(challenge: Challenge, subject: Any) -> Evidence:
    """`subject`를 관찰합니다. 학습자의 객체가 무엇이든 예외를 던지지 않습니다.

    `subject`는 이름 → 객체인 딕셔너리입니다.
    """
    if challenge.kind not in KINDS:
        raise ProtocolError(f"관찰할 줄 모르는 종류입니다: {challenge.kind}")
    if unattempted(subject):
        return Evidence(challenge.exercise, challenge.kind, {"status": "unattempted"})
    # 답에 텐서플로가 없으면 여기에서 처음 불러오게 됩니다.
    import_tensorflow()
    module = importlib.import_module(f"autograder.observe.{challenge.kind}")
    from autograder.observe.probe import same_randomness
    from autograder.observe.quiet import quiet
    from autograder.observe.settings import course_settings, settings_found

    settings = settings_found()
    with quiet(), same_randomness(), course_settings():
        try:
            facts = {} if challenge.kind == "composite" else unusable(subject)
            evidence = (
                Evidence(challenge.exercise, challenge.kind, facts)
                if facts
                else module.observe(challenge, subject)
            )
        # SystemExit: 학습자의 함수가 부른 `sys.exit()`이 검사까지 끝내지 않게 합니다.
        except (Exception, SystemExit) as error:  # noqa: BLE001 - 관찰이 실패해도 Report는 나와야 합니다
            evidence = Evidence(challenge.exercise, challenge.kind, problem("observe", error))
    facts = evidence.facts | ({"settings": settings} if settings else {})
    return replace(evidence, facts=plain(facts))
