# Sayline's commands. `make` alone lists them; CONTRIBUTING.md says when to use which.

GO      ?= go
ARGS    ?=
FUZZTIME ?= 10s
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
LINTER  := $(GO) tool -modfile=scripts/lint/go.mod staticcheck
export GO

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo build test quick race fuzz bench screenshots fmt lint ci setup go

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

demo: build ## build and start the demo: three brands, /demo with its links (ARGS="--listen 0.0.0.0:8080")
	bin/sayline demo $(ARGS)

build: go ## build bin/sayline, one static binary
	CGO_ENABLED=0 $(GO) build -trimpath -buildvcs=false -ldflags "-s -w -X main.version=$(VERSION)" -o bin/sayline ./cmd/sayline

test: setup ## everything at full length, on both databases and in a real browser
	scripts/test

quick: go ## the same tests in less than two minutes, with what is installed
	$(GO) test ./...

race: setup ## the quick tests of every room with the race detector, without a browser
	scripts/test race

fuzz: go ## every fuzz target for FUZZTIME (10s) each
	scripts/fuzz $(FUZZTIME)

bench: setup build ## measure on this machine, on both databases (ARGS is for sayline bench)
	scripts/with-postgres bin/sayline bench $(ARGS)
	$(GO) test -run '^$$' -bench 'FirstTap|FirstLoad' -benchtime 5x ./e2e

screenshots: setup ## take the pictures in docs/pictures anew
	SAYLINE_SCREENSHOTS=$(CURDIR)/docs/pictures $(GO) test -count 1 -v -run '^(TestScreenshots|TestScene13.*)$$' ./e2e

fmt: go ## format the code
	gofmt -w .

lint: go ## gofmt, go vet and staticcheck
	scripts/gofmt-check
	$(GO) vet ./...
	$(LINTER) ./...

ci: setup lint build test race ## what the build server runs

setup: go
	scripts/setup

# Since 1.21 Go fetches the version that go.mod names by itself.
go:
	@command -v $(GO) >/dev/null || { echo "Go is missing: install it from https://go.dev/dl/ and put it in PATH." >&2; exit 1; }
	@case "$$(cd / && $(GO) env GOVERSION)" in \
	go1.?|go1.?.*|go1.1*|go1.20*) echo "This Go is too old: install a newer one from https://go.dev/dl/." >&2; exit 1 ;; \
	esac
