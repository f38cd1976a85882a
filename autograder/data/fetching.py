"""원본을 받고, 넣고, 무엇이 있는지 보입니다: `autograder data status | fetch | import`.

여기 없는 것: 파일을 검사하며 읽는 일(`data.originals`), 학습자에게 주는 일(`data.loading`).
"""

from __future__ import annotations

import contextlib
import importlib
import os
import shutil
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from autograder.data import originals
from autograder.data.finding import DataSource, data_source, find, how_to_get, short
from autograder.data.originals import DataError, Found
from autograder.data.sets import SETS, get_set
from autograder.korean import with_particle


@dataclass(frozen=True)
class DataStatus:
    """데이터셋 하나의 형편. 놓인 파일이 깨졌으면 `source`가 None이고 `problem`이 이유입니다.

    `samples`는 (훈련, 테스트) 샘플 수, 다 읽어야 알 수 있으면 None입니다. `downloadable`은 받을 원본이
    있는지입니다.
    """

    name: str
    title: str
    source: DataSource | None
    samples: tuple[int, int] | None
    problem: DataError | None
    downloadable: bool


def data_status() -> list[DataStatus]:
    """데이터셋마다 지금 무엇이 쓰이는지. 파일이 깨져도 예외를 내지 않습니다."""
    lines = []
    for name, data in SETS.items():
        source, samples, problem = None, None, None
        try:
            source = data_source(name)
            found = find(data)
            if found is None or data.form is None:
                samples = data.builtin_samples
            elif found.layout == "npz":
                samples = originals.check_npz(data.form, found)
        except DataError as error:
            problem = error
        lines.append(DataStatus(name, data.title, source, samples, problem, data.form is not None))
    return lines


def fetch_data(name: str) -> DataSource:
    """원본이 없으면 `keras.datasets`로 받습니다(진행 막대와 해시 확인은 케라스가 합니다).

    이미 온전한 원본이 있으면 네트워크를 쓰지 않습니다. 사람이 놓은 파일은 깨졌어도 바꾸지 않고
    DataError로 알립니다. 반환: 이제 쓰일 원본의 출처. 받지 못하면 DataError.
    """
    data = get_set(name)
    if data.form is None:
        raise DataError(f"{name} 데이터셋은 코드로 만들므로 받을 원본이 없습니다.")
    found = find(data)
    if found is not None:
        try:
            originals.read_all(data.form, found)
            return DataSource(name, "original", found.path)
        except DataError:
            # 케라스 캐시의 깨진 파일은 케라스가 해시를 보고 다시 받습니다.
            if found.placed:
                raise
    try:
        # 텐서플로까지 불러오므로 받을 때만 불러옵니다.
        importlib.import_module(f"keras.datasets.{name}").load_data()
    except Exception as error:  # 케라스는 받기에 실패하면 Exception을 그대로 던집니다
        reason = f"{type(error).__name__}: {error}".splitlines()[0][:200]
        raise DataError(f"{name} 원본을 받지 못했습니다({reason}).", how_to_get(name)) from error
    found = find(data)
    if found is None:
        raise DataError(
            f"{name} 원본을 받았지만 {originals.keras_cache()} 폴더에서 찾을 수 없습니다.",
            "환경 변수 KERAS_HOME을 쓸 수 있는 폴더로 정하고 다시 실행하세요.",
        )
    originals.read_all(data.form, found)
    return DataSource(name, "original", found.path)


