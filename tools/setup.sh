#!/bin/sh
# Make the virtual environment $1 from requirements.txt and this repository. Run by the Makefile,
# once; everything here may be run again.
set -eu
venv=$1

say() { printf '%s\n' "$*" >&2; }

# TensorFlow has packages for 3.11 to 3.13.
fits() {
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1
}

# Debian's Python comes without ensurepip, and then it can't make an environment.
usable() {
    fits "$1" && "$1" -c 'import venv, ensurepip' >/dev/null 2>&1
}

find_python() {
    for candidate in ${PYTHON3:-} python3 python3.13 python3.12 python3.11 python "$venv/bin/python"; do
        if command -v "$candidate" >/dev/null 2>&1 && "$1" "$candidate"; then
            printf '%s\n' "$candidate"
            return 0
        fi
    done
    return 1
}

python=$(find_python usable) || python=
if [ -z "$python" ] && find_python fits >/dev/null; then
    sh tools/need.sh venv
    python=$(find_python usable) || python=
fi
if [ -z "$python" ]; then
    say '파이썬 3.11~3.13을 찾을 수 없습니다. 설치한 뒤(데비안·우분투: apt install python3 python3-venv) 다시 실행하거나, PYTHON3=/파이썬/경로 를 붙여 실행하세요.'
    exit 1
fi

# A folder that was moved or whose Python was removed is made anew.
if ! [ -x "$venv/bin/python" ] || ! fits "$venv/bin/python" || ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    say "가상 환경 $venv 만들기 ($("$python" --version 2>&1))"
    "$python" -m venv --clear "$venv"
fi

say '패키지 설치 (처음 한 번, 몇 분 걸립니다)'
# pip speaks of its own sources on standard error; only a failure is worth showing.
log=$venv/setup.log
if ! "$venv/bin/python" -m pip install --quiet --requirement requirements.txt >"$log" 2>&1 ||
    ! "$venv/bin/python" -m pip install --quiet --no-deps --no-build-isolation --editable . >>"$log" 2>&1; then
    cat "$log" >&2
    say '패키지를 설치하지 못했습니다. 네트워크를 확인하고 다시 실행하세요.'
    exit 1
fi

# JupyterLab without its own news, nbgrader with time for a cell that trains: however they are started.
mkdir -p "$venv/etc/jupyter"
cp -R tools/jupyter/course/. "$venv/etc/jupyter/"

say '준비가 끝났습니다.'
