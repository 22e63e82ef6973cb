package unseal

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/internal/release"
	"github.com/credence-chain/credence/internal/worker/chain"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/secret"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// openAtOnce is how many files of a task are opened at the same time.
const openAtOnce = 8

// headStart is how long only the agent is asked, so that the owner's log has every worker to which the agent could give a key.
const headStart = time.Second

// Open opens the sealed files among a task's files. It returns all files in their order, and the keys of the sealed ones. An opened file
// is decrypted while it is read; its plain content is not stored. The error wraps artifact.ErrUnreachable if a key may be had later,
// artifact.ErrNotFound if all that were asked refuse it, and artifact.ErrCorrupted if a file begins like a sealed one but is none. All
// other errors are faults of this machine.
//
// A server that hangs does not delay the others: after headStart, Open asks all holders at once, and for several files at once.
func (u *Unsealer) Open(ctx context.Context, a chain.Assignment, files []artifact.Content) (opened []artifact.Content, keys []secret.Key, err error) {
	found := make([]*unlocked, len(files))
	group, asking := errgroup.WithContext(ctx)
	group.SetLimit(openAtOnce)
	holders := sync.OnceValues(func() ([]string, error) { return u.holdersOf(asking, a) })
	for i, f := range files {
		group.Go(func() error {
			s, err := sealedOf(a, f)
			if s == nil || err != nil {
				return err
			}
			found[i], err = u.openOne(asking, *s, holders)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, nil, err
	}
	for i, f := range files {
		if found[i] != nil {
			f, keys = found[i].content, append(keys, found[i].key)
		}
		opened = append(opened, f)
	}
	return opened, keys, nil
}

func (u *Unsealer) holdersOf(ctx context.Context, a chain.Assignment) ([]string, error) {
	if u.Holders == nil {
		return nil, nil
	}
	return u.Holders(ctx, a)
}

// sealed is a sealed file that a task reads.
type sealed struct {
	chain.Assignment
	content artifact.Content
	blob    artifact.Digest
	head    secret.Head
}

// sealedOf reads the head of a sealed file. It returns nil for a file that is not sealed.
func sealedOf(a chain.Assignment, f artifact.Content) (*sealed, error) {
	head, is, err := secret.ReadHead(f)
	if errors.Is(err, secret.ErrNotOpened) {
		return nil, fmt.Errorf("%w: %w", artifact.ErrCorrupted, err)
	}
	if !is || err != nil {
		return nil, err
	}
	blob, err := artifact.SumContent(f)
	return &sealed{a, f, blob, head}, err
}

// unlocked is an opened file with its key, and the answer that had the key. The answer is nil if it need not be kept.
type unlocked struct {
	content artifact.Content
	key     secret.Key
	answer  []byte
}

// asksByEnclave says whether the enclave asks for a task's keys, which it does if the enclave signs the answer. Such a task has no other
// replica to which this worker would owe the keys.
func (u *Unsealer) asksByEnclave(a chain.Assignment) bool {
	policy, known := poco.PolicyByName(a.Deal.Terms.Policy)
	return known && u.Enclave != nil && policy.Rules().Evidence == poco.EvidenceAttestation
}

// unlock opens the file with a key, or fails if it is the wrong one.
func (s sealed) unlock(key secret.Key, answer []byte) (*unlocked, error) {
	content, err := secret.Open(s.content, s.head, key)
	if err != nil {
		return nil, err
	}
	return &unlocked{content, key, answer}, nil
}

// openOne opens a sealed file with a kept key, or with the first good key that the agent or another worker gives.
func (u *Unsealer) openOne(ctx context.Context, s sealed, holders func() ([]string, error)) (*unlocked, error) {
	if key, err := u.kept(s.Task.Id, s.blob); err == nil {
		if opened, err := s.unlock(key, nil); err == nil {
			return opened, nil
		}
	}
	opened, err := u.race(ctx, s, holders)
	if err != nil || opened.answer == nil {
		return opened, err
	}
	// A worker that cannot keep a key could not pass it on to those that check the answer. That is a fault of this machine, and not of
	// the input.
	return opened, u.keep(opened.answer, s.Task.Id, s.blob)
}

// race asks the agent, and all holders after headStart or once the agent refuses. It returns the first good answer, and cancels the other
// requests.
func (u *Unsealer) race(ctx context.Context, s sealed, holders func() ([]string, error)) (*unlocked, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	won := make(chan *unlocked, 1)
	var lost losses
	ask := func(url string) {
		opened, err := u.openBy(ctx, url, s)
		if err != nil {
			lost.add(url, err)
			return
		}
		select {
		case won <- opened:
		default: // another was first
		}
		cancel()
	}
	var asked sync.WaitGroup
	failed := make(chan struct{})
	asked.Go(func() { ask(s.head.Agent); close(failed) })
	asked.Go(func() {
		urls, err := holders()
		select {
		case <-failed:
		case <-time.After(headStart):
		}
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			lost.add("workers that had it", err)
		}
		for _, url := range urls {
			asked.Go(func() { ask(strings.TrimRight(url, "/")) })
		}
	})
	over := make(chan struct{})
	go func() { asked.Wait(); close(over) }()
	select {
	case opened := <-won:
		return opened, nil
	case <-over:
	}
	select {
	case opened := <-won: // it came just before the last request ended
		return opened, nil
	default:
		return nil, lost.sum(s)
	}
}

// losses collects the reasons why no server gave a key.
type losses struct {
	mu    sync.Mutex
	of    error
	own   error // of this machine
	later bool  // asking again may help
}

func (l *losses) add(who string, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	err = fmt.Errorf("%s: %w", who, err)
	if l.of != nil {
		l.of = fmt.Errorf("%w; %w", l.of, err)
	} else {
		l.of = err
	}
	l.later = l.later || release.IsPassing(err)
	if l.own == nil && isOwn(err) {
		l.own = err
	}
}

func (l *losses) sum(s sealed) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.own != nil {
		return l.own
	}
	kind := artifact.ErrNotFound
	if l.later {
		kind = artifact.ErrUnreachable
	}
	return fmt.Errorf("%w: the key of %s: %w", kind, s.blob, l.of)
}

