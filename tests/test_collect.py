"""What LMSs give: whose it is, where it goes, and that nothing is lost, overwritten or written outside."""

from __future__ import annotations

import io
import unicodedata
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from answering import Answering
from graded_class import Class
from lms import Canvas, Moodle

from autograder import cli, notebook
from autograder.errors import CourseError
from autograder.grading.collect import collect, sort_out
from autograder.grading.course import archives
from autograder.grading.course.archives import entries
from autograder.grading.course.who import Person, Roster, owner, read_roster
from autograder.grading.grade import grade_class

UNIT, FILE = "00_start", "start.ipynb"
KIM = Person("2026001", "김철수", "kim@a.ac.kr", number="12345")
ROSTER = Roster(
    [
        KIM,
        Person("2026002", "이영희", "young@a.ac.kr", number="67890"),
        Person("2026003", "Hong Gildong", "hong@a.ac.kr", "Gildong", "Hong", "11"),
        Person("2026004", "박민수"),
        Person("2026005", "박민수"),
    ]
)

# A name as an LMS, an instructor or a student makes it → whose it is, with the roster.
NAMES = {
    f"김철수_12345_assignsubmission_file_/{FILE}": "2026001",
    f"김철수_999_assignsubmission_file/{FILE}": "2026001",
    "이영희_67890_assignsubmission_file_start.ipynb": "2026002",
    "과제.zip/이영희_67890_assignsubmission_file_/내 과제.ipynb": "2026002",
    "honggildong_11_45678_start-1.ipynb": "2026003",
    "honggildong_LATE_11_45678_start.ipynb": "2026003",
    "gildonghong_99_45678_start-2.ipynb": "2026003",
    "00_start_2026002_attempt_2026-10-12-15-00-00_start.ipynb": "2026002",
    "2026001+00_start+2026-10-12 15:00:00 UTC+x8f/start.ipynb": "2026001",
    "김철수 - start.ipynb": "2026001",
    f"submitted/2026001/{UNIT}/{FILE}": "2026001",
    f"2026001/{UNIT}/{FILE}": "2026001",
    f"2026001/00_Start/{FILE}": "2026001",
    "2026001_김철수_start.ipynb": "2026001",
    "2026001 김철수.ipynb": "2026001",
    "[2026001]start.ipynb": "2026001",
    "start_김철수.ipynb": "2026001",
    "start(김철수).ipynb": "2026001",
    "start 이영희 (1).ipynb": "2026002",
    "이영희 start의 사본.ipynb": "2026002",
    "이영희/start.ipynb": "2026002",
    "Hong Gildong/start.ipynb": "2026003",
    "young@a.ac.kr/00_start/start.ipynb": "2026002",
    unicodedata.normalize("NFD", "이영희_start.ipynb"): "2026002",
    "박민수_start.ipynb": "",
    "박민수_2026005_start.ipynb": "2026005",
    "누구인가_1_assignsubmission_file_/start.ipynb": "",
    "start.ipynb": "",
    "download/start (3).ipynb": "",
}


@pytest.mark.parametrize("name", NAMES)
def test_whose_it_is_with_a_roster(name: str) -> None:
    name = unicodedata.normalize("NFC", name)
    assert owner(name, UNIT, "start", ROSTER).student == NAMES.get(
        name, NAMES.get(unicodedata.normalize("NFD", name))
    )


@pytest.mark.parametrize(
    ("name", "student"),
    [
        (f"all.zip/김철수_12345_assignsubmission_file_/{FILE}", "김철수_12345"),
        ("all.zip/honggildong_11_45678_start-1.ipynb", "honggildong_11"),
        ("a_2026002_attempt_2026-10-12-15-00-00_start.ipynb", "2026002"),
        ("kim+00_start+2026-10-12 15:00:00 UTC+x/start.ipynb", "kim"),
        (f"all/kim/{UNIT}/{FILE}", "kim"),
        (f"all/kim/{FILE}", "kim"),
        (f"all/kim/{UNIT}/{UNIT}/{FILE}", "kim"),
        (f"all.zip/김 철수/{FILE}", "김 철수"),
        ("all/start_김철수.ipynb", "김철수"),
        ("김철수 start (2).ipynb", "김철수"),
        ("all/start.ipynb", ""),
        ("all/a[1]*_start.ipynb", "a_1_"),
    ],
)
def test_whose_it_is_without_one(name: str, student: str) -> None:
    assert owner(name, UNIT, "start", Roster()).student == student


