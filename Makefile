# labkit's commands.   make lab    installs everything here and opens the course
#                      make test   proves that it works, a real browser included
#                      make slides writes the seven-minute demonstration as slides
#                      make lint   ruff and mypy alone        make clean   start afresh
#                      make bench  measures it and its rivals; 45 minutes
#                      make report makes the technical report of that, as PDF
#
# Everything goes into .venv in this folder; nothing is installed in the system.
# Settings:  make lab PORT=8899     make lab LAB_FLAGS=--no-browser
#            make lab PYTHON=/path/to/python3.12     make bench BENCH="latency setup" RUNS=1

PORT = 8888
BENCH =
RUNS =
LAB_FLAGS =
TEST_FLAGS =
FIRST = notebooks/00-start-here.ipynb
SLIDES = build/slides/demo-7-minutes.html
VENV = .venv

PY = $(VENV)/bin/python
PIP = $(PY) -m pip --disable-pip-version-check
INSTALL = $(PIP) install --quiet --constraint constraints.txt
PINNED = pyproject.toml constraints.txt

# The newest Python that can make a virtual environment; empty when there is none.
PYTHON = $(shell for python in python3.13 python3.12 python3.11 python3 python; do \
	$$python -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' \
	2>/dev/null && { command -v $$python; break; }; done)

# What other Python and Jupyter installations leave in the environment stays out, and
# what JupyterLab remembers (layout, theme, kernels) stays in .venv, not in your home.
unexport PYTHONPATH PYTHONHOME JUPYTER_PATH JUPYTER_CONFIG_PATH
unexport JUPYTERLAB_SETTINGS_DIR JUPYTERLAB_WORKSPACES_DIR
JUPYTER_HOME = $(CURDIR)/$(VENV)/jupyter
IN_JUPYTER_HOME = \
	JUPYTER_CONFIG_DIR="$(JUPYTER_HOME)/config" \
	JUPYTER_DATA_DIR="$(JUPYTER_HOME)/data" \
	IPYTHONDIR="$(JUPYTER_HOME)/ipython" PATH="$(CURDIR)/$(VENV)/bin:$$PATH"
# In a container one often is root, and JupyterLab wants that said.
AS_ROOT = $(if $(filter 0,$(shell id -u)),--allow-root)
# No question about Jupyter's news, and no look for updates on the web.
SETTINGS = $(VENV)/share/jupyter/lab/settings
NO_NEWS = {"@jupyterlab/apputils-extension:notification": \
	{"fetchNews": "false", "checkForUpdates": false}}
# JupyterLab changes its icon in the browser's tab with every message of a kernel, some
# fifty times a second in a call with the page's own camera: half of all its work.
PAGE = $(VENV)/etc/jupyter/labconfig
STILL_ICON = {"disabledExtensions": \
	{"@jupyterlab/application-extension:faviconbusy": true}}

.PHONY: help lab install sound test lint format screenshot bench report pictures slides
.PHONY: pins clean

help:
	@sed -n '1,10s/^# \{0,1\}//p' Makefile

lab: install
	@echo "labkit: JupyterLab opens on $(FIRST); Ctrl-C, then y, ends it"
	@$(IN_JUPYTER_HOME) $(PY) -m jupyterlab --port=$(PORT) \
		--ServerApp.root_dir="$(CURDIR)" --LabApp.default_url=/lab/tree/$(FIRST) \
		$(AS_ROOT) $(LAB_FLAGS)

install: $(VENV)/lab.done $(VENV)/sound.done

# Three at a time (tests/lanes.py); one at a time: make test TEST_FLAGS=-n0
test: install $(VENV)/test.done
	@lint=0; $(MAKE) --no-print-directory lint || lint=1; \
	$(PY) -m pytest -n auto $(TEST_FLAGS) && exit $$lint

lint: $(VENV)/test.done
	@bad=0; $(PY) -m ruff check . || bad=1; \
	$(PY) -m ruff format --check . || bad=1; \
	$(PY) -m mypy || bad=1; exit $$bad

format: $(VENV)/test.done
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

# The README's picture and those of the slides, as the browser tests see them.
screenshot: $(VENV)/test.done
	$(PY) -m pytest tests/browser/test_call.py -k student
	mkdir -p docs && cp tests/browser/screenshots/readme.png docs/screenshot.png
	$(PY) -m pytest tests/browser/test_demonstration.py -k seven
	mkdir -p docs/demo && cp tests/browser/screenshots/minute-*.webp docs/demo

# The demonstration as slides, one file without links, for when the live one fails.
slides: $(VENV)/lab.done
	@$(PY) report/slides/slides.py notebooks/demo-7-minutes.ipynb $(SLIDES)

# What was measured is kept in report/results/, for the report.
bench: install $(VENV)/bench.done
	@$(PY) report/bench/run.py $(BENCH) $(if $(RUNS),--runs $(RUNS))

# The technical report, report/report.pdf, from what make bench has measured; and the
# form for a group's own report, report/template.pdf.
report: $(VENV)/report.done
	@$(PY) report/build.py

# Its screenshots, those of the slides.
pictures: screenshot
	$(PY) report/pictures.py

clean:
	rm -rf $(VENV) build dist labkit.egg-info .mypy_cache .ruff_cache .pytest_cache \
		.hypothesis tests/browser/screenshots report/drawn
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --- installing, one stamp file a step: a second `make lab` starts at once ----------

$(VENV)/made:
	@test -n "$(PYTHON)" || { for python in python3.13 python3.12 python3.11 python3; do \
	if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	echo "labkit: $$python is here, but it cannot make a virtual environment." >&2; \
	echo "  Debian, Ubuntu: sudo apt install python3-venv   and run make again." >&2; \
	exit 1; fi; done; \
	echo "labkit needs Python 3.11 or newer and found none on this machine." >&2; \
	echo "  Debian, Ubuntu: sudo apt install python3 python3-venv" >&2; \
	echo "  macOS: brew install python@3.13    Or use conda: see README.md." >&2; \
	echo "  It is elsewhere? Say where: make lab PYTHON=/path/to/python3" >&2; \
	exit 1; }
	@echo "labkit: making $(VENV) with $(PYTHON)"
	@"$(PYTHON)" -m venv $(VENV)
	@touch $@

$(VENV)/lab.done: $(VENV)/made $(PINNED)
	@echo "labkit: installing the kit into $(VENV) (the first time: some minutes)"
	@$(INSTALL) --editable .
	@mkdir -p $(SETTINGS) && echo '$(NO_NEWS)' > $(SETTINGS)/overrides.json
	@mkdir -p $(PAGE) && echo '$(STILL_ICON)' > $(PAGE)/page_config.json
	@touch $@

$(VENV)/test.done: $(VENV)/lab.done
	@echo "labkit: installing what the tests need"
	@$(INSTALL) --editable '.[test]'
	@touch $@

# pesq wants a C compiler; without it two scores are absent, and nothing else.
$(VENV)/bench.done: $(VENV)/test.done
	@echo "labkit: installing what the benches need"
	@$(INSTALL) --editable '.[bench]' || $(INSTALL) aiortc psutil scikit-image sk-video
	@touch $@

$(VENV)/report.done: $(VENV)/lab.done
	@echo "labkit: installing what the report is set with"
	@$(INSTALL) --editable '.[report]'
	@touch $@

# PyAudio is built against PortAudio on Linux and macOS. Without it the kit works, but
# for this machine's microphone and loudspeaker. A failure is remembered, so that it
# costs its time once; `make sound` tries again.
$(VENV)/sound.done: $(VENV)/lab.done
	@echo "labkit: building PyAudio for the microphone and the loudspeaker"
	@$(INSTALL) --editable '.[sound]' > $(VENV)/sound.log 2>&1 \
	&& $(PY) -c 'import pyaudio' >> $(VENV)/sound.log 2>&1 \
	|| { echo; \
	echo "labkit: PyAudio could not be built. Everything works, except this machine's"; \
	echo "  microphone and loudspeaker: calls use the synthetic voice or a sound file,"; \
	echo "  and the voices are seen as levels instead of heard. To get them, install"; \
	echo "    Debian, Ubuntu:  sudo apt install portaudio19-dev python3-dev gcc"; \
	echo "    Fedora:          sudo dnf install portaudio-devel python3-devel gcc"; \
	echo "    macOS:           brew install portaudio"; \
	echo "    conda:           nothing; environment.yml has it (see README.md)"; \
	echo "  and then run     make sound      (what went wrong: $(VENV)/sound.log)"; \
	echo; }
	@touch $@

sound:
	@rm -f $(VENV)/sound.done
	@$(MAKE) --no-print-directory $(VENV)/sound.done

# --- the pins: every package's version, for Linux, macOS and Windows alike -----------
# Run it to move all versions to the newest that fit pyproject.toml, then make test.

pins: $(VENV)/lab.done
	@$(PY) -m venv $(VENV)/pins
	@$(VENV)/pins/bin/python -m pip --disable-pip-version-check install --quiet uv
	@$(VENV)/pins/bin/uv pip compile --quiet --upgrade --universal --all-extras \
		--fork-strategy fewest --python-version 3.11 --no-header --no-annotate \
		--no-emit-index-url --no-emit-find-links pyproject.toml \
		--output-file $(VENV)/pins.txt
	@{ echo "# Every package at the version that the tests passed with, for all systems."; \
	echo "# Written by: make pins"; cat $(VENV)/pins.txt; } > constraints.txt
	@echo "labkit: constraints.txt is new; now: make test"
