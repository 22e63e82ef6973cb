package release

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"filippo.io/age"
	"golang.org/x/time/rate"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/secret"
	enclavestypes "github.com/credence-chain/credence/x/enclaves/types"
)

// Path is the path of a key request, below the base URL of a server.
const Path = "/keys/v1"

// Vault has keys, and decides for which cases it gives them.
type Vault interface {
	// Key returns the key of a file for a case whose seat has been checked, or a *Refusal.
	Key(c Case, blob artifact.Digest) (secret.Key, *Refusal)
}

// Holder is a Vault that knows without the chain whether it has a key of a file for a task. The server asks it first: requests of
// strangers for other files then use up no chain reads, which accounts with seats need.
type Holder interface {
	// Holds returns a *Refusal if there is no key.
	Holds(task string, blob artifact.Digest) *Refusal
}

// Server answers requests for keys. Its fields are set before it serves.
type Server struct {
	ChainID string
	// URL is the base URL of the server, which requests must name; if it is empty, they may name any.
	URL string
	// URLNow returns the base URL, if that may change while the server runs; nil means URL.
	URLNow func(context.Context) (string, error)
	// Chain reads a task, at most once a second for each task.
	Chain Chain
	Vault Vault
	// Sessions reads a worker's sessions, where keys may be for enclaves alone. Nil ignores the session that a request names.
	Sessions Sessions
	// Roster lists the accounts that may hold seats. All other accounts share a small rate of chain reads: a stranger can have any
	// number of accounts, and must not use up the rate of workers. Nil treats all accounts alike.
	Roster Roster
	// Note is called for each release, and for refusals at a limited rate. If it fails for a release, the key is not given. May be nil.
	Note func(Entry) error
	// Now is the clock; nil means the machine's.
	Now func() time.Time

	once         sync.Once
	chainReads   *rate.Limiter // of all accounts together
	outside      *rate.Limiter // chain reads of accounts that are not on the roster
	chainReadsOf *limits       // chain reads by account
	lines        *rate.Limiter // log lines of refusals
	leftOut      atomic.Uint64 // refusals without a log line since the last line
	accounts     *limits       // requests by account that holds a seat
	nonces       nonces
	cases        recent[Case]
	sessions     recent[[]enclavestypes.SessionState]
	roster       roster
	urls         recent[string]
}

// Rates a second and, second in each line, bursts: of chain reads for all accounts together, for accounts that are not on the roster,
// and for one account; of requests of one account that holds a seat; and of log lines of refusals.
const (
	readsPerSecond, readBurst         = 50, 200
	outsideReads, outsideBurst        = 5, 20
	readsPerAccount, accountReadBurst = 5, 60
	requestsPerAccount, requestBurst  = 5, 60
	linesPerSecond                    = 10
)

// Entry is a line of the log of releases.
type Entry struct {
	Time   time.Time       `json:"time"`
	Given  bool            `json:"given"`
	Reason Reason          `json:"reason,omitempty"`
	Words  string          `json:"words,omitempty"`
	Who    string          `json:"who,omitempty"`
	Task   string          `json:"task,omitempty"`
	Bench  string          `json:"bench,omitempty"`
	Blob   artifact.Digest `json:"blob,omitzero"`
	App    string          `json:"app,omitempty"`
	By     string          `json:"requester,omitempty"`
	From   string          `json:"from"`
	// LeftOut is the number of refusals that were not logged since the line before.
	LeftOut uint64 `json:"left_out,omitempty"`
}

// Grant is the content of a server's answer, which is encrypted for the request's recipient.
type Grant struct {
	Task string          `json:"task"`
	Blob artifact.Digest `json:"blob"`
	Key  []byte          `json:"key"`
}

