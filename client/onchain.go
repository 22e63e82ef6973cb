package client

import (
	"context"

	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// Onchain is what lives on chain of a task's accepted answer: the file that the job named, proven to the chain to be the result's.
type Onchain struct {
	// File of the result, below /out.
	File string `json:"file"`
	// Data are its bytes, at most 8 KiB; of "computed.json" those of its callback-data.
	Data []byte `json:"data"`
}

// ReadOnchain reads what lives on chain of a task's accepted answer; nil where nothing does. The answer can be under audit still:
// TaskReport.FinalHeight says so.
func ReadOnchain(ctx context.Context, conn *Conn, task string) (*Onchain, error) {
	res, err := conn.Tasks().Task(ctx, &taskstypes.QueryTaskRequest{Id: task})
	if err != nil || res.Onchain == nil {
		return nil, err
	}
	return &Onchain{File: res.Onchain.File, Data: res.Onchain.Data}, nil
}

// readOnchain puts what lives on chain into the report, where the job wanted something there. Without an answer of a node the report
// stays without: the result itself is elsewhere.
func (r *TaskReport) readOnchain(ctx context.Context, conn *Conn) {
	if !r.wantsOnchain || !r.Accepted() || r.Onchain != nil {
		return
	}
	if found, err := ReadOnchain(ctx, conn, r.ID); err == nil {
		r.Onchain = found
	}
}
