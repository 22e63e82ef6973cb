// Package registry is an artifact store that writers share: an OCI registry (distribution specification 1.1) of blobs,
// manifests and tags, in which every organisation has a quota.
//
//	GET, HEAD       /v2/                               this is a registry; it asks writers for credentials
//	GET, HEAD       /v2/<name>/blobs/<digest>          a blob; anybody may read
//	POST            /v2/<name>/blobs/uploads/          begin an upload; ?digest= with a body is the whole; ?mount= takes a held blob
//	PATCH, GET, PUT, DELETE /v2/<name>/blobs/uploads/<session>
//	GET, HEAD, PUT, DELETE  /v2/<name>/manifests/<tag or digest>
//	GET             /v2/<name>/tags/list               ?n= and ?last= page
//	GET             /healthz
//
// # Who may write
//
// The first part of a repository's name is the organisation that it belongs to: amber/inputs is amber's. A writer proves that it
// acts for the organisation with HTTP basic authentication, with the organisation as name and its secret as password, or with the
// secret as a bearer token. An open registry lets everybody write, for use on one's own machine.
//
// Reading needs no credentials: a blob is found only by its digest, which a reader must already know.
//
// # What it keeps
//
// Blobs lie in an artifact.Dir, each once, whoever uploaded it. The ledger (ledger.go) knows which organisation holds which blob,
// and charges each holder its size. An organisation that uploads a blob that another one holds, or names it in a manifest, is
// charged too, and keeps the blob when the other lets it go. A collection (collect.go) lets go the claims that no manifest names
// and that are older than the grace. Then it deletes the blobs that nobody holds.
package registry
