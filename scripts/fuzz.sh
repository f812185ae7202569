#!/bin/sh
# Requests that nobody thought of, made from /fhir/openapi.json and sent to a demo node of their own; none may be answered 5xx.
# Usage: scripts/fuzz.sh PATH-TO-AKSON [SECONDS-EACH]       Needs the network once, for schemathesis.
set -eu
akson=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
seconds=${2:-80}
here=$(mktemp -d)
node=
stop() {
	[ -z "$node" ] || { kill -INT "$node" 2>/dev/null && wait "$node" || true; }
	rm -rf "$here"
}
trap stop EXIT
"$(dirname "$akson")/python" -m venv "$here/venv"
# It leaves what it found in the folder it is run in.
cd "$here"
"$here/venv/bin/pip" install --quiet --disable-pip-version-check 'schemathesis==4.32.5'
"$akson" up --data "$here/data" --port 0 --workers 1 >"$here/node.log" 2>&1 &
node=$!
address=
for _ in $(seq 120); do
	address=$(sed -n 's/.*"address": "\([^"]*\)".*/\1/p' "$here/data/akson.lock" 2>/dev/null || true)
	[ -n "$address" ] && "$here/venv/bin/python" -c "import urllib.request as u; u.urlopen('$address/helse')" 2>/dev/null && break
	sleep 0.5
done
[ -n "$address" ] || { cat "$here/node.log"; exit 1; }
for who in system ida; do
	echo "As $who, $seconds s ..."
	"$here/venv/bin/schemathesis" run "$address/fhir/openapi.json" \
		-H "Authorization: Bearer $("$akson" token "$who" --data "$here/data")" \
		--checks not_a_server_error --phases examples,coverage,fuzzing --max-examples 300 --max-time "$seconds" \
		--continue-on-failure --workers 1 --suppress-health-check all --warnings off
done
