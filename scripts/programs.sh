#!/usr/bin/env bash
# Fetches the sources of programs that other people wrote, by version and digest, and compiles them for WASI preview 1 into
# build/programs, where test/programs runs them. The programs are not changed: test/programs/compat supplies the parts of Unix
# that WASI lacks. Programs in C and C++ need Debian's clang, which the script installs if it may. A program in Go has a go.mod of
# its own below test/programs, so that nothing else links it. The script does not build again what is built already. After it has
# built the others, it ends with status 75 if clang is missing and cannot be installed, or if a source could not be fetched. A
# source with another digest than the pinned one is a failure.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/path.sh
. scripts/packages.sh

out=$PWD/build/programs
work=$out/sources
compat=$PWD/test/programs/compat
mkdir -p "$work"

programs=(esbuild hello-c bzip2 picosat fasttree ministat fairymax svm-train svm-predict sqlite3 lua ffmpeg)
missing=()
for p in "${programs[@]}"; do [ -e "$out/$p.wasm" ] || missing+=("$p"); done
[ "${#missing[@]}" -gt 0 ] || exit 0

# find_clang finds what compiles C and C++ for WASI, and installs it if it is missing.
find_clang() {
  local need=()
  [ -e /usr/include/wasm32-wasi/stdio.h ] || need+=(wasi-libc)
  command -v clang >/dev/null || need+=(clang)
  command -v wasm-ld >/dev/null || need+=(lld)
  command -v dpkg-source >/dev/null || need+=(dpkg-dev)
  ls /usr/lib/llvm-*/bin/llvm-ar >/dev/null 2>&1 || need+=(llvm)
  command -v make >/dev/null || need+=(make)
  ls /usr/lib/llvm-*/lib/clang/*/lib/wasi/libclang_rt.builtins-wasm32.a >/dev/null 2>&1 || need+=(libclang-rt-dev-wasm32)
  ls -d /usr/lib/llvm-*/include/wasm32-wasi/c++/v1 >/dev/null 2>&1 || need+=(libc++-dev-wasm32)
  # Who may not install packages can run all other tests: this says what is missing, and theirs are skipped.
  [ "${#need[@]}" = 0 ] || install_packages "${need[@]}" >&2 || exit 75
  cxx=$(ls -d /usr/lib/llvm-*/include/wasm32-wasi/c++/v1 | head -1)
  cxxlib=$(ls -d /usr/lib/llvm-*/lib/wasm32-wasi | head -1)
}

# fetch FILE SHA256 COMMAND...: runs the command, which leaves the file in $work, unless the file is there.
fetch() {
  local file=$1 sum=$2
  shift 2
  if [ ! -e "$work/$file" ]; then
    (cd "$work" && timeout 60 "$@" >&2) || { echo "could not fetch $file" >&2; exit 75; }
  fi
  echo "$sum  $work/$file" | sha256sum -c --quiet - >&2 || { echo "$file has another digest than the one that is pinned" >&2; exit 1; }
}

# debian FILE SHA256 PACKAGE: a source archive of Debian 12, with lists of our own, so that the machine's stay as they are.
debian() {
  local a=$work/apt
  fetch "$1" "$2" bash -c '
    set -e
    a=$1
    mkdir -p "$a/lists/partial" "$a/cache/archives/partial"
    echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian bookworm main" > "$a/sources.list"
    options=(-qq -o "Dir::Etc::sourcelist=$a/sources.list" -o Dir::Etc::sourceparts=- -o "Dir::State::lists=$a/lists" -o "Dir::Cache=$a/cache" -o APT::Sandbox::User=root -o Acquire::http::Timeout=15 -o Acquire::Retries=1)
    [ -e "$a/updated" ] || { apt-get "${options[@]}" update; touch "$a/updated"; }
    apt-get "${options[@]}" source --download-only --tar-only "$2"' - "$a" "$3"
}

unpack() { rm -rf "${work:?}/$2" && mkdir "$work/$2" && tar xf "$work/$1" -C "$work/$2" --strip-components=1; }

