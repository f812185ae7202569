#!/bin/sh
# Says what is missing, why it is needed and what to do, before anything is installed.
python="$1"
if ! command -v "$python" >/dev/null 2>&1; then
    echo "Akson needs Python 3.11 or newer, and '$python' is not here." >&2
    echo "Install it (Debian: apt install python3 python3-venv) or name one: make up PYTHON=python3.12" >&2
    exit 1
fi
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "Akson needs Python 3.11 or newer; '$python' is $("$python" --version 2>&1)." >&2
    echo "Name a newer one: make up PYTHON=python3.12" >&2
    exit 1
fi
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    echo "Akson makes its own environment with venv, and this Python lacks it." >&2
    echo "Debian: apt install python3-venv" >&2
    exit 1
fi
