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
// The first part of a repository's name is the organisation that it belongs to: amber/inputs is amber's. A writer proves
// to be of it with HTTP basic authentication, the organisation as name and its secret as password, or with the secret as a
// bearer token. Without accounts anybody writes, which is for one's own machine.
//
// Reading asks for nothing: blobs are found by a digest that only those know who were told it.
//
// # What it keeps
//
// Blobs lie in an artifact.Dir, once, whoever uploaded them. The ledger (ledger.go) knows which organisation holds which
// blob and charges each holder its size: an organisation that uploads what another one has, or names it in a manifest, is
// charged as well, and keeps it when the other lets it go. A collection (collect.go) lets go what no manifest names and is
// older than the grace, and then deletes blobs that nobody holds.
package registry
