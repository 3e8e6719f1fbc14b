#!/usr/bin/env bash
# Measures what protection costs: a filter beside the same filter with the classifier alone, beside unprotected Python, and
# beside published feature squeezing in Python; same machine, same photographs, taking turns.
#
#   Sources/Benchmarks/protection.sh PHOTOGRAPHS [FILTER …]      Filters/imagenet-mobilenet.yaml where none is named
#   Sources/Benchmarks/protection.sh --help                      all options
#
# MODELS, or --models, is the folder that filters call ${MODELS}. SLUICE_PROGRAM names a `sluice` to measure; otherwise
# it is built. SLUICE_PEERS names the virtual environment of the peers; it is made when it is missing.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
arguments="$(pwd)"
cd "$here/../.."
. Sources/Benchmarks/environment.sh
use_peers numpy=numpy scipy=scipy cv2=opencv-python-headless PIL=Pillow onnxruntime=onnxruntime yaml=PyYAML
case " $* " in *" --help "* | *" -h "*) sluice=sluice ;; *) use_sluice ;; esac
cd "$arguments"
exec "$peers_python" "$here/protection.py" --sluice "$sluice" "$@"