def test_attempts_and_times_are_read() -> None:
    assert owner("hong_1_2_start-3.ipynb", UNIT, "start", Roster()).attempt == 3
    assert owner("김철수 start (2).ipynb", UNIT, "start", Roster()).attempt == 2
    told = owner("a_kim_attempt_2026-10-12-15-00-01_start.ipynb", UNIT, "start", Roster())
    assert told.when == datetime(2026, 10, 12, 15, 0, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "학번,이름,이메일\n2026001,김철수,kim@a.ac.kr\n",
        "id;name;email\n2026001;김철수;kim@a.ac.kr\n",
        "ID number\t성\t이름(명)\tEmail address\n2026001\t김\t철수\tkim@a.ac.kr\n",
        "Surname,First name,ID number,Email address\n김,철수,2026001,kim@a.ac.kr\n",
        "Student,SIS User ID,Section,이메일\n김철수,2026001,A,kim@a.ac.kr\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp949"])
def test_a_roster_is_read_as_it_comes(tmp_path: Path, text: str, encoding: str) -> None:
    (tmp_path / "roster.csv").write_bytes(text.encode(encoding))
    (person,) = read_roster(tmp_path / "roster.csv").people
    assert (person.id, person.name, person.email) == ("2026001", "김철수", "kim@a.ac.kr")


def test_what_the_lms_gave_out_is_a_roster(tmp_path: Path) -> None:
    """Moodle's worksheet and Canvas' gradebook as they come; two of one name are two."""
    people = {
        11: ("강민수", "", "", ""),
        12: ("강민수", "", "", ""),
        13: ("이영희", "y@a.kr", "", ""),
    }
    path = tmp_path / "roster.csv"
    path.write_bytes(Moodle(people).worksheet())
    found = [(one.id, one.name, one.number) for one in read_roster(path).people]
    assert found == [
        ("강민수_11", "강민수", "11"),
        ("강민수_12", "강민수", "12"),
        ("y", "이영희", "13"),
    ]
    path.write_bytes(Canvas({7: ("김철수", "2026001", "kim")}, {1: ("과제", 4)}).gradebook())
    (person,) = read_roster(path).people
    assert (person.id, person.name, person.canvas) == ("2026001", "김철수", "7")
    path.write_text("성,이름,학번\n김,철수,1\n김,철수,1\n", "utf-8")
    (person,) = read_roster(path).people
    assert (person.name, person.last) == ("김철수", "김")
    path.write_text("이름\n김철수\n김 철수\n", "utf-8")
    with pytest.raises(CourseError, match="인 사람이 2명입니다"):
        read_roster(path)


def test_a_roster_without_students_is_told(tmp_path: Path) -> None:
    (tmp_path / "roster.csv").write_text("a,b\n1,2\n", "utf-8")
    with pytest.raises(CourseError, match="학생의 열이 없습니다"):
        read_roster(tmp_path / "roster.csv")
    with pytest.raises(CourseError, match="읽을 수 없습니다"):
        read_roster(tmp_path / "none.csv")


# --- files ------------------------------------------------------------------------------------


@pytest.fixture
def course(tmp_path: Path) -> Class:
    return Class(tmp_path / "course", UNIT)


def contents(course: Class) -> tuple[bytes, bytes]:
    right, empty = course.solved(), course.released
    return notebook.text(right).encode(), notebook.text(empty).encode()


