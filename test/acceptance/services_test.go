package acceptance

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	healthv1 "google.golang.org/grpc/health/grpc_health_v1"
	reflection "google.golang.org/grpc/reflection/grpc_reflection_v1"
	older "google.golang.org/grpc/reflection/grpc_reflection_v1alpha"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/descriptorpb"
)

// health asks the node as a load balancer does. A service that nobody serves is told from one that is down.
func (n *network) health(t *testing.T) {
	check := func(service string) (*healthv1.HealthCheckResponse, error) {
		return healthv1.NewHealthClient(n.conn).Check(n.ctx, &healthv1.HealthCheckRequest{Service: service})
	}
	res, err := check("")
	require.NoError(t, err)
	require.Equal(t, healthv1.HealthCheckResponse_SERVING, res.Status)
	_, err = check("credence.nothing.v1.Query")
	require.Equal(t, codes.NotFound, status.Code(err))
}

// reflection reads what the node serves as tools such as grpcurl do: the queries of each module, the streams and the health, and the
// description of each.
func (n *network) reflection(t *testing.T) {
	stream, err := reflection.NewServerReflectionClient(n.conn).ServerReflectionInfo(n.ctx)
	require.NoError(t, err)
	ask := func(req *reflection.ServerReflectionRequest) *reflection.ServerReflectionResponse {
		t.Helper()
		require.NoError(t, stream.Send(req))
		res, err := stream.Recv()
		require.NoError(t, err)
		require.Nil(t, res.GetErrorResponse(), "%v", req)
		return res
	}
	served := map[string]bool{}
	for _, s := range ask(&reflection.ServerReflectionRequest{MessageRequest: &reflection.ServerReflectionRequest_ListServices{}}).GetListServicesResponse().Service {
		served[s.Name] = true
	}
	expected := []string{"credence.watch.v1.Watch", "grpc.health.v1.Health", "cosmos.tx.v1beta1.Service"}
	files, err := filepath.Glob("../../proto/credence/*/v1/query.proto")
	require.NoError(t, err)
	require.Greater(t, len(files), 10)
	for _, file := range files {
		expected = append(expected, "credence."+filepath.Base(filepath.Dir(filepath.Dir(file)))+".v1.Query")
	}
	for _, service := range expected {
		require.True(t, served[service], "%s is not among %v", service, served)
		res := ask(&reflection.ServerReflectionRequest{MessageRequest: &reflection.ServerReflectionRequest_FileContainingSymbol{FileContainingSymbol: service}})
		require.True(t, describes(t, res.GetFileDescriptorResponse().FileDescriptorProto, service), service)
	}
	n.olderReflection(t, len(served))
}

// olderReflection lists the services as clients do that do not know version 1 of reflection.
func (n *network) olderReflection(t *testing.T, services int) {
	stream, err := older.NewServerReflectionClient(n.conn).ServerReflectionInfo(n.ctx)
	require.NoError(t, err)
	require.NoError(t, stream.Send(&older.ServerReflectionRequest{MessageRequest: &older.ServerReflectionRequest_ListServices{}}))
	res, err := stream.Recv()
	require.NoError(t, err)
	require.Len(t, res.GetListServicesResponse().GetService(), services)
}

// describes says whether one of the files has a service, and that service a method.
func describes(t *testing.T, files [][]byte, service string) bool {
	t.Helper()
	for _, data := range files {
		var file descriptorpb.FileDescriptorProto
		require.NoError(t, proto.Unmarshal(data, &file))
		for _, s := range file.Service {
			if file.GetPackage()+"."+s.GetName() == service && len(s.Method) > 0 {
				return true
			}
		}
	}
	return false
}
