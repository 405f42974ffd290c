# One target a purpose; `make test` is the whole proof, from a clean clone.

GO         ?= go
PYTHON     ?= python3
PYPY       ?= $(shell command -v pypy3 2>/dev/null)
FUZZTIME   ?= 1000000x
BENCH      ?= .
BENCHFLAGS ?=
PARALLEL   ?= 4
SOAKTIME   ?= 10m

# What has goroutines or shared memory of its own; e2e and benchmarks start processes instead.
CONCURRENT = . ./app/... ./arbiter/... ./configs/... ./internal/... ./protocol/... ./workers/...
VENVS      = .venv/.made $(if $(PYPY),.venv-pypy/.made)

.PHONY: build test e2e acme chaos soak race lint cover fuzz bench run venv clean

build:
	CGO_ENABLED=0 $(GO) build -trimpath -o bin/srv ./cmd/srv

test: build venv lint
	$(GO) test -timeout=8m $$($(GO) list ./... | grep -v '/e2e')
	$(MAKE) --no-print-directory e2e acme
	$(MAKE) --no-print-directory fuzz FUZZTIME=40000x

# -count=1: the test cache does not know of the binaries and apps that these tests start.
e2e: venv
	$(GO) test -timeout=12m -parallel=$(PARALLEL) -count=1 ./e2e/...

# Certificates from Pebble, whose modules are not srv's.
acme:
	cd e2e/acme && $(GO) vet . && $(GO) test -timeout=8m -count=1 .

# Every scenario in every worker class, long and often: see docs/chaos.md. The tests' short form is part of e2e.
chaos: venv
	$(GO) test -timeout=90m -parallel=$(PARALLEL) -count=1 -v -run='^TestChaos$$' ./e2e -chaos.long

# All hostile clients at once, again and again, with faults; SOAKTIME for each of two batches of four servers.
soak: venv
	$(GO) test -timeout=90m -parallel=4 -count=1 -v -run='^(TestSoak|TestTenThousandIdle)$$' ./e2e -soak=$(SOAKTIME)

race:
	$(GO) test -race -timeout=10m $(CONCURRENT)

lint:
	@unformatted=$$(gofmt -l .); if [ -n "$$unformatted" ]; then echo "not gofmt'ed:"; echo "$$unformatted"; exit 1; fi
	$(GO) vet ./...

cover:
	$(GO) test -timeout=10m -coverprofile=cover.out -coverpkg=./... $(CONCURRENT)
	$(GO) tool cover -func=cover.out | tail -n 1

fuzz:
	scripts/fuzz $(FUZZTIME)

bench:
	$(GO) build -o bin/srvbench ./benchmarks/cmd/srvbench
	bin/srvbench $(BENCHFLAGS)
	$(GO) test -run='^$$' -bench=$(BENCH) -benchmem $(CONCURRENT)

run: build
	bin/srv --worker-class=gnet --workers=2 --bind=127.0.0.1:8000 --access-logfile=- --python=$(PYTHON) --chdir=e2e/apps examples:hello

venv: $(VENVS)
ifeq ($(PYPY),)
	@echo "pypy3 is not in PATH: the tests will run without PyPy, and say so"
endif

.venv/.made: e2e/requirements.txt
	scripts/venv .venv $(PYTHON) $<
	@touch $@

.venv-pypy/.made: e2e/requirements.txt
	scripts/venv .venv-pypy $(PYPY) $<
	@touch $@

clean:
	rm -rf bin .venv .venv-pypy cover.out
