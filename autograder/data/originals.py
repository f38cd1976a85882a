"""원본 데이터 파일을 찾고, 검사하고, 읽습니다. 네트워크도 텐서플로도 쓰지 않습니다.

여기 없는 것: 무엇을 줄지 정하는 일(`data.finding`), 내려받기(`data.fetching`), 내장 데이터(`data.sets`).
"""

from __future__ import annotations

import os
import pickle
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Literal

import numpy as np

from autograder.errors import CourseError
from autograder.korean import with_particle

PACKAGE = Path(__file__).resolve().parents[1]
MARKER = "mnist_builtin.npz"
KEYS = ("x_train", "y_train", "x_test", "y_test")

Pair = tuple[np.ndarray, np.ndarray]
Split = tuple[Pair, Pair]
Part = Literal["train", "test"]


class DataError(CourseError, ValueError):
    """데이터셋을 줄 수 없습니다. `message`가 어느 파일이 왜 그런지, `remedy`가 할 일을 말합니다."""


@dataclass(frozen=True)
class ImageFormat:
    """그림 데이터셋의 약속: 그림 한 장의 모양, 클래스 수, 돌려줄 레이블의 꼴."""

    name: str
    image_shape: tuple[int, ...]
    classes: int
    label_dtype: type[np.generic]
    label_column: bool  # True이면 레이블이 (N, 1), 아니면 (N,)

    @property
    def shape_text(self) -> str:
        return "(N, " + ", ".join(map(str, self.image_shape)) + ")"

    def labels(self, values: np.ndarray) -> np.ndarray:
        """`keras.datasets`와 같은 모양과 자료형의 레이블로 바꿉니다."""
        flat = values.reshape(-1).astype(self.label_dtype)
        return flat[:, None] if self.label_column else flat


@dataclass(frozen=True)
class Found:
    """찾은 원본. `layout`은 파일의 꼴, `placed`는 사람이 놓은 파일인지(케라스 캐시가 아닌지)입니다."""

    path: Path
    layout: Literal["npz", "folder", "archive"]
    placed: bool


# --- 어디에 있나 ---------------------------------------------------------------------------


def builtin_folder() -> Path:
    """내장 파일이 든 폴더. 소스에서는 `datasets/`, 설치된 패키지에서는 `autograder/_datasets/`."""
    for folder in (PACKAGE.parent / "datasets", PACKAGE / "_datasets"):
        if (folder / MARKER).is_file():
            return folder
    raise DataError(
        f"내장 데이터 파일 {with_particle(MARKER, '을', '를')} 찾을 수 없습니다.",
        "패키지를 다시 설치하세요.",
    )


def _course_folder() -> Path | None:
    """`datasets/` 폴더: 소스 저장소의 것, 없으면 지금 폴더 위쪽에서 `notebooks/` 옆에 있는 것."""
    checkout = PACKAGE.parent / "datasets"
    if (checkout / MARKER).is_file():
        return checkout
    try:
        here = Path.cwd()
    except FileNotFoundError:  # 지금 폴더가 지워졌습니다
        return None
    for folder in (here, *here.parents):
        if (folder / "datasets").is_dir() and (folder / "notebooks").is_dir():
            return folder / "datasets"
    return None


BUILTIN = "builtin"
"""`$AUTOGRADER_DATA`가 이 값이면 원본을 찾지 않고 내장 데이터만 씁니다."""


def placed_folders() -> list[Path]:
    """사람이 원본을 놓는 폴더들, 먼저 보는 차례. `$AUTOGRADER_DATA`가 없는 폴더면 DataError."""
    folders = []
    chosen = os.environ.get("AUTOGRADER_DATA")
    if chosen and chosen != BUILTIN:
        folder = Path(chosen).expanduser()
        if not folder.is_dir():
            raise DataError(
                f"환경 변수 AUTOGRADER_DATA가 가리키는 폴더 {with_particle(str(folder), '이', '가')} 없습니다.",
                "폴더를 만들거나 환경 변수를 지우세요.",
            )
        folders.append(folder)
    if (course := _course_folder()) is not None:
        folders.append(course)
    return folders


def keras_cache() -> Path:
    """케라스가 받은 데이터를 두는 폴더: `$KERAS_HOME/datasets` 또는 `~/.keras/datasets`."""
    home = os.environ.get("KERAS_HOME") or os.path.join(os.path.expanduser("~"), ".keras")
    return Path(home).expanduser() / "datasets"


def _cache_folders() -> list[Path]:
    cache = keras_cache()
    # 홈에 쓸 수 없으면 케라스는 임시 폴더에 받습니다.
    if os.access(cache.parent, os.W_OK):
        return [cache]
    temporary = Path("/tmp") if os.path.isdir("/tmp") else Path(tempfile.gettempdir())
    return [cache, temporary / ".keras" / "datasets"]


