"""What holds for the repository as a whole: files, versions, set-up, direction of imports."""

from __future__ import annotations

import ast
import functools
import graphlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
BINARY = {".npz", ".png", ".ttf", ".otf", ".gif", ".ico", ".keras"}
THEN_AND_NOW = "그때와 지금"

# Put together here so that this file doesn't hold them itself.
REGISTRIES = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("deb", "debian", "org"),
        ("archive", "ubuntu", "com"),
        ("conda", "anaconda", "org"),
    )
] + ["--" + option for option in ("index-url", "extra-index-url", "find-links", "trusted-host")]


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    paths = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    return [path for path in paths if path.is_file()]


def texts() -> Iterator[tuple[Path, str]]:
    for path in tracked():
        if path.suffix not in BINARY:
            yield path.relative_to(ROOT), path.read_text(encoding="utf-8")


def python_files() -> list[Path]:
    return [path for path in tracked() if path.suffix == ".py"]


def notebooks() -> list[Path]:
    found = [path for path in tracked() if path.suffix == ".ipynb"]
    folders = {path.relative_to(ROOT).parts[0] for path in found}
    assert {"notebooks", "solutions"} <= folders
    return found


def cell_code(source: str) -> str:
    """The Python of a cell: lines for IPython (`%`, `!`) become `pass`."""
    return re.sub(r"^(\s*)[%!].*$", r"\1pass", source, flags=re.M)


def code_units() -> Iterator[tuple[str, ast.Module]]:
    """Every Python file and every code cell, parsed."""
    for path in python_files():
        yield str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8"))
    for path in notebooks():
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        for number, cell in enumerate(cells):
            if cell["cell_type"] == "code":
                name = f"{path.relative_to(ROOT)} cell {number}"
                yield name, ast.parse(cell_code("".join(cell["source"])), name)


# ----------------------------------------------------------------------------------------- files


def test_no_file_names_a_registry_or_where_it_was_made() -> None:
    places = {str(ROOT), sys.prefix, "file:" + "///", str(Path(tempfile.gettempdir()) / "fresh")}
    if len(ROOT.parent.parts) > 1 and ROOT.parent not in (Path.home(), Path(tempfile.gettempdir())):
        places.add(f"{ROOT.parent}/")
    homes = re.compile(r"(?<![\w.])/(?:root|home/\w+|Users/\w+|opt/\w+)/[\w.]")
    found = []
    for name, text in texts():
        found += [f"{name}: {word}" for word in [*REGISTRIES, *places] if word in text]
        found += [f"{name}: {match[0]}…" for match in homes.finditer(text)]
    assert found == []


def test_no_bare_except() -> None:
    found = [
        f"{name} line {node.lineno}"
        for name, module in code_units()
        for node in ast.walk(module)
        if isinstance(node, ast.ExceptHandler) and node.type is None
    ]
    assert found == []


def old_api(cells: list[dict[str, object]]) -> list[str]:
    """The places where yesterday's API stands outside of a 그때와 지금 box."""
    found, section, before = [], "", ""
    for number, cell in enumerate(cells):
        source = "".join(cell["source"])  # type: ignore[arg-type]
        if cell["cell_type"] == "markdown":
            heading = re.search(r"^#+ .*$", source, re.M)
            section = heading[0] if heading else section
            before = source
        if THEN_AND_NOW in section or THEN_AND_NOW in before:
            continue
        for match in re.finditer(r"tf\.keras\.\w*|\binput_shape\s*=", source):
            found.append(f"cell {number}: {match[0]}")
    return found


