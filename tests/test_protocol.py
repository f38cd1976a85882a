"""Files that cross the boundary: whatever they hold, reading ends in data or in ProtocolError."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

from autograder.protocol import Challenge, Evidence, ProtocolError, from_bytes, read


def evidence() -> Evidence:
    facts = {"status": "seen", "글": "값", "nan": float("nan"), "list": [1, 2.5, None, True]}
    return Evidence("eager.x", "function", facts, {"a": np.arange(6.0).reshape(2, 3)})


def packed(members: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def npy(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


def header(text: str) -> bytes:
    return npy(np.frombuffer(text.encode(), np.uint8))


def test_round_trip(tmp_path: Path) -> None:
    evidence().write(tmp_path / "e.npz")
    back = read(Evidence, tmp_path / "e.npz")
    assert back.facts == {"status": "seen", "글": "값", "nan": "nan", "list": [1, 2.5, None, True]}
    np.testing.assert_array_equal(back.arrays["a"], [[0, 1, 2], [3, 4, 5]])
    assert not list(tmp_path.glob("*.partial"))


def test_the_order_of_parts_survives() -> None:
    """What is asked first decides which weights are whose: grading must ask as the notebook does."""
    parts = {"members": 1, "encoder": 2, "autoencoder": 3}
    back = from_bytes(Challenge, Challenge("x", "model", {"parts": parts}).to_bytes())
    assert list(back.facts["parts"]) == list(parts)


def test_a_challenge_is_not_evidence() -> None:
    with pytest.raises(ProtocolError, match="evidence 파일이 아니라"):
        from_bytes(Evidence, Challenge("x", "value").to_bytes())


GOOD = json.dumps({"role": "evidence", "exercise": "x", "kind": "value", "facts": {}})
ENCRYPTED = bytearray(packed({"__json__.npy": header(GOOD)}))
for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
    ENCRYPTED[ENCRYPTED.index(mark) + offset] |= 1
UNKNOWN_METHOD = bytearray(packed({"__json__.npy": header(GOOD)}))
for mark, offset in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
    UNKNOWN_METHOD[UNKNOWN_METHOD.index(mark) + offset] = 99
DEFLATED = bytearray(packed({"__json__.npy": header(GOOD) * 9}, zipfile.ZIP_DEFLATED))
DEFLATED[60:80] = b"\xff" * 20

BAD = {
    "nothing": b"",
    "text": b"hello",
    "cut": evidence().to_bytes()[:-40],
    "no header": packed({"a.npy": npy(np.zeros(3))}),
    "header is no JSON": packed({"__json__.npy": header("{")}),
    "header is a list": packed({"__json__.npy": header("[]")}),
    "header lacks facts": packed({"__json__.npy": header('{"role": "evidence"}')}),
    "facts are a number": packed({"__json__.npy": header(GOOD.replace("{}", "3"))}),
    "deep JSON": packed({"__json__.npy": header("[" * 200_000)}),
    "pickle": packed({"__json__.npy": npy(np.array([{}], dtype=object))}),
    "no npy": packed({"__json__.npy": b"\x93NUMPY\x01\x00\x05\x00(((((" + GOOD.encode()}),
    "shape of 2**60": packed(
        {
            "__json__.npy": b"\x93NUMPY\x01\x00\x76\x00"
            + b"{'descr': '|u1', 'fortran_order': False, 'shape': (1152921504606846976,), }".ljust(
                117
            )
            + b"\n"
        }
    ),
    "encrypted": bytes(ENCRYPTED),
    "unknown compression": bytes(UNKNOWN_METHOD),
    "broken compression": bytes(DEFLATED),
}


@pytest.mark.parametrize("data", BAD.values(), ids=list(BAD))
def test_anything_else_is_a_protocol_error(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        from_bytes(Evidence, data)


def test_a_bomb_is_not_unpacked() -> None:
    bomb = packed({"__json__.npy": b"\0" * (300 * 2**20)}, zipfile.ZIP_DEFLATED)
    assert len(bomb) < 2**20
    with pytest.raises(ProtocolError, match="너무 큽니다"):
        from_bytes(Evidence, bomb)


def test_text_that_would_fill_the_memory_is_not_read() -> None:
    """As values of Python, small lists take twenty times the room of their text."""
    wide = GOOD.replace("{}", '{"status": [' + "[]," * 6_000_000 + "[]]}")
    with pytest.raises(ProtocolError, match="너무 깁니다"):
        from_bytes(Evidence, packed({"__json__.npy": header(wide)}))


def test_a_list_of_very_many_arrays_is_not_read() -> None:
    many = packed({"__json__.npy": header(GOOD)} | {f"{n}.npy": b"" for n in range(11_000)})
    with pytest.raises(ProtocolError, match="너무 많습니다"):
        from_bytes(Evidence, many)


def test_objects_are_not_written() -> None:
    with pytest.raises(ProtocolError, match="자료형"):
        Evidence("x", "value", {}, {"a": np.array([object()])}).to_bytes()
