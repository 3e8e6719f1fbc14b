#!/usr/bin/env bash
# Installs PyTorch and the toolboxes of attacks into a Python environment in the data folder. Quick when it is there.
# `Samples/install.sh --peers` calls it. It gives up after SLUICE_INSTALL_SECONDS, where that is set.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
# The specification of the variable says that a relative path is to be ignored.
case "${XDG_DATA_HOME:-/}" in /*) ;; *) unset XDG_DATA_HOME ;; esac
data="${SLUICE_DATA:-${XDG_DATA_HOME:-$HOME/.local/share}/sluice}"
python="$data/python"

if cmp -s "$here/requirements.txt" "$python/installed.txt"; then exit 0; fi
echo "installing PyTorch, the Adversarial Robustness Toolbox and Foolbox from PyPI into $python (0.7 to 1.5 GB)"
# Runs a command for the seconds that are left. It is the command that is ended: were it this script, the command would go on.
# What runs as root can be ended by root alone, so the limit stands behind sudo.
limited() {
  [ -n "${SLUICE_INSTALL_SECONDS:-}" ] || { "$@"; return; }
  local left=$((SLUICE_INSTALL_SECONDS - SECONDS)) before=()
  [ "$left" -gt 0 ] || { echo "the time for installing is over" >&2; return 124; }
  if [ "$1" = sudo ]; then before=(sudo); shift; fi
  "${before[@]}" timeout --foreground --kill-after 5 "$left" "$@"
}
apt_install() {
  local as_root=()
  [ "$(id -u)" = 0 ] || as_root=(sudo)
  echo "installing with apt: $*"
  limited "${as_root[@]}" apt-get update -qq
  limited "${as_root[@]}" apt-get install --download-only -y -qq --no-install-recommends "$@" >/dev/null
  # What is fetched is installed to its end: half of it would have to be put right by hand.
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}
fetch() { limited "$python/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps "$@"; }

# What PyPI has runs only beside 4 GB of libraries for graphics cards. A build for processors is taken where pip is set to a place
# that has one, and otherwise Debian's, which is older and made for Debian's own Python.
mkdir -p "$data"
python3 -c 'import ensurepip' 2>/dev/null || apt_install python3-venv
python3 -m venv --clear "$python"
if ! fetch 'torch==2.13.0+cpu' 2>/dev/null; then
  apt_install python3-torch python3-venv
  /usr/bin/python3 -m venv --clear --system-site-packages "$python"
fi
fetch --requirement "$here/requirements.txt"
# Foolbox asks for git, which it has no use for here.
GIT_PYTHON_REFRESH=quiet "$python/bin/python" -c 'import torch, art, foolbox, onnx, cv2'
cp "$here/requirements.txt" "$python/installed.txt"
