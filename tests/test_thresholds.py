"""정확도의 문턱: 저장소의 표가 잰 결과에서 나왔고, 지금의 데이터와 참고 모델의 것인지."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder.exercises import all_exercises, get
from autograder.exercises import thresholds as loader

ROOT = Path(__file__).resolve().parents[1]


def _load_tool() -> Any:
    path = ROOT / "tools" / "measure_thresholds.py"
    spec = importlib.util.spec_from_file_location("measure_thresholds", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


tool = _load_tool()
TABLE = tool.read()
CASES = [(name, origin) for name, net in tool.NETWORKS.items() for origin in net.protocols]


def counted(name: str, origin: str) -> list[float]:
    """문턱을 정하는 데 쓴 결과 모두."""
    protocols = tool.NETWORKS[name].protocols[origin]
    runs = TABLE["runs"][name][origin]
    return [accuracy for key, how in protocols.items() if how.counts for accuracy in runs[key]]


def test_rule() -> None:
    steady = [0.9, 0.9, 0.9]
    assert tool.threshold(steady, []) == 0.89
    assert tool.threshold(steady, [0.8]) == 0.79
    assert tool.threshold([0.9, 0.905, 0.91], []) == 0.89
    # 표준편차가 0.05이면 0.1을 뺍니다.
    assert tool.threshold([0.75, 0.8, 0.85], []) == 0.65


def test_file_says_what_the_rule_gives() -> None:
    assert TABLE["thresholds"] == tool.thresholds(TABLE["runs"])


def test_page_is_made_from_the_file() -> None:
    assert tool.PAGE.read_text("utf-8") == tool.page(TABLE)


@pytest.mark.parametrize(("name", "origin"), CASES)
def test_every_run_is_there(name: str, origin: str) -> None:
    protocols = tool.NETWORKS[name].protocols[origin]
    runs = TABLE["runs"][name][origin]
    assert runs.keys() == protocols.keys()
    for key, protocol in protocols.items():
        assert len(runs[key]) == protocol.runs
        assert all(0 <= accuracy <= 1 for accuracy in runs[key])
    assert len(runs["full"]) >= 20
    assert len(set(runs["full"])) > 3, "시드가 다르면 결과도 조금씩 다릅니다"


@pytest.mark.parametrize(("name", "origin"), CASES)
def test_threshold_is_safe_and_means_something(name: str, origin: str) -> None:
    limit = TABLE["thresholds"][name][origin]
    runs = TABLE["runs"][name][origin]
    assert limit <= min(counted(name, origin)) - 0.01 + 1e-9
    assert limit >= np.mean(runs["full"]) - 0.15
    assert limit > 3 * max(runs["untrained"])
    if tool.NETWORKS[name].dataset == "cifar100":
        assert limit > 1.5 * max(runs["linear"])


def test_built_in_data_are_those_measured() -> None:
    for dataset, measured in TABLE["data"].items():
        assert tool.builtin_fingerprint(dataset) == measured, (
            f"{dataset}이 바뀌었습니다. tools/measure_thresholds.py로 다시 재세요."
        )
    assert set(TABLE["data"]) == {network.dataset for network in tool.NETWORKS.values()}


def test_references_are_those_measured() -> None:
    for name, network in tool.NETWORKS.items():
        assert get(network.exercise).reference().count_params() == TABLE["parameters"][name]


def test_exercises_ask_for_measured_networks() -> None:
    # final.open asks for no network: tests/test_designs.py has its measured ones.
    asked = [
        exercise
        for exercise in all_exercises()
        if getattr(exercise, "accuracy", None) and exercise.id != "final.open"
    ]
    assert len(asked) >= 4
    by_parameters = {TABLE["parameters"][name]: name for name in tool.NETWORKS}
    for exercise in asked:
        model = exercise.reference()
        model(
            np.zeros((1, *exercise.inputs["model"]), "float32")
        )  # 서브클래싱 모델은 부른 뒤에 셉니다
        name = by_parameters[model.count_params()]
        assert exercise.accuracy.thresholds == TABLE["thresholds"][name], exercise.id
        assert exercise.accuracy.dataset == tool.NETWORKS[name].dataset, exercise.id


def test_loader() -> None:
    for name, limits in TABLE["thresholds"].items():
        assert loader.thresholds(name) == limits
    loader.thresholds("mnist_mlp")["builtin"] = 0.0
    assert loader.thresholds("mnist_mlp") == TABLE["thresholds"]["mnist_mlp"]


def test_data_card_tells_the_measured_accuracy() -> None:
    card = (ROOT / "datasets" / "README.md").read_text("utf-8")
    network, linear = re.findall(r"신경망 약 (0\.\d+), 선형 모델 약 (0\.\d+)", card)[0]
    runs = TABLE["runs"]["cifar100_cnn"]["builtin"]
    assert float(network) == pytest.approx(np.mean(runs["full"]), abs=0.006)
    assert float(linear) == pytest.approx(np.mean(runs["linear"]), abs=0.006)


@pytest.mark.slow
@pytest.mark.parametrize("name", tool.NETWORKS)
def test_a_learner_with_another_seed_passes(name: str) -> None:
    """표에 없는 시드로 배운 대로 훈련해도 문턱을 넘습니다."""
    protocol = tool.NETWORKS[name].protocols["builtin"]["full"]
    accuracy = tool.measure(name, "builtin", protocol, 777)
    assert accuracy >= TABLE["thresholds"][name]["builtin"]


def test_an_untrained_or_wrongly_scaled_model_does_not_pass() -> None:
    network = tool.NETWORKS["mnist_mlp"]
    limit = TABLE["thresholds"]["mnist_mlp"]["builtin"]
    untrained = network.protocols["builtin"]["untrained"]
    assert tool.measure("mnist_mlp", "builtin", untrained, 778) < limit / 2
    short = tool.Protocol("1 에포크", 1)
    assert tool.measure("mnist_mlp", "builtin", short, 778) < limit


def test_runs_are_kept_one_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """중간에 멈추어도 끝난 훈련은 남고, 다음에 그 뒤부터 이어서 합니다."""
    monkeypatch.setattr(tool, "TABLE", tmp_path / "thresholds.json")
    empty = {key: {} for key in ("thresholds", "runs", "data", "parameters")}
    tool.save(empty)
    done: list[tuple[str, str, int]] = []

    def measure(name: str, origin: str, protocol: Any, seed: int) -> float:
        if len(done) == 5:
            raise KeyboardInterrupt
        done.append((name, origin, seed))
        return 0.5

    monkeypatch.setattr(tool, "measure", measure)
    monkeypatch.setattr(tool, "_check_fingerprints", lambda table: None)
    with pytest.raises(KeyboardInterrupt):
        tool.run(1e9, [])
    origins = {origin for _, origin, _ in done}
    kept = sum(len(r) for n in tool.read()["runs"].values() for o in n.values() for r in o.values())
    assert kept == 5
    done.clear()
    with pytest.raises(KeyboardInterrupt):
        tool.run(1e9, [])
    kept = sum(len(r) for n in tool.read()["runs"].values() for o in n.values() for r in o.values())
    assert kept == 10
    # 원본이 없는 곳에서는 내장 데이터만 잽니다.
    assert origins | {origin for _, origin, _ in done} == {"builtin"}


def test_changed_data_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tool, "TABLE", tmp_path / "thresholds.json")
    changed = {**TABLE, "data": {**TABLE["data"], "mnist": "0123456789abcdef"}}
    tool.save(changed)
    with pytest.raises(SystemExit, match="mnist 데이터가 잴 때와 다릅니다"):
        tool.run(0, [])
    assert tool.read()["runs"] == TABLE["runs"]
