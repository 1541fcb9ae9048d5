#!/usr/bin/env bash
# Sets this program beside two others on the same generated exports: rsigma, which evaluates the same Sigma rules, and
# DuckDB, which loads the CSV and answers four questions. What both are installed from must be reachable once; a peer
# that cannot be had is told and left out.
#
#   benches/peers.sh --rules FOLDER [--size MIB] [--threads N] [--runs N]
set -euo pipefail
cd "$(dirname "$0")/.."

rsigma_version=0.23.0
duckdb_version=1.3.2
tools="${XDG_CACHE_HOME:-$HOME/.cache}/speur-peers-tools"

# rsigma: builds the command, once. Without a feature that brings its runtime this version does not build.
rsigma() {
    local root="$tools/rsigma-$rsigma_version"
    [[ -x "$root/bin/rsigma" ]] || CARGO_TARGET_DIR="$tools/build" cargo install rsigma --version "$rsigma_version" \
        --locked --quiet --no-default-features --features logfmt --root "$root" >&2 || return 1
    printf '%s\n' "$root/bin/rsigma"
}

# duckdb: a Python of its own that knows it, once.
duckdb() {
    local root="$tools/duckdb-$duckdb_version"
    if ! "$root/bin/python" -c 'import duckdb' 2>/dev/null; then
        python3 -m venv "$root" >&2 && "$root/bin/pip" install --quiet "duckdb==$duckdb_version" >&2 || return 1
    fi
    printf '%s\n' "$root/bin/python"
}

command -v python3 >/dev/null || { printf 'python3 is missing: it runs the comparison\n' >&2; exit 2; }
cargo build --release --locked --quiet --bins --example exports --example peers
built="${CARGO_TARGET_DIR:-target}/release"
mkdir -p "$tools"
engine="$(rsigma)" || engine=''
database="$(duckdb)" || database=''
exec python3 benches/peers.py --built "$built" --rsigma "$engine" --duckdb "$database" "$@"
