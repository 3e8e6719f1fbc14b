#!/usr/bin/env bash
# Places a built command under a prefix: the program, its completions for three shells, and its manual.
#
#   Samples/place.sh SLUICE GENERATOR PREFIX
#
# GENERATOR is the built `generate-manual` of swift-argument-parser. It writes one page of all commands and their options.
set -euo pipefail
[ $# = 3 ] || { sed -n '2,6s/^# \{0,1\}//p' "$0" >&2; exit 2; }
sluice="$1"
generator="$2"
prefix="$3"

pages="$(mktemp -d)"
trap 'rm -rf "$pages"' EXIT
"$generator" "$sluice" --output-directory "$pages"
# Examples are indented lines of the help. They are set as they stand, because a filled line would join their commands, and
# empty lines between paragraphs become the macro for a paragraph, because the formatter warns of empty ones.
awk '
  /^  / { if (!literal) { print ".Bd -literal"; literal = 1 } else if (empty) print ""; empty = 0; print; next }
  /^$/ { empty = 1; next }
  { if (literal) { print ".Ed"; literal = 0 } if (empty) print ".Pp"; empty = 0; print }
  END { if (literal) print ".Ed" }
' "$pages/sluice.1" > "$pages/set.1"

install -D -m 755 "$sluice" "$prefix/bin/sluice"
install -D -m 644 "$pages/set.1" "$prefix/share/man/man1/sluice.1"
complete() {
  "$sluice" --generate-completion-script "$1" > "$pages/completions"
  install -D -m 644 "$pages/completions" "$prefix/share/$2"
}
complete bash bash-completion/completions/sluice
complete zsh zsh/site-functions/_sluice
complete fish fish/vendor_completions.d/sluice.fish
