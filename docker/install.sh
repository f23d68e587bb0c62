#!/bin/sh
# What a server needs, and nothing that only training needs: no TensorFlow, no Polars.
# Usage: install.sh PIP WHEEL, with requirements/server.txt beside this folder.
set -eu
here=$(dirname "$0")
"$1" install --no-cache-dir --no-compile --disable-pip-version-check --require-hashes \
  --only-binary :all: -r "$here/../requirements/server.txt"
"$1" install --no-cache-dir --no-compile --disable-pip-version-check --no-deps "$2"
