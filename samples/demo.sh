#!/bin/sh
# Demonstrate the program on the samples: read articles, audit them, count uses, and clean an article.
# BIN is the folder of the program, DB the database to create; `make demo` sets both.
set -eu
cd "$(dirname "$0")/.."
BIN=${BIN:-.venv/bin}
DB=${DB:-.venv/demo.db}
REPORT=${REPORT:-${DB%.db}.html}
export CAPTIONS_DB="$DB"
# Show messages from stderr in order with the output, even in a pipe.
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

heading "An article as scraped, with every caption twice"
printf '\n$ head -n 9 %s | fold -s -w 100\n\n' "$ARTICLE"
head -n 9 "$ARTICLE" | fold -s -w 100

heading "Read 14 articles in 9 languages into a database"
show ingest samples/articles --publication "Harbor Echo" --published 2024-07
show find pontoon

heading "A first audit: read it, decide nothing yet"
show audit --limit 3

heading "First record the agreements, then correct unclear credit lines"
show agreement import samples/agreements.csv
show correct "AP/dpa | Rosalind Petterby" --supplier dpa --reason "asked the desk" --who demo

heading "Now suppliers are checked; each finding ends with the command that settles it"
show audit --severity error --limit 3

heading "Count pictures by supplier"
show usage --by supplier --limit 10

heading "Write the article without its captions"
printf '\n$ captions clean %s | fold -s -w 100\n\n' "$ARTICLE"
"$BIN/captions" clean "$ARTICLE" | fold -s -w 100

heading "Write the report as a web page"
show audit --format html -o "$REPORT" --overwrite
printf '\nNext: open %s in a browser, settle a finding with its command, and run the audit again.\n' "$REPORT"
printf 'To decide in a browser: %s/captions desk --db %s\n' "$BIN" "$DB"
