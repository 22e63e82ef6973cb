package acceptance

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"time"

	"github.com/stretchr/testify/require"
)

// spoiledKinds is the number of ways in which a dishonest proposer spoils its blocks. They take turns.
const spoiledKinds = 5

// spoiledKind finds them in its log.
var spoiledKind = regexp.MustCompile(`dishonest proposal.* kind="([^"]+)"`)

// dishonestBinary returns the node that proposes blocks which nobody may accept. It is built at first, unless it lies beside the others.
func (c *chaos) dishonestBinary() string {
	c.t.Helper()
	path := filepath.Join(binaries, "credenced-dishonest")
	if _, err := os.Stat(path); err == nil {
		return path
	}
	if c.dishonest == "" {
		c.dishonest = filepath.Join(c.Info.State, "credenced-dishonest")
		out, err := exec.Command("go", "build", "-ldflags", "-s -w", "-tags", "dishonest", "-o", c.dishonest, "github.com/credence-chain/credence/cmd/credenced").CombinedOutput()
		require.NoError(c.t, err, "%s", out)
	}
	return c.dishonest
}

// dishonestProposer lets a validator run a node that proposes blocks with invalid proofs, and with more than a block may hold. The others
// must accept none of them, and go on in the next round each time. Then the validator is honest again, and its blocks are accepted.
func (c *chaos) dishonestProposer(time.Duration) (string, error) {
	binary, i := c.dishonestBinary(), c.rand.IntN(chaosValidators)
	p, v, witness := c.Validator(i), c.Info.Validators[i], cometOf(c.Info.Validators[(i+1)%chaosValidators])
	status, err := cometOf(v).Status(c.ctx)
	if err != nil {
		return "", err
	}
	self := status.ValidatorInfo.Address
	p.Kill()
	from := c.heightAfter(i)
	process := c.run("dishonest", binary, "start", "--home", v.Home, "--log_no_color")
	c.until(v.Name+" runs, and is dishonest", func() bool {
		height, _, err := c.conns[i].Height(c.ctx)
		return err == nil && height > from
	})
	c.pause(0)
	from = c.heightAfter(i)
	refused, next := 0, from
	c.until("its blocks of each kind are refused", func() bool {
		commit, err := witness.Commit(c.ctx, &next)
		if err != nil {
			return false // the block is not there yet
		}
		require.False(c.t, bytes.Equal(self, commit.Header.ProposerAddress), "block %d is the dishonest proposer's", next)
		if commit.Commit.Round > 0 {
			refused++
		}
		next++
		return refused >= spoiledKinds && len(c.spoiledKinds()) == spoiledKinds
	})
	process.kill()
	if err := p.Start(); err != nil {
		return "", err
	}
	c.until("a block of its own, now that it is honest", func() bool {
		commit, err := witness.Commit(c.ctx, &next)
		if err == nil {
			next++
		}
		return err == nil && bytes.Equal(self, commit.Header.ProposerAddress)
	})
	return fmt.Sprintf("validator %s, %d of whose blocks were refused", v.Name, refused), nil
}

// spoiledKinds returns the kinds of blocks that the dishonest proposer has offered.
func (c *chaos) spoiledKinds() map[string]bool {
	c.t.Helper()
	log, err := os.ReadFile(filepath.Join(c.Info.State, "logs", "dishonest.log"))
	require.NoError(c.t, err)
	kinds := map[string]bool{}
	for _, m := range spoiledKind.FindAllSubmatch(log, -1) {
		kinds[string(m[1])] = true
	}
	return kinds
}

// heightAfter returns the height of a validator other than the given one.
func (c *chaos) heightAfter(i int) int64 {
	c.t.Helper()
	height, _, err := c.conns[(i+1)%chaosValidators].Height(c.ctx)
	require.NoError(c.t, err)
	return height
}