def test_old_api_is_seen_where_it_should_not_be() -> None:
    """The check below can fail, and lets pass what it should."""
    box = {"cell_type": "markdown", "source": [f"**{THEN_AND_NOW}** `tf.keras.layers`"]}
    text = {"cell_type": "markdown", "source": "## 다음"}
    old = {
        "cell_type": "code",
        "source": ["x = tf.keras.layers.Dense(1,\n", "  input_shape =(2,))"],
    }
    new = {"cell_type": "code", "source": "shape = layer.compute_output_shape(input_shape)"}
    assert old_api([box, old, text, new]) == []
    assert old_api([text, old]) == ["cell 1: tf.keras.layers", "cell 1: input_shape ="]


def test_notebooks_use_the_old_api_only_where_they_tell_of_it() -> None:
    found = []
    for path in notebooks():
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        found += [f"{path.relative_to(ROOT)} {place}" for place in old_api(cells)]
    assert found == []


# -------------------------------------------------------------------------------------- versions


def requirements() -> dict[str, list[Requirement]]:
    """What pyproject.toml asks for, by extra; the base install under ""."""
    project = PROJECT["project"]
    groups = {"": project["dependencies"], **project["optional-dependencies"]}
    return {extra: [Requirement(line) for line in lines] for extra, lines in groups.items()}


def locked() -> list[Requirement]:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if not line.startswith("#")]


def test_base_install_is_light_enough_for_colab() -> None:
    names = {requirement.name for requirement in requirements()[""]}
    assert "tensorflow" in names
    heavy = {"jupyterlab", "notebook", "nbgrader", "nbclient", "nbconvert", "ipykernel", "tqdm"}
    assert names & heavy == set()


def test_pyproject_holds_lower_bounds_only() -> None:
    """Anything else would replace what Colab has."""
    for group in requirements().values():
        for requirement in group:
            operators = sorted(specifier.operator for specifier in requirement.specifier)
            assert operators in ([">="], ["!=", ">="]), str(requirement)


