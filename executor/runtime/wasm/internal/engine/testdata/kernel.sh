#!/bin/sh
# Builds kernel.wasm. The committed one was built with Debian 12's clang 14 and
# wasi-libc; another compiler gives another module, with another digest and fuel.
set -eu
cd "$(dirname "$0")"
clang --target=wasm32-wasi -O2 -s -o kernel.wasm kernel.c
