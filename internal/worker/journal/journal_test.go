package journal

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.etcd.io/bbolt"
	"pgregory.net/rapid"

	"github.com/credence-chain/credence/poco"
)

func open(t *testing.T) (*Journal, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "journal.db")
	j, err := Open(path)
	require.NoError(t, err)
	t.Cleanup(func() { j.Close() })
	return j, path
}

func to(s State) func(*Record) error {
	return func(r *Record) error { r.State = s; return nil }
}

var key = Key{Bench: poco.BenchWorkers, Task: [32]byte{7}, Attempt: 2}

func TestRecordSurvivesReopening(t *testing.T) {
	j, path := open(t)
	timeout := time.Unix(1700000000, 5).UTC()
	want, err := j.Update(key, 12, func(r *Record) error {
		r.State, r.Deal = CommitSent, "deal"
		r.Outcome = &Outcome{Kind: "RESULT", Digest: "sha256:00", Fuel: 9}
		r.Sent = append(r.Sent, Sent{"commit", "AB", timeout})
		return nil
	})
	require.NoError(t, err)
	require.NoError(t, j.SetHeight(12))
	require.NoError(t, j.SetHeight(3), "an older height is ignored")
	require.NoError(t, j.Close())

	j, err = Open(path)
	require.NoError(t, err)
	defer j.Close()
	got, found, err := j.Get(key)
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, want, got)
	require.Equal(t, []State{Assigned, CommitSent}, []State{got.Marks[0].State, got.Marks[1].State})
	h, err := j.Height()
	require.NoError(t, err)
	require.EqualValues(t, 12, h)

	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
}

func TestUpdateRefuses(t *testing.T) {
	for _, tc := range []struct {
		name   string
		from   State
		change func(*Record) error
		expErr error
	}{
		{"back to running", Done, to(Running), ErrBackwards},
		{"decline after commit was intended", CommitIntended, to(DeclineIntended), ErrBackwards},
		{"commit after decline", DeclineIntended, to(CommitIntended), ErrBackwards},
		{"leaving a terminal state", Settled, to(Revealed), ErrBackwards},
		{"another outcome before the promise", Done, func(r *Record) error { r.Outcome.Fuel++; return nil }, nil},
		{"another outcome after it", CommitIntended, func(r *Record) error { r.Outcome.Fuel++; return nil }, ErrOutcomeFixed},
		{"no outcome after it", Committed, func(r *Record) error { r.Outcome = nil; return nil }, ErrOutcomeFixed},
		{"another outcome and state", CommitSent, func(r *Record) error { r.Outcome.Kind, r.State = "ABSTAIN", Committed; return nil }, ErrOutcomeFixed},
		{"forgetting a transaction", CommitSent, func(r *Record) error { r.Sent = nil; return nil }, ErrBackwards},
		{"forward", CommitSent, to(Committed), nil},
		{"the end", Committed, to(Abandoned), nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			j, _ := open(t)
			before, err := j.Update(key, 1, func(r *Record) error {
				r.State, r.Outcome, r.Sent = tc.from, &Outcome{Kind: "RESULT", Digest: "d", Fuel: 1}, []Sent{{Step: "commit"}}
				return nil
			})
			require.NoError(t, err)
			_, err = j.Update(key, 2, tc.change)
			if tc.expErr == nil {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, tc.expErr)
			after, _, err := j.Get(key)
			require.NoError(t, err)
			require.Equal(t, before, after, "a refused change leaves nothing behind")
		})
	}
}

func TestUpdateKeepsNothingOfAFailedChange(t *testing.T) {
	j, _ := open(t)
	boom := errors.New("boom")
	_, err := j.Update(key, 1, func(r *Record) error { r.State = Done; return boom })
	require.ErrorIs(t, err, boom)
	_, found, err := j.Get(key)
	require.NoError(t, err)
	require.False(t, found)
}

func TestLiveLeavesOutTheEnded(t *testing.T) {
	j, _ := open(t)
	for i, s := range States() {
		_, err := j.Update(Key{Attempt: uint32(i)}, 1, to(s))
		require.NoError(t, err)
	}
	live, err := j.Live()
	require.NoError(t, err)
	var got []State
	for _, r := range live {
		got = append(got, r.State)
	}
	require.Equal(t, States()[:11], got)
	n := 0
	require.NoError(t, j.Each(func(Record) error { n++; return nil }))
	require.Equal(t, len(States()), n)
}

func TestFieldsOfANewerWorkerAreKept(t *testing.T) {
	j, _ := open(t)
	_, err := j.Update(key, 1, to(Fetched))
	require.NoError(t, err)
	edit := func(change func(map[string]json.RawMessage)) {
		require.NoError(t, j.db.Update(func(tx *bbolt.Tx) error {
			b := tx.Bucket(bucketRecords)
			fields := map[string]json.RawMessage{}
			require.NoError(t, json.Unmarshal(b.Get(key.encodeKey()), &fields))
			change(fields)
			body, err := json.Marshal(fields)
			require.NoError(t, err)
			return b.Put(key.encodeKey(), body)
		}))
	}
	edit(func(f map[string]json.RawMessage) {
		f["v"], f["attestation"] = json.RawMessage("7"), json.RawMessage(`{"q":1}`)
	})
	_, err = j.Update(key, 2, to(Running))
	require.NoError(t, err)
	edit(func(f map[string]json.RawMessage) {
		require.JSONEq(t, `{"q":1}`, string(f["attestation"]))
		f["needs"] = json.RawMessage("2")
	})
	_, _, err = j.Get(key)
	require.ErrorIs(t, err, ErrNewer)
}

func TestBindRefusesAnotherOwner(t *testing.T) {
	j, _ := open(t)
	mine := Owner{"credence-1", "cred1a", "worker"}
	require.NoError(t, j.Bind(mine))
	require.NoError(t, j.Bind(mine))
	for _, other := range []Owner{{"credence-2", "cred1a", "worker"}, {"credence-1", "cred1b", "worker"}, {"credence-1", "cred1a", "court"}} {
		require.ErrorIs(t, j.Bind(other), ErrForeign)
	}
}

func TestOpenTwiceIsRefused(t *testing.T) {
	_, path := open(t)
	_, err := Open(path)
	require.ErrorIs(t, err, ErrLocked)
}

func TestKeyText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := Key{Bench: poco.Bench(rapid.IntRange(0, 1).Draw(t, "bench")), Attempt: rapid.Uint32().Draw(t, "attempt")}
		copy(k.Task[:], rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "task"))
		got, err := ParseKey(k.String())
		require.NoError(t, err)
		require.Equal(t, k, got)
	})
	for _, text := range []string{"", "workers/00/1", "jury/" + key.String()[8:], key.String() + "x", "workers/" + "zz" + key.String()[10:]} {
		_, err := ParseKey(text)
		require.ErrorIs(t, err, ErrKey, text)
	}
}

// TestStatesOnlyMoveForward is the law of the journal: no update ever lowers the rank of a record's state.
func TestStatesOnlyMoveForward(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		j, err := Open(filepath.Join(dir, time.Now().Format("150405.000000000")))
		require.NoError(t, err)
		defer j.Close()
		j.db.NoSync = true
		last := -1
		for _, s := range rapid.SliceOfN(rapid.SampledFrom(States()), 1, 12).Draw(t, "states") {
			r, err := j.Update(key, 1, to(s))
			if err != nil {
				require.ErrorIs(t, err, ErrBackwards)
				continue
			}
			require.GreaterOrEqual(t, rank[r.State], last)
			last = rank[r.State]
		}
	})
}
