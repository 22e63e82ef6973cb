package acceptance

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	cmtcfg "github.com/cometbft/cometbft/config"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	rpchttp "github.com/cometbft/cometbft/rpc/client/http"
	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	"github.com/spf13/viper"
	"golang.org/x/sys/unix"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/devnet"
)

// cmtCommitted marks the signature of a seat that signed the block.
const cmtCommitted = cmtproto.BlockIDFlagCommit

// killFor kills a process as a power cut would, and starts it again later.
func (c *chaos) killFor(p *devnet.Process, d time.Duration) (string, error) {
	p.Kill()
	c.pause(d)
	return p.Name, p.Start()
}

func (c *chaos) killAll(d time.Duration) (string, error) {
	for i := range chaosValidators {
		c.Validator(i).Kill()
	}
	c.pause(d)
	for i := range chaosValidators {
		if err := c.Validator(i).Start(); err != nil {
			return "", err
		}
	}
	return "all four", nil
}

// hangFor stops a process and lets it go on later. Meanwhile the process keeps its connections and does not answer.
func (c *chaos) hangFor(p *devnet.Process, d time.Duration) (string, error) {
	pid := p.PID()
	if err := syscall.Kill(-pid, syscall.SIGSTOP); err != nil {
		return "", err
	}
	c.pause(d)
	return p.Name, syscall.Kill(-pid, syscall.SIGCONT)
}

// inFlight is how long a block may still come after a line is cut, from messages that passed before.
const inFlight = time.Second

// partition separates the given number of validators from the others. A side that has no more than two thirds of them must make no blocks
// meanwhile.
func (c *chaos) partition(apart int, d time.Duration) (string, error) {
	side, names := map[string]bool{}, ""
	order := c.rand.Perm(chaosValidators)
	for _, i := range order[:apart] {
		name := c.Info.Validators[i].Name
		side[name] = true
		names += " " + name
	}
	still := order[:apart]
	if 2*apart == chaosValidators {
		still = order // neither half is enough
	}
	c.links.split(side)
	defer c.links.split(nil)
	c.pause(inFlight)
	before, err := c.heightsOf(still)
	if err != nil {
		return "", err
	}
	c.pause(d - inFlight)
	after, err := c.heightsOf(still)
	if err != nil {
		return "", err
	}
	if !slices.Equal(before, after) {
		return "", fmt.Errorf("apart:%s: they went from heights %d to %d without two thirds", names, before, after)
	}
	return "apart:" + names, nil
}

func (c *chaos) heightsOf(validators []int) (out []int64, err error) {
	for _, i := range validators {
		height, _, err := c.conns[i].Height(c.ctx)
		if err != nil {
			return nil, err
		}
		out = append(out, height)
	}
	return out, nil
}

func (c *chaos) slowLinks(d time.Duration) (string, error) {
	c.links.slow(slowest)
	c.pause(d)
	c.links.slow(0)
	return fmt.Sprintf("all, %s each way", slowest), nil
}

func (c *chaos) workersGone(d time.Duration) (string, error) {
	gone := c.someWorkers((3*chaosWorkers + 9) / 10)
	for _, p := range gone {
		p.Kill()
	}
	c.pause(d)
	for _, p := range gone {
		if err := p.Start(); err != nil {
			return "", err
		}
	}
	return namesOf(gone), nil
}

// signState is the file that must survive every loss: what the seat's key signed last.
const signState = "priv_validator_state.json"

// wipe deletes a validator's data except for the file of what its key signed last, as the validators' guide says. The node gets all blocks
// from its peers again.
func (c *chaos) wipe(d time.Duration) (string, error) {
	i := c.rand.IntN(chaosValidators)
	p, data := c.Validator(i), c.dataOf(i)
	p.Kill()
	if err := emptyBut(data, signState); err != nil {
		return "", err
	}
	c.pause(d)
	return p.Name, p.Start()
}

// backupAge is how many blocks a backup is older than the data that is lost, at least.
const backupAge = 10

