.DEFAULT_GOAL := help
.PHONY: help setup build run test test-sanitizers test-neon test-distributed bench bench-peers fuzz docs \
  format lint clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Install the system packages that are missing (Debian, Ubuntu), or say which
	@scripts/setup

build: setup ## Build the zoo command for release
	@scripts/build

run: build ## Fetch, classify, embed: the main job on the small models in Examples
	@scripts/run-example

test: ## Build and run all tests, then check warnings and format
	@scripts/setup --tests
	@scripts/test

test-sanitizers: ## Test kernels, tensors and networks with address and thread sanitizers
	@scripts/setup --tests
	@scripts/test-sanitizers

test-neon: ## Compare the kernels for Arm with the naive ones, in an emulator
	@scripts/test-neon

test-distributed: build ## Run Examples/distributed with Dask and compare with one process
	@scripts/test-distributed

bench: build ## Measure kernels and a whole ViT-B/16 on this machine
	@scripts/bench

bench-peers: build ## Compare NETWORKS="..." with PyTorch and others; writes docs/benchmarks.md
	scripts/bench-peers $(NETWORKS)

fuzz: setup ## Fuzz the readers, SECONDS=60 for each of seven targets
	@scripts/fuzz $(or $(SECONDS),60)

docs: setup ## Check the links of the documentation and build the API reference
	@scripts/build-docs

format: ## Format all Swift files in place
	swift format -i -p -r Sources Tests Package.swift

lint: ## Check the format of all Swift files
	swift format lint -s -p -r Sources Tests Package.swift

clean: ## Remove everything that was built
	rm -rf .build
