package agent

import (
	"context"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/client/sender"
	"github.com/credence-chain/credence/internal/worker/broadcast"
	"github.com/credence-chain/credence/result"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// sendOrder sends a message to the chain. If the chain refuses the file in a reveal, it sends the reveal without the file, because the
// stake depends on the answer alone.
func (a *Agent) sendOrder(ctx context.Context, s sight, o broadcast.Order) (broadcast.Receipt, error) {
	receipt, err := a.Sender.Send(ctx, o)
	reveal, is := o.Msg.(*taskstypes.MsgReveal)
	if !is || reveal.Onchain == nil || !sender.IsRefusal(err, taskstypes.ErrOnchain) {
		return receipt, err
	}
	a.logTrouble(s, "onchain", err)
	bare := *reveal
	bare.Onchain = nil
	o.Msg = &bare
	return a.Sender.Send(ctx, o)
}

// attachOnchain adds to a reveal the file that the deal wants on the chain, if the result has one that the chain will take. If the file
// cannot be read here, the answer is revealed without it: another seat may send the file.
func (a *Agent) attachOnchain(ctx context.Context, s sight, reveal *taskstypes.MsgReveal) {
	file, err := readOnchain(ctx, s.Deal, reveal.Outcome, a.Fetcher.Store)
	if err != nil {
		a.logTrouble(s, "onchain", err)
		return
	}
	if file == nil {
		return
	}
	if _, err := taskstypes.ProveOnchain(s.Deal, reveal.Outcome, file); err != nil {
		a.log.Info("the result has nothing for the chain", "task", s.Task.Id, "file", s.Deal.Onchain, "error", err)
		return
	}
	reveal.Onchain = file
}

// readOnchain reads the file of a result that the deal wants on the chain, with its manifest. It returns nil if the deal wants none, or
// if the result has no such file or too large a one.
func readOnchain(ctx context.Context, d dealstypes.Deal, o taskstypes.Outcome, from artifact.Source) (*taskstypes.OnchainFile, error) {
	if d.Onchain == "" || d.MaxOnchain == 0 || o.Kind != taskstypes.KIND_RESULT {
		return nil, nil
	}
	digest, err := taskstypes.ParseDigest(o.Digest)
	if err != nil {
		return nil, err
	}
	manifest, err := artifact.ReadAll(ctx, from, digest, result.MaxEncodedBytes)
	if err != nil {
		return nil, err
	}
	m, err := result.Parse(manifest)
	if err != nil {
		return nil, err
	}
	if d.Onchain == result.ExitStatus && len(manifest) <= taskstypes.MaxOnchainManifest {
		return &taskstypes.OnchainFile{Manifest: manifest}, nil
	}
	entry, found := m.File(d.Onchain)
	if !found || len(manifest) > taskstypes.MaxOnchainManifest || entry.Size > uint64(taskstypes.MaxOnchainContent(d.MaxOnchain)) {
		return nil, nil
	}
	content, err := artifact.ReadAll(ctx, from, entry.Content, int64(entry.Size))
	return &taskstypes.OnchainFile{Manifest: manifest, Content: content}, err
}