// ServeHTTP implements http.Handler. It takes a POST of a Signed, and answers with a Grant in the format of age, or with a Refusal.
func (s *Server) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	s.once.Do(s.begin)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if req.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "expected POST", http.StatusMethodNotAllowed)
		return
	}
	entry := Entry{Time: s.now(), From: req.RemoteAddr}
	answer, refusal := s.answer(req.Context(), io.LimitReader(req.Body, maxBody+1), &entry)
	entry.Given = refusal == nil
	if refusal != nil {
		entry.Reason, entry.Words = refusal.Reason, refusal.Words
	}
	if err := s.note(entry); err != nil && refusal == nil {
		refusal = refuse(Unavailable, "the release can not be written into the log")
	}
	if refusal != nil {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(statusOf(refusal.Reason))
		_ = json.NewEncoder(w).Encode(refusal)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	_, _ = w.Write(answer)
}

// note logs every release. It limits the log lines of refusals, which strangers can cause, and counts the refusals that it leaves out.
func (s *Server) note(e Entry) error {
	if s.Note == nil {
		return nil
	}
	if !e.Given && !s.lines.AllowN(s.now(), 1) {
		s.leftOut.Add(1)
		return nil
	}
	e.LeftOut = s.leftOut.Swap(0)
	return s.Note(e)
}

