#!/usr/bin/env bash
# Makes the files of a release in build/release: for each architecture an archive with the static binaries, for each binary a
# list of its components (an SBOM, CycloneDX 1.6), and SHA256SUMS of all files.
#
#   scripts/release.sh             make it, for linux/amd64 and linux/arm64
#   scripts/release.sh again DIR   build the release anew from a copy of the source elsewhere, with an empty build cache, and compare it
#                                  with what is in DIR: so anybody can check binaries that somebody else published
#
# ARCHES names other architectures. The working tree has to be clean, because a release is made from a commit.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/path.sh
programs=(credence credenced credence-worker credence-sandbox)
manuals=(credence credenced credence-worker) # nobody starts the sandbox by hand
read -r -a arches <<<"${ARCHES:-amd64 arm64}"

# write_manual FOLDER OUT writes the pages for man. They are the same for all architectures; a program of this machine's writes them, with a
# home that is nobody's.
write_manual() {
  local programs_of program
  programs_of="$2/credence_${VERSION}_linux_$(go env GOHOSTARCH)"
  [ -d "$programs_of" ] || { programs_of="$2/here"; scripts/static.sh "$programs_of" "$(go env GOHOSTARCH)" "${manuals[@]}"; }
  for program in "${manuals[@]}"; do
    HOME=/home/you "$programs_of/$program" man "$1" >/dev/null
  done
  rm -rf "$2/here"
}

# make_release FOLDER builds everything from the source in the current folder.
make_release() {
  local out="$1" arch name program
  rm -rf "$out"
  mkdir -p "$out"
  for arch in "${arches[@]}"; do
    scripts/static.sh "$out/credence_${VERSION}_linux_$arch" "$arch" "${programs[@]}"
  done
  write_manual "$out/man1" "$out"
  for arch in "${arches[@]}"; do
    name="credence_${VERSION}_linux_$arch"
    for program in "${programs[@]}"; do
      (cd tools/release && go tool cyclonedx-gomod bin -json -noserial -notimestamp -std -version "$VERSION" -output "$out/$name.$program.sbom.json" "$out/$name/$program") 2>/dev/null
    done
    cp -r LICENSE CHANGELOG.md "$out/man1" "$out/$name/"
    tar -C "$out" --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner --mode='u=rwX,go=rX' -cf - "$name" | gzip -9n >"$out/$name.tar.gz"
    rm -r "${out:?}/$name"
  done
  rm -r "${out:?}/man1"
  (cd "$out" && sha256sum -- *.tar.gz *.json >SHA256SUMS)
}

[ -z "$(git status --porcelain)" ] || { echo "this checkout has changes: commit them, a release is of a commit" >&2; exit 1; }
VERSION="${VERSION:-$(git describe --tags --always)}"
COMMIT=$(git rev-parse HEAD)
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export VERSION COMMIT SOURCE_DATE_EPOCH

case "${1:-make}" in
make)
  make_release "$PWD/build/release"
  cat build/release/SHA256SUMS
  ;;
again)
  expected=$(realpath "${2:?the folder with the release that is to be compared}")/SHA256SUMS
  work=$(mktemp -d)
  trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
  mkdir "$work/source"
  git archive HEAD | tar -x -C "$work/source"
  modules=$(go env GOMODCACHE)
  # CACHE keeps the build cache, for who knows that it is sound and has little time.
  (cd "$work/source" && export GOMODCACHE="$modules" GOCACHE="${CACHE:-$work/cache}" && make_release "$work/release")
  if ! diff "$expected" "$work/release/SHA256SUMS"; then
    echo "what was built here differs from $expected" >&2
    exit 1
  fi
  echo "the same bytes: $(wc -l <"$expected") files of $VERSION, built in another folder"
  ;;
*)
  echo "unknown mode $1: expected again DIR, or nothing" >&2
  exit 2
  ;;
esac
