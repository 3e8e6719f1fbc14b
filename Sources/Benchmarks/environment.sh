# For other scripts to source: finds the Python of the peers, and installs what is missing there.
#
#   use_peers MODULE=PACKAGE …   sets `peers_python`; MODULE is what is imported, PACKAGE what PyPI calls it
#
# SLUICE_PEERS names the virtual environment; it is made when it is missing.
use_peers() {
  # The specification of the variable says that a relative path is to be ignored.
  case "${XDG_DATA_HOME:-/}" in /*) ;; *) unset XDG_DATA_HOME ;; esac
  local environment="${SLUICE_PEERS:-${XDG_DATA_HOME:-$HOME/.local/share}/sluice/peers}" need missing=()
  peers_python="$environment/bin/python"
  [ -x "$peers_python" ] || python3 -m venv "$environment"
  for need in "$@"; do
    "$peers_python" -c "import ${need%%=*}" 2>/dev/null || missing+=("${need#*=}")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  echo "installing ${missing[*]} from PyPI into $environment" >&2
  "$peers_python" -m pip install --quiet --disable-pip-version-check "${missing[@]}"
}

# Sets `sluice`: the program that SLUICE_PROGRAM names, or a release build of this folder's.
use_sluice() {
  sluice="${SLUICE_PROGRAM:-}"
  [ -z "$sluice" ] || return 0
  Samples/install.sh
  swift build -c release --product sluice --quiet
  sluice="$(swift build -c release --show-bin-path)/sluice"
}