// restoreBackup has a validator begin again from a copy of its data that is some blocks old. The file of what its key signed last is up to
// date.
func (c *chaos) restoreBackup(d time.Duration) (string, error) {
	i := c.rand.IntN(chaosValidators)
	p, data := c.Validator(i), c.dataOf(i)
	backup, err := os.MkdirTemp(c.Info.State, "backup-")
	if err != nil {
		return "", err
	}
	p.Stop(time.Minute)
	if err := os.CopyFS(filepath.Join(backup, "data"), os.DirFS(data)); err != nil {
		return "", err
	}
	if err := p.Start(); err != nil {
		return "", err
	}
	c.awaitAll()
	c.blocks(backupAge)
	p.Kill()
	if err := emptyBut(data, signState); err != nil {
		return "", err
	}
	if err := os.Remove(filepath.Join(backup, "data", signState)); err != nil {
		return "", err
	}
	if err := os.CopyFS(data, os.DirFS(filepath.Join(backup, "data"))); err != nil {
		return "", err
	}
	c.pause(d)
	return p.Name, p.Start()
}

// diskSize is a little more than the space that a node leaves free on its disk by default.
const diskSize = 320 << 20

// fillDisk puts a validator's data on a small disk, which then fills up. The node has to end by itself and say why. It goes on when there
// is room again.
func (c *chaos) fillDisk(d time.Duration) (string, error) {
	i := c.rand.IntN(chaosValidators)
	p, data := c.Validator(i), c.dataOf(i)
	p.Stop(time.Minute)
	if !c.small[i] {
		if err := c.mountSmall(data); err != nil {
			return "", errors.Join(err, p.Start())
		}
		c.small[i] = true
	}
	if err := p.Start(); err != nil {
		return "", err
	}
	c.awaitAll()
	p.Expect()
	fill := filepath.Join(data, "fill")
	if err := os.WriteFile(fill, make([]byte, diskSize-(200<<20)), 0o600); err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(c.ctx, 2*time.Minute)
	defer cancel()
	status, err := p.Await(ctx)
	if err != nil || status != cli.ExitStorage {
		return "", fmt.Errorf("%s ended with status %d, expected %d: %w", p.Name, status, cli.ExitStorage, err)
	}
	c.pause(d)
	if err := os.Remove(fill); err != nil {
		return "", err
	}
	return p.Name, p.Start()
}

// mountSmall moves a folder to a small file system in memory, which exists until the test ends.
func (c *chaos) mountSmall(folder string) error {
	away := folder + ".away"
	if err := os.Rename(folder, away); err != nil {
		return err
	}
	if err := os.Mkdir(folder, 0o700); err != nil {
		return err
	}
	if err := unix.Mount("none", folder, "tmpfs", 0, fmt.Sprintf("size=%d,mode=700", diskSize)); err != nil {
		return errors.Join(fmt.Errorf("%w: %w", errSkipped, err), os.Remove(folder), os.Rename(away, folder))
	}
	c.t.Cleanup(func() { _ = unix.Unmount(folder, unix.MNT_DETACH) })
	return os.CopyFS(folder, os.DirFS(away))
}

func (c *chaos) dataOf(i int) string { return filepath.Join(c.Info.Validators[i].Home, "data") }

// emptyBut empties a folder except for one file.
func emptyBut(folder, keep string) error {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Name() == keep {
			continue
		}
		if err := os.RemoveAll(filepath.Join(folder, e.Name())); err != nil {
			return err
		}
	}
	return nil
}

// snapshotEvery is the number of blocks between the snapshots of a validator.
const snapshotEvery = 10

// senders is how many accounts' senders load the chain while a node begins from a snapshot. Each waits for its block before it sends again.
const senders = 16

