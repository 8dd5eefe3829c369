#!/bin/sh
# What the tests of the map need beside the Python packages: Debian's Chromium; axe-core and TypeScript, pinned by their hashes.
set -eu
here=$(cd "$(dirname "$0")" && pwd)

# fetch NAME VERSION SHA256 PATH...: unpack parts of an npm package into .browser/NAME
fetch() {
  name=$1 version=$2 sum=$3
  shift 3
  [ -d "$here/.browser/$name" ] && return
  folder=$(mktemp -d)
  (cd "$folder" && npm pack --silent "$name@$version" >/dev/null)
  echo "$sum  $folder/$name-$version.tgz" | sha256sum --check --quiet
  tar -xzf "$folder/$name-$version.tgz" -C "$folder" "$@"
  mkdir -p "$here/.browser"
  mv "$folder/package" "$here/.browser/$name"
  rm -r "$folder"
}

if ! command -v chromium >/dev/null 2>&1; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null
fi

fetch axe-core 4.14.1 e6b0ce02b84d892e2e33e403485e7f3d6c29e2be6df65daf44d89ba564139745 package/axe.min.js
fetch typescript 5.9.3 10e108c9cf7d5f2879053dff18515fb405abf2ccef63eaaf017d9c571687a1d3 package/lib
