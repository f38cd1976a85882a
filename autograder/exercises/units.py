"""단원의 목록: 차례와 노트북 머리글이 여기에서 나옵니다.

여기 없는 것: 단원의 문제(`exercises`), 드는 시간(`authoring.path`), 차례와 머리글의 글(`authoring.pages`, `authoring.templates`).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Unit:
    """단원 하나. `name`은 폴더와 nbgrader 과제의 이름, `module`은 문제가 있는 모듈, `makes`는 마치면 만들 수 있는
    것입니다. 시간은 노트북에서 재므로(`authoring.path`) 적지 않습니다."""

    name: str
    module: str
    title: str
    purpose: str
    makes: str
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
            "값을 넣으면 검사받을 수 있는 첫 텐서와, 숫자를 알아보는 첫 모델을",
        ),
        Unit(
            "01_eager",
            "eager",
            "즉시 실행",
            "연산이 그 자리에서 값을 내는 텐서플로 2로 텐서, 변수, 파이썬 제어 흐름을 다룹니다.",
            "변수를 제자리에서 바꾸며 골짜기를 굴러 내려가는 경사 하강법을",
            ("00_start",),
        ),
        Unit(
            "02_graph",
            "graph",
            "tf.function과 오토그래프(AutoGraph)",
            "파이썬 함수를 그래프로 바꾸고, 언제 빨라지고 언제 조용히 틀리는지 재어 봅니다.",
            "파이썬 함수에서 뽑아낸, 한 번만 트레이싱하는 계산 그래프를",
            ("01_eager",),
        ),
        Unit(
            "03_pipeline",
            "pipeline",
            "tf.data",
            "데이터를 읽고, 섞고, 배치로 묶어 모델에 쉬지 않고 보냅니다. 메모리보다 큰 데이터도요.",
            "섞고 묶어서 모델에 쉬지 않고 배치를 보내는 입력 파이프라인을",
            ("01_eager",),
        ),
        Unit(
            "04_sequential",
            "sequential",
            "순차형(Sequential) API",
            "층을 차례로 쌓아 이미지를 분류하는 모델을 만들고 훈련하고 평가합니다.",
            "손글씨 숫자를 읽는 합성곱 신경망을",
            ("00_start",),
        ),
        Unit(
            "05_functional",
            "functional",
            "함수형 API",
            "층을 화살표로 이어 그래프를 그리고, 한 그래프에서 여러 모델을 꺼냅니다.",
            "그림을 줄였다가 되살리는 오토인코더를",
            ("04_sequential",),
        ),
        Unit(
            "06_topology",
            "topology",
            "복잡한 그래프",
            "입력과 출력이 여럿이거나, 길이 갈라졌다 만나거나, 층을 함께 쓰는 모델을 만듭니다.",
            "글과 태그를 함께 읽고 두 가지를 답하는 모델과, 지름길이 있는 ResNet을",
            ("05_functional",),
        ),
        Unit(
            "07_subclass",
            "subclass",
            "모델 서브클래싱",
            "파이썬 클래스로 모델을 써서, 그래프로는 그릴 수 없는 모델까지 만듭니다.",
            "클래스로 쓴 모델과, 훈련할 때와 추론할 때 다르게 움직이는 모델을",
            ("05_functional",),
        ),
        Unit(
            "08_layers",
            "layers",
            "사용자 정의 층",
            "없는 층을 직접 만들고, 어느 모델에나 넣고, 훈련하고, 저장했다가 되살립니다.",
            "어느 모델에나 끼워 넣고 파일로 되살리는 나만의 층을",
            ("07_subclass",),
        ),
        Unit(
            "09_tape",
            "tape",
            "GradientTape와 훈련 루프",
            "그레이디언트를 직접 구해 훈련 루프, GAN, 정책 그레이디언트까지 손으로 씁니다.",
            "`fit` 없이 그레이디언트를 구해 모델을 훈련하는 나만의 훈련 루프를",
            ("07_subclass",),
        ),
        Unit(
            "10_deploy",
            "deploy",
            "저장과 배포",
            "훈련한 모델을 저장하고, 서버와 휴대폰에 내보내고, 여러 장치에서 훈련합니다.",
            "저장한 모델을 서버에 올려 요청에 답하는 서비스를",
            ("09_tape",),
        ),
        Unit(
            "11_final",
            "final",
            "종합 과제",
            "세 API, 사용자 정의 층, 직접 쓴 훈련 루프를 한데 모아 나만의 모델을 만듭니다.",
            "지금까지 배운 것을 모두 모아 설계한 나만의 이미지 분류 모델을",
            ("08_layers", "09_tape", "10_deploy"),
        ),
        Unit(
            "12_transformer",
            "transformer",
            "손으로 만드는 트랜스포머",
            "어텐션에서 시작해 글을 쓰는 모델까지, 트랜스포머를 층부터 훈련 루프까지 손으로 만듭니다.",
            "글자를 하나씩 이어 쓰는 작은 트랜스포머를",
            ("08_layers", "09_tape"),
        ),
    )
}
