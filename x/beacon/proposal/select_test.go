package proposal

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	protov2 "google.golang.org/protobuf/proto"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// fakeTx is a transaction in JSON.
type fakeTx struct {
	Name   string
	Gas    uint64
	Claims []string // "!" before the name of one that goes first
	NotDue bool
}

func (fakeTx) GetMsgs() []sdk.Msg                    { return nil }
func (fakeTx) GetMsgsV2() ([]protov2.Message, error) { return nil, nil }
func (f fakeTx) GetGas() uint64                      { return f.Gas }
func (fakeTx) GetFee() sdk.Coins                     { return nil }
func (fakeTx) FeePayer() []byte                      { return nil }
func (fakeTx) FeeGranter() []byte                    { return nil }

func decodeFake(bz []byte) (sdk.Tx, error) {
	var tx fakeTx
	return tx, json.Unmarshal(bz, &tx)
}

// fakeUrgent counts what it is asked.
type fakeUrgent struct {
	waiting [][]byte
	claims  int // how many it was asked about
}

func (*fakeUrgent) Claims(tx sdk.Tx) (claims []Claim) {
	for _, c := range tx.(fakeTx).Claims {
		claims = append(claims, Claim{Of: strings.TrimPrefix(c, "!"), First: c[0] == '!'})
	}
	return claims
}

func (u *fakeUrgent) Due(_ sdk.Context, tx sdk.Tx) bool {
	u.claims += len(tx.(fakeTx).Claims)
	return !tx.(fakeTx).NotDue
}

func (u *fakeUrgent) Waiting() [][]byte { return u.waiting }

func fake(t *testing.T, tx fakeTx) []byte {
	t.Helper()
	bz, err := json.Marshal(tx)
	require.NoError(t, err)
	return bz
}

// What a block takes of what waits, and in which order. Of its gas of 1,000 a transaction has 100 at most, and urgent
// ones 750 while others wait.
func TestInOrder(t *testing.T) {
	many := func(prefix string, n int, gas uint64, urgent bool) (txs []fakeTx) {
		for i := range n {
			tx := fakeTx{Name: fmt.Sprint(prefix, i), Gas: gas}
			if urgent {
				tx.Claims = []string{tx.Name}
			}
			txs = append(txs, tx)
		}
		return txs
	}
	for _, tc := range []struct {
		name  string
		known []fakeTx // by the node itself
		wait  []fakeTx // in the engine's line
		want  string
	}{
		{"urgent ones first", nil, []fakeTx{{Name: "a", Gas: 1}, {Name: "u", Gas: 1, Claims: []string{"x"}}, {Name: "b", Gas: 1}}, "u a b"},
		{"of urgent ones, those that lose more", nil, []fakeTx{
			{Name: "commit", Gas: 1, Claims: []string{"x"}}, {Name: "mixed", Gas: 1, Claims: []string{"!y", "z"}}, {Name: "reveal", Gas: 1, Claims: []string{"!w"}},
		}, "reveal commit mixed"},
		{"one of each claim", nil, []fakeTx{
			{Name: "u", Gas: 1, Claims: []string{"x"}}, {Name: "v", Gas: 1, Claims: []string{"x"}}, {Name: "w", Gas: 1, Claims: []string{"y", "x"}},
		}, "u"},
		{"what is not due is left out", nil, []fakeTx{{Name: "u", Gas: 1, Claims: []string{"x"}, NotDue: true}, {Name: "a", Gas: 1}}, "a"},
		{"what is not due claims nothing", nil, []fakeTx{{Name: "u", Gas: 1, Claims: []string{"x"}, NotDue: true}, {Name: "v", Gas: 1, Claims: []string{"x"}}}, "v"},
		{"what the engine does not show", []fakeTx{{Name: "u", Gas: 1, Claims: []string{"x"}}}, []fakeTx{{Name: "a", Gas: 1}}, "u a"},
		{"once, when both have it", []fakeTx{{Name: "u", Gas: 1, Claims: []string{"x"}}}, []fakeTx{{Name: "a", Gas: 1}, {Name: "u", Gas: 1, Claims: []string{"x"}}}, "u a"},
		{"more than a tenth", nil, []fakeTx{{Name: "u", Gas: 101, Claims: []string{"x"}}, {Name: "a", Gas: 101}, {Name: "b", Gas: 100}}, "b"},
		{"a quarter is for the others", many("u", 12, 100, true), many("a", 5, 100, false), "u0 u1 u2 u3 u4 u5 u6 a0 a1 a2"},
		{"and what they leave is not", many("u", 12, 100, true), many("a", 1, 100, false), "u0 u1 u2 u3 u4 u5 u6 a0 u7 u8"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			u := &fakeUrgent{}
			h := &Handler{decoder: decodeFake, urgent: u}
			for _, tx := range tc.known {
				u.waiting = append(u.waiting, fake(t, tx))
			}
			waiting := [][]byte{[]byte("garbage")}
			for _, tx := range tc.wait {
				waiting = append(waiting, fake(t, tx))
			}
			var got []string
			for _, bz := range h.inOrder(sdk.Context{}, waiting, Limits{Bytes: 10_000, Gas: 1_000}) {
				tx, err := decodeFake(bz)
				require.NoError(t, err)
				got = append(got, tx.(fakeTx).Name)
			}
			require.Equal(t, tc.want, strings.Join(got, " "))
		})
	}
}

// Bytes are shared as gas is.
func TestInOrderSharesBytes(t *testing.T) {
	u := &fakeUrgent{}
	h := &Handler{decoder: decodeFake, urgent: u}
	one := fake(t, fakeTx{Name: "u00", Gas: 1, Claims: []string{"u00"}})
	for i := range 20 {
		u.waiting = append(u.waiting, fake(t, fakeTx{Name: fmt.Sprintf("u%02d", i), Gas: 1, Claims: []string{fmt.Sprintf("u%02d", i)}}))
	}
	other := fake(t, fakeTx{Name: "other", Gas: 1})
	chosen := h.inOrder(sdk.Context{}, [][]byte{other}, Limits{Bytes: 8 * sizeOf(one), Gas: 1_000})
	require.Equal(t, [][]byte{u.waiting[0], u.waiting[5]}, [][]byte{chosen[0], chosen[5]})
	require.Equal(t, other, chosen[6])
}

// A flood of candidates that claim what nobody waits for has a bounded number of them looked up, and costs others nothing.
func TestClaimsAreBounded(t *testing.T) {
	u := &fakeUrgent{}
	h := &Handler{decoder: decodeFake, urgent: u}
	var waiting [][]byte
	for i := range 4 * MaxClaims {
		waiting = append(waiting, fake(t, fakeTx{Name: fmt.Sprint(i), Gas: 1, Claims: []string{fmt.Sprint(i), fmt.Sprint("and ", i)}, NotDue: true}))
	}
	a := fake(t, fakeTx{Name: "a", Gas: 1})
	chosen := h.inOrder(sdk.Context{}, append(waiting, a), Limits{Bytes: 1 << 20, Gas: 1_000_000})
	require.Equal(t, [][]byte{a}, chosen)
	require.Equal(t, MaxClaims, u.claims)
}
