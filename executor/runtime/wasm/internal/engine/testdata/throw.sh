#!/bin/sh
# usage: throw.sh SOURCE: builds throw-1.wasm and throw-2.wasm, of the first and the second form of exceptions.
# SOURCE is the unpacked source of LLVM 19.1.7, of Debian's llvm-toolchain-19: the libraries that Debian builds throw nothing, so that
# libc++abi and libunwind are compiled here. It needs Debian's clang-19, lld-19, libc++-19-dev-wasm32, libclang-rt-19-dev-wasm32 and
# wasi-libc, and wasm-opt of binaryen 132, which makes the second form of the first. (With all its features on, it also writes types of
# garbage collection.)
set -eu
source=$1
cd "$(dirname "$0")"
llvm=${LLVM:-/usr/lib/llvm-19}
objects=$(mktemp -d)
trap 'rm -r "$objects"' EXIT
flags="--target=wasm32-wasi -Os -fwasm-exceptions -ffile-prefix-map=$source=llvm -ffile-prefix-map=$llvm=llvm"
includes="-isystem $llvm/lib/clang/19/include -isystem /usr/include/wasm32-wasi"
cxx="$llvm/bin/clang++ $flags -nostdinc++ -isystem $llvm/include/wasm32-wasi/c++/v1 $includes"
library="-std=c++20 -D_LIBCXXABI_BUILDING_LIBRARY -D_LIBCPP_BUILDING_LIBRARY -D_LIBCXXABI_HAS_NO_THREADS
  -DLIBCXXABI_NON_DEMANGLING_TERMINATE -D_LIBCXXABI_DISABLE_VISIBILITY_ANNOTATIONS
  -I $source/libcxxabi/include -I $source/libcxxabi/src -I $source/libcxx/src -I $source/libunwind/include"
for part in cxa_exception cxa_exception_storage cxa_personality cxa_handlers cxa_default_handlers cxa_aux_runtime abort_message \
  fallback_malloc private_typeinfo stdlib_exception stdlib_stdexcept stdlib_typeinfo stdlib_new_delete cxa_virtual cxa_guard cxa_vector; do
  $cxx $library -c "$source/libcxxabi/src/$part.cpp" -o "$objects/$part.o"
done
"$llvm/bin/clang" $flags $includes -D_LIBUNWIND_HAS_NO_THREADS -D_LIBUNWIND_HIDE_SYMBOLS -DNDEBUG \
  -I "$source/libunwind/include" -c "$source/libunwind/src/Unwind-wasm.c" -o "$objects/unwind.o"
$cxx -c throw.cpp -o "$objects/throw.o"
"$llvm/bin/wasm-ld" -s -o throw-1.wasm /usr/lib/wasm32-wasi/crt1-command.o "$objects"/*.o -L/usr/lib/wasm32-wasi \
  "$llvm/lib/wasm32-wasi/libc++.a" -lc "$llvm/lib/clang/19/lib/wasi/libclang_rt.builtins-wasm32.a"
${WASM_OPT:-wasm-opt} --enable-exception-handling --enable-reference-types --enable-multivalue --enable-bulk-memory --emit-exnref throw-1.wasm -o throw-2.wasm