def find_original(form: ImageFormat) -> Found | None:
    """원본을 찾습니다: 놓아 둔 파일, 그다음 케라스 캐시. 내용은 읽지 않습니다."""
    if os.environ.get("AUTOGRADER_DATA") == BUILTIN:
        return None
    for folder in placed_folders():
        path = folder / f"{form.name}.npz"
        if os.path.lexists(path):
            return Found(path, "npz", placed=True)
    for folder in _cache_folders():
        path = folder / f"{form.name}.npz"
        if path.is_file():
            return Found(path, "npz", placed=False)
        if form.name == "cifar100" and (found := _cached_cifar(folder)):
            return found
    return None


def _cached_cifar(folder: Path) -> Found | None:
    """케라스 판마다 다른 CIFAR-100의 자리를 모두 봅니다. 풀린 폴더가 압축 파일보다 먼저입니다."""
    for name in ("cifar-100-python-target", "cifar-100-python", "cifar-100-python_extracted"):
        for candidate in (folder / name / "cifar-100-python", folder / name):
            if (candidate / "train").is_file() and (candidate / "test").is_file():
                return Found(candidate, "folder", placed=False)
    for name in ("cifar-100-python-target_archive", "cifar-100-python.tar.gz"):
        if (folder / name).is_file():
            return Found(folder / name, "archive", placed=False)
    return None


# 깨진 zip·tar·피클은 어디서 읽다가 멈추었는지에 따라 온갖 예외를 냅니다.
_BROKEN = (
    OSError,
    EOFError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    MemoryError,
    RuntimeError,
    zipfile.BadZipFile,
    zlib.error,
    tarfile.TarError,
    pickle.UnpicklingError,
)

# --- 읽기와 검사 ---------------------------------------------------------------------------


def _remedy(form: ImageFormat, found: Found) -> str:
    if found.placed:
        return (
            "옳은 파일로 바꾸거나, 파일을 지우고 다시 실행하세요(지우면 다른 곳의 원본이나 "
            "내장 데이터를 씁니다)."
        )
    return f'load_data("{form.name}", download=True)로 다시 받거나 지우고 다시 실행하세요.'


@contextmanager
def _explained(form: ImageFormat, found: Found) -> Iterator[None]:
    """읽다가 난 오류를 파일 이름과 해결 방법이 든 DataError로 바꿉니다."""
    try:
        yield
    except _Problem as problem:
        raise DataError(
            f"{form.name} 데이터 파일 {found.path}: {problem}.", _remedy(form, found)
        ) from None
    except PermissionError as error:
        raise DataError(
            f"{form.name} 데이터 파일 {found.path}: 읽을 권한이 없습니다(PermissionError).",
            "파일의 권한을 바꾸거나 다른 곳으로 옮기세요.",
        ) from error
    except _BROKEN as error:
        raise DataError(
            f"{form.name} 데이터 파일 {found.path}: 읽을 수 없습니다. 받다가 끊겼거나 "
            f"{'npz' if found.layout == 'npz' else 'CIFAR-100'} 파일이 아닙니다"
            f"({type(error).__name__}).",
            _remedy(form, found),
        ) from error


class _Problem(Exception):
    """파일은 읽히지만 내용이 약속과 다릅니다."""


def npz_shape(path: Path, key: str) -> tuple[int, ...] | None:
    """npz 안 배열의 모양. 배열을 풀지 않으며, 읽을 수 없으면 None."""
    try:
        with zipfile.ZipFile(path) as archive:
            return _header(archive, key)[0]
    except (*_BROKEN, _Problem):
        return None


def _header(archive: zipfile.ZipFile, key: str) -> tuple[tuple[int, ...], np.dtype]:
    """배열을 풀지 않고 모양과 자료형만 읽습니다."""
    with archive.open(f"{key}.npy") as stream:
        version = np.lib.format.read_magic(stream)
        read = {
            (1, 0): np.lib.format.read_array_header_1_0,
            (2, 0): np.lib.format.read_array_header_2_0,
        }.get(version)
        if read is None:
            raise _Problem(f"{key}가 모르는 npy 판 {version}으로 저장되었습니다")
        shape, _, dtype = read(stream)
    return shape, dtype


def _array(archive: zipfile.ZipFile, key: str) -> np.ndarray:
    with archive.open(f"{key}.npy") as stream:
        return np.lib.format.read_array(stream, allow_pickle=False)


def _check_images(form: ImageFormat, key: str, shape: tuple[int, ...], dtype: np.dtype) -> None:
    if dtype != np.uint8:
        raise _Problem(f"{key}의 자료형이 uint8(0…255)이어야 하는데 {dtype}입니다")
    if len(shape) < 1 or tuple(shape[1:]) != form.image_shape:
        raise _Problem(f"{key}의 모양이 {form.shape_text}이어야 하는데 {tuple(shape)}입니다")
    if shape[0] == 0:
        raise _Problem(f"{key}에 샘플이 하나도 없습니다")


def _check_label_type(key: str, dtype: np.dtype) -> None:
    if dtype.kind not in "iu":
        raise _Problem(f"{key}의 자료형이 정수여야 하는데 {dtype}입니다")


