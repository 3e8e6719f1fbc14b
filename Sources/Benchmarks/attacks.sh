#!/usr/bin/env bash
# Measures what black-box attacks achieve against a filter: every attack of `sluice attack`, by goal and by what it sees, as a
# table with 95 % intervals.
#
#   Sources/Benchmarks/attacks.sh FILTER PHOTOGRAPHS OUTPUT [OPTION …]
#   Sources/Benchmarks/attacks.sh --help                      all options
#
# What is in OUTPUT already is not measured again, and an interrupted attack goes on: of the same filter, with the same
# calibration, on the same pictures. Of others it must be another OUTPUT. SLUICE_PROGRAM names a `sluice` to
# measure with; otherwise it is built.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
arguments="$(pwd)"
cd "$here/../.."
. Sources/Benchmarks/environment.sh
case " $* " in *" --help "* | *" -h "*) sluice=sluice ;; *) use_sluice ;; esac
cd "$arguments"
exec python3 "$here/attacks.py" --sluice "$sluice" "$@"
