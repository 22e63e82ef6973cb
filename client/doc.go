// Package client is the Go client of a Credence chain. It has connections with failover, keys, transactions, a follower of blocks,
// and [Runner], which brings a job to its end; the command `credence run` is written with it.
//
// It imports the protocol (package poco), the generated types of the modules, and the packages that name and move content
// (artifact, result). It never imports the chain's application.
//
// Transactions are unordered: they carry a timeout in place of a sequence number, so that one key can have several of them under way
// at once. See [Sender].
package client