emulated=(-D_WASI_EMULATED_SIGNAL -D_WASI_EMULATED_PROCESS_CLOCKS -D_WASI_EMULATED_MMAN -D_WASI_EMULATED_GETPID)
libraries=(-lwasi-emulated-signal -lwasi-emulated-process-clocks -lwasi-emulated-mman -lwasi-emulated-getpid -lm)
# A newer clang takes C of the 1990s for errors, of which an older one only warned.
old_c=(-Wno-error=implicit-function-declaration -Wno-error=implicit-int -Wno-error=int-conversion -Wno-error=incompatible-function-pointer-types)
# c NAME ARGUMENTS...: compiles a program of that name.
c() {
  local name=$1
  shift
  find_clang
  clang --target=wasm32-wasi -O2 -w "${old_c[@]}" "${emulated[@]}" -I"$compat" -o "$out/$name.new" "$@" "$compat/compat.c" "${libraries[@]}"
  mv "$out/$name.new" "$out/$name.wasm"
}
cxx() {
  local name=$1
  shift
  find_clang
  clang++ --target=wasm32-wasi -O2 -w -fno-exceptions -nostdinc++ -isystem "$cxx" -L"$cxxlib" -o "$out/$name.new" -x c++ "$@"
  mv "$out/$name.new" "$out/$name.wasm"
}

# go_program NAME PACKAGE: the package of the module that test/programs/NAME pins.
go_program() {
  (
    cd "test/programs/$1"
    timeout 120 go mod download >&2 || exit 75
    GOOS=wasip1 GOARCH=wasm CGO_ENABLED=0 GOFLAGS=-mod=readonly go build -trimpath -buildvcs=false -ldflags='-s -w -buildid=' -o "$out/$1.new" "$2"
  )
  mv "$out/$1.new" "$out/$1.wasm"
}

build_esbuild() { go_program esbuild github.com/evanw/esbuild/cmd/esbuild; }

build_hello-c() { c hello-c examples/hello-c/hello.c; } # the manual's program in C

build_bzip2() {
  debian bzip2_1.0.8.orig.tar.gz ab5a03176ee106d3f0fa90e381da478ddae405918153cca248e682cd0c4a2269 bzip2
  unpack bzip2_1.0.8.orig.tar.gz bzip2
  local d=$work/bzip2
  c bzip2 "$d"/{bzip2,blocksort,huffman,crctable,randtable,compress,decompress,bzlib}.c
}

build_picosat() {
  debian picosat_965.orig.tar.gz 15169b4f28ba8f628f353f6f75a100845cdef4a2244f101a02b6e5a26e46a754 picosat
  unpack picosat_965.orig.tar.gz picosat
  local d=$work/picosat
  printf '#define PICOSAT_CC "clang"\n#define PICOSAT_CFLAGS "-O2"\n#define PICOSAT_VERSION "965"\n' >"$d/config.h" # what its configure writes
  c picosat -DNGETRUSAGE -DNDEBUG "$d"/{picosat,main,app,version}.c
}

build_fasttree() {
  debian fasttree_2.1.11.orig.tar.xz 7f15713f02afb167f4f33dc067b5b2282b219b22fbaa17eb8f771a7147a05a5c fasttree
  unpack fasttree_2.1.11.orig.tar.xz fasttree
  c fasttree -DNO_SSE "$work/fasttree/fasttree.c"
}

build_ministat() {
  debian ministat_20150715.orig.tar.gz 847fd40547e15d93b304660e7c834667c6b79f6f7d80405f72695a6a25b288b4 ministat
  unpack ministat_20150715.orig.tar.gz ministat
  mkdir -p "$work/bsd/sys" # a header that is macros alone
  cp "$(find /usr/include -path '*/sys/queue.h' | head -1)" "$work/bsd/sys/"
  c ministat -idirafter "$work/bsd" "$work/ministat/ministat.c"
}

build_fairymax() {
  debian fairymax_5.0b.orig.tar.gz 3e36ba168aa10179225f8dd6953d1c39c4cd4526572765b2e9c77717efe3e52f fairymax
  unpack fairymax_5.0b.orig.tar.gz fairymax
  c fairymax -Wno-return-type -DFAIRYDIR='"/in/data"' "$work/fairymax/fairymax.c"
}

