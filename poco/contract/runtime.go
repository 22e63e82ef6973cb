package contract

// RuntimeWasm is the name of the WebAssembly runtime (WASI preview 1), in app versions, pools and workers alike.
const RuntimeWasm = "wasm"
