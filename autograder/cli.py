"""명령 `autograder`. 무거운 것은 명령을 실행할 때에만 불러오므로 `--help`는 곧바로 나옵니다.

여기 없는 것: 명령이 하는 일: 만들기(`authoring.build`), 채점(`grading.grade`), 점검(`doctor`), 데이터(`data.fetching`).
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

from autograder import about
from autograder.errors import CourseError
from autograder.korean import with_particle

USAGE = 2
"""잘못된 입력이나 빠진 준비로 끝날 때의 종료 코드."""


def main(arguments: list[str] | None = None) -> NoReturn:
    """명령줄의 시작점. 예상한 오류는 한국어 한 문장과 종료 코드 2로 끝납니다."""
    for stream in (sys.stdout, sys.stderr):
        # A console that isn't UTF-8 must not turn a Korean sentence into a traceback.
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")
    # TensorFlow's start-up notes would stand before every answer of a command.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        options = _parser().parse_args(arguments)
        sys.exit(options.run(options) or 0)
    except CourseError as error:
        print(error, file=sys.stderr)
        sys.exit(USAGE)
    except KeyboardInterrupt:
        print("그만두었습니다.", file=sys.stderr)
        sys.exit(130)


def _build(options: argparse.Namespace) -> int | None:
    return _with_extra("authoring.build").build(options.units, options.check)


def _exercises(options: argparse.Namespace) -> None:
    from autograder.exercises import all_exercises
    from autograder.exercises.path import is_deeper
    from autograder.exercises.points import listed_points

    rows: list[dict[str, Any]] = [
        {
            "id": exercise.id,
            "title": exercise.title,
            "unit": exercise.unit,
            "points": listed_points(exercise),
            "depth": "deeper" if is_deeper(exercise.id) else "core",
        }
        for exercise in all_exercises()
    ]
    if options.json:
        print(json.dumps(rows, ensure_ascii=False, indent=2))
        return

    from rich.console import Console
    from rich.table import Table

    table = Table("단원", "아이디", "제목")
    table.add_column("배점", justify="right")
    for row in rows:
        table.add_row(row["unit"], row["id"], row["title"], f"{row['points']:g}")
    table.caption = f"문제 {len(rows)}개, 모두 {sum(row['points'] for row in rows):g}점"
    Console().print(table)


def _grade(options: argparse.Namespace) -> int | None:
    _require_course(options.course)
    return _with_extra("grading.grade").grade(
        options.unit,
        options.course,
        options.workers,
        options.cluster,
        require_sandbox=options.require_sandbox,
        allow_weaker_sandbox=options.allow_weaker_sandbox,
        wait=not options.no_wait,
    )


def _sample(options: argparse.Namespace) -> int | None:
    return _with_extra("grading.sample").sample(options.course, options.workers)


def _collect(options: argparse.Namespace) -> int | None:
    return _with_extra("grading.collect").collect(
        options.unit,
        options.files,
        options.course,
        options.roster,
        dry_run=options.dry_run,
        wait=not options.no_wait,
    )


def _export(options: argparse.Namespace) -> int | None:
    _require_course(options.course)
    module = _with_extra("grading.export")
    columns = {}
    for text in options.column:
        unit, mark, title = text.partition("=")
        if not mark and len(options.units) == 1:
            unit, title = options.units[0], text
        if unit not in options.units or not title:
            raise CourseError(
                f"--column {text}의 뜻을 알 수 없습니다.", '"단원=과제의 제목" 꼴로 적으세요.'
            )
        columns[unit] = title
    asked = module.Asked(
        options.to,
        options.gradebook,
        options.out_of,
        options.missing_zero,
        columns,
        options.output,
        not options.no_feedback,
    )
    return module.export(options.units, options.course, asked, wait=not options.no_wait)


def _rejudge(options: argparse.Namespace) -> int | None:
    _require_course(options.course)
    return _with_extra("grading.rejudge").rejudge(
        options.unit,
        options.course,
        options.workers,
        write=options.write,
        wait=not options.no_wait,
    )


def _report(options: argparse.Namespace) -> int | None:
    _require_course(options.course)
    return _with_extra("grading.report.command").report(
        options.units, options.course, options.output, hide_names=options.hide_names
    )


def _refresh(options: argparse.Namespace) -> int | None:
    _require_course(options.course)
    return _with_extra("grading.course.refresh").refresh(
        options.unit, options.course, wait=not options.no_wait
    )


def _restore(options: argparse.Namespace) -> int | None:
    _require_course(options.course)
    backup = _with_extra("grading.course.backup")
    coursedir = _with_extra("grading.course.folder").course_directory(options.course)
    if not options.name:
        kept = "\n".join(path.stem for path in backup.copies(options.course))
        print(kept or backup.not_copied(coursedir) or "성적부의 사본이 아직 없습니다.")
        return None
    hold = _with_extra("grading.course.hold")
    with hold.holding(options.course, "autograder restore", wait=not options.no_wait):
        before = backup.restore(coursedir, options.name)
    print(f"성적부를 {options.name}의 것으로 되돌렸습니다.")
    if before is not None:
        print(f"되돌리기 전의 성적부: {before.stem}")
    return None


def _require_course(folder: Path) -> None:
    if not folder.is_dir():
        raise CourseError(
            f"과정 폴더 {with_particle(str(folder), '이', '가')} 없습니다.",
            "--course에 nbgrader 과정 폴더를 주세요.",
        )


def _data_status(options: argparse.Namespace) -> int | None:
    return _data().status()


def _data_fetch(options: argparse.Namespace) -> int | None:
    return _data().fetch(*options.names)


def _data_import(options: argparse.Namespace) -> int | None:
    if not options.file.is_file():
        raise CourseError(
            f"파일 {with_particle(str(options.file), '이', '가')} 없습니다.",
            "경로를 다시 확인하세요.",
        )
    return _data().import_file(options.file)


def _lab(options: argparse.Namespace) -> int | None:
    from autograder.lab import lab

    arguments = options.arguments[options.arguments[:1] == ["--"] :]
    return lab(arguments, instructor=options.instructor)


def _doctor(options: argparse.Namespace) -> int | None:
    from autograder.doctor import doctor

    return doctor()


def _with_extra(name: str) -> ModuleType:
    """선택 설치 `classroom`이 있어야 하는 모듈. 빠졌으면 설치하는 법을 말합니다."""
    try:
        return importlib.import_module(f"autograder.{name}")
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing == "autograder":
            raise
        raise CourseError(
            f"이 명령에는 {missing} 패키지가 더 있어야 합니다.",
            f"{about.install_command('classroom')} 명령으로 설치하세요.",
        ) from error


def _data() -> Any:
    return importlib.import_module("autograder.data")


def _points(text: str) -> float:
    if not re.fullmatch(r"[0-9]+(\.[0-9]+)?", text) or not float(text):
        raise CourseError(f"--out-of는 0보다 큰 수여야 하는데 {text}입니다.")
    return float(text)


def _whole_number(text: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]*", text):
        raise CourseError(f"--workers는 1 이상의 정수여야 하는데 {text}입니다.")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="autograder",
        description="텐서플로 2 · 케라스 3 강좌: 노트북 만들기, 채점, 데이터, 환경 점검.",
    )
    parser.add_argument(
        "--version",
        action="version",
        version=f"autograder {about.version()}",
        help="버전을 보이고 끝냅니다",
    )
    commands = parser.commands()

    lab = commands.add_parser("lab", help="주피터랩으로 강좌를 엽니다")
    lab.add_argument(
        "--instructor", action="store_true", help="과제를 만들고 채점하는 강사의 도구까지 보입니다"
    )
    lab.add_argument(
        "arguments", nargs=argparse.REMAINDER, metavar="-- 인수", help="주피터랩에 그대로 줄 인수"
    )
    lab.set_defaults(run=_lab)

    build = commands.add_parser("build", help="solutions/에서 학생용 notebooks/를 만듭니다")
    build.add_argument(
        "units", nargs="*", metavar="단원", help="만들 단원(예: 04_sequential), 없으면 모두"
    )
    build.add_argument(
        "--check",
        action="store_true",
        help="쓰지 않고, notebooks/가 solutions/와 맞는지 검사합니다",
    )
    build.set_defaults(run=_build)

    exercises = commands.add_parser("exercises", help="문제의 아이디, 제목, 단원, 배점을 보입니다")
    exercises.add_argument("--json", action="store_true", help="JSON으로 출력합니다")
    exercises.set_defaults(run=_exercises)

    collect = commands.add_parser(
        "collect", help="LMS에서 받은 zip과 폴더를 과정 폴더의 submitted/에 나누어 놓습니다"
    )
    _add_class(collect, "모을")
    collect.add_argument(
        "files", nargs="+", type=Path, metavar="파일", help="zip, 폴더, 노트북: 받은 그대로"
    )
    collect.add_argument(
        "--roster", type=Path, metavar="CSV", help="명단: 학번(id), 이름(name), 이메일(email)"
    )
    collect.add_argument(
        "--dry-run", action="store_true", help="쓰지 않고 무엇이 어디에 놓이는지만 보입니다"
    )
    collect.set_defaults(run=_collect)

    grade = commands.add_parser(
        "grade", help="제출된 노트북을 채점해 성적부, grades.csv, 학생별 피드백을 만듭니다"
    )
    _add_class(grade, "채점할")
    _add_workers(grade)
    grade.add_argument(
        "--cluster",
        metavar="주소",
        help="dask.distributed의 스케줄러(예: tcp://서버:8786)에 이어진 컴퓨터들에서 실행합니다",
    )
    grade.add_argument(
        "--require-sandbox",
        default="",
        metavar="이름",
        help="학습자의 코드를 적어도 이만큼 막습니다: none, landlock, namespaces (없으면 landlock)",
    )
    grade.add_argument(
        "--allow-weaker-sandbox",
        action="store_true",
        help="그만큼 막을 수 없어도 채점합니다(학습자의 코드가 이 컴퓨터의 파일을 바꿀 수 있습니다)",
    )
    grade.set_defaults(run=_grade)

    sample = commands.add_parser("sample", help="예시 학급을 만들어 채점하고 표를 보입니다")
    sample.add_argument(
        "--course", type=Path, metavar="폴더", help="과정 폴더를 만들 자리(없으면 임시 폴더)"
    )
    _add_workers(sample)
    sample.set_defaults(run=_sample)

    export = commands.add_parser(
        "export",
        help="점수를 캔버스와 무들이 그대로 가져오는 CSV로, 피드백을 LMS가 도로 받는 zip으로 만듭니다",
    )
    export.add_argument("units", nargs="+", metavar="단원", help="내보낼 단원(예: 04_sequential)")
    export.add_argument(
        "--to", required=True, choices=("canvas", "moodle", "csv"), help="어디에 넣을 것인지"
    )
    _add_course(export)
    export.add_argument(
        "--gradebook",
        type=Path,
        metavar="CSV",
        help="캔버스의 성적표나 무들의 채점 워크시트, 받은 그대로: 과제의 열만 채웁니다",
    )
    export.add_argument(
        "--out-of",
        type=_points,
        default=0.0,
        metavar="만점",
        help="이 만점으로 바꾸어 적습니다(예: 100), 없으면 단원의 배점 그대로",
    )
    export.add_argument(
        "--missing-zero", action="store_true", help="내지 않은 학생의 빈 칸에 0점을 적습니다"
    )
    export.add_argument(
        "--column",
        action="append",
        default=[],
        metavar="단원=제목",
        help="LMS에서의 과제의 제목, 단원마다 한 번",
    )
    export.add_argument(
        "--output", type=Path, metavar="폴더", help="쓸 폴더, 없으면 과정 폴더의 export/"
    )
    export.add_argument("--no-feedback", action="store_true", help="피드백의 zip은 만들지 않습니다")
    _add_no_wait(export)
    export.set_defaults(run=_export)

    rejudge = commands.add_parser(
        "rejudge", help="실행하지 않고, 보관한 관찰로 한 학급을 다시 판정합니다"
    )
    _add_class(rejudge, "다시 판정할")
    _add_workers(rejudge)
    rejudge.add_argument(
        "--write", action="store_true", help="달라진 점수를 성적부와 피드백에 적습니다"
    )
    rejudge.set_defaults(run=_rejudge)

    report = commands.add_parser(
        "report", help="채점이 남긴 것으로 학급 보고서(report.html)를 만듭니다"
    )
    report.add_argument(
        "units",
        nargs="*",
        metavar="단원",
        help="볼 단원(예: 04_sequential), 없으면 채점한 모든 단원",
    )
    _add_course(report)
    report.add_argument(
        "--hide-names", action="store_true", help="학생의 아이디와 이름을 번호로 바꿉니다"
    )
    report.add_argument(
        "--output", type=Path, metavar="파일", help="쓸 파일, 없으면 과정 폴더의 report.html"
    )
    report.set_defaults(run=_report)

    refresh = commands.add_parser("refresh", help="과제를 지금의 강좌에 맞춥니다(없으면 만듭니다)")
    _add_class(refresh, "맞출")
    refresh.set_defaults(run=_refresh)

    restore = commands.add_parser(
        "restore", help="성적부의 사본을 보이거나, 이름을 주면 그것으로 되돌립니다"
    )
    restore.add_argument("name", nargs="?", default="", metavar="사본", help="사본의 이름")
    _add_course(restore)
    _add_no_wait(restore)
    restore.set_defaults(run=_restore)

    data = commands.add_parser(
        "data", help="데이터셋: 무엇이 있는지 보고, 내려받고, 가진 파일을 넣습니다"
    )
    actions = data.commands()
    status = actions.add_parser(
        "status", help="데이터셋마다 원본과 내장 가운데 무엇을 쓰는지 보입니다"
    )
    status.set_defaults(run=_data_status)
    fetch = actions.add_parser("fetch", help="원본 데이터셋을 내려받습니다")
    fetch.add_argument("names", nargs="*", metavar="이름", help="예: mnist, 없으면 모두")
    fetch.set_defaults(run=_data_fetch)
    placed = actions.add_parser("import", help="가진 원본 파일을 검사하고 제자리에 넣습니다")
    placed.add_argument(
        "file", type=Path, metavar="파일", help="npz 파일이나 cifar-100-python.tar.gz"
    )
    placed.set_defaults(run=_data_import)

    doctor = commands.add_parser(
        "doctor", help="무엇이 갖추어졌고 무엇이 없는지, 어떻게 하면 되는지 보입니다"
    )
    doctor.set_defaults(run=_doctor)
    return parser


def _add_class(command: argparse.ArgumentParser, what: str) -> None:
    """한 학급을 다루는 명령의 인수."""
    command.add_argument("unit", metavar="단원", help=f"{what} 단원(예: 04_sequential)")
    _add_course(command)
    _add_no_wait(command)


def _add_course(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--course",
        type=Path,
        default=Path(),
        metavar="폴더",
        help="submitted/<학생>/<단원>/이 든 nbgrader 과정 폴더, 없으면 지금 폴더",
    )


def _add_no_wait(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--no-wait",
        action="store_true",
        help="다른 명령이 과정 폴더를 쓰고 있으면 기다리지 않고 끝냅니다",
    )


def _add_workers(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--workers",
        type=_whole_number,
        metavar="수",
        help="한꺼번에 다룰 노트북 수, 없으면 이 컴퓨터에 맞게 정합니다",
    )


# argparse speaks English; these are its sentences that a user of our commands can meet, with the
# particle that follows what was typed.
_KOREAN = (
    (r"the following arguments are required: (.+)", ("을", "를"), " 주어야 합니다"),
    (r"unrecognized arguments: (.+)", ("은", "는"), " 없는 인수입니다"),
    (r"argument --.*?: invalid choice: '?(.*?)'? \(choose.*", ("은", "는"), " 쓸 수 없는 값입니다"),
    (r"argument .*?: invalid choice: '?(.*?)'? \(choose.*", ("은", "는"), " 없는 명령입니다"),
    (r"argument (.+?): expected one argument", ("", ""), " 뒤에 값이 있어야 합니다"),
    (r"argument (.+?): ignored explicit argument .+", ("", ""), "에는 값을 줄 수 없습니다"),
)


class _Formatter(argparse.HelpFormatter):
    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, "쓰는 법: " if prefix is None else prefix)


class _Parser(argparse.ArgumentParser):
    """한국어로 돕고 한국어 한 문장으로 거절하는 ArgumentParser."""

    def __init__(self, **settings: Any) -> None:
        settings.setdefault("description", settings.pop("help", None))
        super().__init__(formatter_class=_Formatter, add_help=False, allow_abbrev=False, **settings)
        self._positionals.title = "인수"
        self._optionals.title = "선택"
        self.add_argument("-h", "--help", action="help", help="이 도움말을 보이고 끝냅니다")

    def commands(self) -> argparse._SubParsersAction[_Parser]:
        return self.add_subparsers(
            title="명령", metavar="명령", required=True, parser_class=_Parser
        )

    def error(self, message: str) -> NoReturn:
        for english, particles, rest in _KOREAN:
            if found := re.fullmatch(english, message):
                message = with_particle(found[1], *particles) + rest
                break
        raise CourseError(f"{message}.", f"{self.prog} --help로 쓰는 법을 볼 수 있습니다.")


if __name__ == "__main__":
    main()
