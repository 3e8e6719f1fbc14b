#!/usr/bin/env bash
# Starts a server that has the filter inside, and sends it road signs: a clean one, an attacked one, and a text.
#
#   Samples/embedding/run.sh            builds the server first, which takes several minutes the first time
#   Samples/embedding/run.sh PROGRAM    takes a server that is built already
set -euo pipefail

program="${1:-}"
[ -z "$program" ] || program="$(realpath "$program")"
cd "$(dirname "$0")"
if [ -z "$program" ]; then
  ../install.sh
  swift build -c release --quiet
  program="$(swift build -c release --show-bin-path)/EmbeddingSample"
fi

log="$(mktemp)"
"$program" ../../Filters/signs.yaml 0 > "$log" 2>&1 &
server=$!
trap 'kill $server 2>/dev/null; rm -f "$log"' EXIT

# Port 0 is any that is free; the server says which.
port=
until [ -n "$port" ]; do
  kill -0 $server 2>/dev/null || { cat "$log" >&2; exit 1; }
  sleep 0.1
  port="$(sed -n 's/.*listening on 127\.0\.0\.1:\([0-9]*\).*/\1/p' "$log" | head -1)"
done

# Sends a file, and ends with an error unless the answer has the words and the status that are expected.
ask() {
  local answer
  answer="$(curl -s -w ' %{http_code}' --data-binary "@$1" "http://127.0.0.1:$port/photographs" | tr -d '\n')"
  printf '%-62s %s\n' "${1#../}" "$answer"
  [[ $answer == *"\"verdict\":\"$2\""*" $3" ]] || { echo "expected $2 with status $3" >&2; exit 1; }
}

first() { local files=("$1"/*); echo "${files[0]}"; }
ask "$(first ../signs/clean/test)" clean 200
ask "$(first ../signs/adversarial/pgd)" adversarial 422
ask ../signs/labels.txt rejected 422
