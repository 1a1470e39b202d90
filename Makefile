# Two commands do everything on a fresh machine with Rust, gcc, Node and Python: `make demo` and `make test`.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# A build cache outside the checkout, where one is set.
export CARGO_TARGET_DIR ?= $(CURDIR)/target
CARGO_DENY := 0.20.2

# Not linted with the workspace: an empty wrapper is none.
IN_PAPERS := RUSTC_WORKSPACE_WRAPPER= CARGO_TARGET_DIR=$(CARGO_TARGET_DIR)/papers
IN_EXTRACT := CARGO_TARGET_DIR=$(CARGO_TARGET_DIR)/extract
# `make test` plays with the programs that its unit tests have built already; everything else wants them fast.
export PROFILE ?= release
AS_PROFILE = --profile $(PROFILE:debug=dev)
PAPERS = $(CARGO_TARGET_DIR)/papers/$(PROFILE)/rollcall-papers

LISTEN ?= 127.0.0.1:8080
DATA ?= demo-data

.PHONY: help demo assets build papers wasm test check unit log api browser crash extract zones bench screenshots clean

help: ## Say what there is
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 22

demo: build ## Build, fill a data folder with an invented register, and serve it on http://127.0.0.1:8080
	@$(CARGO_TARGET_DIR)/$(PROFILE)/rollcall-server demo --data $(DATA)
	@exec $(CARGO_TARGET_DIR)/$(PROFILE)/rollcall-server serve --data $(DATA) --listen $(LISTEN)

# Server and verifier, without anything that the demonstration does not need.
build: assets
	@cargo build --quiet $(AS_PROFILE) --locked -p server -p cli

# The one program that makes PDF. It takes some twelve minutes of a processor to build (docs/decisions/0016-papers.md), so
# nothing else waits for it: it lies beside the server, which finds it there. Tests build it without optimisation.
papers: ## Build rollcall-papers, which makes PDF of panel packs and agreements, and test it against other readers
	tests/install poppler
	$(IN_PAPERS) cargo build --quiet $(AS_PROFILE) --locked --manifest-path crates/papers/Cargo.toml
	$(IN_PAPERS) cargo test --quiet $(AS_PROFILE) --locked --manifest-path crates/papers/Cargo.toml
	cargo fmt --manifest-path crates/papers/Cargo.toml --check
	tests/install deny $(CARGO_DENY)
	cargo deny --manifest-path crates/papers/Cargo.toml --config deny.toml --log-level error check licenses bans sources
	ROLLCALL_PAPERS=$(PAPERS) cargo test --quiet --locked -p server --test server -- desk::papers desk::decisions::agreement
	@if [ $(PROFILE) = release ]; then install -D -m 755 $(PAPERS) $(CARGO_TARGET_DIR)/release/rollcall-papers; fi

# The query engine takes as long; what is linted is what is tested, so that it is built once.
extract: ## Build rollcall-extract, the program of the data zone, and test it
	tests/support/chem97.py $(CARGO_TARGET_DIR)/real
	$(IN_EXTRACT) CLIPPY_ARGS=-Dwarnings__CLIPPY_HACKERY__ RUSTC_WORKSPACE_WRAPPER=clippy-driver \
	  ROLLCALL_REAL_DATA=$(CARGO_TARGET_DIR)/real cargo test --quiet $(AS_PROFILE) --locked --manifest-path crates/extract/Cargo.toml
	cargo fmt --manifest-path crates/extract/Cargo.toml --check
	tests/install deny $(CARGO_DENY)
	cargo deny --manifest-path crates/extract/Cargo.toml --config deny.toml --log-level error check licenses bans sources
	@if [ $(PROFILE) = release ]; then $(IN_EXTRACT) cargo build --quiet --release --locked --manifest-path crates/extract/Cargo.toml; \
	  install -D -m 755 $(CARGO_TARGET_DIR)/extract/release/rollcall-extract $(CARGO_TARGET_DIR)/release/rollcall-extract; fi

zones: build extract ## Releases through every zone, with the real programs, and beside another engine
	tests/zones/run
	cargo build --quiet $(AS_PROFILE) --locked -p server -p cli -p package --features package/sealed --example custodian
	tests/engines/run

assets: web/dist/main.css ## Build what the pages load
	@web/build-check

web/dist/main.css: web/package-lock.json web/build.mjs $(shell find web/sass web/js web/icons -type f 2>/dev/null)
	cd web && npm ci --no-audit --no-fund --silent && npm run --silent build

# On a machine that builds once, what rustc keeps for the next build is only time and disk.
test: export CARGO_INCREMENTAL ?= 0
test: export PROFILE := debug
# What is tested is linted as it is built: to lint it before would be to read everything twice.
test: export RUSTC_WORKSPACE_WRAPPER := clippy-driver
test: export CLIPPY_ARGS := -Dwarnings__CLIPPY_HACKERY__
# `make crash` by itself tries three times as many places at which a system call of an import fails.
test: export CRASH_PLACES ?= 20
# A browser and a disk wait much of the time, and compilers do not, so the last parts run two at a time. What they install
# is installed before, since only one may install at once.
test: wasm check unit log ## Check and test everything; this is what CI runs
	tests/install strace chromium poppler duckdb chem97
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target crash browser api papers zones

# First of all, or what is checked would be a site without the check in the browser.
wasm:
	tests/install wasm

check: assets ## Formatting, lints, licences and sources, the crate graph
	cargo fmt --all --check
	@[ -n "$${RUSTC_WORKSPACE_WRAPPER:-}" ] || cargo clippy --locked --workspace --all-targets -- -D warnings
	tests/install deny $(CARGO_DENY)
	cargo deny --log-level error check licenses bans sources
	tests/crate-graph

unit: assets ## Unit, property and integration tests of every crate
	tests/install smtp openid
	cargo test --quiet --locked --workspace
	tests/real-register

log: build ## The log against independent peers: development oracles, Go's checksum database client, fuzzing, wasm
	tests/install go
	RUSTC_WORKSPACE_WRAPPER= cargo test --quiet --locked --manifest-path oracles/Cargo.toml --target-dir $(CARGO_TARGET_DIR)/oracles
	tests/go/run
	tests/wasm
	fuzz/run

crash: build ## The real binary, with the system's calls failing one by one
	tests/install strace
	$(if $(CRASH_PLACES),CRASH_AT_MOST=$(CRASH_PLACES)) tests/crash/run
	tests/crash/desk

api: build ## Every address of the API against its own document, with a fuzzer
	tests/schemathesis/run

browser: build ## Every page in a real browser, with and without JavaScript
	tests/install chromium
	tests/browser/run
	tests/browser/desk

bench: build ## Measure ourselves beside others: the log and the register, then the site
	tests/install go strace wrk
	bench/run
	bench/site
	bench/casework
	bench/extract

screenshots: build ## Pictures of every page, into target/screenshots
	tests/install chromium
	SCREENSHOTS=$(CARGO_TARGET_DIR)/screenshots tests/browser/run

clean: ## Remove what was built and the demonstration's data
	rm -rf target web/dist web/node_modules tests/browser/node_modules demo-data
