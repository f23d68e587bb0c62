# Everything happens in .venv; `make install` makes it and nothing else is needed.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/installed
export TF_CPP_MIN_LOG_LEVEL := 3
# TensorFlow imports many times slower without compiled bytecode.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: install demo test test-all check format bench docs lock system-deps clean

install: $(STAMP)

$(STAMP): pyproject.toml requirements/uv.txt requirements/dev.txt
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed") if sys.version_info < (3, 11) else None'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes --compile-bytecode requirements/dev.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	touch $(STAMP)

demo: $(STAMP)  ## Real data, six trained models, one table of results.
	$(BIN)/sidelight demo

check: $(STAMP)  ## Format, lint, types, import order.
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: check  ## The fast suite.
	$(BIN)/pytest -m "not slow" -n auto --dist loadfile --no-loadscope-reorder

test-all: check  ## Every test.
	SIDELIGHT_HYPOTHESIS=balanced $(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder

bench: $(STAMP)  ## Every figure, as a ratio against its alternative in the same run.
	$(BIN)/python -m benchmarks

docs: demo  ## The picture in docs/, which is what the demo draws.
	cp demo/comparison.png docs/comparison.png

format: $(STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: $(STAMP)  ## Pin again; no index address gets into the files.
	$(BIN)/uv pip compile pyproject.toml --extra cpu --extra jax --extra demo --extra weights --extra pandas --extra tune \
		--extra sql --extra excel --extra geo --extra medical --extra stores --extra export --extra serve --extra dev \
		--universal --python-version 3.11 --no-header --no-emit-index-url --generate-hashes -q -o requirements/dev.txt
	$(BIN)/uv pip compile --group server --universal --python-version 3.11 \
		--no-header --no-emit-index-url --generate-hashes -q -o requirements/server.txt
	printf 'uv\n' | $(BIN)/uv pip compile - --universal --python-version 3.11 \
		--no-header --no-emit-index-url --generate-hashes -q -o requirements/uv.txt

# What the tests start: a browser for the report's page, and database servers.
NEEDED = $(shell command -v chromium >/dev/null || echo chromium) \
	$(shell ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || echo postgresql) \
	$(shell PATH=$$PATH:/usr/sbin command -v mariadbd >/dev/null || echo mariadb-server)

system-deps:  ## Chromium, PostgreSQL and MariaDB; what is there already is fine.
	test -z "$(strip $(NEEDED))" || { \
		sudo=$$([ "$$(id -u)" = 0 ] || echo sudo); \
		$$sudo apt-get update -qq && \
		$$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(NEEDED); }

clean:
	rm -rf .venv demo runs build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
