#!/usr/bin/env bash
# Installs what is missing, builds Sluice, and filters the sample images: road signs, clean and attacked.
set -euo pipefail
cd "$(dirname "$0")/.."

command -v swift >/dev/null || { echo "no swift on the PATH; see https://www.swift.org/install" >&2; exit 1; }
Samples/install.sh
echo "building (the first time takes a few minutes)"
swift build -c release --product sluice --quiet
sluice="$(swift build -c release --show-bin-path)/sluice"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

groups=(clean/test adversarial/fgsm adversarial/pgd adversarial/pgd-jpeg90 adversarial/carlini-wagner)
printf '\n%-28s %7s %10s %8s %9s\n' group images forwarded flagged rejected
for group in "${groups[@]}"; do
  # Status 1 says that something was flagged or rejected, which is what the demo is about.
  "$sluice" filter -f Filters/signs.yaml --format npz -o "$work/clean.npz" \
    Samples/signs/"$group"/* > "$work/verdicts.ndjson" || [ $? = 1 ]
  count() { grep -c "\"action\":\"$1\"" "$work/verdicts.ndjson" || true; }
  printf '%-28s %7s %10s %8s %9s\n' "$group" "$(wc -l < "$work/verdicts.ndjson")" \
    "$(count forwarded)" "$(count flagged)" "$(count rejected)"
done

example="$(ls Samples/signs/adversarial/pgd/* | head -1)"
cat <<END

The detector is feature squeezing (bit depth 5, median 2) with a threshold that 5 % of the images in
Samples/signs/clean/calibrate exceed. These attacks did not know of it; one that optimises against it passes.

Where to look next:
  $sluice inspect -f Filters/signs.yaml $example
  $sluice inspect -f Filters/signs.yaml --picture sheet.png $example
  cat Samples/signs/clean/test/* | $sluice filter -f Filters/signs.yaml > tensors.npy
  $sluice serve -f Filters/signs.yaml        # and in another terminal:
  curl --data-binary @$example http://127.0.0.1:8080/v1/filter
  $sluice audit list                          # what it recorded; with pages at http://127.0.0.1:8082/audit
END
