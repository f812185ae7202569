#!/bin/sh
# Login is tested against a real OpenID provider, which is a Node program. Where npm is absent those tests skip and say so.
cd "$1" || exit 1
command -v npm >/dev/null 2>&1 || {
    echo "Akson: no npm here; logins will not be tried against a real OpenID provider." >&2
    exit 0
}
stamp=node_modules/.akson
[ -f "$stamp" ] && cmp -s package-lock.json "$stamp" && exit 0
echo "Akson: installing the OpenID provider of the tests ..."
npm ci --ignore-scripts --no-audit --no-fund --silent || {
    echo "Akson: npm could not install it (no network?); those tests will be skipped." >&2
    exit 0
}
cp package-lock.json "$stamp"
