// Package oci runs apps that are containers of OCI images.
//
// An app's program is the manifest of an image. Before an image is run for the first time it is prepared: its configuration
// and its layers are fetched, each byte is checked against the digests in the manifest and the configuration, the layers are
// unpacked, and an engine takes them. The images that an engine holds are bounded by a quota (images.go).
//
// A run has a folder of its own (room.go) with the inputs in it, which the container sees below /in, and a file system in
// memory of the size that the output may have, which it sees as /out. The engine starts the container with everything taken
// from it that an app does not need (engine.go has the list), and stops it when it ends, when its time is over, when its
// output is full or when the caller says so. Then what it left in /out is read, as files that it may have made to deceive
// (output.go), and judged by the law of results.
//
// There are two kinds of engine: one asks a Docker Engine (docker.go), the other writes a bundle and calls a program such as
// runc that runs it (bundle.go). Both take the same container and keep the same list.
//
// Runs of a container are not the same on every machine: it sees clocks, addresses and processors. The rules in package
// contract say so, and the chain takes such apps only under policies without a court.
package oci