build_svm() {
  debian libsvm_3.24+ds.orig.tar.xz fd8fbf3179765dfcfdf949184b4b2c3c1a3a03834549ce48d42cd0269858f8c3 libsvm
  unpack libsvm_3.24+ds.orig.tar.xz libsvm
  local d=$work/libsvm
  cxx "$1" "$d/$1.c" "$d/svm.cpp"
}
build_svm-train() { build_svm svm-train; }
build_svm-predict() { build_svm svm-predict; }

build_sqlite3() {
  fetch sqlite3-5.1.7.tgz 44cc9bdee02705a7b636f76968d745e21c1d0b2f1c62810c678bc3b0ececab1b npm pack --silent sqlite3@5.1.7
  tar xzf "$work/sqlite3-5.1.7.tgz" -C "$work" --strip-components=2 package/deps/sqlite-autoconf-3440200.tar.gz
  unpack sqlite-autoconf-3440200.tar.gz sqlite
  c sqlite3 -O1 -DSQLITE_THREADSAFE=0 -DSQLITE_OMIT_LOAD_EXTENSION -DSQLITE_OMIT_WAL -DSQLITE_OMIT_POPEN -DSQLITE_NOHAVE_SYSTEM \
    "$work"/sqlite/{shell,sqlite3}.c
}

# Lua's errors are longjmp, of which a newer wasi-libc has the functions that a newer compiler calls.
build_lua() {
  debian lua5.4_5.4.4.orig.tar.gz 164c7849653b80ae67bec4b7473b884bf5cc8d2dca05653475ec2ed27b9ebf61 lua5.4
  unpack lua5.4_5.4.4.orig.tar.gz lua
  local d=$work/lua/src
  rm "$d/luac.c" # another program
  find_clang
  local setjmp=(-I"$compat/setjmp" "$compat/setjmp/setjmp.c")
  [ ! -e /usr/lib/wasm32-wasi/libsetjmp.a ] || setjmp=(-lsetjmp)
  c lua -mllvm -wasm-enable-sjlj -DL_tmpnam=20 -Wl,-z,stack-size=1048576 "$d"/*.c "${setjmp[@]}"
}

# With threads, which WASI lacks, switched off, as well as assembly, the network and what its test does not use.
build_ffmpeg() {
  debian ffmpeg_5.1.9.orig.tar.xz d9b593bb2ba93d4b50f74177e0cdcd41747e708596367deed0c30348a71dd176 ffmpeg
  unpack ffmpeg_5.1.9.orig.tar.xz ffmpeg
  find_clang
  local d=$work/ffmpeg/wasm llvm
  llvm=$(dirname "$(ls /usr/lib/llvm-*/bin/llvm-ar | head -1)")
  mkdir "$d"
  (
    cd "$d"
    ../configure --enable-cross-compile --target-os=none --arch=wasm32 --cc=clang --ar="$llvm/llvm-ar" --ranlib="$llvm/llvm-ranlib" --nm="$llvm/llvm-nm" \
      --extra-cflags="--target=wasm32-wasi -w -include $compat/tempnam.h ${old_c[*]} ${emulated[*]}" --extra-ldflags="--target=wasm32-wasi -Wl,-z,stack-size=1048576" --extra-libs="${libraries[*]}" \
      --disable-pthreads --disable-asm --disable-network --disable-debug --disable-doc --disable-autodetect --disable-everything \
      --enable-protocol=file --enable-demuxer=image2,wav,flac --enable-decoder=ppm,pcm_s16le,flac --enable-parser=flac \
      --enable-filter=scale,hflip,aresample --enable-encoder=mjpeg,pcm_s16le,flac --enable-muxer=avi,wav,flac >configure.log
    make -j"$(nproc)" ffmpeg_g >make.log
  )
  mv "$d/ffmpeg_g" "$out/ffmpeg.wasm"
}

unfetched=()
for p in "${missing[@]}"; do
  echo "building $p" >&2
  # A shell of its own, which stops at the first failure; after "||" it would not.
  set +e
  (set -e; "build_$p")
  status=$?
  set -e
  case "$status" in
  0) ;;
  75) unfetched+=("$p") ;;
  *) exit "$status" ;;
  esac
done
[ "${#unfetched[@]}" = 0 ] || { echo "not built, for want of a source or of clang: ${unfetched[*]}" >&2; exit 75; }
