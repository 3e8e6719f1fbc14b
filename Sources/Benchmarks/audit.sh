#!/usr/bin/env bash
# Times the audit commands on a log of a million synthetic records (or as many as the first argument says).
set -euo pipefail
cd "$(dirname "$0")/../.."

sluice="$(swift build -c release --show-bin-path)/sluice"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
# A first run makes the tables.
"$sluice" filter -f Filters/signs.yaml --audit "$work/audit" --format none "$(ls Samples/signs/clean/test/*.png | head -1)" > /dev/null
python3 Sources/Benchmarks/audit_records.py "$work/audit" "${1:-1000000}"
sqlite3 "$work/audit/audit.sqlite" 'PRAGMA wal_checkpoint(TRUNCATE)' > /dev/null 2>&1 || true
printf '%-58s %8s %8s\n' command seconds MB
timed() {
  /usr/bin/time -f '%e %M' -o "$work/time" "$sluice" audit "$1" --audit "$work/audit" "${@:2}" > /dev/null
  read -r seconds kilobytes < "$work/time"
  printf '%-58s %8s %8s\n' "sluice audit $*" "$seconds" "$((kilobytes / 1000))"
}
timed list
timed list --verdict adversarial
timed list --client 10.0.3.3 --verdict adversarial
timed list --detector mirror --since 7d
timed list --digest 4e07408562
timed list --source request-98765
timed stats
timed stats --since 90d --interval 1d
timed export --verdict adversarial --format ocsf
timed verify
du -m "$work/audit/audit.sqlite" | awk '{print "database: " $1 " MB"}'
