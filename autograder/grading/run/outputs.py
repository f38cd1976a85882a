"""커널이 보낸 출력을 노트북의 출력으로 모읍니다. 얼마를 보내든 정해진 만큼만 담습니다.

여기 없는 것: 메시지를 받는 일(`grading.run.kernel`), 노트북에 담는 일(`grading.planning`).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

TEXT_LIMIT = 200_000
"""셀 하나의 글 출력에서 담는 글자 수."""
RICH_LIMIT = 8_000_000
"""셀 하나의 그림과 HTML에서 담는 글자 수."""
FLOOD_LIMIT = 20_000_000
"""셀 하나가 이만큼(글자 수)보다 많이 내보내면 그 셀을 중단합니다."""
MESSAGE_LIMIT = 20_000
"""셀 하나가 이보다 많은 메시지를 보내면 그 셀을 중단합니다."""
LINE_LIMIT = 2_000

_CUT = "\n… 출력이 너무 길어 여기서 잘랐습니다.\n"
_RICH_CUT = "(출력이 너무 커서 뺐습니다.)"
# Scripts and widgets have no place in what an instructor opens.
_MIME_TYPES = (
    "text/plain",
    "text/html",
    "text/markdown",
    "text/latex",
    "image/png",
    "image/jpeg",
    "image/svg+xml",
)


@dataclass
class _Stream:
    name: str
    parts: list[str] = field(default_factory=list)


class Outputs:
    """셀 하나의 출력. `receive`에 IOPub 메시지를 차례로 주고 `finish`로 받습니다."""

    def __init__(self) -> None:
        self.received = 0
        self.messages = 0
        self._items: list[_Stream | dict[str, Any]] = []
        self._text_left = TEXT_LIMIT
        self._rich_left = RICH_LIMIT
        self._clear_next = False
        self._shown: dict[str, list[dict[str, Any]]] = {}

    @property
    def flooded(self) -> bool:
        """더 받지 않고 셀을 중단해야 하는지."""
        return self.received > FLOOD_LIMIT or self.messages > MESSAGE_LIMIT

    def receive(self, kind: str, content: dict[str, Any], size: int) -> None:
        """메시지 하나를 담습니다. `size`는 메시지의 바이트 수입니다."""
        self.received += size
        self.messages += 1
        if self.flooded:
            return
        if kind == "clear_output":
            if content.get("wait"):
                self._clear_next = True
            else:
                self._clear()
        elif kind == "stream":
            self._clear_if_waiting()
            self._write(str(content.get("name")), str(content.get("text", "")))
        elif kind in ("display_data", "execute_result"):
            self._clear_if_waiting()
            self._show(kind, content)
        elif kind == "update_display_data":
            self._update(content)
        elif kind == "error":
            self._clear_if_waiting()
            self._items.append(_error(content))

    def overflow(self) -> None:
        """받을 수 없을 만큼 큰 출력이 있었습니다."""
        self._write("stdout", _CUT)
        self.received += FLOOD_LIMIT + 1

    def finish(self) -> list[dict[str, Any]]:
        """노트북에 넣을 출력들(nbformat 4의 딕셔너리)."""
        made: list[dict[str, Any]] = []
        for item in self._items:
            if isinstance(item, _Stream):
                text = _as_terminal("".join(item.parts))
                if text:
                    made.append({"output_type": "stream", "name": item.name, "text": text})
            else:
                made.append(item)
        return made

    def _write(self, name: str, text: str) -> None:
        if name not in ("stdout", "stderr") or self._text_left <= 0:
            return
        if len(text) > self._text_left:
            text = text[: self._text_left] + _CUT
            self._text_left = 0
        else:
            self._text_left -= len(text)
        last = self._items[-1] if self._items else None
        if isinstance(last, _Stream) and last.name == name:
            last.parts.append(text)
        else:
            self._items.append(_Stream(name, [text]))

    def _show(self, kind: str, content: dict[str, Any]) -> None:
        shown: dict[str, Any] = {"output_type": kind, "metadata": {}, "data": self._data(content)}
        if kind == "execute_result":
            count = content.get("execution_count")
            shown["execution_count"] = count if isinstance(count, int) else None
        self._items.append(shown)
        name = _display_id(content)
        if name:
            self._shown.setdefault(name, []).append(shown)

    def _update(self, content: dict[str, Any]) -> None:
        shown = self._shown.get(_display_id(content), [])
        if shown:
            data = self._data(content)
            for item in shown:
                item["data"] = data

    def _data(self, content: dict[str, Any]) -> dict[str, str]:
        given = content.get("data")
        data = {
            mime: _text(given[mime])
            for mime in _MIME_TYPES
            if isinstance(given, dict) and mime in given
        }
        size = sum(len(value) for value in data.values())
        if size > self._rich_left:
            return {"text/plain": _RICH_CUT}
        self._rich_left -= size
        return data

    def _clear_if_waiting(self) -> None:
        if self._clear_next:
            self._clear()

    def _clear(self) -> None:
        # What was cleared was sent all the same: the limits don't grow back.
        self._items.clear()
        self._shown.clear()
        self._clear_next = False


def _display_id(content: dict[str, Any]) -> str:
    transient = content.get("transient")
    return str(transient.get("display_id") or "") if isinstance(transient, dict) else ""


def _error(content: dict[str, Any]) -> dict[str, Any]:
    lines = content.get("traceback")
    lines = [str(line)[:LINE_LIMIT] for line in lines] if isinstance(lines, list) else []
    if len(lines) > 100:
        lines = [*lines[:50], "…", *lines[-50:]]
    return {
        "output_type": "error",
        "ename": str(content.get("ename", ""))[:200],
        "evalue": str(content.get("evalue", ""))[:LINE_LIMIT],
        "traceback": lines,
    }


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        return "".join(value)
    try:
        return json.dumps(value, ensure_ascii=False)
    except RecursionError:
        return ""


def _as_terminal(text: str) -> str:
    """`\\r`로 덮어쓴 줄은 마지막 모습만 남깁니다."""
    text = text.replace("\r\n", "\n")
    while "\b" in text:
        shorter = re.sub(r"[^\n]\x08", "", text)
        if shorter == text:
            break
        text = shorter
    return "\n".join(line[line.rfind("\r", 0, -1) + 1 :] for line in text.split("\n"))
