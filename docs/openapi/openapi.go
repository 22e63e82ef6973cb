// Package openapi serves the description of the chain's REST interface, and a page on which people read it and ask the node that
// serves it. The description is generated from proto/ (tools/protoc-gen-openapi).
package openapi

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"net/http"
	"time"
)

// Document is the description in OpenAPI 3.0, as JSON.
//
//go:embed credence.json
var Document []byte

//go:embed index.html
var index []byte

//go:embed page.js
var script []byte

//go:embed style.css
var style []byte

// Paths of the description, and of the page.
const (
	DocumentPath = "/openapi.json"
	PagePath     = "/openapi/"
)

// policy is the content security policy: everything comes from the node itself, and a script cannot turn text into markup.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; " +
	"frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

// Handler serves the description and the page. It answers GET and HEAD alone.
func Handler() http.Handler {
	mux := http.NewServeMux()
	for path, file := range map[string]struct {
		kind string
		body []byte
	}{
		DocumentPath:           {"application/json", Document},
		PagePath + "{$}":       {"text/html; charset=utf-8", index},
		PagePath + "page.js":   {"text/javascript; charset=utf-8", script},
		PagePath + "style.css": {"text/css; charset=utf-8", style},
	} {
		mux.Handle("GET "+path, serve(file.kind, file.body))
	}
	return mux
}

// serve answers with a file that changes with the binary alone: browsers ask each time whether it did.
func serve(kind string, body []byte) http.Handler {
	sum := sha256.Sum256(body)
	tag := `"` + hex.EncodeToString(sum[:8]) + `"`
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Type", kind)
		h.Set("ETag", tag)
		h.Set("Cache-Control", "no-cache")
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
	})
}