func statusOf(r Reason) int {
	switch r {
	case Malformed:
		return http.StatusBadRequest
	case TooMany:
		return http.StatusTooManyRequests
	case Unavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusForbidden
}

func (s *Server) begin() {
	s.chainReads = rate.NewLimiter(readsPerSecond, readBurst)
	s.outside = rate.NewLimiter(outsideReads, outsideBurst)
	s.chainReadsOf = newLimits(readsPerAccount, accountReadBurst)
	s.lines = rate.NewLimiter(linesPerSecond, linesPerSecond)
	s.accounts = newLimits(requestsPerAccount, requestBurst)
	s.nonces.until = map[string]time.Time{}
}

func (s *Server) now() time.Time {
	if s.Now != nil {
		return s.Now()
	}
	return time.Now()
}

// answer checks a request, the cheapest checks first, and returns the encrypted key. It fills in the log's entry as it goes.
func (s *Server) answer(ctx context.Context, body io.Reader, entry *Entry) ([]byte, *Refusal) {
	data, err := io.ReadAll(body)
	if err != nil || len(data) > maxBody {
		return nil, refuse(Malformed, "the request has more than %d bytes, or ends early", maxBody)
	}
	var signed Signed
	if err := json.Unmarshal(data, &signed); err != nil {
		return nil, refuse(Malformed, "the request is not JSON of the form {request, pub_key, signature}")
	}
	r, to, err := signed.open()
	if err != nil {
		return nil, refuse(Malformed, "%s", err)
	}
	entry.Who, entry.Task, entry.Bench, entry.Blob = r.Who, r.Task, r.Bench, r.Blob
	if refusal := s.checkRequest(ctx, r); refusal != nil {
		return nil, refusal
	}
	c, refusal := s.readCase(ctx, r.Who, r.Task)
	if refusal != nil {
		return nil, refusal
	}
	entry.App, entry.By = c.Deal.App, c.Deal.Requester
	if refusal := c.checkSeat(r); refusal != nil {
		return nil, refusal
	}
	// The rate of the account is charged only now that its signature and seat were checked, so that nobody else can use it up.
	if !s.accounts.allow(r.Who, s.now()) {
		return nil, refuse(TooMany, "%s sends more requests than are answered; ask again later", r.Who)
	}
	if c.Session, refusal = s.findSession(ctx, c, r); refusal != nil {
		return nil, refusal
	}
	key, refusal := s.Vault.Key(c, r.Blob)
	if refusal != nil {
		return nil, refusal
	}
	// Last, so that only accounts with a seat can fill the memory.
	if !s.nonces.take(r.Nonce, s.now()) {
		return nil, refuse(Replayed, "the request was answered before")
	}
	answer, err := encryptGrant(Grant{Task: r.Task, Blob: r.Blob, Key: key[:]}, to)
	if err != nil {
		return nil, refuse(Unavailable, "the key can not be encrypted")
	}
	return answer, nil
}

// checkRequest makes the checks that do not need the task.
func (s *Server) checkRequest(ctx context.Context, r Request) *Refusal {
	if r.ChainID != s.ChainID {
		return refuse(OtherChain, "the request is for the chain %.80q, expected %q", r.ChainID, s.ChainID)
	}
	if off := s.now().Sub(time.Unix(r.Time, 0)); off > maxAge || off < -maxAge {
		return refuse(Expired, "the time of the request is %s off, expected at most %s; is a clock wrong?", off.Round(time.Second), maxAge)
	}
	if s.nonces.known(r.Nonce) {
		return refuse(Replayed, "the request was answered before")
	}
	if holder, is := s.Vault.(Holder); is {
		if refusal := holder.Holds(r.Task, r.Blob); refusal != nil {
			return refusal
		}
	}
	return s.checkURL(ctx, r.Asked)
}

// checkURL refuses a request that was sent to another server and passed on to this one.
func (s *Server) checkURL(ctx context.Context, asked string) *Refusal {
	url := s.URL
	if s.URLNow != nil {
		var err error
		if url, err = s.urls.get(ctx, s.now(), "", s.URLNow); err != nil || url == "" {
			return refuse(Unavailable, "the URL under which this is asked is not known here now")
		}
	}
	if url != "" && url != asked {
		return refuse(OtherAgent, "the request is for %.256q, expected %q", asked, url)
	}
	return nil
}

// readCase returns what the chain says of a task, or said less than a second ago. A chain read is charged to the account that asks. Its
// signature has been checked, so nobody else can use up its chain reads.
func (s *Server) readCase(ctx context.Context, who, task string) (Case, *Refusal) {
	if _, known := s.cases.find(s.now(), task); !known && !s.mayReadChain(ctx, who) {
		return Case{}, refuse(TooMany, "%s asks for reads of the chain too often; ask again later", who)
	}
	c, err := s.cases.get(ctx, s.now(), task, func(ctx context.Context) (Case, error) {
		if !s.chainReads.AllowN(s.now(), 1) {
			return Case{}, errBusy
		}
		return s.Chain(ctx, task)
	})
	switch {
	case err == nil:
		return c, nil
	case errors.Is(err, errBusy):
		return c, refuse(TooMany, "more requests came than are answered; ask again later")
	case errors.Is(err, ErrUnknownTask):
		return c, refuse(UnknownTask, "the chain has no task %s, or the node that is asked here lags behind", task)
	}
	return c, refuse(Unavailable, "the node that is asked here does not answer")
}

// mayReadChain takes one chain read from an account's rate, and says whether one was left.
func (s *Server) mayReadChain(ctx context.Context, who string) bool {
	if s.Roster != nil && !s.roster.has(ctx, s.now(), who, s.Roster) {
		return s.outside.AllowN(s.now(), 1)
	}
	return s.chainReadsOf.allow(who, s.now())
}

func encryptGrant(g Grant, to age.Recipient) ([]byte, error) {
	text, err := json.Marshal(g)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	w, err := age.Encrypt(&out, to)
	if err != nil {
		return nil, err
	}
	_, err = w.Write(text)
	err = errors.Join(err, w.Close())
	return out.Bytes(), err
}

// OpenGrant decrypts a server's answer with the identity for which it was encrypted. The error wraps secret.ErrNotOpened if that fails.
func OpenGrant(answer []byte, identity age.Identity) (g Grant, key secret.Key, err error) {
	in, err := age.Decrypt(bytes.NewReader(answer), identity)
	if err != nil {
		return g, key, fmt.Errorf("%w: %w", secret.ErrNotOpened, err)
	}
	text, err := io.ReadAll(io.LimitReader(in, maxBody))
	if err == nil {
		err = json.Unmarshal(text, &g)
	}
	if err != nil || len(g.Key) != len(key) {
		return g, key, fmt.Errorf("%w: what it holds is no key", secret.ErrNotOpened)
	}
	return g, secret.Key(g.Key), nil
}
