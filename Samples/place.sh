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
# The generator leaves out what values an option takes and what holds without it, so they go into the texts that it gets, in the
# words of --help. Each option is described by its text, its values and its default, in this order, before how it is parsed.
"$sluice" --experimental-dump-help | awk '
  function finish(facts) {
    if (facts != "") text = substr(text, 1, length(text) - 2) " (" facts ")\","
    printf "%s\n%s", text, rest
    text = rest = values = usual = ""
  }
  /^ *"abstract" :/ { text = $0; next }
  text == "" { print; next }
  { rest = rest $0 "\n" }
  /^ *"(arguments|commandName)" :/ { finish("") }
  /^ *"allValues" :/ { listing = 1; next }
  listing && /\]/ { listing = 0 }
  listing { gsub(/^ *"|",?$/, ""); values = values (values == "" ? "values: " : ", ") $0 }
  /^ *"defaultValue" :/ { sub(/^[^:]*: "/, ""); sub(/",$/, ""); usual = $0 }
  /^ *"parsingStrategy" :/ {
    if (usual != "") usual = (/"scanningForValue"/ ? "default as flag: " : "default: ") usual
    finish(values (values != "" && usual != "" ? "; " : "") usual)
  }
' > "$pages/help.json"
printf '#!/bin/sh\ncat "${0%%/*}/help.json"\n' > "$pages/describe"
chmod +x "$pages/describe"
"$generator" "$pages/describe" --output-directory "$pages"
# What turns a flag off stands behind the flag, with the flag's own text, which says the opposite of what it does. The text is on the
# same line, in brackets or quotes, or on the next one. $1 is what stands before the name of an option.
say_what_turns_off() {
  awk -v before="$1" '
    match($0, before) {
      name = substr($0, RSTART + RLENGTH)
      sub(/[^a-z0-9-].*/, "", name)
      turnsOff = name == "no-" flag
      text = "Turns --" flag " off."
      flag = name
      if (turnsOff && !sub(/\[.*\]/, "[" text "]") && !sub(/ -d \047.*/, " -d \047" text "\047")) { print; getline; $0 = text }
    }
    { print }
  '
}
# Examples are indented lines of the help. They are set as they stand, because a filled line would join their commands, and
# empty lines between paragraphs become the macro for a paragraph, because the formatter warns of empty ones. What the generator
# says of the exit status holds for other commands: that anything above 0 is an error.
say_what_turns_off '^[.]It Fl -' < "$pages/sluice.1" | awk '
  /^\.Ex -std/ {
    print ".Bl -tag -width 6n"
    print ".It 0\nEverything was clean, or holds."
    print ".It 1\nSomething was flagged, rejected or left out, or does not hold."
    print ".It 2\nThe command failed."
    print ".El\n.Pp\nWhat each command says of it stands with the command."
    next
  }
  /^  / { if (!literal) { print ".Bd -literal"; literal = 1 } else if (empty) print ""; empty = 0; print; next }
  /^$/ { empty = 1; next }
  { if (literal) { print ".Ed"; literal = 0 } if (empty) print ".Pp"; empty = 0; print }
  END { if (literal) print ".Ed" }
' > "$pages/set.1"

install -D -m 755 "$sluice" "$prefix/bin/sluice"
install -D -m 644 "$pages/set.1" "$prefix/share/man/man1/sluice.1"
complete() {
  "$sluice" --generate-completion-script "$1" | say_what_turns_off "$3" > "$pages/completions"
  install -D -m 644 "$pages/completions" "$prefix/share/$2"
}
# Those of bash have no texts.
complete bash bash-completion/completions/sluice '^$'
complete zsh zsh/site-functions/_sluice "^ *'--"
complete fish fish/vendor_completions.d/sluice.fish " -l '"

# bash and fish look beside the program and under ~/.local as well; zsh looks where it is told.
if [ "${prefix%/}" != /usr/local ]; then
  printf 'zsh: write this into ~/.zshrc before compinit, for completions:\n  fpath+=(%q)\n' \
    "$(cd "$prefix" && pwd)/share/zsh/site-functions"
fi