def make_zip(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def test_from_the_zip_to_the_grades(
    course: Class, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    right, empty = contents(course)
    inner = make_zip(tmp_path / "inner.zip", {"start.ipynb": right}).read_bytes()
    moodle = make_zip(
        tmp_path / "moodle.zip",
        {
            "김철수_12345_assignsubmission_file_/start.ipynb": right,
            "이영희_67890_assignsubmission_file_/제출.zip": inner,
            "이영희_67890_assignsubmission_file_/읽어보세요.txt": b"x",
            "Hong Gildong_11_assignsubmission_file_/start.ipynb": empty,
            "Hong Gildong_11_assignsubmission_file_/start-완성.ipynb": right,
            "../../밖으로_77_assignsubmission_file_/start.ipynb": right,
            "__MACOSX/._start.ipynb": b"x",
        },
    )
    roster = tmp_path / "roster.csv"
    roster.write_text(
        "학번,이름,moodle id\n2026001,김철수,12345\n2026002,이영희,67890\n2026003,Hong Gildong,11\n"
        "2026009,안낸이,1\n",
        "utf-8",
    )
    before = sorted(path for path in tmp_path.rglob("*"))
    assert collect(UNIT, [moodle], course.root, roster, dry_run=True) == 0
    assert sorted(path for path in tmp_path.rglob("*")) == before
    assert "아무것도 쓰지 않았습니다" in capsys.readouterr().out
    assert collect(UNIT, [moodle], course.root, roster) == 0
    printed = capsys.readouterr().out
    assert "읽어보세요.txt: 노트북이 아닙니다" in printed
    assert "명단에 '밖으로'가 없습니다" in printed
    assert "낸 것이 없는 학생 1명: 2026009 안낸이" in printed
    outcome = grade_class(UNIT, course.root, executor=Answering())
    assert {row.student: (row.name, row.total) for row in outcome.rows} == {
        "2026001": ("김철수", 4),
        "2026002": ("이영희", 4),
        "2026003": ("Hong Gildong", 4),
        "2026009": ("안낸이", None),
    }
    written = {path.relative_to(tmp_path).parts[0] for path in tmp_path.rglob("*")}
    assert written == {"course", "inner.zip", "moodle.zip", "roster.csv"}


def test_the_last_attempt_counts_and_the_earlier_ones_stay(course: Class, tmp_path: Path) -> None:
    right, empty = contents(course)
    folder = tmp_path / "canvas"
    folder.mkdir()
    for name, data in {
        "hong_11_1_start.ipynb": right + b" ",
        "hong_11_2_start-1.ipynb": right,
        "hong_11_3_start-2.ipynb": empty,
    }.items():
        (folder / name).write_bytes(data)
    found = sort_out(UNIT, [folder], Roster())
    # What is untouched does not replace an answer, however late it came.
    assert found.chosen["hong_11"].entry.data == right
    collect(UNIT, [folder], course.root)
    target = course.root / "submitted" / "hong_11" / UNIT / FILE
    assert target.read_bytes() == right
    kept = course.root / ".autograder" / "attempts" / UNIT / "hong_11"
    assert {path.read_bytes() for path in kept.iterdir()} == {right + b" ", empty}
    # The same once more changes nothing; another one keeps what was there.
    collect(UNIT, [folder], course.root)
    assert len(list(kept.iterdir())) == 2
    (folder / "hong_11_4_start-3.ipynb").write_bytes(right + b"\n")
    collect(UNIT, [folder], course.root)
    assert target.read_bytes() == right + b"\n"
    assert right in {path.read_bytes() for path in kept.iterdir()}


def test_a_time_in_the_name_is_the_time_of_the_submission(course: Class, tmp_path: Path) -> None:
    right, _ = contents(course)
    path = tmp_path / "x_kim_attempt_2026-10-12-15-00-01_start.ipynb"
    path.write_bytes(right)
    collect(UNIT, [path], course.root)
    stamp = course.root / "submitted" / "kim" / UNIT / "timestamp.txt"
    assert stamp.read_text("utf-8") == "2026-10-12 15:00:01 UTC\n"


@pytest.mark.parametrize("layout", ["exchange", "submitted", "zip"])
def test_what_nbgrader_put_beside_a_notebook_goes_with_it(
    course: Class, tmp_path: Path, layout: str
) -> None:
    right, _ = contents(course)
    name = f"kim+{UNIT}+2026-10-12 15:00:01 UTC+x8f" if layout != "submitted" else f"kim/{UNIT}"
    folder = tmp_path / "inbound" / name
    folder.mkdir(parents=True)
    (folder / FILE).write_bytes(right)
    (folder / "timestamp.txt").write_text("2026-10-12 15:00:01.123456 UTC", "utf-8")
    (folder / "submission_secret.txt").write_text("s3cret", "utf-8")
    given = tmp_path / "inbound"
    if layout == "zip":
        given = make_zip(
            tmp_path / "inbound.zip",
            {
                str(path.relative_to(given)): path.read_bytes()
                for path in given.rglob("*")
                if path.is_file()
            },
        )
    assert sort_out(UNIT, [given], Roster()).left == {}
    collect(UNIT, [given], course.root)
    target = course.root / "submitted" / "kim" / UNIT
    assert (target / "submission_secret.txt").read_text("utf-8") == "s3cret"
    assert (target / "timestamp.txt").read_text("utf-8").startswith("2026-10-12 15:00:01")
    # Another one that came by another way: the secret was not its own.
    (tmp_path / "kim_start.ipynb").write_bytes(right + b"\n")
    collect(UNIT, [tmp_path / "kim_start.ipynb"], course.root)
    assert sorted(path.name for path in target.iterdir()) == [FILE]


def test_a_korean_zip_of_windows_is_read(tmp_path: Path) -> None:
    """Its names are in cp949, without a mark that says so."""
    path = tmp_path / "windows.zip"
    raw = "김철수/start.ipynb".encode("cp949")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a" * len(raw), b"{}")
    path.write_bytes(buffer.getvalue().replace(b"a" * len(raw), raw))
    assert [entry.name for entry in entries(path)] == ["windows.zip/김철수/start.ipynb"]


def test_bombs_and_odd_archives_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    big = io.BytesIO()
    with zipfile.ZipFile(big, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("kim/start.ipynb", bytes(archives.FILE_BYTES + 1))
    (tmp_path / "bomb.zip").write_bytes(big.getvalue())
    deep = b"{}"
    for level in range(6):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr(f"{level}.zip" if level else "start.ipynb", deep)
        deep = buffer.getvalue()
    (tmp_path / "deep.zip").write_bytes(deep)
    (tmp_path / "broken.zip").write_bytes(b"PK\x03\x04nothing")
    found = {
        entry.name: entry.trouble
        for name in ("bomb", "deep", "broken")
        for entry in entries(tmp_path / f"{name}.zip")
    }
    assert found["bomb.zip/kim/start.ipynb"] == "너무 큽니다"
    assert found["broken.zip"] == "zip 파일이 깨졌습니다"
    assert "zip 속의 zip이 너무 깊습니다" in found.values()
    monkeypatch.setattr(archives, "MOST_FILES", 2)
    make_zip(tmp_path / "many.zip", {f"{number}/start.ipynb": b"{}" for number in range(5)})
    told = [entry.trouble for entry in entries(tmp_path / "many.zip")]
    assert "읽을 것이 너무 많아 여기서 그만두었습니다" in told


def test_what_was_not_understood_is_named_and_nothing_is_written(
    course: Class, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    right, _ = contents(course)
    other = notebook.text(Class(tmp_path / "other", "01_eager").solved()).encode()
    folder = tmp_path / "given"
    for name, data in {
        "kim/eager.ipynb": other,
        "lee/start.ipynb": b"{",
        "start.ipynb": right,
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    with pytest.raises(CourseError, match="하나도 찾지 못했습니다"):
        collect(UNIT, [folder], course.root)
    printed = capsys.readouterr().out
    assert "given/kim/eager.ipynb: 01_eager 단원의 노트북입니다" in printed
    assert "given/lee/start.ipynb: 이 강좌의 노트북이 아니거나 깨진 파일입니다" in printed
    assert "given/start.ipynb: 누구의 것인지 알 수 없습니다" in printed
    assert not (course.root / "submitted").exists()


def test_the_command_refuses_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for arguments, said in (
        (["collect", UNIT, str(tmp_path / "none.zip")], "없습니다"),
        (["collect", "99", str(tmp_path)], "라는 단원은 없습니다"),
    ):
        with pytest.raises(SystemExit) as stopped:
            cli.main(arguments)
        assert stopped.value.code == 2
        assert said in capsys.readouterr().err
