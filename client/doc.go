// Package client is the Go client of a Credence chain: connections with failover, keys, transactions, following blocks
// by height, and [Run], with which `credenced run` is written.
//
// It knows the protocol (package poco), the generated types of the modules, and the two packages that name and move
// content (artifact, result). It never imports the chain's application.
//
// Transactions are unordered: they carry a timeout instead of a sequence number, so that several of one key can be under
// way side by side. See [Sender].
package client
