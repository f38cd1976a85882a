"""Korean and house style: the rules themselves, and every text of the course held to them."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from small_course import code, markdown

from autograder.authoring.lint import sources
from autograder.authoring.lint.korean import glossary, korean_problems
from autograder.authoring.lint.notebooks import HEADINGS, notebook_problems
from autograder.authoring.lint.prose import prose, python_texts, words
from autograder.exercises.units import UNITS
from autograder.kinds import ValueExercise

ROOT = Path(__file__).resolve().parent.parent


def said(text: str) -> str:
    return "\n".join(map(str, korean_problems(text)))


# --- the glossary -----------------------------------------------------------------------------

WRONG = [(term["use"], word) for term in glossary() for word in term.get("wrong") or term["avoid"]]


@pytest.mark.parametrize(("use", "word"), WRONG, ids=[f"{word} → {use}" for use, word in WRONG])
def test_a_word_to_avoid_is_found_with_the_one_to_use(use: str, word: str) -> None:
    for text in (word, f"여기서 {word} 봅니다.", f"**{word}**", f"- {word}", f"| {word} | 값 |"):
        assert f"'{use}'" in said(text), text


@pytest.mark.parametrize("term", glossary(), ids=lambda term: term["english"])
def test_the_word_to_use_is_not_refused(term: dict) -> None:
    assert said(f"{term['use']} 이야기입니다.") == ""


@pytest.mark.parametrize(
    "text",
    [
        "층(layer, 레이어)을 쌓습니다.",
        "과대적합(overfitting, 과적합)입니다.",
        "크로스에서 만납니다.",
        "직선의 기울기와 절편을 구합니다.",
        "계산 비용이 큽니다.",
        "이 방법의 특징은 빠르다는 것입니다.",
        "리스트에 값을 삽입합니다.",
        "랜덤 시드를 고정하세요.",
        "이전 학습에서 배웠습니다.",
        "가로와 세로의 크기를 봅니다.",
        "리트레이싱(재추적)이 일어납니다.",
        "TensorFlow와 TensorBoard, `Tensor`, KerasTensor를 봅니다.",
        "비활성 함수가 아닙니다.",
        "디자인자라도 됩니다. 확인자를 봅니다.",
        "앞에 의자를 놓습니다.",
        "층을 쌓아 봅시다. 무엇이 나올까요? 세어 보세요.",
        "> 트리는 잎이거나 두 트리를 묶은 튜플이다.",
        "함수의 매개변수에 인수를 줍니다. 모델의 파라미터를 셉니다.",
        "계층적 소프트맥스",
        "정확도도 나무랄 데 없습니다. 이미지마다 한 벌씩, 모두 3벌을 벌써 받았습니다.",
        "노트북을 검사합니다.",
    ],
)
def test_words_that_only_look_alike_are_left(text: str) -> None:
    assert said(text) == ""


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("모델에 의해 계산됩니다.", "에 의해"),
        ("값이 되어집니다.", "되어집니다"),
        ("그림이 보여집니다.", "보여집니다"),
        ("그것은 텐서입니다.", "그것은"),
        ("가중치를 가지고 있습니다.", "가지고 있"),
        ("유닛 셋을 갖는 층입니다.", "갖는"),
        ("저장하는 것이 가능합니다.", "것이 가능"),
        ("이 층은 값을 더한다.", "합니다체"),
        ("실행하십시오.", "하세요"),
        ("첫 문장입니다.\n둘째 문장이다.\n", "2번째 줄"),
        ("두 값을 견줍니다.", "비교하다"),
        ("기준에 견주어 작은 까닭을 봅니다.", "비교하다"),
        ("값이 다른 까닭입니다.", "이유"),
        ("듣지 않는 인수가 있습니다.", "무시되는"),
        ("1~5절, 6~8절로 나눕니다.", "취소선"),
    ],
)
def test_translationese_and_other_speech_levels_are_found(text: str, found: str) -> None:
    assert found in said(text)


def test_only_prose_is_read() -> None:
    text = (
        "층을 봅니다.\n```python\n# 레이어를 쌓는다.\n```\n`레이어` <code>레이어</code> "
        "[글](https://a.b/레이어) https://a.b/레이어 <img alt='레이어'> $레이어$ ``a`레이어``\n끝입니다."
    )
    left = prose(text)
    assert "레이어" not in left and "글" in left
    assert left.count("\n") == text.count("\n")
    assert said(text) == ""
    assert "레이어" in said(text + " 레이어")


def test_words_are_counted_without_tables_and_code() -> None:
    assert words("하나 둘\n\n| 셋 | 넷 |\n|---|---|\n```\n다섯\n```\n- 여섯 `일곱` (여덟)") == 4


def test_korean_in_python_is_found_with_its_line() -> None:
    source = (
        '"""첫 줄."""\nx = f"층 {a:.1f}개 {b}"\n# 주석입니다\n'
        'y = ("english", {"열쇠": f"{c}"})\nz = "이어" "붙임"\n'
    )
    assert list(python_texts(source)) == [
        (1, "첫 줄."),
        (2, "층 □개 □"),
        (5, "이어붙임"),
        (4, "열쇠"),
        (3, "주석입니다"),
    ]


# --- the shape of a notebook ------------------------------------------------------------------

EXERCISE = ValueExercise(
    id="unit.value",
    unit="unit",
    number="1-1",
    title="값",
    difficulty=1,
    minutes=5,
    subjects=("x",),
    reference=lambda: 1,
    hints=("가", "나", "다"),
)
PAIR = ValueExercise(**{**vars(EXERCISE), "id": "unit.pair", "subjects": ("a", "b")})
FOLDED = "<details><summary>오류가 나요</summary>\n\n다시 보세요.\n</details>\n"


def help_for(exercise: str) -> str:
    return FOLDED * 2 + f'`hint("{exercise}")`, `answer("{exercise}")`'


def good() -> list[nbformat.NotebookNode]:
    """A small notebook without a fault."""
    return [
        markdown("# 제목\n\n**학습 목표**: 셉니다.\n\n**예상 시간**: 5분\n"),
        markdown("**먼저 알아야 할 것** 없습니다."),
        markdown("### 절\n\n**조용히 틀리는 코드.** 하나입니다."),
        markdown("### 1.2 조용히 틀리는 코드: 둘"),
        markdown("### **조용히 틀리는 코드 ①** 셋"),
        markdown("## 수업"),
        code("x = 1  # 값입니다"),
        code('check("unit.value", x)'),
        markdown(help_for("unit.value")),
        code('check("unit.pair", a=a, b=b)'),
        markdown(help_for("unit.pair")),
        markdown("## 정리\n\n끝입니다.\n\n## 더 해 보기\n\n## 참고 자료"),
    ]


def problems(cells: list[nbformat.NotebookNode]) -> str:
    made = nbformat.v4.new_notebook(cells=cells)
    return "\n".join(notebook_problems(made, (EXERCISE, PAIR)))


def test_a_good_notebook_has_no_problems() -> None:
    assert problems(good()) == ""


@pytest.mark.parametrize("heading", HEADINGS)
def test_every_heading_is_needed(heading: str) -> None:
    made = good()
    for cell in made:
        cell.source = cell.source.replace(heading, "다른 말")
    assert f"[제목] '{heading}'" in problems(made)


def test_three_quiet_mistakes_are_needed() -> None:
    made = good()
    del made[3]
    assert "조용히 틀리는 코드**가 2개입니다" in problems(made)


@pytest.mark.parametrize(
    ("numbers", "told"), [("①②③", ""), ("②③④", "①"), ("①③④", "②"), ("①②②", "③")]
)
def test_quiet_mistakes_are_counted_without_a_gap(numbers: str, told: str) -> None:
    made = good()
    for cell, number in zip(made[2:5], numbers, strict=True):
        cell.source = f"### **조용히 틀리는 코드** {number} 이름 · 더 깊이"
    assert (f"{told} 자리" in problems(made)) if told else problems(made) == ""


LONG = "\n".join(f"a{n} = {n}" for n in range(15))
LAYER = "class A(keras.Model):\n    def call(self, x):\n        return layers.Dense(3)(x)"

FAULTS = {
    "long code": (code(LONG), "[크기] 코드가 15줄"),
    "long text": (markdown("낱말 " * 131), "[크기] 글이 131낱말"),
    "long folded text": (markdown(FOLDED.replace("다시", "다시 " * 140)), "[크기]"),
    "a progress bar": (code("model.fit(x, y, epochs=2)"), "[훈련 출력] fit()"),
    "a progress bar asked for": (code("model.evaluate(x, y, verbose=1)"), "[훈련 출력]"),
    "a control character": (code("print('\b')"), "[제어 문자]"),
    "a layer made in call": (code(LAYER), "[call] `layers.Dense`"),
    "a box drawn by hand": (
        code('plt.text(0, 0, "w", bbox={"fc": "w"})'),
        "[그림] plt.text(bbox=…)",
    ),
    "an arrow drawn by hand": (code('axes.annotate("", a, b)'), "[그림] axes.annotate()"),
    "a patch": (code("axes.add_patch(plt.Rectangle((0, 0), 1, 1))"), "[그림] plt.Rectangle()"),
    "a list item told twice": (
        markdown("- [안내](https://keras.io) (층)\n- 다른 것\n- [안내](https://keras.io) (층)"),
        "3번째 줄: [되풀이] '- [안내](https://keras.io) (층)'",
    ),
    "a link in HTML": (markdown('<a href="../01_eager/eager.ipynb">앞</a>'), "[링크]"),
    "a row told twice": (markdown("| 층 | 뜻 |\n|---|---|\n| 가 | 나 |\n| 가 | 나 |"), "[되풀이]"),
    "code that need not be read": (markdown("읽지 않고 실행만 해도 됩니다."), "[그림] '읽지 않고"),
    "a word in a text": (markdown("한 줄\n\n레이어입니다."), "3번째 줄: [용어] '레이어입니다.'"),
    "a word in a string": (code('\nprint(f"{x} 레이어")'), "2번째 줄: [용어] '레이어'"),
    "a word in a comment": (code("x = 1\ny = 2  # 레이어"), "2번째 줄: [용어]"),
}


@pytest.mark.parametrize("case", FAULTS)
def test_a_cell_with_a_fault_is_named(case: str) -> None:
    cell, expected = FAULTS[case]
    cell.id = "faulty"
    found = problems([*good(), cell])
    assert expected in found and "13번째 셀(id faulty)" in found and "→" in found


@pytest.mark.parametrize(
    "cell",
    [
        code("\n".join(f"a{n} = [\n    {n},\n]\n# 주석입니다\n" for n in range(7))),
        code("### BEGIN SOLUTION\n" + LONG + "\n### END SOLUTION"),
        markdown("| 낱말 | 뜻 |\n|---|---|\n" + "".join(f"| 하나 | {n} |\n" for n in range(100))),
        markdown('```html\n<a href="x">앞</a>\n```\n\n[앞](../01_eager/eager.ipynb)'),
        markdown("```\n- 하나\n- 하나\n```\n\n같은 문장입니다.\n\n같은 문장입니다."),
        markdown("```\n" + "낱말 " * 200 + "\n```"),
        code("model.fit(x, y, verbose=0)\nmodel.predict(x, verbose=2)\nmodel.fit(x, **settings)"),
        code('plt.plot(x, y, "o")\nplt.text(0, 0, "w")\nshow_boxes({"w": (0, 0)}, [])'),
        code("class A:\n    def build(self, shape):\n        self.a = layers.Dense(3)"),
        code("class A:\n    def call(self, x):\n        return self.layers.Dense"),
    ],
)
def test_what_is_right_is_left(cell: nbformat.NotebookNode) -> None:
    assert problems([*good(), cell]) == ""


def test_a_layer_in_call_may_be_shown_as_a_quiet_mistake() -> None:
    made = good()
    made.insert(3, code(LAYER))
    assert problems(made) == ""


@pytest.mark.parametrize(
    "source",
    [
        'check("unit.value", x)\n# 끝',
        'check("unit.value", y)',
        'check("unit.value", x=1)',
        'x = 1\ncheck("unit.value", x)',
        'check("unit.value", x, 3)',
    ],
)
def test_a_check_cell_has_one_form(source: str) -> None:
    made = good()
    made[7].source = source
    assert ("[검사 셀]" in problems(made)) == ("끝" not in source)


@pytest.mark.parametrize("missing", ["<details>", 'hint("', 'answer("'])
def test_every_exercise_has_folded_help(missing: str) -> None:
    made = good()
    made[8].source = made[8].source.replace(missing, "", 1)
    assert "[도움말]" in problems(made)


# --- the course -------------------------------------------------------------------------------


@pytest.mark.parametrize("unit", UNITS)
def test_the_unit_keeps_the_style(unit: str) -> None:
    found = list(sources.unit_problems(UNITS[unit], ROOT))
    assert found == [], "\n".join(found)


def test_messages_and_explanations_keep_the_style() -> None:
    found = list(sources.source_problems(ROOT))
    assert found == [], "\n".join(found)


def test_documents_keep_the_style() -> None:
    found = list(sources.document_problems(ROOT))
    assert found == [], "\n".join(found)


def test_the_style_is_applied_to_all_texts() -> None:
    """The patterns still meet the places where texts are."""
    seen = {path.relative_to(ROOT).as_posix() for path in sources._files(ROOT, sources.SOURCES)}
    seen |= {path.relative_to(ROOT).as_posix() for path in sources._files(ROOT, sources.DOCUMENTS)}
    assert {"README.md", "datasets/README.md", "autograder/judge/model/__init__.py"} <= seen
    assert sources.RULES in seen
    assert any(re.fullmatch(r"solutions/\w+/answers\.py", path) for path in seen)
