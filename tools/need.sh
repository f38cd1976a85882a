#!/bin/sh
# See to what the system provides: `need.sh chromium` or `venv`. Present: silent. Absent: by apt-get
# when root, else one line. Never fails: what can't be tested without chromium says so itself, and
# setup.sh looks for a usable Python again.
set -eu

case $1 in
chromium)
    programs='chromium chromium-browser google-chrome google-chrome-stable'
    packages='chromium'
    without='크로미움(chromium)이 없어 브라우저 검사를 할 수 없습니다. 설치하려면: apt install chromium'
    ;;
venv)
    programs=''
    packages='python3-venv'
    without=''
    ;;
*)
    echo "need.sh: unknown program $1" >&2
    exit 2
    ;;
esac

for program in $programs; do
    if command -v "$program" >/dev/null 2>&1; then
        exit 0
    fi
done

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    export DEBIAN_FRONTEND=noninteractive
    echo "$packages 설치" >&2
    if { apt-get -qq update && apt-get -qq install -y --no-install-recommends $packages; } \
        </dev/null >/dev/null 2>&1; then
        exit 0
    fi
fi
if [ -n "$without" ]; then
    echo "$without" >&2
fi
