# Two commands do all the set-up on a machine that has Python 3.11 or later and make: `make demo` and `make test`.
PYTHON ?= $(shell python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo python3 || echo python3.11)
BIN := .venv/bin
SET := .venv/.set-up

# Tests start hundreds of processes: none is to compile the program anew.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: setup demo test check compiled soak lock bench bench-extract bench-collect bench-distribution bench-stories bench-copies bench-growth bench-warehouse bench-report bench-serve score schema questions train judge format clean

setup: $(SET)

$(SET): bootstrap.lock requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r bootstrap.lock
	$(BIN)/uv pip sync --quiet --require-hashes --compile-bytecode --python $(BIN)/python requirements.lock
	$(BIN)/uv pip install --quiet --no-deps --no-build-isolation --python $(BIN)/python --editable .
	touch $@

demo: $(SET)
	$(BIN)/newswatch demo --home newswatch-demo

test: $(SET)
	$(MAKE) --no-print-directory --jobs 2 check compiled
	$(BIN)/python -m pytest -m "not soak" --numprocesses auto --dist loadfile --no-loadscope-reorder

# Beside the checks, which leave a processor idle: else each process that runs tests would compile all of them anew.
compiled: $(SET)
	@$(BIN)/python -m pytest -m "not soak" --collect-only -qq > /dev/null || true  # the tests themselves tell more

check: $(SET)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

soak: $(SET)
	$(BIN)/python -m pytest -m soak

format: $(SET)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

score: $(SET)
	$(BIN)/python -m tests.score

# docs/schema.md from the comments in the file, and the answers of docs/questions.md from the newsroom (two minutes).
schema: $(SET)
	$(BIN)/python -m tests.schema_page

questions: $(SET)
	$(BIN)/python -m tests.questions_page

# One thread: sums of floats depend on their order, and the weights are to be the same again.
train: $(SET)
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tests.training
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tests.training.developments
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tests.training.stories

judge: $(SET)
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tests.training --judge
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tests.training.developments --judge
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tests.training.stories --judge

bench: $(SET)
	$(BIN)/python -m tests.bench

# On public data beside the project, where there is any.
bench-extract: $(SET)
	$(BIN)/python -m tests.bench.extract

# 2,000 pages of 20 hosts, 10,000 sources that answer 304; the pages are public data where there is any, else invented.
bench-collect: $(SET)
	$(BIN)/python -m tests.bench.collect

# 1, 2 and 3 collectors, one writer, an S3 server, all on this machine.
bench-distribution: $(SET)
	$(BIN)/python -m tests.bench.distribution

bench-stories: $(SET)
	$(BIN)/python -m tests.bench.stories

bench-copies: $(SET)
	$(BIN)/python -m tests.bench.near_copies

# A million stored articles: some minutes, some gigabytes in the temporary folder.
bench-growth: $(SET)
	$(BIN)/python -m tests.bench.growth

# What a file of a million articles answers, and how fast; eight readers beside a writer that publishes, for 10 minutes.
# SQLite is asked the same, and PostgreSQL where it is installed. About an hour, 12 GB in the temporary folder.
bench-warehouse: $(SET)
	$(BIN)/python -m tests.bench.warehouse --others --readers 600

# How fast the report of 100,000 articles is written and opened in chromium: ten minutes, 2 GB in the temporary folder.
bench-report: $(SET)
	$(BIN)/python -m tests.bench.report

# What running unattended costs: 40 minutes in which next to nothing happens.
bench-serve: $(SET)
	$(BIN)/python -m tests.bench.unattended

lock: $(SET)
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --upgrade -o requirements.lock
	$(BIN)/uv pip compile pyproject.toml --extra s3 --constraint requirements.lock --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url -o deploy/requirements.lock

clean:
	rm -rf .venv