def test_lock_holds_plain_versions_only() -> None:
    for line in (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            assert re.fullmatch(r"[\w.-]+==[\w.]+( ; [^;#@]+)?", line), line


@pytest.mark.parametrize("python", ["3.11.2", "3.11.9", "3.12.7", "3.13.0"])
@pytest.mark.parametrize("system", ["linux", "darwin", "win32"])
def test_lock_covers_pyproject_once_on_every_system(python: str, system: str) -> None:
    environment = {
        **default_environment(),
        "python_full_version": python,
        "python_version": ".".join(python.split(".")[:2]),
        "sys_platform": system,
        "os_name": "nt" if system == "win32" else "posix",
        "extra": "",
    }
    versions: dict[str, str] = {}
    for requirement in locked():
        if requirement.marker is None or requirement.marker.evaluate(environment):
            name = canonicalize_name(requirement.name)
            assert name not in versions, f"{name} twice"
            (specifier,) = requirement.specifier
            versions[name] = specifier.version
    for group in requirements().values():
        for requirement in group:
            if requirement.marker is not None and not requirement.marker.evaluate(environment):
                continue
            version = versions.get(canonicalize_name(requirement.name))
            assert version is not None, f"{requirement} is not in requirements.txt: make lock"
            assert requirement.specifier.contains(version, prereleases=True), str(requirement)


def test_conda_environment_installs_this_package_with_its_extra() -> None:
    text = (ROOT / "environment.yml").read_text(encoding="utf-8")
    python = re.search(r"python=(\d+)\.(\d+)", text)
    assert python is not None
    assert (3, 11) <= (int(python[1]), int(python[2])) <= (3, 13)
    extra = re.search(r"--editable \.\[(\w+)\]", text)
    assert extra is not None
    names = {requirement.name for requirement in requirements()[extra[1]]}
    assert {"jupyterlab", "nbgrader", "graphviz-pure"} <= names


def test_the_address_of_the_course_stands_in_one_place() -> None:
    address = PROJECT["project"]["urls"]["Repository"]
    assert address.startswith("https://")
    generated = {"notebooks", "solutions", "docs"}
    holders = {
        str(name)
        for name, text in texts()
        if address.removeprefix("https://") in text and name.parts[0] not in generated
    }
    # README and CONTRIBUTING show it to people; code and solutions take it from pyproject.toml.
    assert holders - {"README.md", "CONTRIBUTING.md"} == {"pyproject.toml"}


def test_licence_is_mit_and_the_font_keeps_its_own() -> None:
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").startswith("MIT License")
    assert "SIL OPEN FONT LICENSE" in (ROOT / "autograder/fonts/OFL.txt").read_text(
        encoding="utf-8"
    )


# ---------------------------------------------------------------------------------------- set-up

TARGETS = {
    "lab": "autograder.cli lab",
    "grade": "autograder.cli sample",
    "test": "pytest",
    "quick": "not heavy",
    "bench": "tools/bench.py",
    "build": "autograder.cli build",
    "lint": "ruff check",
    "format": "ruff format",
    "lock": "tools/lock.py",
    "site": "autograder.authoring.site",
    "site-test": "tests/test_site.py",
    "clean": "rm -rf .venv",
}


@pytest.mark.parametrize("target", TARGETS)
def test_make_knows_the_target(target: str) -> None:
    done = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert TARGETS[target] in done.stdout
    for program in re.findall(r"tools/\w+\.\w+", done.stdout):
        assert (ROOT / program).is_file(), program


def test_make_test_checks_style_and_types_before_the_tests() -> None:
    done = subprocess.run(["make", "-n", "test"], cwd=ROOT, capture_output=True, text=True)
    steps = ["ruff check", "ruff format --check", "mypy", "pytest"]
    places = [done.stdout.index(step) for step in steps]
    assert places == sorted(places)


def test_ci_runs_make_test() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    text = script.read_text(encoding="utf-8")
    assert "set -euo pipefail" in text
    assert re.search(r"make\b.* test\b", text)


def small_project(folder: Path) -> Path:
    """A copy of the set-up around an almost empty package."""
    (folder / "tools").mkdir(parents=True)
    for name in ("Makefile", "tools/setup.sh", "tools/need.sh"):
        shutil.copy(ROOT / name, folder / name)
    shutil.copytree(ROOT / "tools" / "jupyter", folder / "tools" / "jupyter")
    needed = {"hatchling", "editables", "packaging", "pathspec", "pluggy", "trove-classifiers"}
    kept = [str(line) for line in locked() if canonicalize_name(line.name) in needed]
    assert len(kept) == len(needed)
    (folder / "requirements.txt").write_text("\n".join(kept) + "\n")
    (folder / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
        '[project]\nname = "small"\nversion = "1"\n'
    )
    (folder / "small.py").write_text("answer = 42\n")
    return folder


def make_setup(folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    # Another make around this one must not pass its flags on.
    clean = {name: text for name, text in environment.items() if not name.startswith("MAKE")}
    return subprocess.run(
        ["make", "setup"], cwd=folder, env=clean, capture_output=True, text=True, timeout=300
    )


@pytest.mark.slow
def test_set_up_works_once_and_is_silent_afterwards(
    tmp_path: Path, outside: dict[str, str]
) -> None:
    folder = small_project(tmp_path / "a folder")
    first = make_setup(folder, outside)
    assert first.returncode == 0, first.stderr
    python = folder / ".venv" / "bin" / "python"
    seen = subprocess.run(
        [python, "-c", "import small; print(small.answer)"], capture_output=True, text=True
    )
    assert seen.stdout == "42\n", seen.stderr
    settings = folder / ".venv" / "etc" / "jupyter" / "nbgrader_config.py"
    assert "c.Execute.timeout = 600" in settings.read_text("utf-8")
    stamp = (folder / ".venv" / ".ready").stat().st_mtime_ns

    second = make_setup(folder, outside)
    assert (second.returncode, second.stdout, second.stderr) == (0, "", "")
    assert (folder / ".venv" / ".ready").stat().st_mtime_ns == stamp

    # A new lock file is installed; a broken environment is made again.
    python.unlink()
    os.utime(folder / "requirements.txt")
    third = make_setup(folder, outside)
    assert third.returncode == 0, third.stderr
    assert (folder / ".venv" / ".ready").stat().st_mtime_ns > stamp
    assert python.exists()

    # A repository that was moved finds itself again.
    moved = folder.rename(tmp_path / "elsewhere")
    fourth = make_setup(moved, outside)
    assert fourth.returncode == 0, fourth.stderr
    seen = subprocess.run(
        [moved / ".venv" / "bin" / "python", "-c", "import small; print(small.__file__)"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert seen.stdout == f"{moved / 'small.py'}\n", seen.stderr
    assert make_setup(moved, outside).stderr == ""


def test_no_merge_was_left_half_done() -> None:
    marks = ("<<<<<<< ", ">>>>>>> ")
    for path in tracked():
        text = path.read_bytes().decode("utf-8", "replace")
        assert not any(line.startswith(marks) for line in text.splitlines()), path


def test_too_old_a_python_is_answered_in_one_line(tmp_path: Path) -> None:
    folder = small_project(tmp_path / "project")
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("make", "sh", "touch", "id"):
        (programs / name).symlink_to(shutil.which(name) or name)
    old = programs / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")  # what the version test of a Python 3.10 says
    old.chmod(0o755)
    done = make_setup(folder, {"PATH": str(programs), "HOME": str(tmp_path)})
    assert done.returncode != 0
    said = [line for line in done.stderr.splitlines() if not line.startswith("make")]
    assert len(said) == 1
    assert said[0].startswith("파이썬 3.11~3.13을 찾을 수 없습니다.")
    assert not (folder / ".venv").exists()


def test_missing_chromium_is_said_in_one_line_and_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "sh").symlink_to(shutil.which("sh") or "sh")
    (tmp_path / "id").symlink_to(shutil.which("id") or "id")
    done = subprocess.run(
        ["sh", str(ROOT / "tools" / "need.sh"), "chromium"],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0
    assert len(done.stderr.splitlines()) == 1
    assert "apt install chromium" in done.stderr


# --------------------------------------------------------------------------------------- imports

# The rooms of the map in CONTRIBUTING, and the modules in each. What every room may use is BASE.
BASE = ("about", "cell_names", "errors", "fonts", "korean", "notebook", "programs", "startup")
ROOM_OF = {"journal": "learner", "note_box": "learner", "doctor": "cli", "lab": "cli"}


def mermaid() -> tuple[set[str], set[tuple[str, str]]]:
    """The rooms and arrows of the picture in CONTRIBUTING."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    (picture,) = re.findall(r"```mermaid\n(.*?)```", text, re.S)
    rooms = {name.replace("_", ".") for name in re.findall(r"^\s*(\w+)\[", picture, re.M)}
    arrows = set()
    for line in picture.splitlines():
        if "-->" in line:
            start, _, ends = line.partition("-->")
            arrows |= {
                (start.strip().replace("_", "."), end.strip().replace("_", "."))
                for end in ends.split("&")
            }
    assert {room for arrow in arrows for room in arrow} <= rooms
    return rooms, arrows


def room(module: str) -> str:
    """autograder.judge.model.match → judge; autograder.grading.run.pool → grading.run"""
    inner = module.partition(".")[2]
    for name in ("grading.run", "grading.sandbox"):
        if inner.startswith(name):
            return name
    name = inner.partition(".")[0]
    return ROOM_OF.get(name, name)


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def typing_only(module: ast.Module) -> set[int]:
    """The nodes under `if TYPE_CHECKING:`; they import nothing when the program runs."""
    return {
        id(inner)
        for node in ast.walk(module)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
        for statement in node.body
        for inner in ast.walk(statement)
    }


@functools.cache
def imports() -> dict[str, set[str]]:
    """Module of the package → the package's modules that it imports, wherever in the file."""
    paths = {module_name(path): path for path in (ROOT / "autograder").rglob("*.py")}
    graph: dict[str, set[str]] = {}
    for name, path in paths.items():
        module = ast.parse(path.read_text(encoding="utf-8"))
        skipped = typing_only(module)
        found: set[str] = set()
        for node in ast.walk(module):
            if id(node) in skipped:
                continue
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                package = name.split(".") if path.stem == "__init__" else name.split(".")[:-1]
                base = package[: len(package) - node.level + 1] if node.level else []
                source = ".".join([*base, *(node.module or "").split(".")]).strip(".")
                inner = {f"{source}.{alias.name}" for alias in node.names}
                found |= inner if inner <= set(paths) else {source, *inner}
            elif isinstance(node, ast.Constant) and "." in str(node.value):
                # Imported by name: `importlib.import_module(f"autograder.{name}")`.
                found |= {str(node.value), f"autograder.{node.value}"}
        graph[name] = {target for target in found if target in paths} - {"autograder"}
    return graph


def crossings(graph: dict[str, set[str]]) -> dict[tuple[str, str], set[str]]:
    """(room, room) → the imports from the one into the other."""
    found: dict[tuple[str, str], set[str]] = {}
    for module, targets in graph.items():
        for target in targets if module != "autograder" else ():
            if room(module) != room(target):
                found.setdefault((room(module), room(target)), set()).add(f"{module} → {target}")
    return found


def reachable(arrows: set[tuple[str, str]], start: str) -> set[str]:
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        here = waiting.pop()
        for begin, end in arrows:
            if begin == here and end not in seen:
                seen.add(end)
                waiting.append(end)
    return seen


ROOMS, ARROWS = mermaid()


def test_the_map_has_every_room() -> None:
    found = {room(module) for module in imports()} - {"", *BASE}
    assert found == ROOMS


@pytest.mark.parametrize("where", sorted({*ROOMS, *BASE}))
def test_imports_follow_the_map(where: str) -> None:
    """An import must go where the arrows lead; whoever is not on the way does not know of it."""
    allowed = {*reachable(ARROWS, where), *BASE}
    wrong = {
        line
        for (start, end), lines in crossings(imports()).items()
        if start == where and end not in allowed
        for line in lines
    }
    assert wrong == set()


def test_every_arrow_of_the_map_is_an_import() -> None:
    assert set(crossings(imports())) >= ARROWS


def test_the_map_keeps_the_sides_apart() -> None:
    """The rooms beside a learner's code never lead to an answer; the wings meet at one door."""
    trusted = {"exercises", "kinds", "judge", "authoring", "grading", "cli"}
    for beside in (
        "observe",
        "protocol",
        "report",
        "data",
        "figures",
        "grading.run",
        "grading.sandbox",
    ):
        assert not reachable(ARROWS, beside) & trusted, beside
    assert "grading" not in reachable(ARROWS, "authoring")
    door = "autograder.grading.course.release → autograder.authoring.release"
    assert crossings(imports())["grading", "authoring"] == {door}


NOT_HERE = "여기 없는 것: "


def left_out(text: str) -> list[str]:
    """What the docstring of a module names as being elsewhere; empty where it doesn't say."""
    first, *others = text.strip().split("\n\n")
    if not re.search("[가-힣]", first) or NOT_HERE in first or not others:
        return []
    line = others[0]
    return re.findall("`(.+?)`", line) if line.startswith(NOT_HERE) and "\n" not in line else []


def test_what_is_left_out_is_read_only_where_it_should_stand() -> None:
    """The check below can fail."""
    line = f"{NOT_HERE}판정(`judge`), 재는 일(`tools/bench.py`)."
    assert left_out(f"값 하나.\n\n{line}\n\n더 긴 글.") == ["judge", "tools/bench.py"]
    for text in ("값 하나.", f"{line}", f"값 하나.\n{line}", f"값 하나.\n\n더 긴 글.\n\n{line}"):
        assert left_out(text) == []


def test_every_module_says_what_is_in_it_and_where_the_rest_is() -> None:
    """First what is in it, then one line of what a newcomer may look for here, and its module."""
    modules = {module_name(path): path for path in (ROOT / "autograder").rglob("*.py")}
    silent, wrong = [], []
    for module, path in modules.items():
        text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        named = left_out(text)
        if not named:
            silent.append(module)
        for name in named:
            target = f"autograder.{name}"
            if target == module or not (target in modules or (ROOT / name).is_file()):
                wrong.append(f"{module}: {name}")
    assert (silent, wrong) == ([], [])


def test_no_import_circle() -> None:
    graphlib.TopologicalSorter(imports()).prepare()
    between: dict[str, set[str]] = {}
    for start, end in crossings(imports()):
        between.setdefault(start, set()).add(end)
    graphlib.TopologicalSorter(between).prepare()


def test_a_kind_has_one_name_everywhere() -> None:
    """The type of question, how it is observed and how it is judged: three modules of one name."""
    from autograder import kinds
    from autograder.observe import KINDS

    classes = [getattr(kinds, name) for name in kinds.__all__ if name.endswith("Exercise")]
    homes = {
        made.__module__.rpartition(".")[2]: made.kind
        for made in classes
        if made is not kinds.Exercise
    }
    assert set(homes) == set(homes.values()) == set(KINDS)
    for name in KINDS:
        for part in ("kinds", "observe", "judge"):
            assert importlib.util.find_spec(f"autograder.{part}.{name}"), (part, name)


def test_notebooks_import_the_package_only_from_its_top() -> None:
    """Learners see `autograder`, never the exercises with their answers."""
    inner = {
        f"autograder.{name}"
        for name in ("authoring", "exercises", "grading", "judge", "kinds", "observe")
    }
    found = []
    for name, module in code_units():
        if not name.startswith(("notebooks", "solutions")) or name.endswith("answers.py"):
            continue
        for node in ast.walk(module):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            found += [f"{name}: {used}" for used in names if used.startswith(tuple(inner))]
    assert found == []


def test_links_between_the_files_of_the_course_lead_somewhere() -> None:
    """Notebooks (also the solved ones) and documents: the file is there, and the heading in it."""
    link = re.compile(r"\]\(([^)\s]+)\)")
    missing = []
    for path in [*ROOT.glob("*/*/*.ipynb"), *ROOT.glob("*.md"), *ROOT.glob("*/*.md")]:
        if path.relative_to(ROOT).parts[0].startswith("."):
            continue
        for target in link.findall(_prose_of(path)):
            place, _, heading = target.partition("#")
            if re.match(r"[a-z]+:", target) or target == "...":
                continue
            file = path if not place else (path.parent / unquote(place))
            if not file.exists() or (heading and unquote(heading) not in _anchors(file)):
                missing.append(f"{path.relative_to(ROOT)}: {target}")
    assert missing == []


def _prose_of(path: Path) -> str:
    text = path.read_text("utf-8")
    if path.suffix == ".ipynb":
        cells = json.loads(text)["cells"]
        text = "\n\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")
    text = re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)
    return re.sub(r"`[^`\n]*`", "x", text)


def _anchors(path: Path) -> set[str]:
    """What GitHub (small letters) and JupyterLab (as written) call the headings of a file."""
    text = path.read_text("utf-8")
    if path.suffix == ".ipynb":
        cells = json.loads(text)["cells"]
        text = "\n\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")
    found = set()
    for heading in re.findall(r"^#+ (.+)$", text, re.M):
        plain = re.sub(r"[*`]", "", heading).strip().replace(" ", "-")
        found |= {plain, re.sub(r"[^\w-]", "", plain.lower()), re.sub(r"[^\w-]", "", plain)}
    return found
