package agent

import (
	"context"
	"fmt"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/release"
	enclavestypes "github.com/credence-chain/credence/x/enclaves/types"
	poatypes "github.com/credence-chain/credence/x/poa/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// This file has the queries that the key server sends to the chain.

// rosterPage is how many workers are read with one query.
const rosterPage = 1000

// chainOf returns a function that reads a task and its deal over a connection.
func chainOf(conn *client.Conn) release.Chain {
	return func(ctx context.Context, task string) (release.Case, error) {
		ctx, cancel := context.WithTimeout(ctx, queryTimeout)
		defer cancel()
		res, err := conn.Tasks().Task(ctx, &taskstypes.QueryTaskRequest{Id: task})
		if status.Code(err) == codes.NotFound {
			return release.Case{}, fmt.Errorf("%w: %s", release.ErrUnknownTask, task)
		}
		if err != nil {
			return release.Case{}, err
		}
		return release.Case{Task: res.Task, Deal: res.Deal}, nil
	}
}

// sessionsOf returns a function that reads the enclave sessions of a worker.
func sessionsOf(conn *client.Conn) release.Sessions {
	return func(ctx context.Context, worker string) ([]enclavestypes.SessionState, error) {
		ctx, cancel := context.WithTimeout(ctx, queryTimeout)
		defer cancel()
		res, err := enclavestypes.NewQueryClient(conn).Sessions(ctx, &enclavestypes.QuerySessionsRequest{Worker: worker})
		if err != nil {
			return nil, err
		}
		return res.Sessions, nil
	}
}

// rosterOf returns a function that reads the accounts of all workers and of the court.
func rosterOf(conn *client.Conn) release.Roster {
	return func(ctx context.Context) (out []string, err error) {
		seats, err := conn.Poa().Seats(ctx, &poatypes.QuerySeatsRequest{})
		if err != nil {
			return nil, err
		}
		for _, s := range seats.Seats {
			out = append(out, s.Court)
		}
		page := &query.PageRequest{Limit: rosterPage}
		for {
			res, err := conn.Workers().Workers(ctx, &workerstypes.QueryWorkersRequest{Pagination: page})
			if err != nil {
				return nil, err
			}
			for _, w := range res.Workers {
				out = append(out, w.Address)
			}
			if res.Pagination == nil || len(res.Pagination.NextKey) == 0 {
				return out, nil
			}
			page = &query.PageRequest{Limit: rosterPage, Key: res.Pagination.NextKey}
		}
	}
}