def import_data(path: str | os.PathLike[str]) -> DataSource:
    """손으로 받은 원본을 검사하고 `load_data`가 찾는 곳에 넣습니다.

    받는 파일: `x_train y_train x_test y_test`가 든 npz(MNIST, CIFAR-100),
    CIFAR-100 누리집의 `cifar-100-python.tar.gz`.
    넣는 곳: `$AUTOGRADER_DATA`, 없으면 `datasets/`, 그것도 없으면 케라스 캐시.
    반환: 넣은 파일의 출처. 파일이 없거나 깨졌으면 DataError이고 아무것도 바뀌지 않습니다.
    """
    given = Path(path).expanduser()
    if not given.is_file():
        raise DataError(
            f"파일 {with_particle(str(given), '이', '가')} 없습니다.", "경로를 다시 확인하세요."
        )
    name, found = _recognise(given)
    form = get_set(name).form
    if form is None:
        raise DataError(f"{name} 데이터셋은 코드로 만들므로 넣을 원본이 없습니다.")
    split = originals.read_all(form, found)

    target = _import_folder() / f"{name}.npz"
    partial = target.with_name(target.name + ".partial")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists() and target.samefile(given):
            return DataSource(name, "original", target)
        if found.layout == "npz":
            shutil.copyfile(given, partial)
        else:
            (x_train, y_train), (x_test, y_test) = split
            with open(partial, "wb") as stream:
                np.savez(stream, x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test)
        partial.replace(target)
    except OSError as error:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
        raise DataError(
            f"{target} 파일을 쓸 수 없습니다({type(error).__name__}).",
            "쓸 수 있는 폴더를 환경 변수 AUTOGRADER_DATA로 정하고 다시 실행하세요.",
        ) from error
    return DataSource(name, "original", target)


def _import_folder() -> Path:
    folders = originals.placed_folders()
    chosen = os.environ.get("AUTOGRADER_DATA", originals.BUILTIN) != originals.BUILTIN
    if folders and (chosen or os.access(folders[0], os.W_OK)):
        return folders[0]
    return originals.keras_cache()


def _recognise(path: Path) -> tuple[str, Found]:
    """어느 데이터셋의 파일인지 내용을 보고 압니다."""
    if zipfile.is_zipfile(path):
        shape = originals.npz_shape(path, "x_train")
        for name, data in SETS.items():
            if data.form and shape is not None and shape[1:] == data.form.image_shape:
                return name, Found(path, "npz", placed=True)
    elif tarfile.is_tarfile(path):
        return "cifar100", Found(path, "archive", placed=True)
    raise DataError(
        f"{path} 파일이 어느 데이터셋인지 알 수 없습니다.",
        "x_train이 (N, 28, 28)인 mnist.npz, (N, 32, 32, 3)인 cifar100.npz, "
        "cifar-100-python.tar.gz 가운데 하나를 넣으세요.",
    )


# --- 명령: 결과를 한국어로 출력하고 종료 코드를 돌려줍니다 ---------------------------------


def status() -> int:
    """`autograder data status`. 깨진 파일이 있으면 1을 돌려줍니다."""
    lines = data_status()
    for line in lines:
        if line.problem is not None or line.source is None:
            print(f"✘ {line.name}: {line.problem}")
            continue
        original = line.source.origin == "original"
        what = f"원본({line.title})" if original else f"내장({get_set(line.name).builtin_title})"
        count = (
            f" · 훈련 {line.samples[0]:,}개, 테스트 {line.samples[1]:,}개" if line.samples else ""
        )
        made = "코드로 그림" if get_set(line.name).form else "코드로 만듦"
        where = short(line.source.path) if line.source.path else made
        print(f"✔ {line.name}: {what}{count} · {where}")
    if any(
        line.source and line.source.origin == "builtin" and get_set(line.name).form
        for line in lines
    ):
        print("원본은 autograder data fetch 명령으로 받습니다.")
    return 1 if any(line.problem for line in lines) else 0


def fetch(*names: str) -> int:
    """`autograder data fetch [이름…]`. 이름이 없으면 원본이 있는 데이터셋을 모두 받습니다."""
    chosen = names or tuple(name for name, data in SETS.items() if data.form)
    for name in chosen:
        get_set(name)  # 모르는 이름이 섞였으면 하나도 받기 전에 알립니다
    for name in chosen:
        source = fetch_data(name)
        print(f"✔ {name}: 원본이 있습니다 · {short(source.path) if source.path else ''}")
    return 0


def import_file(path: str | os.PathLike[str]) -> int:
    """`autograder data import 파일`."""
    source = import_data(path)
    print(f"✔ {source.name}: 원본을 넣었습니다 · {short(source.path) if source.path else ''}")
    return 0
