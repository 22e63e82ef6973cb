// Package release is the protocol by which a worker or a court seat gets the key of a sealed file that its task reads. It sends a signed
// request to the owner's agent, or to another worker that got the key for the same task. That server reads on the chain whether the
// account holds a seat in the task, and then encrypts the key for it. docs/secrets.md has the format and says what it protects.
package release
