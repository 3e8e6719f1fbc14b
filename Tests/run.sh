#!/usr/bin/env bash
# Installs what is missing, builds everything, and runs all tests. The last line is the test runner's summary.
set -euo pipefail
cd "$(dirname "$0")/.."

Samples/install.sh --tests
# Large, and tests with it are few: they are skipped where it cannot be had in time.
SLUICE_INSTALL_SECONDS=400 Samples/install.sh --peers || echo "PyTorch could not be installed: tests of white-box attacks are skipped"
swift format lint --strict --recursive --parallel Package.swift Sources Tests

# Tests write thousands of small files and wait until they are kept. Memory is quicker than a disk, where there is enough of it
# and programs that lie there may be run. Names stay short: a path of a socket has 107 bytes at most.
place=${TMPDIR:-/tmp}
at_least() { [ "${1:-0}" -ge "$2" ]; }
if at_least "$(df --output=avail --block-size=1M /dev/shm 2>/dev/null | tail -n 1)" 2048 &&
  at_least "$(awk '/^MemAvailable:/ { print int($2 / 1024) }' /proc/meminfo)" 6144 &&
  ! findmnt --noheadings --output OPTIONS --target /dev/shm | grep -qw noexec; then
  place=/dev/shm
fi
# Builds leave things there as well, and so do tests that are killed: all of it goes with the run.
TMPDIR=$(mktemp -d "$place/sluice.XXXX")
export TMPDIR
# A server that has just ended may still be writing.
trap 'rm -rf "$TMPDIR" 2>/dev/null || { sleep 2; rm -rf "$TMPDIR"; } 2>/dev/null || true' EXIT
# PostgreSQL runs as a user of its own, in a folder of its own in there.
chmod 711 "$TMPDIR"

# One configuration for the command and its tests: optimised, because the tests go through thousands of images.
# Every target declares what it imports; the compiler alone would not ask.
swift build -c release --build-tests --quiet --explicit-target-dependency-import-check error
# The manual is generated from the built command; a test looks whether it names everything.
swift build -c release --product generate-manual --quiet
[ -e ../shared/golden/INDEX.json ] || echo "no ../shared beside the checkout: tests that compare with it are skipped"
# A test that hangs is not to keep the run from ending. The runner is in a group of its own, which ends as a whole; from behind, so
# that signals to this script reach it at once.
env --default-signal=INT,QUIT timeout -k 10 45m swift test -c release --skip-build &
runner=$!
trap 'kill -TERM "$runner"' INT TERM HUP
status=0
wait "$runner" || status=$?
[ "$status" != 124 ] || echo "the tests did not end within 45 minutes" >&2
exit "$status"
