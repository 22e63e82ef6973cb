package app_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	reflection "google.golang.org/grpc/reflection/grpc_reflection_v1"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/credence-chain/credence/testutil"
)

// Reflection lists every service of the node. Of each of ours, and of those of the SDK and of gRPC itself, it gives the file that defines it.
func TestReflection(t *testing.T) {
	n := newRESTNode(t, testutil.New(t))
	stream, err := reflection.NewServerReflectionClient(n.conn).ServerReflectionInfo(t.Context())
	require.NoError(t, err)
	ask := func(req *reflection.ServerReflectionRequest) *reflection.ServerReflectionResponse {
		t.Helper()
		require.NoError(t, stream.Send(req))
		res, err := stream.Recv()
		require.NoError(t, err)
		require.Nil(t, res.GetErrorResponse(), "%v", req)
		return res
	}
	var served []string
	for _, s := range ask(&reflection.ServerReflectionRequest{MessageRequest: &reflection.ServerReflectionRequest_ListServices{}}).GetListServicesResponse().Service {
		served = append(served, s.Name)
	}
	require.Greater(t, len(served), 20)
	require.Contains(t, served, "credence.market.v1.Query")
	for _, service := range served {
		res := ask(&reflection.ServerReflectionRequest{MessageRequest: &reflection.ServerReflectionRequest_FileContainingSymbol{FileContainingSymbol: service}})
		require.True(t, slices.ContainsFunc(res.GetFileDescriptorResponse().FileDescriptorProto, func(data []byte) bool {
			var file descriptorpb.FileDescriptorProto
			require.NoError(t, proto.Unmarshal(data, &file))
			return slices.ContainsFunc(file.Service, func(s *descriptorpb.ServiceDescriptorProto) bool {
				return file.GetPackage()+"."+s.GetName() == service && len(s.Method) > 0
			})
		}), service)
	}
}