// ownError is a fault of this machine. It says nothing about the input.
type ownError struct{ error }

// Unwrap returns the cause.
func (e ownError) Unwrap() error { return e.error }

func isOwn(err error) bool {
	return errors.As(err, new(ownError)) || errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE)
}

// openBy asks one server for a key, and opens the file with it.
func (u *Unsealer) openBy(ctx context.Context, url string, s sealed) (*unlocked, error) {
	bench := release.BenchWorkers
	if s.Bench == taskstypes.BENCH_COURT {
		bench = release.BenchCourt
	}
	request := release.Request{ChainID: u.ChainID, Task: s.Task.Id, Bench: bench, Attempt: s.Task.AttemptOn(s.Bench), Blob: s.blob}
	asker, identity := release.Asker{Key: u.Key, HTTP: u.HTTP}, u.Identity
	if u.asksByEnclave(s.Assignment) {
		asker.Session, identity = u.Enclave.Session, u.Enclave.Identity
		job, err := release.DigestJob(s.Task, s.Deal)
		if err != nil {
			return nil, ownError{err}
		}
		request.Job = job
	}
	asker.Recipient = identity.Recipient()
	answer, err := asker.Ask(ctx, url, request)
	if err != nil {
		return nil, err
	}
	key, err := read(answer, identity, s.Task.Id, s.blob)
	if err != nil {
		return nil, err
	}
	if identity != u.Identity { // nobody else could read it, and nobody is owed it
		answer = nil
	}
	opened, err := s.unlock(key, answer)
	if err != nil && !errors.Is(err, secret.ErrNotOpened) {
		err = ownError{err}
	}
	return opened, err
}
