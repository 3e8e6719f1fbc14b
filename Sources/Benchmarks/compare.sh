#!/usr/bin/env bash
# Measures Sluice and what people would otherwise use side by side: same machine, same run, same input, taking turns.
#
#   Sources/Benchmarks/compare.sh            on made pictures
#   Sources/Benchmarks/compare.sh FOLDER     on the JPEG files in a folder
#
# SLUICE_PEERS names the virtual environment of the peers; it is made when it is missing.
set -euo pipefail
[ $# -le 1 ] || { echo "usage: $0 [FOLDER]" >&2; exit 2; }
photographs="${1:+$(realpath "$1")}"
cd "$(dirname "$0")/../.."

Samples/install.sh
. Sources/Benchmarks/environment.sh
use_peers numpy=numpy scipy=scipy cv2=opencv-python-headless PIL=Pillow

# A folder of its own, so that going to and fro between this and ordinary builds costs neither its products.
export SLUICE_BENCHMARKS=1
build=(swift build -c release --scratch-path .build-benchmarks)
"${build[@]}" --product SubjectTimings --quiet
timings="$("${build[@]}" --show-bin-path)/SubjectTimings"
exec "$peers_python" Sources/Benchmarks/peers.py "$timings" ${photographs:+"$photographs"}
