"""데이터셋: 어디서 오는지, 깨진 파일을 어떻게 알리는지, 내장 데이터가 언제나 같은지."""

from __future__ import annotations

import hashlib
import importlib.util
import io
import os
import pickle
import shutil
import socket
import subprocess
import sys
import tarfile
import types
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder import data
from autograder.data import DataError, fetching, loading, originals, shapes, tickets
from autograder.errors import CourseError

ROOT = Path(__file__).resolve().parents[1]
IMAGES = {"mnist": (28, 28), "cifar100": (32, 32, 3)}
CLASSES = {"mnist": 10, "cifar100": 100}

Arrays = dict[str, np.ndarray]


class Places:
    """데이터를 놓을 수 있는 곳들. 이 컴퓨터의 실제 폴더와 네트워크는 보이지 않습니다."""

    def __init__(self, base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.monkeypatch = monkeypatch
        self.chosen = base / "chosen"
        self.course = base / "course" / "datasets"
        self.keras = base / "keras"
        self.cache = self.keras / "datasets"
        for folder in (self.chosen, self.course, self.cache):
            folder.mkdir(parents=True)
        monkeypatch.setenv("KERAS_HOME", str(self.keras))
        monkeypatch.delenv("AUTOGRADER_DATA", raising=False)
        monkeypatch.setattr(originals, "_course_folder", lambda: self.course)

    def choose(self) -> None:
        self.monkeypatch.setenv("AUTOGRADER_DATA", str(self.chosen))


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    return Places(tmp_path, monkeypatch)


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """네트워크에 닿거나 케라스를 불러오면 실패합니다."""

    def refuse(*arguments: Any, **settings: Any) -> None:
        raise AssertionError("네트워크를 쓰려 했습니다")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    for name in ("mnist", "cifar100"):
        module = types.ModuleType(f"keras.datasets.{name}")
        module.load_data = refuse  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, f"keras.datasets.{name}", module)
    monkeypatch.setitem(sys.modules, "keras.datasets", types.ModuleType("keras.datasets"))


def arrays(name: str, train: int = 30, test: int = 12, column: bool = False) -> Arrays:
    """원본과 같은 꼴의 작은 데이터. 레이블은 0부터 차례로입니다."""
    random = np.random.RandomState(train)

    def labels(count: int) -> np.ndarray:
        values = (np.arange(count) % CLASSES[name]).astype(np.int64)
        return values[:, None] if column else values

    def images(count: int) -> np.ndarray:
        return random.randint(0, 256, (count, *IMAGES[name])).astype(np.uint8)

    return {
        "x_train": images(train),
        "y_train": labels(train),
        "x_test": images(test),
        "y_test": labels(test),
    }


def place(folder: Path, name: str, **settings: Any) -> Arrays:
    content = arrays(name, **settings)
    np.savez(folder / f"{name}.npz", **content)  # type: ignore[arg-type]
    return content


def sha(*values: np.ndarray) -> str:
    digest = hashlib.sha256()
    for value in values:
        digest.update(f"{value.dtype.str}{value.shape}".encode() + value.tobytes())
    return digest.hexdigest()


def rows(images: np.ndarray) -> set[bytes]:
    return {image.tobytes() for image in images}


def samples(name: str) -> int:
    return len(data.load_data(name, quiet=True)[0][1])


# --- 차례 ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", IMAGES)
def test_order_of_sources(places: Places, name: str) -> None:
    built_in = samples(name)
    assert data.data_source(name).origin == "builtin"

    place(places.cache, name, train=31)
    assert samples(name) == 31
    assert data.data_source(name) == data.DataSource(name, "original", places.cache / f"{name}.npz")

    place(places.course, name, train=32)
    assert samples(name) == 32

    place(places.chosen, name, train=33)
    assert samples(name) == 32, "AUTOGRADER_DATA를 정하기 전에는 보지 않습니다"
    places.choose()
    assert samples(name) == 33
    assert data.data_source(name).path == places.chosen / f"{name}.npz"

    for folder, left in ((places.chosen, 32), (places.course, 31), (places.cache, built_in)):
        (folder / f"{name}.npz").unlink()
        assert samples(name) == left


@pytest.mark.parametrize("name", IMAGES)
def test_built_in_data_can_be_forced(places: Places, name: str) -> None:
    built_in = samples(name)
    place(places.cache, name, train=31)
    place(places.course, name, train=32)
    places.monkeypatch.setenv("AUTOGRADER_DATA", "builtin")
    assert samples(name) == built_in
    assert data.data_source(name).origin == "builtin"


def test_a_set_is_replaced_alone(places: Places) -> None:
    place(places.course, "mnist")
    assert data.data_source("mnist").origin == "original"
    assert data.data_source("cifar100").origin == "builtin"


def test_missing_chosen_folder_is_an_error(places: Places) -> None:
    places.monkeypatch.setenv("AUTOGRADER_DATA", str(places.chosen / "nowhere"))
    with pytest.raises(DataError, match="AUTOGRADER_DATA") as caught:
        data.load_data("mnist")
    assert "nowhere" in str(caught.value)
    assert caught.value.remedy


