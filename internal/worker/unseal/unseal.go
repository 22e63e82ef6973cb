// Package unseal opens the sealed files that tasks read. It gets a file's key from the owner's agent, or from a worker that got it for the
// same task, and passes it on to other workers of that task. docs/secrets.md has the rules.
package unseal

import (
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"filippo.io/age"
	"github.com/cosmos/btcutil/bech32"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/executor/attester"
	"github.com/credence-chain/credence/internal/release"
	"github.com/credence-chain/credence/internal/worker/chain"
	"github.com/credence-chain/credence/secret"
)

// Unsealer opens the sealed files that tasks read. Its methods may be called concurrently.
type Unsealer struct {
	// ChainID of the tasks.
	ChainID string
	// Key of the account that holds the seats.
	Key client.Key
	// Identity for which keys are encrypted; see DeriveIdentity.
	Identity *age.X25519Identity
	// Folder keeps the received answers, still encrypted for Identity, until their task is final.
	Folder string
	// Holders returns the base URLs of workers that have committed to an answer of the task. An error says that some may be missing; the
	// others are asked anyway. Nil means that no worker is asked.
	Holders func(ctx context.Context, a chain.Assignment) ([]string, error)
	// Enclave in which this worker runs; nil outside one.
	Enclave *Enclave
	// HTTP makes the requests; nil means release's own.
	HTTP *http.Client
}

// Enclave has what a worker in an enclave needs to ask for keys that only enclaves get.
type Enclave struct {
	// Session whose key signs the requests.
	Session attester.Attester
	// Identity was made when the enclave started, and exists only in its memory. So nobody else can open what is encrypted for it.
	Identity *age.X25519Identity
}

// NewEnclave makes an Enclave with a new identity for a session. It returns nil for a nil session.
func NewEnclave(session attester.Attester) (*Enclave, error) {
	if session == nil {
		return nil, nil
	}
	identity, err := age.GenerateX25519Identity()
	return &Enclave{Session: session, Identity: identity}, err
}

// DeriveIdentity derives the identity for which keys are encrypted from the worker's local secret. A worker that starts again can thus
// open the answers that it kept.
func DeriveIdentity(local []byte) (*age.X25519Identity, error) {
	raw, err := hkdf.Key(sha256.New, local, nil, "credence/worker-keys/v1", 32)
	if err != nil {
		return nil, err
	}
	letters, err := bech32.ConvertBits(raw, 8, 5, true)
	if err != nil {
		return nil, err
	}
	text, err := bech32.Encode("age-secret-key-", letters)
	if err != nil {
		return nil, err
	}
	return age.ParseX25519Identity(strings.ToUpper(text))
}

// read decrypts an answer with an identity, and checks that it is for this task and file.
func read(answer []byte, by age.Identity, task string, blob artifact.Digest) (secret.Key, error) {
	grant, key, err := release.OpenGrant(answer, by)
	if err == nil && (grant.Task != task || grant.Blob != blob) {
		err = fmt.Errorf("%w: it is the key for another task or file", secret.ErrNotOpened)
	}
	return key, err
}

// suffix of the files that keep answers.
const suffix = ".key.age"

func (u *Unsealer) path(task string, blob artifact.Digest) string {
	return filepath.Join(u.Folder, task+"-"+blob.Hex()+suffix)
}

// keep writes an answer durably, because a worker that commits to a task's outcome owes others the key until that outcome is final.
func (u *Unsealer) keep(answer []byte, task string, blob artifact.Digest) error {
	if err := os.MkdirAll(u.Folder, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(u.Folder, ".key-*") // for its owner alone
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(answer)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), u.path(task, blob))
}

func (u *Unsealer) kept(task string, blob artifact.Digest) (secret.Key, error) {
	answer, err := os.ReadFile(u.path(task, blob))
	if err != nil {
		return secret.Key{}, err
	}
	return read(answer, u.Identity, task, blob)
}

// Vault returns the vault of a release.Server. It gives the keys that this worker got to all who hold a seat in the same task. The owner
// allowed their deal when it gave us the key.
func (u *Unsealer) Vault() release.Vault { return holder{u} }

type holder struct{ *Unsealer }

// Key implements release.Vault.
func (h holder) Key(c release.Case, blob artifact.Digest) (secret.Key, *release.Refusal) {
	key, err := h.kept(c.Task.Id, blob)
	return key, refusalOf(err)
}

// Holds implements release.Holder.
func (h holder) Holds(task string, blob artifact.Digest) *release.Refusal {
	_, err := os.Stat(h.path(task, blob))
	return refusalOf(err)
}

// refusalOf returns the refusal for an error: one that stands if the key is not here, and a passing one if this machine cannot read it now.
func refusalOf(err error) *release.Refusal {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, secret.ErrNotOpened):
		return &release.Refusal{Reason: release.UnknownSecret, Words: "this worker has no key of the file for the task"}
	}
	return &release.Refusal{Reason: release.Unavailable, Words: "this worker can not read its keys now"}
}

// forgetUnknown is the age at which a key is dropped if the chain does not know its task. A node that lags or was restored may not know
// a task whose key is still owed. So this age is longer than the audit of any task.
const forgetUnknown = 60 * 24 * time.Hour

// Sweep deletes the kept keys of tasks that are final.
func (u *Unsealer) Sweep(ctx context.Context, source chain.Source, now time.Time) error {
	files, err := filepath.Glob(filepath.Join(u.Folder, "*"+suffix))
	if err != nil {
		return err
	}
	for _, file := range files {
		task, _, _ := strings.Cut(filepath.Base(file), "-")
		a, err := source.Task(ctx, task)
		over := err == nil && a.Task.Final()
		if errors.Is(err, chain.ErrUnknownTask) {
			info, err := os.Stat(file)
			over = err == nil && now.Sub(info.ModTime()) > forgetUnknown
		}
		if over {
			if err := os.Remove(file); err != nil {
				return err
			}
		}
	}
	return nil
}

// ChainOf returns the release.Chain that reads tasks through a worker's own Source.
func ChainOf(source chain.Source) release.Chain {
	return func(ctx context.Context, task string) (release.Case, error) {
		a, err := source.Task(ctx, task)
		if errors.Is(err, chain.ErrUnknownTask) {
			err = fmt.Errorf("%w: %w", release.ErrUnknownTask, err)
		}
		return release.Case{Task: a.Task, Deal: a.Deal}, err
	}
}
