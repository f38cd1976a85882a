# 텐서플로 2 · 케라스 3 강좌
#   make lab     주피터랩으로 강좌를 엽니다
#   make grade   예시 학급을 만들어 채점하고 표를 보여 줍니다
#   make test    모든 검사를 합니다
#   make help    나머지 명령
# Each target sets up what it needs, once: .venv from requirements.txt, dot and chromium from the
# system's package manager where that is possible.

SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
PYTHON := $(BIN)/python
STAMP := $(VENV)/.ready
OLDEST := .venv-oldest
HUB := .venv-hub
# Root's own Python often lies where no student may read.
HUBPYTHON ?= /usr/bin/python3

# TensorFlow's start-up notes on standard error are no help to a learner.
export TF_CPP_MIN_LOG_LEVEL ?= 3
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYTHONUTF8 := 1
# uv trusts what the system trusts, as pip does.
export UV_SYSTEM_CERTS := 1

# What the tests run beside each other: two workers fit 2 cores and 8 GB.
JOBS ?= 2

.PHONY: moved help setup lab grade quick test colab bench lint format build lock oldest hub site site-test clean

help:
	@echo 'make lab      주피터랩으로 강좌를 엽니다 (강사의 도구까지: make lab INSTRUCTOR=1)'
	@echo 'make grade    예시 학급을 만들어 채점하고 표를 보여 줍니다'
	@echo 'make test     모든 검사를 합니다 (한 시간쯤)'
	@echo 'make quick    노트북을 실행하지 않는 검사만 합니다 (몇 분)'
	@echo 'make colab    모든 노트북을 코랩의 패키지 버전으로 실행합니다'
	@echo 'make bench    채점 속도와 check 시간을 잽니다'
	@echo 'make build    solutions/에서 notebooks/를 만듭니다'
	@echo 'make site     웹사이트를 site/에 만듭니다 (처음에는 십여 분, 검사: make site-test)'
	@echo 'make lint     코드와 노트북의 형식을 검사합니다 (고치기: make format)'
	@echo 'make lock     requirements.txt를 다시 만듭니다 (모두 최신으로: make lock ARGS=--upgrade)'
	@echo 'make oldest   약속한 가장 오래된 텐서플로에서 검사합니다'
	@echo 'make hub      JupyterHub에서 강사와 학생 둘이 한 과제를 끝까지 합니다 (리눅스의 root)'
	@echo 'make clean    .venv와 캐시를 지웁니다'

setup: $(STAMP)
	@:

# The stamp holds the place of the repository: an environment that was moved with it points to the
# old one.
MOVED := $(shell [ "$$(cat $(STAMP) 2>/dev/null)" = "$(CURDIR)" ] || echo moved)

$(STAMP): requirements.txt pyproject.toml tools/setup.sh $(MOVED)
	@sh tools/setup.sh $(VENV)
	@printf '%s\n' "$(CURDIR)" >$@

lab: $(STAMP)
	@$(PYTHON) -m autograder.cli lab $(if $(INSTRUCTOR),--instructor) $(if $(ARGS),-- $(ARGS))

grade: $(STAMP)
	@$(PYTHON) -m autograder.cli sample $(ARGS)

test: lint
	@sh tools/need.sh chromium
	@$(PYTHON) -m pytest -n $(JOBS) --dist loadgroup --durations 15 -m 'not colab and not hub and not site' $(ARGS)

# What needs no notebook run and no mutants, and of the answers the first of each kind.
quick: lint
	@$(PYTHON) -m pytest -q -n $(JOBS) --dist loadgroup -m 'not colab and not hub and not site and not slow and not heavy' $(ARGS)

# All notebooks, learner's and solved, in the package versions that Colab has.
colab: $(STAMP)
	@$(PYTHON) -m pytest --durations 24 $(ARGS) tests/test_colab.py

bench: $(STAMP)
	@$(PYTHON) tools/bench.py $(ARGS)

lint: $(STAMP)
	@$(PYTHON) -m ruff check --quiet .
	@$(PYTHON) -m ruff format --check --quiet . || { echo '형식이 다릅니다. make format을 실행하세요.' >&2; exit 1; }
	@$(PYTHON) -m mypy --no-error-summary

format: $(STAMP)
	@$(PYTHON) -m ruff check --fix --quiet .
	@$(PYTHON) -m ruff format --quiet .

build: $(STAMP)
	@$(PYTHON) -m autograder.cli build $(ARGS)

lock: $(STAMP)
	@$(PYTHON) tools/lock.py $(ARGS)

# The lowest versions that pyproject.toml promises, in an environment of their own.
oldest: $(OLDEST)/.ready
	@$(OLDEST)/bin/python -m pytest -n $(JOBS) --dist loadgroup --durations 15 -m 'not colab and not hub and not site' $(ARGS)

$(OLDEST)/.ready: pyproject.toml $(STAMP)
	@$(PYTHON) -m uv venv --quiet --clear --python-preference only-system \
		--python '>=3.11,<3.13' $(OLDEST)
	@$(PYTHON) -m uv pip install --quiet --python $(OLDEST)/bin/python \
		--resolution lowest-direct --editable '.[classroom,site,dev]'
	@touch $@

# JupyterHub and its proxy from npm, in an environment of their own that every user may run.
hub: $(HUB)/.ready
	@$(HUB)/bin/python -m pytest -m hub $(ARGS) tests/test_hub.py

$(HUB)/.ready: requirements.txt pyproject.toml $(STAMP)
	@$(PYTHON) -m uv venv --quiet --clear --python $(HUBPYTHON) $(HUB)
	@$(PYTHON) -m uv pip install --quiet --python $(HUB)/bin/python --group hub \
		--requirement requirements.txt
	@$(PYTHON) -m uv pip install --quiet --python $(HUB)/bin/python --no-deps --editable .
	@PATH="$(CURDIR)/$(HUB)/bin:$$PATH" npm install --loglevel=error --no-fund --no-audit \
		--prefix $(HUB)/proxy configurable-http-proxy
	@touch $@

# Notebooks that were run stay in .cache/site until something changes their outputs.
site: $(STAMP)
	@$(PYTHON) -m autograder.authoring.site $(ARGS)

site-test: site
	@sh tools/need.sh chromium
	@$(PYTHON) -m pytest -m site $(ARGS) tests/test_site.py

clean:
	@rm -rf $(VENV) .venv-* .mypy_cache .pytest_cache .ruff_cache .cache dist site
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
