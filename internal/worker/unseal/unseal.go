// Package unseal opens what tasks read sealed: it asks the owner's agent for the key, and the workers that had it for the same task, and
// gives it to those in turn. docs/secrets.md has the rules.
package unseal

import (
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"filippo.io/age"
	"github.com/cosmos/btcutil/bech32"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/release"
	"github.com/credence-chain/credence/internal/worker/chain"
	"github.com/credence-chain/credence/secret"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// Unsealer opens what tasks read sealed. Its methods may be called concurrently.
type Unsealer struct {
	// ChainID of the tasks.
	ChainID string
	// Key of the account that holds the seats.
	Key client.Key
	// Identity for which keys are encrypted; see DeriveIdentity.
	Identity *age.X25519Identity
	// Folder keeps answers of agents, as they came, until their task is final: encrypted for Identity.
	Folder string
	// Holders are the base URLs of workers that have committed to an answer of the task. Nil asks nobody.
	Holders func(ctx context.Context, a chain.Assignment) []string
	// HTTP makes the requests; nil means release's own.
	HTTP *http.Client
}

// DeriveIdentity makes the identity for which keys are encrypted of the worker's local secret, so that a worker that starts again opens
// what it was given before.
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

// Open opens those of a task's files that are sealed, and returns all of them in their order, with the keys of the sealed ones. What is
// opened is decrypted where it is read, and lies nowhere. Errors wrap artifact.ErrUnreachable where a key may be had later,
// artifact.ErrNotFound where whoever was asked refuses it, artifact.ErrCorrupted where a file is no sealed one although it begins so; all
// others are this machine's.
func (u *Unsealer) Open(ctx context.Context, a chain.Assignment, files []artifact.Content) (opened []artifact.Content, keys []secret.Key, err error) {
	for _, f := range files {
		head, sealed, err := secret.ReadHead(f)
		if errors.Is(err, secret.ErrNotOpened) {
			return nil, nil, fmt.Errorf("%w: %w", artifact.ErrCorrupted, err)
		}
		if err != nil {
			return nil, nil, err
		}
		if sealed {
			var key secret.Key
			if f, key, err = u.openOne(ctx, a, f, head); err != nil {
				return nil, nil, err
			}
			keys = append(keys, key)
		}
		opened = append(opened, f)
	}
	return opened, keys, nil
}

// openOne opens a sealed file with the key that we were given before, or that the agent gives, or another worker.
func (u *Unsealer) openOne(ctx context.Context, a chain.Assignment, f artifact.Content, head secret.Head) (artifact.Content, secret.Key, error) {
	blob, err := digestOf(f)
	if err != nil {
		return nil, secret.Key{}, err
	}
	if key, err := u.kept(a.Task.Id, blob); err == nil {
		if opened, err := secret.Open(f, head, key); err == nil {
			return opened, key, nil
		}
	}
	opened, key, first := u.openBy(ctx, head.Agent, a, blob, f, head)
	if first == nil {
		return opened, key, nil
	}
	passing := release.IsPassing(first)
	var holders []string
	if u.Holders != nil {
		holders = u.Holders(ctx, a)
	}
	for _, url := range holders {
		opened, key, err := u.openBy(ctx, strings.TrimRight(url, "/"), a, blob, f, head)
		if err == nil {
			return opened, key, nil
		}
		passing = passing || release.IsPassing(err)
	}
	kind := artifact.ErrNotFound
	if passing {
		kind = artifact.ErrUnreachable
	}
	return nil, secret.Key{}, fmt.Errorf("%w: the key of %s: %s: %w", kind, blob, head.Agent, first)
}

// openBy asks one server for a key, and keeps its answer when it opens the file.
func (u *Unsealer) openBy(ctx context.Context, url string, a chain.Assignment, blob artifact.Digest, f artifact.Content, head secret.Head) (artifact.Content, secret.Key, error) {
	bench := release.BenchWorkers
	if a.Bench == taskstypes.BENCH_COURT {
		bench = release.BenchCourt
	}
	asker := release.Asker{Key: u.Key, Recipient: u.Identity.Recipient(), HTTP: u.HTTP}
	answer, err := asker.Ask(ctx, url, release.Request{ChainID: u.ChainID, Task: a.Task.Id, Bench: bench, Attempt: a.Task.AttemptOn(a.Bench), Blob: blob})
	if err != nil {
		return nil, secret.Key{}, err
	}
	key, err := u.read(answer, a.Task.Id, blob)
	if err != nil {
		return nil, key, err
	}
	opened, err := secret.Open(f, head, key)
	if err != nil {
		return nil, key, err
	}
	return opened, key, u.keep(answer, a.Task.Id, blob)
}

func (u *Unsealer) read(answer []byte, task string, blob artifact.Digest) (secret.Key, error) {
	grant, key, err := release.OpenGrant(answer, u.Identity)
	if err == nil && (grant.Task != task || grant.Blob != blob) {
		err = fmt.Errorf("%w: it is the key for another task or file", secret.ErrNotOpened)
	}
	return key, err
}

func digestOf(f artifact.Content) (artifact.Digest, error) {
	if blob, ok := f.(artifact.Blob); ok {
		return blob.Digest, nil
	}
	hasher := artifact.NewHasher()
	err := artifact.CopyContent(hasher, f)
	return hasher.Digest(), err
}

// suffix of the files that keep answers.
const suffix = ".key.age"

func (u *Unsealer) path(task string, blob artifact.Digest) string {
	return filepath.Join(u.Folder, task+"-"+blob.Hex()+suffix)
}

// keep writes an answer durably: whoever commits to an answer owes others the key until the answer is final.
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
	return u.read(answer, task, blob)
}

// Vault of a release.Server: the keys that we were given ourselves, for whoever holds a seat in the same task. The owner allowed the deal
// when it gave us the key.
func (u *Unsealer) Vault() release.Vault { return holder{u} }

type holder struct{ *Unsealer }

// Key implements release.Vault.
func (h holder) Key(c release.Case, blob artifact.Digest) (secret.Key, *release.Refusal) {
	key, err := h.kept(c.Task.Id, blob)
	if err != nil {
		return key, &release.Refusal{Reason: release.UnknownSecret, Words: "this worker has no key of the file for the task"}
	}
	return key, nil
}

// forgetUnknown is when the key for a task that the chain does not know is dropped: it is pruned, or the node lags.
const forgetUnknown = time.Hour

// Sweep drops the keys of tasks that are final.
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

// ChainOf is what a release.Server asks, of a worker's own view of the chain.
func ChainOf(source chain.Source) release.Chain {
	return func(ctx context.Context, task string) (release.Case, error) {
		a, err := source.Task(ctx, task)
		if errors.Is(err, chain.ErrUnknownTask) {
			err = fmt.Errorf("%w: %w", release.ErrUnknownTask, err)
		}
		return release.Case{Task: a.Task, Deal: a.Deal}, err
	}
}
