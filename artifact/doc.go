// Package artifact keeps and moves everything that is named by its content:
// app modules, inputs, result manifests and result files.
//
// A [Store] keeps blobs; [Dir] is one on disk with the folder structure of an
// OCI image layout, so that the same folder can be pushed to a registry.
// [Handler] serves a store to readers, [Client] fetches from such servers and puts into registries. No byte
// is handed out before it was checked against the digest that names it, or, where it
// streams, the last byte is held back until the whole is known to be right.
//
// # OCI registries
//
// All of it speaks the OCI distribution protocol, so that any registry, its mirrors and its credentials serve as a store.
// A blob is GET /v2/<name>/blobs/<digest>; an upload adds the manifest that keeps the blob from being collected
// ([BlobManifest]). The package registry is a store that organisations share.
package artifact
