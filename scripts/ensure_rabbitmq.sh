#!/bin/sh
# Tests of Helsenorge's bus start a RabbitMQ of their own (Debian's), and need Qpid Proton. Without them they skip and say so.
# Argument: the pip of the environment.
pip=$*
if [ ! -x /usr/lib/rabbitmq/bin/rabbitmq-server ]; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        echo "Akson: installing RabbitMQ for the tests of the bus ..."
        log=$(mktemp)
        # Installed, not started: the tests start theirs on ports of their own.
        if { apt-get update -qq && RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends rabbitmq-server; } >"$log" 2>&1; then
            rm -f "$log"
        else
            tail -n 3 "$log" >&2
            rm -f "$log"
        fi
    fi
fi
if [ ! -x /usr/lib/rabbitmq/bin/rabbitmq-server ]; then
    echo "Akson: no RabbitMQ here and no right to install it; tests of the bus will be skipped." >&2
    echo "To run them: apt install rabbitmq-server" >&2
    exit 0
fi
$pip show -q python-qpid-proton >/dev/null 2>&1 && exit 0
log=$(mktemp)
hashed="--require-hashes"
if $pip install -q $hashed --only-binary :all: -r requirements/amqp_build.lock >"$log" 2>&1 &&
    $pip install -q $hashed --no-deps --no-build-isolation --no-binary python-qpid-proton -r requirements/amqp.lock >>"$log" 2>&1; then
    rm -f "$log"
    exit 0
fi
tail -n 3 "$log" >&2
rm -f "$log"
echo "Akson: Qpid Proton could not be built (a C compiler and Python's headers are needed); tests of the bus will be skipped." >&2
exit 0
