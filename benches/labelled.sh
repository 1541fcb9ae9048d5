#!/usr/bin/env bash
# What the rules find in tenants whose every malicious record is known, and how often they are wrong.
#   benches/labelled.sh [STORIES] [RECORDS] [ARGUMENT...]
# STORIES is a number N for the stories 1 to N (30), or a list such as "3 7 12". Further arguments go to
# `speur analyze`. Needs the release build of the program and of the example `labelled`; SPEUR names another program.
set -euo pipefail

stories="${1:-30}" records="${2:-100000}"
shift $(($# < 2 ? $# : 2))
target="${CARGO_TARGET_DIR:-"$(cd "$(dirname "$0")/.." && pwd)/target"}/release"
users=$((records / 1500 < 60 ? 60 : records / 1500))
speur="${SPEUR:-$target/speur}" labelled="$target/examples/labelled"
[[ "$stories" =~ ^[0-9]+$ ]] && stories="$(seq 1 "$stories")"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

# value NAME: the number of that name in the line of totals of the score.
value() { sed -n "s/^totals .*\b$1=\([0-9]*\).*/\1/p" "$work/score"; }

printf '%5s %9s %9s %6s %6s %8s %6s %7s  %s\n' story records malicious recall high findings right wrong/M title
declare -A sum
for story in 0 $stories; do
    "$labelled" --seed "$((story + 1))" --records "$records" --users "$users" --story "$story" "$work/tenant" >"$work/told"
    "$speur" analyze "$work/tenant/evidence" --out "$work/case" --quiet "$@" 2>"$work/told"
    "$labelled" score "$work/tenant/truth.json" "$work/case" >"$work/score"
    declare -A this
    for name in records malicious medium high findings right events events_right benign \
        session_events session_right session_wanted footholds footholds_right steps steps_right \
        messages messages_right messages_wanted \
        folders folders_right folders_wanted; do
        this[$name]="$(value "$name")"
        sum[$name]=$((${sum[$name]:-0} + this[$name]))
    done
    recall=- best=-
    if ((this[malicious] > 0)); then
        recall="$((this[medium] * 100 / this[malicious]))%" best="$((this[high] * 100 / this[malicious]))%"
    fi
    printf '%5d %9d %9d %6s %6s %8d %6d %7d  %s\n' "$story" "${this[records]}" "${this[malicious]}" "$recall" "$best" \
        "${this[findings]}" "${this[right]}" $(((this[findings] - this[right]) * 1000000 / (this[benign] + 1))) \
        "$(head -n 1 "$work/score")"
    sed -n '/^missed:/,/^wrong/{s/, such as .*//;/^  /p}' "$work/score" >>"$work/missed"
    sed -n '/^wrong high and critical findings:/,/^totals/{/^  /p}' "$work/score" >>"$work/wrong"
    sed -n '/^answers that are wrong:/,${/^  /p}' "$work/score" >>"$work/answers"
    rm -rf "$work/tenant" "$work/case"
done

# grouped FILE: its counts added up by what they count, the largest first.
grouped() {
    awk '{ n = $1; $1 = ""; sub(/ \([0-9]+ events\)$/, ""); count[$0] += n } END { for (k in count) printf "%7d %s\n", count[k], k }' \
        "$1" | sort -k1,1nr -k2 | head -n 40
}
((sum[malicious] == 0)) || printf 'recall at medium or above %d of %d (%d%%), at high %d%%\n' "${sum[medium]}" "${sum[malicious]}" \
    $((sum[medium] * 100 / sum[malicious])) $((sum[high] * 100 / sum[malicious]))
((sum[findings] == 0)) || printf 'high and critical findings right: %d of %d (%d%%); their events: %d of %d\n' "${sum[right]}" \
    "${sum[findings]}" $((sum[right] * 100 / sum[findings])) "${sum[events_right]}" "${sum[events]}"
printf 'wrong high and critical findings: %d in %d ordinary records\n' $((sum[findings] - sum[right])) "${sum[benign]}"
# share PART WHOLE: both, and the part in per cent.
share() { printf '%d of %d (%d%%)' "$1" "$2" $(($2 == 0 ? 0 : $1 * 100 / $2)); }
((sum[malicious] == 0)) || {
    echo "events of intruders' sessions right: $(share "${sum[session_right]}" "${sum[session_events]}"); of all that were made in one, found: $(share "${sum[session_right]}" "${sum[session_wanted]}")"
    echo "end states of footholds right: $(share "${sum[footholds_right]}" "${sum[footholds]}"); verdicts on the response right: $(share "${sum[steps_right]}" "${sum[steps]}")"
    echo "messages told as opened right: $(share "${sum[messages_right]}" "${sum[messages]}"); of all that were opened, told: $(share "${sum[messages_right]}" "${sum[messages_wanted]}")"
    echo "folders told as synchronised right: $(share "${sum[folders_right]}" "${sum[folders]}"); of all that were, told: $(share "${sum[folders_right]}" "${sum[folders_wanted]}")"
    echo 'wrong answers:'
    cat "$work/answers"
}
echo 'missed:'
grouped "$work/missed"
echo 'wrong high and critical findings:'
grouped "$work/wrong"
