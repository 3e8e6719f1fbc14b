#!/usr/bin/env bash
# Installs what Sluice needs and is missing, and says what. Quick when nothing is.
#
#   Samples/install.sh                   what building and running needs
#   Samples/install.sh --prefix FOLDER   the same; then builds the command and places it under the folder, with its manual and
#                                        its completions
#   Samples/install.sh --imagenet        also classifiers of photographs, EfficientNet-Lite0 and Lite1, which
#                                        Filters/imagenet.yaml is made for
#   Samples/install.sh --tests           also what the tests work with (ffmpeg, NumPy, curl, PostgreSQL, Redis, Chromium,
#                                        Triton's client, MLServer, readers of forms, Schemathesis)
#   Samples/install.sh --peers           what white-box attacks work with (PyTorch, IBM's Adversarial Robustness Toolbox,
#                                        Foolbox)
set -euo pipefail

case "${1:-}" in
  "" | --imagenet | --tests | --peers) [ $# -le 1 ] ;;
  --prefix) [ $# -le 2 ] ;;
  *) false ;;
esac || { sed -n '2,12s/^# \{0,1\}//p' "$0" >&2; exit 2; }

if [ "${1:-}" = --prefix ]; then
  [ -n "${2:-}" ] || { echo "--prefix takes the folder to install under, such as ~/.local or /usr/local" >&2; exit 2; }
  command -v swift >/dev/null || { echo "no swift on the PATH; see https://www.swift.org/install" >&2; exit 1; }
fi
# The specification of the variable says that a relative path is to be ignored.
case "${XDG_DATA_HOME:-/}" in /*) ;; *) unset XDG_DATA_HOME ;; esac
data="${SLUICE_DATA:-${XDG_DATA_HOME:-$HOME/.local/share}/sluice}"

packages=()
need_package() { dpkg -s "$1" >/dev/null 2>&1 || packages+=("$1"); }

need_package libpng-dev
need_package libjpeg62-turbo-dev
need_package zlib1g-dev
need_package libsqlite3-dev
need_package libpq-dev
need_package libhiredis-dev
need_package libssl-dev
need_package liblapacke-dev
python3 -m pip --version >/dev/null 2>&1 || packages+=(python3-pip)
if [ "${1:-}" = --tests ]; then
  command -v ffmpeg >/dev/null || packages+=(ffmpeg)
  command -v curl >/dev/null || packages+=(curl)
  python3 -c 'import numpy' 2>/dev/null || packages+=(python3-numpy)
  python3 -c 'import ensurepip' 2>/dev/null || packages+=(python3-venv)
  compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || packages+=(postgresql)
  command -v redis-server >/dev/null || packages+=(redis-server)
  command -v chromedriver >/dev/null || packages+=(chromium chromium-driver)
fi

if [ ${#packages[@]} -gt 0 ]; then
  echo "installing with apt: ${packages[*]}"
  as_root=()
  [ "$(id -u)" = 0 ] || as_root=(sudo)
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
fi

# The inference engine is a library inside a Python wheel; nothing of it runs in Python.
engine="$data/openvino"
if [ -z "${SLUICE_OPENVINO:-}" ] && ! compgen -G "$engine/openvino/libs/libopenvino_c.so*" >/dev/null; then
  echo "installing the inference engine OpenVINO from PyPI into $engine"
  # Under another name until it is complete: what an interruption leaves is not taken for an engine.
  rm -rf "$engine.partial"
  PIP_ROOT_USER_ACTION=ignore python3 -m pip install --quiet --disable-pip-version-check --no-deps \
    --target "$engine.partial" 'openvino>=2025.4,<2027' &&
    compgen -G "$engine.partial/openvino/libs/libopenvino_c.so*" >/dev/null ||
    { echo "the engine could not be installed" >&2; exit 1; }
  rm -rf "$engine"
  mv "$engine.partial" "$engine"
fi

if [ "${1:-}" = --imagenet ]; then "$(dirname "$0")/imagenet/install.sh"; fi
if [ "${1:-}" = --tests ]; then
  "$(dirname "$0")/imagenet/install.sh" || echo "it could not be installed: tests with it will be skipped" >&2
fi

# The clients, the model server and the readers of forms that the gateway is tested with, and Pillow, whose pixels those
# of the decoders are compared with. Without them those tests are skipped, and say so.
peers="$data/peers"
if [ "${1:-}" = --tests ] &&
  ! "$peers/bin/python" -c 'import tritonclient, werkzeug, starlette, python_multipart, django, PIL' 2>/dev/null; then
  echo "installing Triton's client, MLServer, Werkzeug, Starlette, Django and Pillow from PyPI into $peers"
  { python3 -m venv "$peers" &&
    "$peers/bin/python" -m pip install --quiet --disable-pip-version-check 'tritonclient[http,grpc]<3' 'mlserver<2' \
      'werkzeug>=3,<4' starlette 'python-multipart>=0.0.13' 'django>=5,<6' \
      'pillow>=13' numpy
  } || echo "they could not be installed: tests with them will be skipped" >&2
fi
if [ "${1:-}" = --tests ] && ! "$peers/bin/python" -c 'import schemathesis' 2>/dev/null; then
  echo "installing Schemathesis from PyPI into $peers"
  "$peers/bin/python" -m pip install --quiet --disable-pip-version-check 'schemathesis>=4,<5' ||
    echo "it could not be installed: tests with it will be skipped" >&2
fi

if [ "${1:-}" = --peers ]; then "$(dirname "$0")/attacks/install.sh"; fi

# The command, where it was asked for.
if [ "${1:-}" = --prefix ]; then
  checkout="$(dirname "$0")/.."
  echo "building (the first time takes a few minutes)"
  swift build --package-path "$checkout" -c release --product sluice --quiet
  swift build --package-path "$checkout" -c release --product generate-manual --quiet
  built="$(swift build --package-path "$checkout" -c release --show-bin-path)"
  "$checkout/Samples/place.sh" "$built/sluice" "$built/generate-manual" "$2"
  echo "installed $2/bin/sluice, its completions and its manual"
  case ":$PATH:" in *":$2/bin:"*) ;; *) echo "$2/bin is not on the PATH" ;; esac
fi
