package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/x/tasks/types"
)

// TestWhichConvictionsCallTheCourt: a conviction of an organisation that answered counts from the block in which the task was opened, whichever
// of the workers is of that organisation.
func TestWhichConvictionsCallTheCourt(t *testing.T) {
	for _, tc := range []struct {
		name  string
		seat  int   // whose organisation was convicted; -1: of one that did not answer
		after int64 // blocks from the opening to the conviction
		cause types.AuditCause
	}{
		{"the first worker's, in the block of the opening", 0, 0, types.AUDIT_CAUSE_CONVICTION},
		{"the last worker's, in the block of the opening", 1, 0, types.AUDIT_CAUSE_CONVICTION},
		{"a block before", 0, -1, types.AUDIT_CAUSE_UNSPECIFIED},
		{"somebody else's", -1, 0, types.AUDIT_CAUSE_UNSPECIFIED},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := newFixture(t, 20)
			f.setParams(func(p *types.Params) { p.PatrolPerMille = 0 })
			id := f.open(1, audits)[0]
			f.accept(right, id)
			task := f.task(id)
			org := "org-of-nobody"
			if tc.seat == 0 {
				org = task.Seats[0].Organisation
			} else if tc.seat > 0 {
				org = task.Seats[len(task.Seats)-1].Organisation
			}
			require.NoError(t, f.k.Convicted.Set(f.ctx, org, task.Opened+tc.after))
			f.close(right, id)
			require.Equal(t, tc.cause, f.task(id).Audit.Cause)
		})
	}
}
