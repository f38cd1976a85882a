"""내장 tickets: 쇼핑몰에 들어온 한국어 문의 티켓을 틀에서 만듭니다.

여기 없는 것: 그림 데이터(`data.shapes`), 학습자가 부르는 함수(`data.loading`).

티켓 하나는 제목, 본문, 태그 열둘(있으면 1)이고, 맞힐 것은 우선순위(급하면 1)와 부서입니다.
난수는 `np.random.RandomState`만 쓰므로 어느 컴퓨터에서나 같은 글이 나옵니다.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

DEPARTMENTS = ("결제", "배송", "계정", "기술")
TAGS = (
    "웹",
    "앱",
    "전화",
    "이메일",
    "신규 고객",
    "단골 고객",
    "해외",
    "주말",
    "대량 주문",
    "선물",
    "재문의",
    "할인 행사",
)


@dataclass(frozen=True)
class _Topic:
    """부서 하나가 맡는 일: 무엇이(`things`) 어떻게 되었는지(`troubles`), 무엇을 바라는지(`wishes`)."""

    things: tuple[str, ...]
    troubles: tuple[str, ...]
    urgent: tuple[str, ...]
    wishes: tuple[str, ...]


TOPICS = (
    _Topic(
        (
            "결제가",
            "카드 결제가",
            "환불이",
            "영수증이",
            "청구 금액이",
            "할인 쿠폰이",
            "계좌 이체가",
        ),
        (
            "화면의 금액과 달라요",
            "언제 처리되는지 궁금해요",
            "내역에 보이지 않아요",
            "적용되지 않은 것 같아요",
            "며칠째 그대로예요",
        ),
        (
            "두 번 되었어요",
            "승인 없이 빠져나갔어요",
            "열 번 넘게 실패해요",
            "다른 사람 이름으로 되었어요",
        ),
        (
            "환불해 주세요",
            "결제 내역을 보내 주세요",
            "금액을 확인해 주세요",
            "영수증을 다시 보내 주세요",
        ),
    ),
    _Topic(
        ("배송이", "택배가", "주문한 상품이", "상자가", "반품 상품이", "운송장이", "교환 상품이"),
        (
            "어디쯤 왔는지 궁금해요",
            "예정일보다 늦어요",
            "조회되지 않아요",
            "다른 주소로 등록되어 있어요",
            "하나만 왔어요",
        ),
        ("깨져서 왔어요", "사라졌어요", "오늘까지 꼭 와야 해요", "엉뚱한 물건으로 왔어요"),
        (
            "다시 보내 주세요",
            "주소를 바꿔 주세요",
            "언제 오는지 알려 주세요",
            "반품을 접수해 주세요",
        ),
    ),
    _Topic(
        ("비밀번호가", "로그인이", "계정이", "회원 등급이", "인증 문자가", "아이디가", "가입이"),
        (
            "기억나지 않아요",
            "바뀌지 않아요",
            "예전 번호로 되어 있어요",
            "어떻게 되는지 궁금해요",
            "두 개로 나뉘어 있어요",
        ),
        (
            "해킹된 것 같아요",
            "갑자기 잠겼어요",
            "나도 모르게 바뀌었어요",
            "다른 사람에게 도용되었어요",
        ),
        (
            "비밀번호를 초기화해 주세요",
            "계정을 풀어 주세요",
            "정보를 고쳐 주세요",
            "탈퇴를 도와주세요",
        ),
    ),
    _Topic(
        ("앱이", "화면이", "장바구니가", "검색이", "알림이", "사진 업로드가", "누리집이"),
        (
            "느려진 것 같아요",
            "글자가 깨져 보여요",
            "가끔 새로 고쳐져요",
            "설정대로 되지 않아요",
            "어두운 화면에서 안 보여요",
        ),
        ("아예 열리지 않아요", "계속 멈춰요", "저장한 것을 모두 지웠어요", "오류 번호만 나와요"),
        (
            "오류를 고쳐 주세요",
            "쓰는 법을 알려 주세요",
            "개선해 주세요",
            "되돌리는 법을 알려 주세요",
        ),
    ),
)

_GREETINGS = ("안녕하세요", "수고 많으십니다", "문의드립니다", "처음 글을 남깁니다", "")
_WHEN = ("어제부터", "오늘 아침부터", "지난주부터", "방금", "주말 내내", "이틀 전부터")
_CALM = ("급하지 않습니다", "천천히 답해 주셔도 됩니다", "시간 나실 때 봐 주세요", "참고해 주세요")
_HURRY = (
    "정말 급합니다",
    "오늘 안에 답을 주세요",
    "지금 바로 확인해 주세요",
    "당장 해결해 주세요",
)
_TITLE_HURRY = ("급합니다", "긴급", "빨리요")

# 태그 가운데 몇은 부서나 급한 정도를 조금 알려 줍니다. 나머지는 아무것도 알려 주지 않습니다.
_TAG_ODDS = 0.2
_TAG_HINTS = ((11, 0), (6, 1), (4, 2), (1, 3))  # (태그, 부서)
_TAG_HINT_ODDS = 0.55
_AGAIN, _AGAIN_ODDS = 10, 0.6  # 급한 티켓은 재문의가 많습니다

Tickets = dict[str, np.ndarray]


def make_tickets(count: int, *stream: int) -> tuple[Tickets, Tickets]:
    """티켓 `count`개: (`title`·`body`·`tags`, `priority`·`department`)."""
    random = np.random.RandomState(list(stream))
    # 부서마다 수가 같습니다.
    departments = random.permutation(np.arange(count) % len(DEPARTMENTS)).astype("int64")
    urgent = (random.uniform(size=count) < 0.4).astype("float32")
    titles, bodies = [], []
    tags = (random.uniform(size=(count, len(TAGS))) < _TAG_ODDS).astype("float32")
    for index, (department, hurried) in enumerate(zip(departments, urgent, strict=True)):
        title, body = _text(random, TOPICS[department], bool(hurried))
        titles.append(title)
        bodies.append(body)
        for tag, hinted in _TAG_HINTS:
            if hinted == department and random.uniform() < _TAG_HINT_ODDS:
                tags[index, tag] = 1
        if hurried and random.uniform() < _AGAIN_ODDS:
            tags[index, _AGAIN] = 1
    asked = {"title": np.array(titles), "body": np.array(bodies), "tags": tags}
    return asked, {"priority": urgent[:, np.newaxis], "department": departments}


def _text(random: np.random.RandomState, topic: _Topic, hurried: bool) -> tuple[str, str]:
    thing, other = _pick(random, topic.things), _pick(random, topic.things)
    # 급한 티켓의 절반쯤은 일어난 일에서만, 나머지는 재촉하는 말에서도 드러납니다.
    trouble = _pick(random, topic.urgent if hurried and random.uniform() < 0.8 else topic.troubles)
    pushes = hurried and (trouble in topic.troubles or random.uniform() < 0.4)
    title = f"{thing} {trouble}"
    if random.uniform() < 0.3:
        # 제목만으로는 무슨 일인지 알 수 없는 티켓입니다.
        title = _pick(random, ("문의드립니다", "확인 부탁드립니다", "질문이 있어요"))
    if pushes and random.uniform() < 0.4:
        title = f"{_pick(random, _TITLE_HURRY)} {title}"
    sentences = [
        _pick(random, _GREETINGS),
        f"{_pick(random, _WHEN)} {thing} {trouble}",
        f"{other} {_pick(random, topic.troubles)}" if random.uniform() < 0.3 else "",
        _pick(random, topic.wishes),
        _pick(random, _HURRY) if pushes else "",
        _pick(random, _CALM) if not hurried and random.uniform() < 0.5 else "",
    ]
    return title, ". ".join(sentence for sentence in sentences if sentence) + "."


def _pick(random: np.random.RandomState, choices: tuple[str, ...]) -> str:
    return choices[random.randint(len(choices))]
