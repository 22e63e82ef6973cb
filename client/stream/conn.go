package stream

import (
	"context"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/credence-chain/credence/client"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// FromConn returns a Source that reads from the nodes of a connection.
func FromConn(conn *client.Conn) Source { return connSource{conn} }

type connSource struct{ conn *client.Conn }

func (s connSource) Height(ctx context.Context) (int64, error) {
	height, _, err := s.conn.Height(ctx)
	return height, err
}

func (s connSource) Block(ctx context.Context, height int64) (client.Block, error) {
	return client.ReadBlock(ctx, s.conn, height)
}

func (s connSource) DealOf(ctx context.Context, task string) (string, error) {
	res, err := s.conn.Tasks().Task(ctx, &taskstypes.QueryTaskRequest{Id: task})
	if isAbsent(err) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return res.Task.Deal, nil
}

func (s connSource) RequestOf(ctx context.Context, deal string) (string, error) {
	res, err := s.conn.Deals().Deal(ctx, &dealstypes.QueryDealRequest{Id: deal})
	if isAbsent(err) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return res.Deal.Request, nil
}

// isAbsent says whether an error means that the record does not exist.
func isAbsent(err error) bool {
	code := status.Code(err)
	return code == codes.NotFound || code == codes.InvalidArgument
}
