package agent

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/result"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// TestFileComesWithTheReveal: a worker and a court seat send the file that the deal wants on chain, if the result has it and it is
// small enough. The answer is revealed even if the file cannot be sent.
func TestFileComesWithTheReveal(t *testing.T) {
	for _, tc := range []struct {
		name    string
		role    role
		file    string
		most    uint32
		change  func(h *house)
		reveals []bool // for each of our reveals in a block, whether it had the file
	}{
		{"first", asFirst, "sum", 32, nil, []bool{true}},
		{"second", asSecond, "sum", 32, nil, []bool{true}},
		{"court", inCourt, "sum", 32, nil, []bool{true}},
		{"the exit status", asFirst, result.ExitStatus, 32, nil, []bool{true}},
		{"the exit status of a failure", inCourt, result.ExitStatus, 32, func(h *house) {
			h.runtime.then = func() (runtime.Outcome, bool) {
				return runtime.Outcome{Kind: runtime.AppFailed, Reason: runtime.Exit, ExitCode: 3, Fuel: 77}, true
			}
		}, []bool{false}},
		{"not asked for", asFirst, "", 0, nil, []bool{false}},
		{"switched off", asFirst, "sum", 0, nil, []bool{false}},
		{"too large", asFirst, "sum", 31, nil, []bool{false}},
		{"no such file", asFirst, "other", 32, nil, []bool{false}},
		{"refused by the chain", asFirst, "sum", 32, func(h *house) { h.chain.refuse = true }, []bool{true, false}},
		{"a failure", asFirst, "sum", 32, func(h *house) {
			h.runtime.then = func() (runtime.Outcome, bool) {
				return runtime.Outcome{Kind: runtime.AppFailed, Reason: runtime.Exit, ExitCode: 3, Fuel: 77}, true
			}
		}, []bool{false}},
		{"more files than prove it", asFirst, "sum", 32, func(h *house) {
			h.runtime.then = func() (runtime.Outcome, bool) {
				out := runtime.Outcome{Kind: runtime.Result, Fuel: 77, Files: []result.File{{Path: "sum", Content: artifact.Bytes("1")}}}
				for i := range 200 {
					out.Files = append(out.Files, result.File{Path: string(rune('a'+i/26)) + string(rune('a'+i%26)), Content: artifact.Bytes("x")})
				}
				return out, true
			}
		}, []bool{false}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := newHouseOf(t, tc.role, func(d *dealstypes.Deal) { d.Onchain, d.MaxOnchain = tc.file, tc.most })
			if tc.change != nil {
				h.chain.set(func() { tc.change(h) })
			}
			h.start("")
			var got []*taskstypes.MsgReveal
			require.Eventually(t, func() (done bool) {
				h.chain.set(func() { got = h.chain.reveals; done = len(got) >= len(tc.reveals) })
				return done
			}, patience, time.Millisecond)
			require.Len(t, got, len(tc.reveals))
			for i, with := range tc.reveals {
				require.Equal(t, with, got[i].Onchain != nil)
			}
		})
	}
}
