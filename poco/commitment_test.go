package poco

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var rewrite = flag.Bool("rewrite", false, "write golden files anew")

// TestGoldenHashes pins every hash of the protocol. A change here would break every worker, receipt and replay.
func TestGoldenHashes(t *testing.T) {
	task := TaskID(DealID(RequestID("credence-1", "cred1alice", 7), 0), 3)
	salt := Salt([]byte("a worker's secret"), BenchWorkers, "credence-1", task, 1)
	text := func(h [32]byte) string { return hex.EncodeToString(h[:]) }
	got := map[string]string{
		"hash of nothing":    text(Hash()),
		"hash of a and b":    text(Hash([]byte("a"), []byte("b"))),
		"request":            text(RequestID("credence-1", "cred1alice", 7)),
		"app order":          text(OrderID("credence-1", "app", "cred1alice", 7)),
		"pool order":         text(OrderID("credence-1", "pool", "cred1alice", 7)),
		"frame":              hex.EncodeToString(Frame([]byte("a"), nil, []byte("bc"))),
		"deal":               text(DealID(RequestID("credence-1", "cred1alice", 7), 0)),
		"task":               text(task),
		"salt":               hex.EncodeToString(salt),
		"court salt":         hex.EncodeToString(Salt([]byte("a worker's secret"), BenchCourt, "credence-1", task, 1)),
		"commitment":         text(Commitment(BenchWorkers, "credence-1", task, 1, "cred1bob", truth, salt)),
		"court commitment":   text(Commitment(BenchCourt, "credence-1", task, 1, "cred1bob", truth, salt)),
		"failure commitment": text(Commitment(BenchWorkers, "credence-1", task, 1, "cred1bob", failing, salt)),
		"abstain commitment": text(Commitment(BenchWorkers, "credence-1", task, 1, "cred1bob", abstain, salt)),
	}
	e := Entropy{Beacon: []byte("beacon"), Task: task, Attempt: 1, Wave: 2}
	ranking := e.Ranking(TicketSpace(100))
	var ranked []uint64
	for range 6 {
		ticket, found, err := ranking.Pick(func(ticket uint64) (bool, error) { return ticket < 100, nil })
		require.NoError(t, err)
		require.True(t, found)
		ranked = append(ranked, ticket)
	}
	tickets, err := json.Marshal(ranked)
	require.NoError(t, err)
	got["tickets"] = string(tickets)
	drawn, err := json.Marshal(map[string]any{"least": e.Least(1, []uint64{3, 40, 77, 99}), "member": e.Member(1, 100), "lottery": e.Lottery(8)})
	require.NoError(t, err)
	got["draw"] = string(drawn)

	const file = "testdata/hashes.json"
	if *rewrite {
		bz, err := json.MarshalIndent(got, "", "  ")
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(file, append(bz, '\n'), 0o644))
	}
	bz, err := os.ReadFile(file)
	require.NoError(t, err)
	want := map[string]string{}
	require.NoError(t, json.Unmarshal(bz, &want))
	require.Equal(t, want, got)
}

// TestCommitmentBindsEveryField: no field can change after the commitment.
func TestCommitmentBindsEveryField(t *testing.T) {
	salt := make([]byte, SaltSize)
	salt[0] = 1
	base := Commitment(BenchWorkers, "chain", [32]byte{1}, 1, "who", truth, salt)
	other := append([]byte{2}, salt[1:]...)
	kind, digest, fuel := truth, truth, truth
	kind.Kind, digest.Digest, fuel.Fuel = KindAppFailed, [32]byte{9}, 8
	for name, c := range map[string][32]byte{
		"bench":   Commitment(BenchCourt, "chain", [32]byte{1}, 1, "who", truth, salt),
		"chain":   Commitment(BenchWorkers, "chaim", [32]byte{1}, 1, "who", truth, salt),
		"task":    Commitment(BenchWorkers, "chain", [32]byte{2}, 1, "who", truth, salt),
		"attempt": Commitment(BenchWorkers, "chain", [32]byte{1}, 2, "who", truth, salt),
		"who":     Commitment(BenchWorkers, "chain", [32]byte{1}, 1, "whom", truth, salt),
		"kind":    Commitment(BenchWorkers, "chain", [32]byte{1}, 1, "who", kind, salt),
		"digest":  Commitment(BenchWorkers, "chain", [32]byte{1}, 1, "who", digest, salt),
		"fuel":    Commitment(BenchWorkers, "chain", [32]byte{1}, 1, "who", fuel, salt),
		"salt":    Commitment(BenchWorkers, "chain", [32]byte{1}, 1, "who", truth, other),
	} {
		require.NotEqual(t, base, c, name)
	}
}

// TestHashSeparatesFields: moving a boundary between two fields changes the hash.
func TestHashSeparatesFields(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		whole := rapid.SliceOfN(rapid.Byte(), 1, 20).Draw(t, "bytes")
		i, j := rapid.IntRange(0, len(whole)).Draw(t, "i"), rapid.IntRange(0, len(whole)).Draw(t, "j")
		if i != j {
			require.NotEqual(t, Hash(whole[:i], whole[i:]), Hash(whole[:j], whole[j:]))
		}
		require.NotEqual(t, Hash(whole), Hash(whole, nil))
	})
}

// TestFrameIsWhatHashHashes: a signature over a frame covers the bytes whose hash is taken.
func TestFrameIsWhatHashHashes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		fields := rapid.SliceOf(rapid.SliceOf(rapid.Byte())).Draw(t, "fields")
		fields = append(fields, make([]byte, rapid.IntRange(0, 2*frameRoom).Draw(t, "a longer one")))
		require.Equal(t, Hash(fields...), sha256.Sum256(Frame(fields...)))
	})
}

func TestCheckSalt(t *testing.T) {
	good := make([]byte, SaltSize)
	require.ErrorContains(t, CheckSalt(good), "all zero")
	good[31] = 1
	require.NoError(t, CheckSalt(good))
	require.ErrorContains(t, CheckSalt(good[1:]), "31 bytes")
	require.ErrorContains(t, CheckSalt(nil), "0 bytes")
}

func TestOutcomeValidate(t *testing.T) {
	for _, c := range []struct {
		name   string
		o      Outcome
		expErr string
	}{
		{"result", truth, ""}, {"failure", failing, ""}, {"no input", noInput, ""}, {"abstain", abstain, ""},
		{"no kind", Outcome{Digest: [32]byte{1}}, "outcome.kind"},
		{"unknown kind", Outcome{Kind: 5, Digest: [32]byte{1}}, "outcome.kind"},
		{"result without digest", Outcome{Kind: KindResult, Fuel: 1}, "outcome.digest"},
		{"failure without digest", Outcome{Kind: KindAppFailed}, "outcome.digest"},
		{"abstain with digest", Outcome{Kind: KindAbstain, Digest: [32]byte{1}}, "expected none"},
		{"no input with fuel", Outcome{Kind: KindInputUnavailable, Fuel: 1}, "expected none"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.expErr == "" {
				require.NoError(t, c.o.Validate())
				return
			}
			require.ErrorContains(t, c.o.Validate(), c.expErr)
		})
	}
}
