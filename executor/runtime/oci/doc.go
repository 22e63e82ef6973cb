// Package oci runs apps that are containers of OCI images.
//
// An app's program is the manifest of an image. Before the first run of an image, the package prepares it: it fetches the
// configuration and the layers, checks each byte against the digests in the manifest and the configuration, unpacks the layers, and
// gives them to an engine. A quota bounds the images that an engine holds (images.go).
//
// A run has a folder of its own (room.go). It holds the inputs, which the container sees below /in. It also holds a file system in
// memory, of the size that the output may have, which the container sees as /out. The engine starts the container without anything
// that an app does not need (engine.go has the list). It stops the container when the program ends, when its time is over, when its
// output is full, or when the caller asks for it. Then the package reads what is left in /out, carefully, because an app may have
// made the files to deceive it (output.go). The rules of results decide what they are worth.
//
// There are two kinds of engine: one calls a Docker Engine (docker.go), the other writes a bundle and runs it with a program such
// as runc (bundle.go). Both run the same container and keep the same list.
//
// Runs of a container differ from machine to machine, because it sees clocks, addresses and processors. The rules in package
// contract say so, and the chain accepts such apps only under policies without a court.
package oci
