package receipt

import _ "embed"

// Browser is the verifier for browsers, browser/receipt.mjs: a JavaScript module that imports nothing.
//
//go:embed browser/receipt.mjs
var Browser []byte
