package client

import (
	"context"

	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// Onchain is the part of a task's accepted answer that is kept on the chain: the file that the job named. The chain has checked that
// it belongs to the result.
type Onchain struct {
	// File is the name of the file of the result, below /out.
	File string `json:"file"`
	// Data are the bytes of the file, at most 8 KiB; for "computed.json", the bytes of its callback-data.
	Data []byte `json:"data"`
}

// ReadOnchain reads the part of a task's accepted answer that is kept on the chain; nil if there is none. The answer may still be
// under audit: see TaskReport.FinalHeight.
func ReadOnchain(ctx context.Context, conn *Conn, task string) (*Onchain, error) {
	res, err := conn.Tasks().Task(ctx, &taskstypes.QueryTaskRequest{Id: task})
	if err != nil || res.Onchain == nil {
		return nil, err
	}
	return &Onchain{File: res.Onchain.File, Data: res.Onchain.Data}, nil
}

// readOnchain adds the part of the answer that is kept on the chain to the report, if the job asked for one. If no node answers, the
// report stays without it: the whole result is with the workers.
func (r *TaskReport) readOnchain(ctx context.Context, conn *Conn) {
	if !r.wantsOnchain || !r.Accepted() || r.Onchain != nil {
		return
	}
	if found, err := ReadOnchain(ctx, conn, r.ID); err == nil {
		r.Onchain = found
	}
}
