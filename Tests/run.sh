#!/usr/bin/env bash
# Installs what is missing, builds everything, and runs all tests. The last line is the test runner's summary.
set -euo pipefail
cd "$(dirname "$0")/.."

Samples/install.sh --tests
# Large, and tests with it are few: they are skipped where it cannot be had in time.
SLUICE_INSTALL_SECONDS=400 Samples/install.sh --peers || echo "PyTorch could not be installed: tests of white-box attacks are skipped"
swift format lint --strict --recursive --parallel Package.swift Sources Tests
# One configuration for the command and its tests: optimised, because the tests go through thousands of images.
# Every target declares what it imports; the compiler alone would not ask.
swift build -c release --build-tests --quiet --explicit-target-dependency-import-check error
# The manual is generated from the built command; a test looks whether it names everything.
swift build -c release --product generate-manual --quiet
[ -e ../shared/golden/INDEX.json ] || echo "no ../shared beside the checkout: tests that compare with it are skipped"
exec swift test -c release --skip-build
