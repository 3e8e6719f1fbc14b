#!/usr/bin/env bash
# Measures `sluice serve` under load beside `sluice filter` on the same photographs and cores, taking turns.
#
#   Sources/Benchmarks/serving.sh PHOTOGRAPHS [FILTER …]         Filters/imagenet-mobilenet.yaml where none is named
#   Sources/Benchmarks/serving.sh --help                         all options
#
# MODELS, or --models, is the folder that filters call ${MODELS}. SLUICE_PROGRAM names a `sluice` to measure; otherwise
# it is built. The load comes from wrk where that is installed, else from threads of the Python that runs this.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
arguments="$(pwd)"
cd "$here/../.."
. Sources/Benchmarks/environment.sh
case " $* " in *" --help "* | *" -h "*) sluice=sluice ;; *) use_sluice ;; esac
cd "$arguments"
exec python3 "$here/serving.py" --sluice "$sluice" "$@"
