// Package secret has two formats for content that only some may read. A sealed input or dataset has a key, which its owner's agent
// gives to the workers and court seats that the chain has drawn. A sealed answer can be opened only by its recipient.
// docs/secrets.md says who holds which key, and what is not protected. Both formats are files of age
// (https://age-encryption.org/v1), so that the program age opens them too.
package secret
