#!/bin/sh
# What the browser tests need beside the Python packages: Debian's Chromium and axe-core, pinned by its hash.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
version=4.14.1
sum=e6b0ce02b84d892e2e33e403485e7f3d6c29e2be6df65daf44d89ba564139745

if ! command -v chromium >/dev/null 2>&1; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null
fi

if [ ! -f "$here/.browser/axe.min.js" ]; then
  folder=$(mktemp -d)
  (cd "$folder" && npm pack --silent "axe-core@$version" >/dev/null)
  echo "$sum  $folder/axe-core-$version.tgz" | sha256sum --check --quiet
  tar -xzf "$folder/axe-core-$version.tgz" -C "$folder" package/axe.min.js
  mkdir -p "$here/.browser"
  mv "$folder/package/axe.min.js" "$here/.browser/axe.min.js"
  rm -r "$folder"
fi
