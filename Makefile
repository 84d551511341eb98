# Short names for the common commands; ./desk and ./check work without make.

.PHONY: check test soak format bench desk demo clean

check:
	./check

test:
	./check --tests-only

soak:
	FLUORDERS_TEST_ORDERS=200 FLUORDERS_TEST_BOARDS=10 FLUORDERS_TEST_WRITERS=4 .venv/bin/python -m pytest -n 0 tests/faults

format:
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

bench:
	.venv/bin/python -m benchmarks

desk:
	./desk

demo:
	./desk --demo

clean:
	rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis *.egg-info
	find fluorders_tui tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