// stateSync deletes a validator's data except for the file of what its key signed last, and has it begin from a snapshot of the others while
// transfers and tasks load the chain. In a run it is always the same validator, so that others can serve all blocks.
func (c *chaos) stateSync(d time.Duration) (string, error) {
	p, data := c.Validator(chaosValidators-1), c.dataOf(chaosValidators-1)
	c.until("a snapshot", func() bool { return c.height() > 2*snapshotEvery })
	config := filepath.Join(filepath.Dir(data), "config", "config.toml")
	replay, err := os.ReadFile(config)
	if err != nil {
		return "", err
	}
	settings, err := c.fromSnapshot(config)
	if err != nil {
		return "", err
	}
	p.Kill()
	if err := errors.Join(emptyBut(data, signState), os.WriteFile(config, settings, 0o600)); err != nil {
		return "", err
	}
	stop := c.load()
	c.pause(d)
	if err := p.Start(); err != nil {
		return "", err
	}
	c.awaitAll()
	transfers := stop()
	status, err := cometOf(c.Info.Validators[chaosValidators-1]).Status(c.ctx)
	switch {
	case err != nil:
		return "", err
	case status.SyncInfo.EarliestBlockHeight < snapshotEvery:
		return "", fmt.Errorf("%s has the blocks from %d on: it did not begin from a snapshot", p.Name, status.SyncInfo.EarliestBlockHeight)
	case transfers == 0:
		return "", errors.New("no transfer went through meanwhile")
	}
	victims := fmt.Sprintf("%s, from the snapshot of %d, during %d transfers", p.Name, status.SyncInfo.EarliestBlockHeight-1, transfers)
	return victims, os.WriteFile(config, replay, 0o600)
}

// fromSnapshot returns a node's configuration, changed so that it begins from a snapshot of the first two validators.
func (c *chaos) fromSnapshot(path string) ([]byte, error) {
	settings := viper.New()
	settings.SetConfigFile(path)
	cfg := cmtcfg.DefaultConfig()
	if err := errors.Join(settings.ReadInConfig(), settings.Unmarshal(cfg)); err != nil {
		return nil, err
	}
	first := int64(1)
	trusted, err := cometOf(c.Info.Validators[0]).Commit(c.ctx, &first)
	if err != nil {
		return nil, err
	}
	cfg.StateSync.Enable, cfg.StateSync.DiscoveryTime = true, 5*time.Second
	cfg.StateSync.TrustHeight, cfg.StateSync.TrustHash = first, trusted.Commit.BlockID.Hash.String()
	cfg.StateSync.RPCServers = []string{rpcAddress(c.Info.Validators[0]), rpcAddress(c.Info.Validators[1])}
	copied := filepath.Join(c.t.TempDir(), "config.toml")
	cmtcfg.WriteConfigFile(copied, cfg)
	return os.ReadFile(copied)
}

func rpcAddress(v devnet.ValidatorInfo) string { return fmt.Sprintf("http://127.0.0.1:%d", v.RPC) }

func cometOf(v devnet.ValidatorInfo) *rpchttp.HTTP {
	client, err := rpchttp.NewWithTimeout(rpcAddress(v), "/websocket", 10)
	if err != nil {
		panic(err)
	}
	return client
}

// load sends transfers until stop is called, which returns how many went through.
func (c *chaos) load() (stop func() int64) {
	ctx, cancel := context.WithCancel(c.ctx)
	from, to := c.key("requester"), c.Info.Account("provider").Address
	var done atomic.Int64
	var all sync.WaitGroup
	for range senders {
		all.Go(func() {
			s, err := client.NewSender(c.conn, from, client.SenderOptions{})
			for err == nil && ctx.Err() == nil {
				if _, failed := s.Do(ctx, banktypes.NewMsgSend(sdk.MustAccAddressFromBech32(from.Address()), sdk.MustAccAddressFromBech32(to), sdk.NewCoins(sdk.NewInt64Coin(client.Denom, 1)))); failed == nil {
					done.Add(1)
				}
			}
		})
	}
	return func() int64 {
		cancel()
		all.Wait()
		return done.Load()
	}
}
