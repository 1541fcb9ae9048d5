#!/usr/bin/env bash
# Many tenants at once: memory against that of one tenant alone, and a run that is killed and run again.
#   benches/batch.sh [TENANTS] [RECORDS] [FOLDER]
# Needs Linux and the release build of the program and of the example `tenants`. Fails when what it measures is wrong.
set -euo pipefail

tenants="${1:-200}" records="${2:-10000}"
target="${CARGO_TARGET_DIR:-"$(cd "$(dirname "$0")/.." && pwd)/target"}/release"
if [[ $# -ge 3 ]]; then
    work="$3"
    mkdir -p "$work"
else
    work="$(mktemp -d)"
    trap 'rm -rf "$work"' EXIT
fi
speur="$target/speur"
"$target/examples/tenants" "$tenants" "$records" "$work/root"

# peak COMMAND...: runs it, takes 0 and 3 as its end, and leaves its highest resident memory in KiB in $peak.
peak() {
    "$@" &
    local child=$! code=0
    peak=0
    while [[ -r "/proc/$child/status" ]]; do
        now="$(awk '/^VmHWM:/ { print $2 }' "/proc/$child/status" 2>/dev/null || true)"
        [[ -z "$now" ]] && break
        peak="$now"
        sleep 0.01
    done
    wait "$child" || code=$?
    [[ $code == 0 || $code == 3 ]]
}

largest=0
for tenant in "$work"/root/*/audit.ndjson; do
    size="$(stat -c %s "$tenant")"
    ((size > largest)) && largest=$size && single="$(dirname "$tenant")"
done
peak "$speur" analyze "$single" --out "$work/single" --threads 2 --quiet
alone=$peak
start=$SECONDS
peak "$speur" batch "$work/root" --out "$work/whole" --threads 2 --quiet 2>"$work/told"
printf 'batch: %d s, peak %d KiB; the largest tenant alone: %d KiB\n' $((SECONDS - start)) "$peak" "$alone"
((peak * 10 <= alone * 13)) || { echo 'the batch takes more than 1.3 times the memory of its largest tenant'; exit 1; }

finished() { find "$work/killed" -mindepth 1 -maxdepth 1 -type d -not -name '.*' 2>/dev/null | wc -l; }
"$speur" batch "$work/root" --out "$work/killed" --threads 2 --quiet 2>/dev/null &
child=$!
while (($(finished) < tenants / 2)); do
    kill -0 "$child" || { echo 'the run ended before it could be killed'; exit 1; }
    sleep 0.01
done
kill -KILL "$child"
wait "$child" || true
at="$(finished)"
"$speur" batch "$work/root" --out "$work/killed" --threads 2 --quiet 2>/dev/null || [[ $? == 3 ]]
diff --recursive --brief --exclude=manifest.json "$work/whole" "$work/killed"
for manifest in "$work"/whole/*/manifest.json; do
    other="$work/killed/${manifest#"$work/whole/"}"
    diff <(sed '/^  "run": {/,$d' "$manifest") <(sed '/^  "run": {/,$d' "$other")
done
printf 'killed after %d of %d cases and run again: %d cases, the same bytes\n' "$at" "$tenants" "$(finished)"
head -n 1 "$work/told"
