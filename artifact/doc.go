// Package artifact keeps and moves blobs, which are named by the digest of their content:
// app modules, inputs, result manifests and result files.
//
// A [Store] keeps blobs; [Dir] is one on disk with the folder structure of an
// OCI image layout, so that the same folder can be pushed to a registry.
// [Handler] serves a store to readers. [Client] fetches from such servers, and puts blobs into registries.
// A server may be anybody's, so no content is trusted. Either a whole blob is checked against its
// digest before it is returned. Or, where it is streamed, the last bytes are held back
// until the digest is known to be right, so that no reader gets a complete wrong blob.
//
// # OCI registries
//
// All of it speaks the OCI distribution protocol, so that any registry, its mirrors and its credentials serve as a store.
// A blob is GET /v2/<name>/blobs/<digest>; an upload adds the manifest that keeps the blob from being collected
// ([BlobManifest]). The package registry is a store that organisations share.
package artifact
