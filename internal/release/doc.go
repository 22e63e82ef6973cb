// Package release is how a worker or a court seat gets the key of what a task reads sealed: it asks the owner's agent, or another worker
// that had the key for the same task, with a signed request; whoever is asked looks at the chain whether the account holds a seat in the
// task, and encrypts the key for it. docs/secrets.md has the format and what it protects.
package release
