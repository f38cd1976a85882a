"""학습자의 설정이 강좌의 것과 다를 때, 무엇이 다르고 무엇을 하면 되는지 말합니다.

여기 없는 것: 설정을 알아보고 되돌리는 일(`observe.settings`), 환경의 점검(`doctor`).
"""

from __future__ import annotations

from autograder.korean import with_particle

_SENTENCES = {
    "backend": "케라스의 백엔드가 `{value}`입니다. `KERAS_BACKEND`를 지우거나 `tensorflow`로 바꾸고 커널을 다시 시작하세요.",
    "eager": "즉시 실행이 꺼져 있습니다. `tf.compat.v1.disable_eager_execution()`을 지우고(열어 둔 `tf.Graph`가 "
    "있으면 닫고) 커널을 다시 시작하세요.",
    "image_data_format": "케라스의 `image_data_format`이 `{value}`입니다. "
    "`keras.config.set_image_data_format('channels_last')`를 실행하고 모델을 다시 만드세요.",
    "dtype_policy": "케라스의 자료형 정책이 `{value}`입니다. "
    "`keras.config.set_dtype_policy('float32')`를 실행하고 모델을 다시 만드세요.",
    "floatx": "케라스의 `floatx`가 `{value}`입니다. "
    "`keras.config.set_floatx('float32')`를 실행하고 모델을 다시 만드세요.",
    "epsilon": "케라스의 `epsilon`이 `{value}`입니다. 처음 값은 `keras.config.set_epsilon(1e-7)`로 되돌립니다.",
    "functions_run_eagerly": "`tf.config.run_functions_eagerly(True)`가 켜져 있어 `tf.function`이 그래프를 만들지 "
    "않습니다. `tf.config.run_functions_eagerly(False)`로 끄세요.",
    "strategy": "`{value}`의 `scope()`가 열려 있습니다. `with strategy.scope():`로 쓰고, 커널을 다시 시작하세요.",
    "name_scope": "이름 범위(`tf.name_scope`) `{value}`{subject} 열려 있습니다. `with`로 쓰고, 커널을 다시 시작하세요.",
}
_MEANWHILE = "검사는 강좌의 설정으로 했습니다."


def settings_note(found: object) -> str:
    """`observe.settings.settings_found()`가 적은 것을 학습자에게 하는 말. 다른 것이 없으면 빈 문자열."""
    if not isinstance(found, dict):
        return ""
    told = [
        sentence.format(value=value, subject=_subject(str(value)))
        for name, sentence in _SENTENCES.items()
        if isinstance(value := found.get(name), str) and value
    ]
    return f"{' '.join(told)} {_MEANWHILE}" if told else ""


def _subject(word: str) -> str:
    """`word`에 붙는 주격 조사만."""
    return with_particle(word, "이", "가").removeprefix(word)
