// Package vectors replays check cases against the protocol's own code: iExec
// scenarios through poco/iexec ([ReplayIExec]), and cases of trust arithmetic
// through poco/credibility, lab/plain, lab/baseline and poco/iexec
// ([TrustCases]).
//
// The two file formats are those of testdata. A case is chosen by the shape of
// its inputs, never by its id, so that other files of the same formats work.
// Nothing is skipped: a group, shape, step or expected field that is not known
// is a failure of its case.
package vectors
