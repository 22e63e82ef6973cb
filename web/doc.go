// Package web is the page that a node serves to browsers. It shows people what the chain does, and serves the small JSON interface from
// which the page reads.
//
// The page only reads, and is safe to expose. It answers GET and HEAD, at known paths only. Each answer is bounded in size and time, and
// computed once a block for all clients. All data come over gRPC from one node, by queries that anybody may send. The page loads nothing
// from elsewhere. Its content security policy keeps it from running scripts out of data, and from turning data into markup.
//
// The check of the page, web/check, opens every page of a running node in chromium; test/acceptance runs the check where there is a
// chromium.
package web