def test_course_folder_above_the_notebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # 패키지만 설치한 학습자는 강좌 폴더의 notebooks/04_…에서 노트북을 엽니다.
    monkeypatch.setattr(originals, "PACKAGE", tmp_path / "site" / "autograder")
    unit = tmp_path / "course" / "notebooks" / "04_sequential"
    unit.mkdir(parents=True)
    monkeypatch.chdir(unit)
    assert originals._course_folder() is None
    (tmp_path / "course" / "datasets").mkdir()
    assert originals._course_folder() == tmp_path / "course" / "datasets"


@pytest.mark.parametrize("name", ["MNIST", "cifar10", "", None, 5, ["mnist"]])
def test_unknown_name(places: Places, name: Any) -> None:
    for function in (data.load_data, data.data_source, data.label_names, data.fetch):
        with pytest.raises(DataError, match='"mnist", "cifar100"'):
            function(name)
    with pytest.raises(DataError, match='"mnist", "cifar100"'):
        data.judging_data(name, 0)


# --- 꼴과 알림 -----------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["builtin", "original", "original (N, 1)"])
def test_shapes_and_dtypes_of_keras(places: Places, where: str) -> None:
    if where != "builtin":
        for name in IMAGES:
            place(places.course, name, column=where.endswith("(N, 1)"))
    for name, image in IMAGES.items():
        (x_train, y_train), (x_test, y_test) = data.load_data(name, quiet=True)
        for x, y in ((x_train, y_train), (x_test, y_test)):
            assert x.dtype == np.uint8
            assert x.shape == (len(x), *image)
            if name == "mnist":
                assert (y.dtype, y.shape) == (np.uint8, (len(x),))
            else:
                assert (y.dtype, y.shape) == (np.int64, (len(x), 1))


@pytest.mark.parametrize("column", [False, True])
@pytest.mark.parametrize("name", IMAGES)
def test_original_values_arrive(places: Places, name: str, column: bool) -> None:
    content = place(places.course, name, column=column)
    (x_train, y_train), (x_test, y_test) = data.load_data(name, quiet=True)
    np.testing.assert_array_equal(x_train, content["x_train"])
    np.testing.assert_array_equal(x_test, content["x_test"])
    np.testing.assert_array_equal(y_train.reshape(-1), content["y_train"].reshape(-1))
    np.testing.assert_array_equal(y_test.reshape(-1), content["y_test"].reshape(-1))


def test_one_line_says_what_it_is(places: Places, capfd: pytest.CaptureFixture[str]) -> None:
    data.load_data("mnist")
    data.load_data("cifar100")
    place(places.course, "mnist", train=1234, test=77)
    data.load_data("mnist")
    data.load_data("mnist", quiet=True)
    out, err = capfd.readouterr()
    assert err == ""
    digits, figures, original = out.splitlines()
    assert digits.startswith("mnist: 내장 데이터(UCI 손글씨 숫자)")
    assert "1,197개" in digits and "300개" in digits and "mnist_builtin.npz" in digits
    assert figures.startswith("cifar100: 내장 데이터(색 도형 100가지)")
    assert "6,000개" in figures and "1,000개" in figures
    assert original.startswith("mnist: 원본(MNIST)")
    assert "1,234개" in original and "77개" in original
    assert str(places.course / "mnist.npz") in original


def test_changing_the_arrays_changes_nothing_else(places: Places) -> None:
    for name in IMAGES:
        before = data.load_data(name, quiet=True)
        kept = sha(*before[0], *before[1])
        for pair in before:
            for array in pair:
                array += 1
        after = data.load_data(name, quiet=True)
        assert sha(*after[0], *after[1]) == kept
        x, y = data.judging_data(name, 3)
        kept = sha(x, y)
        x += 1
        y += 1
        assert sha(*data.judging_data(name, 3)) == kept


