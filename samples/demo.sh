#!/bin/sh
# Shows the main job on the samples: an article as it is, then read, audited, counted and cleaned.
# BIN is the folder of the program, DB the database to make; `make demo` sets both.
set -eu
cd "$(dirname "$0")/.."
BIN=${BIN:-.venv/bin}
DB=${DB:-.venv/demo.db}
export CAPTIONS_DB="$DB"
# Messages go to stderr; here they belong to what is shown, in their place also when the output is piped.
export PYTHONUNBUFFERED=1
exec 2>&1
ARTICLE=samples/articles/01-harbor.txt

heading() {
    printf '\n== %s\n' "$*"
}

show() {
    printf '\n$ captions %s\n\n' "$*"
    "$BIN/captions" "$@"
}

rm -f "$DB" "$DB-wal" "$DB-shm"

heading "An article as a scraper left it: each caption stands twice"
printf '\n$ head -n 9 %s | fold -s -w 100\n\n' "$ARTICLE"
head -n 9 "$ARTICLE" | fold -s -w 100

heading "Read 14 articles in 9 languages into a database"
show ingest samples/articles
show find pontoon

heading "What is wrong with their credits, worst first"
show audit --limit 6

heading "Whose pictures were used, and how often"
show usage --by supplier --limit 10

heading "The article again, without captions"
printf '\n$ captions clean %s | fold -s -w 100\n\n' "$ARTICLE"
"$BIN/captions" clean "$ARTICLE" | fold -s -w 100
