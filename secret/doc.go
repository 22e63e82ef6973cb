// Package secret has the two formats of what only some may read: sealed inputs and datasets, whose keys their owner's agent gives to
// workers and court seats that the chain has drawn, and sealed answers, which only a beneficiary opens. docs/secrets.md says who holds
// which key, and what is not protected. Both are files of age (https://age-encryption.org/v1), so that the program age opens them too.
package secret
