"""단원의 목록: 차례와 노트북 머리글이 여기에서 나옵니다.

여기 없는 것: 단원의 문제(`exercises`), 차례와 머리글의 글(`authoring.pages`, `authoring.templates`).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Unit:
    """단원 하나. `name`은 폴더와 nbgrader 과제의 이름, `module`은 문제가 있는 모듈입니다."""

    name: str
    module: str
    title: str
    purpose: str
    minutes: int
    needs: tuple[str, ...] = ()

    @property
    def number(self) -> str:
        """두 자리 단원 번호."""
        return self.name.partition("_")[0]

    @property
    def notebook(self) -> str:
        """노트북 파일의 자리: `04_sequential/sequential.ipynb`."""
        return f"{self.name}/{self.name.partition('_')[2]}.ipynb"


UNITS: dict[str, Unit] = {
    unit.name: unit
    for unit in (
        Unit(
            "00_start",
            "start",
            "시작하기",
            "노트북을 열고, 첫 텐서를 만들고, 검사를 받는 법을 익힙니다.",
            40,
        ),
        Unit(
            "01_eager",
            "eager",
            "즉시 실행",
            "연산이 그 자리에서 값을 내는 텐서플로 2로 텐서, 변수, 파이썬 제어 흐름을 다룹니다.",
            150,
            ("00_start",),
        ),
        Unit(
            "02_graph",
            "graph",
            "tf.function과 오토그래프(AutoGraph)",
            "파이썬 함수를 그래프로 바꾸고, 언제 빨라지고 언제 조용히 틀리는지 재어 봅니다.",
            130,
            ("01_eager",),
        ),
        Unit(
            "03_pipeline",
            "pipeline",
            "tf.data",
            "데이터를 읽고, 섞고, 배치로 묶어 모델에 쉬지 않고 보냅니다. 메모리보다 큰 데이터도요.",
            120,
            ("01_eager",),
        ),
        Unit(
            "04_sequential",
            "sequential",
            "순차형(Sequential) API",
            "층을 차례로 쌓아 이미지를 분류하는 모델을 만들고 훈련하고 평가합니다.",
            150,
            ("00_start",),
        ),
        Unit(
            "05_functional",
            "functional",
            "함수형 API",
            "층을 화살표로 이어 그래프를 그리고, 한 그래프에서 여러 모델을 꺼냅니다.",
            150,
            ("04_sequential",),
        ),
        Unit(
            "06_topology",
            "topology",
            "복잡한 그래프",
            "입력과 출력이 여럿이거나, 길이 갈라졌다 만나거나, 층을 함께 쓰는 모델을 만듭니다.",
            200,
            ("05_functional",),
        ),
        Unit(
            "07_subclass",
            "subclass",
            "모델 서브클래싱",
            "파이썬 클래스로 모델을 써서, 그래프로는 그릴 수 없는 모델까지 만듭니다.",
            150,
            ("05_functional",),
        ),
        Unit(
            "08_layers",
            "layers",
            "사용자 정의 층",
            "없는 층을 직접 만들고, 어느 모델에나 넣고, 훈련하고, 저장했다가 되살립니다.",
            150,
            ("07_subclass",),
        ),
        Unit(
            "09_tape",
            "tape",
            "GradientTape와 훈련 루프",
            "그레이디언트를 직접 구해 훈련 루프, GAN, 정책 그레이디언트까지 손으로 씁니다.",
            300,
            ("07_subclass",),
        ),
        Unit(
            "10_deploy",
            "deploy",
            "저장과 배포",
            "훈련한 모델을 저장하고, 서버와 휴대폰에 내보내고, 여러 장치에서 훈련합니다.",
            170,
            ("09_tape",),
        ),
        Unit(
            "11_final",
            "final",
            "종합 과제",
            "세 API, 사용자 정의 층, 직접 쓴 훈련 루프를 한데 모아 나만의 모델을 만듭니다.",
            240,
            ("08_layers", "09_tape", "10_deploy"),
        ),
        Unit(
            "12_transformer",
            "transformer",
            "손으로 만드는 트랜스포머",
            "어텐션에서 시작해 글을 쓰는 모델까지, 트랜스포머를 층부터 훈련 루프까지 손으로 만듭니다.",
            180,
            ("08_layers", "09_tape"),
        ),
    )
}
