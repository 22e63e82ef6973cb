// Package artifact keeps and moves blobs, which are named by the digest of their content:
// app modules, inputs, result manifests and result files.
//
// A [Store] keeps blobs; [Dir] is one on disk with the folder structure of an
// OCI image layout, so that the same folder can be pushed to a registry.
// [Handler] serves a store over HTTP, and [Client] fetches from such servers. A server
// may be anybody's, so no content is trusted. Either a whole blob is checked against its
// digest before it is returned. Or, where it is streamed, the last bytes are held back
// until the digest is known to be right, so that no reader gets a complete wrong blob.
//
// # OCI registries
//
// The names are those of the OCI image layout and distribution specifications:
// digests are "sha256:<hex>", blobs lie under blobs/sha256/<hex>, and a blob is
// immutable. A registry fits behind [Store] without a change to its callers: Has is
// HEAD /v2/<name>/blobs/<digest>, Open is GET of the same, PutAs is POST
// /v2/<name>/blobs/uploads/ followed by PUT ?digest=, Delete is DELETE. Only
// repository names, credentials and the manifest that keeps blobs from being
// collected are added by that driver.
package artifact