def test_importing_and_loading_needs_no_tensorflow(tmp_path: Path) -> None:
    code = (
        "import sys; from autograder import data\n"
        "data.load_data('mnist'); data.load_data('cifar100'); data.judging_data('cifar100', 1)\n"
        "data.status(); data.label_names('mnist')\n"
        "print([name for name in ('tensorflow', 'keras') if name in sys.modules])"
    )
    environment = {**os.environ, "KERAS_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "[]"
    assert done.stderr == ""


# --- 깨진 파일 -----------------------------------------------------------------------------


def _without(key: str) -> Callable[[Arrays], Any]:
    return lambda content: content.pop(key)


def _with(key: str, change: Callable[[np.ndarray], np.ndarray]) -> Callable[[Arrays], Any]:
    return lambda content: content.update({key: change(content[key])})


def _one(value: int) -> Callable[[np.ndarray], np.ndarray]:
    def change(labels: np.ndarray) -> np.ndarray:
        changed = labels.astype(np.int64)
        changed[3] = value
        return changed

    return change


WRONG_CONTENT: dict[str, tuple[Callable[[Arrays], Any], str]] = {
    "no x_train": (_without("x_train"), r"빠진 배열이 있습니다\(x_train\)"),
    "no y_test": (_without("y_test"), r"빠진 배열이 있습니다\(y_test\)"),
    "float images": (_with("x_train", lambda x: x / 255), "uint8.*float64"),
    "int64 images": (_with("x_test", lambda x: x.astype(np.int64)), "uint8.*int64"),
    "channel axis": (_with("x_train", lambda x: x[..., None]), "모양이 \\(N, .*이어야"),
    "flat images": (_with("x_test", lambda x: x.reshape(len(x), -1)), "모양이 \\(N, .*이어야"),
    "scalar": (_with("x_train", lambda x: np.uint8(1)), "모양이 \\(N, .*이어야"),
    "no samples": (_with("x_test", lambda x: x[:0]), "샘플이 하나도"),
    "object labels": (_with("y_train", lambda y: y.astype(object)), "정수여야 하는데 object"),
    "object images": (_with("x_train", lambda x: x.astype(object)), "uint8.*object"),
    "float labels": (_with("y_train", lambda y: y.astype(float)), "정수여야 하는데 float64"),
    "text labels": (_with("y_test", lambda y: y.astype(str)), "정수여야 하는데 <U"),
    "one-hot labels": (_with("y_train", lambda y: np.eye(100, dtype=np.int64)[y]), "\\(N,\\)"),
    "label too big": (_with("y_train", _one(100)), "0…100입니다"),
    "negative label": (_with("y_test", _one(-1)), "-1…"),
    "labels too short": (_with("y_train", lambda y: y[:-1]), "x_train 30개, y_train 29개"),
    "labels too long": (_with("y_test", lambda y: np.append(y, 0)), "x_test 12개, y_test 13개"),
}


def _refused(name: str, path: Path, message: str, places: Places) -> None:
    before = path.read_bytes() if path.is_file() else None
    for function in (data.load_data, data.data_source):
        with pytest.raises(DataError, match=message) as caught:
            function(name)
        error = caught.value
        assert isinstance(error, ValueError) and isinstance(error, CourseError)
        assert str(path) in error.message
        assert "바꾸거나" in error.remedy or "옮기세요" in error.remedy
        assert str(error) == f"{error.message} {error.remedy}"
    with pytest.raises(DataError, match=message):
        data.judging_data(name, 0)
    with pytest.raises(DataError, match=message):
        data.load_data(name, download=True)
    (line,) = (line for line in data.data_status() if line.name == name)
    assert line.source is None and line.problem is not None
    assert (path.read_bytes() if path.is_file() else None) == before


@pytest.mark.parametrize("name", IMAGES)
@pytest.mark.parametrize("kind", WRONG_CONTENT)
def test_wrong_content(
    places: Places, capfd: pytest.CaptureFixture[str], name: str, kind: str
) -> None:
    change, message = WRONG_CONTENT[kind]
    content = arrays(name)
    change(content)
    path = places.course / f"{name}.npz"
    np.savez(path, **content)  # type: ignore[arg-type]
    # 케라스 캐시에 온전한 파일이 있어도 몰래 바꾸어 주지 않습니다.
    place(places.cache, name)
    _refused(name, path, message, places)
    assert capfd.readouterr() == ("", "")
    path.unlink()
    assert samples(name) == 30


def _zip_of_text() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for key in ("x_train", "y_train", "x_test", "y_test"):
            archive.writestr(f"{key}.npy", "no array")
    return buffer.getvalue()


def _npz(**content: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **content)  # type: ignore[arg-type]
    return buffer.getvalue()


BROKEN_FILES = {
    "empty": b"",
    "web page": b"<!DOCTYPE html><html>404 Not Found</html>",
    "lfs pointer": b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 11490434\n",
    "cut off": _npz(**arrays("mnist"))[:9000],
    "pickle": pickle.dumps({"x_train": 1}),
    "zip of text": _zip_of_text(),
}


@pytest.mark.parametrize("name", IMAGES)
@pytest.mark.parametrize("kind", BROKEN_FILES)
def test_broken_file(places: Places, name: str, kind: str) -> None:
    path = places.course / f"{name}.npz"
    path.write_bytes(BROKEN_FILES[kind])
    _refused(name, path, "읽을 수 없습니다", places)


def test_folder_link_and_permission(places: Places) -> None:
    path = places.course / "mnist.npz"
    path.mkdir()
    _refused("mnist", path, "폴더입니다", places)
    path.rmdir()
    path.symlink_to(places.course / "gone.npz")
    _refused("mnist", path, "끊어진 링크", places)
    path.unlink()
    place(places.course, "mnist")

    def refuse(*arguments: Any) -> None:
        raise PermissionError("denied")

    places.monkeypatch.setattr(originals.zipfile, "ZipFile", refuse)
    _refused("mnist", path, "권한이 없습니다", places)


@pytest.mark.parametrize("part", ["train", "test"])
def test_damaged_pixels(places: Places, part: str) -> None:
    """머리는 온전하고 그림의 바이트만 상한 파일은 읽을 때 알립니다."""
    content = place(places.course, "mnist")
    path = places.course / "mnist.npz"
    whole = bytearray(path.read_bytes())
    at = whole.index(content[f"x_{part}"].tobytes()[:200]) + 100
    whole[at] ^= 0xFF
    path.write_bytes(whole)
    with pytest.raises(DataError, match="읽을 수 없습니다"):
        data.load_data("mnist")


def test_coarse_labels_are_not_cifar100(places: Places) -> None:
    content = arrays("cifar100", train=2000, test=100)
    content["y_train"] %= 20
    np.savez(places.course / "cifar100.npz", **content)  # type: ignore[arg-type]
    with pytest.raises(DataError, match="100가지여야 하는데 20가지"):
        data.load_data("cifar100")


def test_no_pickle_is_ever_run(places: Places, tmp_path: Path) -> None:
    trap = tmp_path / "trap"

    class Trap:
        def __reduce__(self) -> tuple[Any, ...]:
            return os.mkdir, (str(trap),)

    content: dict[str, Any] = arrays("cifar100")
    content["y_train"] = np.array([Trap()] * 30, dtype=object)
    np.savez(places.course / "cifar100.npz", **content)
    with pytest.raises(DataError):
        data.load_data("cifar100")
    (places.course / "cifar100.npz").unlink()

    folder = places.cache / "cifar-100-python"
    folder.mkdir()
    for part in ("train", "test"):
        (folder / part).write_bytes(pickle.dumps({b"data": Trap(), b"fine_labels": []}))
    with pytest.raises(DataError, match="UnpicklingError"):
        data.load_data("cifar100")
    assert not trap.exists()


# --- 케라스 캐시 ---------------------------------------------------------------------------


def batch(content: Arrays, part: str) -> bytes:
    """CIFAR-100 누리집의 파일과 같은 피클: 바이트 열쇠, (N, 3072) 평면, 레이블의 리스트."""
    images = content[f"x_{part}"]
    entries = {
        b"data": images.transpose(0, 3, 1, 2).reshape(len(images), -1),
        b"fine_labels": content[f"y_{part}"].reshape(-1).tolist(),
        b"coarse_labels": [0] * len(images),
        b"filenames": [b"a.png"] * len(images),
    }
    # 원본은 넘파이 1의 모듈 이름을 부릅니다.
    return pickle.dumps(entries, 3).replace(b"numpy._core.multiarray", b"numpy.core.multiarray")


def archive(path: Path, content: Arrays) -> None:
    with tarfile.open(path, "w:gz") as tar:
        for part in ("train", "test"):
            member = tarfile.TarInfo(f"cifar-100-python/{part}")
            packed = batch(content, part)
            member.size = len(packed)
            tar.addfile(member, io.BytesIO(packed))


@pytest.mark.parametrize(
    "where",
    [
        "cifar-100-python-target/cifar-100-python",
        "cifar-100-python",
        "cifar-100-python_extracted/cifar-100-python",
        "cifar-100-python-target_archive",
        "cifar-100-python.tar.gz",
    ],
)
def test_cifar_as_keras_keeps_it(places: Places, where: str) -> None:
    content = arrays("cifar100")
    path = places.cache / where
    if where.endswith(("_archive", ".gz")):
        archive(path, content)
    else:
        path.mkdir(parents=True)
        for part in ("train", "test"):
            (path / part).write_bytes(batch(content, part))
    assert data.data_source("cifar100") == data.DataSource("cifar100", "original", path)
    (x_train, y_train), (x_test, y_test) = data.load_data("cifar100")
    np.testing.assert_array_equal(x_train, content["x_train"])
    np.testing.assert_array_equal(y_train[:, 0], content["y_train"])
    np.testing.assert_array_equal(x_test, content["x_test"])
    np.testing.assert_array_equal(y_test[:, 0], content["y_test"])
    x, y = data.judging_data("cifar100", 0)
    assert rows(x) == rows(content["x_test"]) and len(y) == 12


def test_broken_cache_is_named_with_its_remedy(places: Places) -> None:
    (places.cache / "cifar-100-python.tar.gz").write_bytes(b"half")
    with pytest.raises(DataError, match=r"cifar-100-python\.tar\.gz") as caught:
        data.load_data("cifar100")
    assert "download=True" in caught.value.remedy
    (places.cache / "mnist.npz").write_bytes(b"half")
    with pytest.raises(DataError, match=r"mnist\.npz"):
        data.data_source("mnist")


def test_home_without_write_permission(places: Places, tmp_path: Path) -> None:
    """케라스는 홈에 쓸 수 없으면 임시 폴더에 받습니다."""
    places.monkeypatch.setattr(originals.os, "access", lambda *arguments: False)
    places.monkeypatch.setattr(originals.os.path, "isdir", lambda path: False)
    places.monkeypatch.setattr(originals.tempfile, "gettempdir", lambda: str(tmp_path / "t"))
    folder = tmp_path / "t" / ".keras" / "datasets"
    folder.mkdir(parents=True)
    place(folder, "mnist", train=35)
    assert samples("mnist") == 35


# --- 받기와 넣기 ---------------------------------------------------------------------------


class FakeKeras:
    """`keras.datasets.<이름>`인 척하며 케라스 캐시에 파일을 받습니다."""

    def __init__(self, places: Places, name: str, error: Exception | None = None) -> None:
        self.calls = 0
        module = types.ModuleType(f"keras.datasets.{name}")

        def load() -> None:
            self.calls += 1
            if error is not None:
                raise error
            place(places.cache, name, train=40)

        module.load_data = load  # type: ignore[attr-defined]
        places.monkeypatch.setitem(sys.modules, f"keras.datasets.{name}", module)


@pytest.mark.parametrize("name", IMAGES)
def test_download_only_when_asked(places: Places, name: str) -> None:
    keras = FakeKeras(places, name)
    built_in = samples(name)
    data.data_source(name), data.status(), data.judging_data(name, 0), data.label_names(name)
    assert keras.calls == 0
    assert len(data.load_data(name, download=True)[0][1]) == 40 != built_in
    assert keras.calls == 1
    data.load_data(name, download=True)
    data.fetch(name)
    assert keras.calls == 1, "이미 있으면 다시 받지 않습니다"


def test_download_repairs_the_cache_but_not_a_placed_file(places: Places) -> None:
    keras = FakeKeras(places, "mnist")
    (places.cache / "mnist.npz").write_bytes(b"half")
    assert data.fetch_data("mnist").origin == "original"
    assert keras.calls == 1
    (places.course / "mnist.npz").write_bytes(b"mine")
    with pytest.raises(DataError):
        data.fetch_data("mnist")
    assert (places.course / "mnist.npz").read_bytes() == b"mine"
    assert keras.calls == 1


def test_failed_download(places: Places, capfd: pytest.CaptureFixture[str]) -> None:
    kept = sha(*data.load_data("mnist", quiet=True)[0])
    FakeKeras(places, "mnist", Exception("URL fetch failure on https://…: None -- timed out"))
    with pytest.raises(DataError, match=r"받지 못했습니다.*timed out") as caught:
        data.load_data("mnist", download=True)
    assert "autograder data import" in caught.value.remedy
    assert sha(*data.load_data("mnist", quiet=True)[0]) == kept
    assert not list(places.cache.iterdir())
    assert capfd.readouterr() == ("", "")


def test_download_that_leaves_nothing(places: Places) -> None:
    module = types.ModuleType("keras.datasets.mnist")
    module.load_data = lambda: None  # type: ignore[attr-defined]
    places.monkeypatch.setitem(sys.modules, "keras.datasets.mnist", module)
    with pytest.raises(DataError, match="KERAS_HOME"):
        data.fetch_data("mnist")


@pytest.mark.parametrize("name", IMAGES)
def test_import_goes_where_load_data_looks(places: Places, tmp_path: Path, name: str) -> None:
    place(tmp_path, name, train=50, column=True)
    given = tmp_path / "아무 이름.npz"
    (tmp_path / f"{name}.npz").rename(given)

    assert data.import_data(given).path == places.course / f"{name}.npz"
    assert samples(name) == 50
    assert given.is_file()

    places.choose()
    assert data.import_data(str(given)).path == places.chosen / f"{name}.npz"
    again = data.import_data(places.chosen / f"{name}.npz")
    assert again == data.data_source(name)

    places.monkeypatch.delenv("AUTOGRADER_DATA")
    places.monkeypatch.setattr(originals, "_course_folder", lambda: None)
    shutil.rmtree(places.cache)
    assert data.import_data(given).path == places.cache / f"{name}.npz"
    assert samples(name) == 50


def test_import_of_the_cifar_archive(places: Places, tmp_path: Path) -> None:
    content = arrays("cifar100")
    archive(tmp_path / "cifar-100-python.tar.gz", content)
    data.import_data(tmp_path / "cifar-100-python.tar.gz")
    (x_train, y_train), _ = data.load_data("cifar100")
    np.testing.assert_array_equal(x_train, content["x_train"])
    np.testing.assert_array_equal(y_train[:, 0], content["y_train"])


def _other_archive(path: Path) -> None:
    with tarfile.open(path, "w") as tar:
        tar.addfile(tarfile.TarInfo("readme"))


def test_failed_import_changes_nothing(places: Places, tmp_path: Path) -> None:
    place(places.course, "mnist", train=60)
    before = {path: path.read_bytes() for path in places.course.iterdir()}
    wrong = arrays("mnist")
    wrong["y_test"] = wrong["y_test"] + 5
    np.savez(tmp_path / "wrong.npz", **wrong)  # type: ignore[arg-type]
    damaged = _npz(**arrays("mnist")).replace(arrays("mnist")["x_test"].tobytes()[:50], b"0" * 50)
    (tmp_path / "damaged.npz").write_bytes(damaged)
    np.savez(tmp_path / "other.npz", x_train=np.zeros((5, 8, 8), np.uint8))
    (tmp_path / "page.npz").write_bytes(b"<html>")
    _other_archive(tmp_path / "other.tar")
    (tmp_path / "folder.npz").mkdir()
    for name, message in (
        ("wrong.npz", "5…14입니다"),
        ("damaged.npz", "읽을 수 없습니다"),
        ("other.npz", "어느 데이터셋인지"),
        ("page.npz", "어느 데이터셋인지"),
        ("other.tar", "읽을 수 없습니다"),
        ("folder.npz", "없습니다"),
        ("missing.npz", "missing.npz가 없습니다"),
    ):
        with pytest.raises(DataError, match=message) as caught:
            data.import_data(tmp_path / name)
        assert caught.value.remedy
    assert {path: path.read_bytes() for path in places.course.iterdir()} == before


def test_import_into_a_full_disk(places: Places, tmp_path: Path) -> None:
    place(tmp_path, "mnist")

    def full(source: Path, target: Path) -> None:
        target.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    places.monkeypatch.setattr(fetching.shutil, "copyfile", full)
    with pytest.raises(DataError, match="쓸 수 없습니다") as caught:
        data.import_data(tmp_path / "mnist.npz")
    assert "AUTOGRADER_DATA" in caught.value.remedy
    assert list(places.course.iterdir()) == []


def test_commands(places: Places, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert data.status() == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("✔ mnist: 내장(UCI 손글씨 숫자) · 훈련 1,197개, 테스트 300개")
    assert lines[1].startswith("✔ cifar100: 내장(색 도형 100가지) · 훈련 6,000개")
    assert lines[2].startswith("✔ tickets: 내장(한국어 문의 티켓) · 훈련 2,400개, 테스트 400개")
    assert "autograder data fetch" in lines[3] and len(lines) == 4

    place(tmp_path, "mnist")
    assert data.import_file(tmp_path / "mnist.npz") == 0
    assert "mnist: 원본을 넣었습니다" in capsys.readouterr().out
    keras = FakeKeras(places, "cifar100")
    assert data.fetch() == 0
    assert keras.calls == 1
    assert len(capsys.readouterr().out.splitlines()) == 2
    assert data.status() == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3 and all("원본(" in line for line in lines[:2])

    (places.course / "mnist.npz").write_bytes(b"")
    assert data.status() == 1
    first, second, _ = capsys.readouterr().out.splitlines()
    assert first.startswith("✘ mnist:") and second.startswith("✔ cifar100:")
    with pytest.raises(DataError, match="'tickets2'"):
        data.fetch("cifar100", "tickets2")


# --- 내장 데이터 ---------------------------------------------------------------------------

# 문턱은 이 바이트로 잰 것입니다. 바꾸려면 tools/measure_thresholds.py로 다시 재야 합니다.
SHA256 = {
    "mnist": "1b1746d5a11626d33c643fe98d26e655595c7d2f0b6c28325e61016e8fc61a28",
    "cifar100": "6fce0635ff24e1274e4b948f867964b4ee3ea05307425cb906c5df5a9ad380a5",
    "mnist judging": "1831bfbd12ffcf547720de9c3d507106c3b408428e1296ac25cdb406d0194688",
    "cifar100 judging": "8627553128ae23de9d29f991e8467e4db9f3a3d129e730cba6ce0d357c956a30",
}


@pytest.mark.parametrize("name", IMAGES)
def test_built_in_bytes_never_change(places: Places, name: str) -> None:
    np.random.seed(1)
    state = np.random.get_state()[1].tobytes()  # type: ignore[union-attr]
    for cached in (loading.get_set(name).builtin,):
        cached.cache_clear()  # type: ignore[attr-defined]
    train, test = data.load_data(name, quiet=True)
    assert sha(*train, *test) == SHA256[name]
    assert sha(*data.judging_data(name, 0)) == SHA256[f"{name} judging"]
    assert np.random.get_state()[1].tobytes() == state, "학습자의 난수를 건드리지 않습니다"  # type: ignore[union-attr]


def test_classes_are_balanced(places: Places) -> None:
    (_, y_train), (_, y_test) = data.load_data("cifar100", quiet=True)
    assert set(np.bincount(y_train[:, 0], minlength=100)) == {60}
    assert set(np.bincount(y_test[:, 0], minlength=100)) == {10}
    assert set(np.bincount(data.judging_data("cifar100", 9)[1], minlength=100)) == {20}
    (_, y_train), (_, y_test) = data.load_data("mnist", quiet=True)
    heldout = data.judging_data("mnist", 0)[1]
    assert set(np.bincount(y_test)) == set(np.bincount(heldout)) == {30}
    assert np.bincount(y_train).min() >= 110
    assert len(y_train) + len(y_test) + len(heldout) == 1797
    # 섞여 있으므로 앞에서 잘라 써도 모든 클래스가 나옵니다.
    assert set(y_train[:100]) == set(range(10))


def test_nothing_is_shared_between_train_test_and_judging(places: Places) -> None:
    for name in IMAGES:
        (x_train, _), (x_test, _) = data.load_data(name, quiet=True)
        parts = [x_train, x_test]
        parts += [
            data.judging_data(name, seed)[0] for seed in ((0,) if name == "mnist" else (0, 1))
        ]
        everything = [rows(part) for part in parts]
        assert len(set().union(*everything)) == sum(len(part) for part in parts)


def test_built_in_digits_look_like_mnist(places: Places) -> None:
    (x, _), _ = data.load_data("mnist", quiet=True)
    ink = x.astype(float)
    axis = np.arange(28) + 0.5
    total = ink.sum((1, 2))
    assert np.abs((ink.sum(2) @ axis) / total - 14).max() < 0.6, "무게중심이 한가운데"
    assert np.abs((ink.sum(1) @ axis) / total - 14).max() < 0.6
    strong = x > 127
    height = strong.any(2).sum(1)
    width = strong.any(1).sum(1)
    longest = np.maximum(height, width)
    assert longest.min() >= 18 and longest.max() <= 21, "20×20 상자를 채웁니다"
    border = np.ones((28, 28), bool)
    border[2:-2, 2:-2] = False
    assert ((x > 127) & border).any((1, 2)).mean() < 0.02, (
        "무게중심이 치우친 숫자만 가장자리에 닿습니다"
    )
    border[1:-1, 1:-1] = False
    assert x[:, border].max() < 64, "잘린 숫자는 없습니다"
    assert x.min() == 0 and x.max() == 255
    assert 0.08 < (x > 200).mean() < 0.18, "MNIST의 획은 그림의 10 %쯤입니다"


def test_shapes_have_the_colour_and_form_that_the_label_says(places: Places) -> None:
    names = data.label_names("cifar100")
    assert len(set(names)) == 100 and names[0] == "빨간 원" and names[45] == "파란 별"
    x, y = data.judging_data("cifar100", 4)
    palette = np.array([rgb for _, rgb in shapes.COLOURS], float)
    middle = x[:, 13:19, 13:19].astype(float).reshape(len(x), -1, 3)
    nearest = np.linalg.norm(np.median(middle, 1)[:, None] - palette, axis=2).argmin(1)
    for form in ("원", "네모"):
        chosen = np.array([names[label].endswith(f" {form}") for label in y])
        assert chosen.sum() == 200
        assert (nearest == y % 10)[chosen].mean() > 0.9
    # 고리의 가운데는 비어 있어 도형의 색이 아닙니다.
    hollow = np.array([names[label].endswith(" 고리") for label in y])
    assert (nearest == y % 10)[hollow].mean() < 0.6


def test_judging_data(places: Places) -> None:
    x, y = data.judging_data("cifar100", 7)
    assert (x.dtype, x.shape, y.dtype, y.shape) == (np.uint8, (2000, 32, 32, 3), np.int64, (2000,))
    assert sha(x, y) == sha(*data.judging_data("cifar100", 7))
    for seed in (8, 7 + 2**32, -7, 2**63):
        assert rows(data.judging_data("cifar100", seed, limit=50)[0]).isdisjoint(rows(x))
    x, y = data.judging_data("mnist", 7)
    assert (x.dtype, x.shape, y.dtype, y.shape) == (np.uint8, (300, 28, 28), np.int64, (300,))
    assert len(data.judging_data("mnist", 7, limit=40)[0]) == 40
    with pytest.raises(DataError, match="1 이상"):
        data.judging_data("mnist", 7, limit=0)


def test_judging_data_of_originals_is_a_fixed_part_of_the_test_set(places: Places) -> None:
    content = place(places.course, "mnist", train=30, test=500)
    x, y = data.judging_data("mnist", 0, limit=100)
    assert x.shape == (100, 28, 28) and y.shape == (100,)
    assert rows(x) <= rows(content["x_test"])
    label = {
        image.tobytes(): value
        for image, value in zip(content["x_test"], content["y_test"], strict=True)
    }
    assert [label[image.tobytes()] for image in x] == y.tolist()
    assert sha(x, y) == sha(*data.judging_data("mnist", 99, limit=100))
    assert sha(x[:20], y[:20]) == sha(*data.judging_data("mnist", 0, limit=20))
    assert rows(x) != rows(content["x_test"][:100])
    assert len(data.judging_data("mnist", 0)[0]) == 500
    # 파일을 바꾸면 기억해 둔 것을 쓰지 않습니다.
    changed = place(places.course, "mnist", train=30, test=480)
    assert rows(data.judging_data("mnist", 0)[0]) == rows(changed["x_test"])
    # 출처를 못박을 수 있습니다.
    assert len(data.judging_data("mnist", 0, origin="builtin")[0]) == 300
    with pytest.raises(DataError, match="원본이 없습니다"):
        data.judging_data("cifar100", 0, origin="original")


def test_label_names(places: Places) -> None:
    assert data.label_names("mnist") == tuple("0123456789")
    assert data.label_names("cifar100", "original")[:2] == ("apple", "aquarium_fish")
    place(places.course, "cifar100")
    fine = data.label_names("cifar100")
    assert len(set(fine)) == 100 and fine[-1] == "worm" and list(fine) == sorted(fine)
    assert data.label_names("cifar100", "builtin")[0] == "빨간 원"


# --- 파일과 패키지 -------------------------------------------------------------------------


def _tool(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def test_the_tool_makes_the_same_bytes() -> None:
    pytest.importorskip("sklearn", reason="내장 숫자를 다시 만들려면 scikit-learn이 필요합니다")
    made = _tool("make_datasets").make()
    stored = {path.name: path.read_bytes() for path in (ROOT / "datasets").glob("*builtin*.npz")}
    assert made.keys() == stored.keys()
    for name, content in made.items():
        assert content == stored[name], name
        assert len(content) < 1_500_000


def test_works_from_an_installed_package(tmp_path: Path) -> None:
    """휠에서는 내장 파일이 autograder/_datasets/에 있습니다."""
    site = tmp_path / "site"
    shutil.copytree(
        ROOT / "autograder", site / "autograder", ignore=shutil.ignore_patterns("__pycache__")
    )
    (site / "autograder" / "_datasets").mkdir()
    for path in (ROOT / "datasets").glob("*builtin*.npz"):
        shutil.copyfile(path, site / "autograder" / "_datasets" / path.name)
    # 이름이 같은 남의 패키지가 옆에 있어도 데이터를 놓는 곳으로 보지 않습니다.
    (site / "datasets").mkdir()
    (site / "datasets" / "mnist.npz").write_bytes(b"not ours")
    code = (
        "from autograder import data, __file__ as where; print(where)\n"
        "data.load_data('mnist'); data.load_data('cifar100'); data.judging_data('mnist', 0)"
    )
    environment = {**os.environ, "PYTHONPATH": str(site), "KERAS_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    where, digits, figures = done.stdout.splitlines()
    assert where.startswith(str(site))
    assert "내장" in digits and "내장" in figures


def test_missing_built_in_files_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(originals, "PACKAGE", tmp_path / "autograder")
    with pytest.raises(DataError, match=r"mnist_builtin\.npz를 찾을 수 없습니다"):
        originals.builtin_folder()


def test_tickets_are_texts_whose_labels_can_be_read() -> None:
    (x_train, y_train), (x_test, y_test) = data.load_data("tickets", quiet=True)
    for x, y, count in ((x_train, y_train, 2400), (x_test, y_test, 400)):
        assert x["title"].shape == x["body"].shape == (count,)
        assert x["tags"].shape == (count, 12) and set(np.unique(x["tags"])) == {0, 1}
        assert y["priority"].shape == (count, 1) and y["priority"].dtype == np.float32
        assert np.bincount(y["department"]).tolist() == [count // 4] * 4
        assert 0.3 < y["priority"].mean() < 0.5
    things = [topic.things for topic in tickets.TOPICS]
    for body, department in zip(x_test["body"], y_test["department"], strict=True):
        assert any(thing in body for thing in things[department]), body
    x_train["title"][:] = "바꿈"
    assert "바꿈" not in data.load_data("tickets", quiet=True)[0][0]["title"]
    with pytest.raises(data.DataError):
        data.judging_data("tickets", 1)


def test_data_card_tells_the_facts() -> None:
    card = (ROOT / "datasets" / "README.md").read_text("utf-8")
    for fact in ("1,197", "300", "6,000", "1,000", "CC BY 4.0", "AUTOGRADER_DATA", "make_datasets"):
        assert fact in card, fact
    for colour, _ in shapes.COLOURS:
        assert colour in card
    for form, _ in shapes.SHAPES:
        assert form in card


@pytest.mark.skipif(
    "AUTOGRADER_TEST_ORIGINALS" not in os.environ,
    reason="AUTOGRADER_TEST_ORIGINALS에 진짜 MNIST와 CIFAR-100의 폴더를 적으면 실행합니다",
)
def test_real_originals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTOGRADER_DATA", os.environ["AUTOGRADER_TEST_ORIGINALS"])
    for name, train in (("mnist", 60000), ("cifar100", 50000)):
        assert data.data_source(name).origin == "original"
        (x_train, y_train), (x_test, y_test) = data.load_data(name)
        assert (len(x_train), len(y_train), len(x_test), len(y_test)) == (
            train,
            train,
            10000,
            10000,
        )
        x, y = data.judging_data(name, 0)
        assert x.shape == (2000, *IMAGES[name]) and set(y) == set(range(CLASSES[name]))
        assert rows(x) <= rows(x_test)
