#!/bin/sh
# Shows the main job on the samples: read articles, audit them, count whose pictures they use, clean one.
# BIN is the folder of the program, DB the database to make; `make demo` sets both.
set -eu
cd "$(dirname "$0")/.."
BIN=${BIN:-.venv/bin}
DB=${DB:-.venv/demo.db}
export CAPTIONS_DB="$DB"

show() {
    printf '\n$ captions %s\n\n' "$*"
    "$BIN/captions" "$@"
}

rm -f "$DB" "$DB-wal" "$DB-shm"
show ingest samples/articles
show audit --limit 12
show usage --by supplier
show clean samples/articles/01-harbor.txt
