#!/usr/bin/env bash
# Installs what is missing, builds Sluice, and filters the sample images, clean and attacked: road signs and photographs.
set -euo pipefail
cd "$(dirname "$0")/.."

command -v swift >/dev/null || { echo "no swift on the PATH; see https://www.swift.org/install" >&2; exit 1; }
Samples/install.sh --imagenet
echo "building (the first time takes a few minutes)"
swift build -c release --product sluice --quiet
sluice="$(swift build -c release --show-bin-path)/sluice"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

# filter FILTER FOLDER: its verdicts, one a line, to verdicts.ndjson. Status 1 says that something was flagged or rejected,
# which is what the demo is about.
filter() {
  "$sluice" filter -f "Filters/$1.yaml" --format npz -o "$work/clean.npz" "$2"/*.{jpg,png} \
    > "$work/verdicts.ndjson" || [ $? = 1 ]
}
count() { grep -c "\"action\":\"$1\"" "$work/verdicts.ndjson" || true; }
# table FILTER SAMPLES GROUP...: how many images of each group were forwarded, flagged and rejected.
table() {
  local filter="$1" samples="$2" group
  shift 2
  printf '\n%-28s %7s %10s %8s %9s\n' "$samples" images forwarded flagged rejected
  for group in "$@"; do
    filter "$filter" "Samples/$samples/$group"
    printf '%-28s %7s %10s %8s %9s\n' "$group" "$(wc -l < "$work/verdicts.ndjson")" \
      "$(count forwarded)" "$(count flagged)" "$(count rejected)"
  done
}

shopt -s nullglob
table signs signs clean/test adversarial/fgsm adversarial/pgd adversarial/pgd-jpeg90 adversarial/carlini-wagner
table imagenet imagenet photographs adversarial/pgd adversarial/pgd-jpeg90 adversarial/carlini-wagner

printf '\nWhat the classifier takes some of them for, and what Sluice does:\n'
for image in photographs/{coffee,camera}.jpg adversarial/pgd-jpeg90/{coffee,camera}.jpg; do
  "$sluice" filter -f Filters/imagenet.yaml --format none "Samples/imagenet/$image" > "$work/verdicts.ndjson" || [ $? = 1 ]
  field() { grep -o "\"$1\":\"[^\"]*\"" "$work/verdicts.ndjson" | head -1 | cut -d'"' -f4; }
  printf '%-32s %-20s %s\n' "$image" "$(field label)" "$(field action)"
done

# As they are typed, wherever the checkout lies.
checkout="$(printf %q "$PWD")"
command="$(printf %q "$sluice")"
cat <<END

For the signs the detector is feature squeezing (bit depth 5, median 2) with a threshold that 5 % of the images in
Samples/signs/clean/calibrate exceed. For photographs it is what Filters/imagenet.yaml says, calibrated on several hundred others.
These attacks did not know of it; one that optimises against it passes.

Where to look next:
  cd $checkout
  $command inspect -f Filters/imagenet.yaml Samples/imagenet/adversarial/pgd/coffee.png
  $command inspect -f Filters/imagenet.yaml --picture sheet.png Samples/imagenet/adversarial/pgd/coffee.png
  cat Samples/imagenet/photographs/*.jpg | $command filter -f Filters/imagenet.yaml > tensors.npy
  $command serve -f Filters/imagenet.yaml     # and in another terminal, in the same folder:
  curl --data-binary @Samples/imagenet/adversarial/pgd/coffee.png http://127.0.0.1:8080/v1/filter
  $command audit list                          # what it recorded; with pages at http://127.0.0.1:8082/audit
END
