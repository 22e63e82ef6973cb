// Package artifact keeps and moves everything that is named by its content:
// app modules, inputs, result manifests and result files.
//
// A [Store] keeps blobs; [Dir] is one on disk with the folder structure of an
// OCI image layout, so that the same folder can be pushed to a registry.
// [Handler] serves a store over HTTP, [Client] fetches from such servers. No byte
// is handed out before it was checked against the digest that names it, or, where it
// streams, the last byte is held back until the whole is known to be right.
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
