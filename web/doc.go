// Package web is the page that a node serves to browsers: what the chain does, for people, and the small JSON interface that
// the page reads.
//
// It is read-only and safe to expose. It answers GET alone, and only the paths it knows; each answer is bounded, computed once
// a block for all who ask, and given up after a while. It asks one node over gRPC what anybody may ask. The page loads nothing
// from elsewhere, and its content security policy lets it neither run nor build markup out of data.
//
// The check of the page, web/check, opens every page of a running node in chromium; test/acceptance runs it where there is one.
package web
