// Package wasmtest holds what only tests of the WebAssembly runtime use: asm writes modules byte by byte, and testapps has the
// modules of the goldens. A test of this package refuses an import from code that is not a test.
package wasmtest