def _check_labels(form: ImageFormat, key: str, labels: np.ndarray, count: int) -> None:
    _check_label_type(key, labels.dtype)
    if labels.shape not in ((len(labels),), (len(labels), 1)):
        raise _Problem(f"{key}의 모양이 (N,)이나 (N, 1)이어야 하는데 {labels.shape}입니다")
    if len(labels) != count:
        images = key.replace("y_", "x_")
        raise _Problem(f"샘플 수가 다릅니다({images} {count:,}개, {key} {len(labels):,}개)")
    low, high = int(labels.min()), int(labels.max())
    if low < 0 or high >= form.classes:
        raise _Problem(
            f"{key}의 레이블이 0과 {form.classes - 1} 사이여야 하는데 {low}…{high}입니다"
        )
    kinds = len(np.unique(labels))
    # 샘플이 넉넉한데 비는 클래스가 있으면 다른 레이블(예: CIFAR-100의 coarse 20가지)입니다.
    if count >= 20 * form.classes and kinds < form.classes:
        raise _Problem(f"{key}의 레이블이 {form.classes}가지여야 하는데 {kinds}가지뿐입니다")


def check_npz(form: ImageFormat, found: Found) -> tuple[int, int]:
    """npz의 열쇠, 모양, 자료형, 레이블을 그림을 풀지 않고 검사합니다.

    반환: (훈련 샘플 수, 테스트 샘플 수). 어긋나면 DataError.
    """
    with _explained(form, found):
        if found.path.is_dir():
            raise _Problem("파일이어야 하는데 폴더입니다")
        if not found.path.exists():
            raise _Problem("끊어진 링크입니다")
        with zipfile.ZipFile(found.path) as archive:
            names = set(archive.namelist())
            missing = [key for key in KEYS if f"{key}.npy" not in names]
            if missing:
                raise _Problem(f"빠진 배열이 있습니다({', '.join(missing)})")
            counts = []
            for part in ("train", "test"):
                shape, dtype = _header(archive, f"x_{part}")
                _check_images(form, f"x_{part}", shape, dtype)
                _check_label_type(f"y_{part}", _header(archive, f"y_{part}")[1])
                _check_labels(form, f"y_{part}", _array(archive, f"y_{part}"), shape[0])
                counts.append(int(shape[0]))
    return counts[0], counts[1]


def read_part(form: ImageFormat, found: Found, part: Part) -> Pair:
    """원본의 한쪽(`"train"`이나 `"test"`)을 검사하며 읽습니다. 깨졌으면 DataError."""
    with _explained(form, found):
        if found.layout == "npz":
            with zipfile.ZipFile(found.path) as archive:
                images, labels = _array(archive, f"x_{part}"), _array(archive, f"y_{part}")
        else:
            images, labels = _read_cifar(found, part)
        _check_images(form, f"x_{part}", images.shape, images.dtype)
        _check_labels(form, f"y_{part}", labels, len(images))
    return images, form.labels(labels)


def read_all(form: ImageFormat, found: Found) -> Split:
    """원본 전체를 검사하며 읽습니다. 깨졌으면 DataError."""
    if found.layout == "npz":
        check_npz(form, found)
    return read_part(form, found, "train"), read_part(form, found, "test")


# --- 케라스가 받아 둔 CIFAR-100 ------------------------------------------------------------


class _ArrayUnpickler(pickle.Unpickler):
    """넘파이 배열만 되살립니다. 다른 것을 부르는 피클은 거절합니다."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("numpy", "ndarray"):
            return np.ndarray
        if (module, name) == ("numpy", "dtype"):
            return np.dtype
        if name == "_reconstruct" and module in (
            "numpy.core.multiarray",
            "numpy._core.multiarray",
        ):
            # 넘파이 1과 2에서 모듈 이름이 다르므로 지금 넘파이의 것을 배열에서 얻습니다.
            return np.empty(0).__reduce__()[0]
        raise pickle.UnpicklingError(f"{module}.{name}")


def _decode_cifar(stream: IO[bytes]) -> Pair:
    batch = _ArrayUnpickler(stream, encoding="bytes").load()
    entries = {key.decode() if isinstance(key, bytes) else key: batch[key] for key in batch}
    planes = np.asarray(entries["data"])
    if planes.ndim != 2 or planes.shape[1] != 3 * 32 * 32:
        raise _Problem(f"data의 모양이 (N, 3072)이어야 하는데 {planes.shape}입니다")
    images = np.ascontiguousarray(planes.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1))
    return images, np.asarray(entries["fine_labels"])


def _read_cifar(found: Found, part: Part) -> Pair:
    if found.layout == "folder":
        with open(found.path / part, "rb") as stream:
            return _decode_cifar(stream)
    with tarfile.open(found.path) as archive:
        member = archive.extractfile(f"cifar-100-python/{part}")
        if member is None:
            raise _Problem(f"압축 파일 안에 cifar-100-python/{part} 파일이 없습니다")
        with member:
            return _decode_cifar(member)
