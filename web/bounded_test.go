package web

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/client/grpc/cmtservice"
	nodeservice "github.com/cosmos/cosmos-sdk/client/grpc/node"
	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/credence-chain/credence/client"
)

// Bounds of an answer, however much there is on the chain.
const (
	mostQueries = 100
	mostRows    = 100
	mostBytes   = 128 << 10
)

// endlessNode is a node on which every list goes on for ever: each page is full, and names a next one.
type endlessNode struct {
	endpoint string

	mu      sync.Mutex
	queries int
	wrong   []string // queries that ask for more than a page
}

func newEndlessNode(t *testing.T) *endlessNode {
	t.Helper()
	n := &endlessNode{}
	server := grpc.NewServer(grpc.ForceServerCodec(client.Codec().(codec.GRPCCodecProvider).GRPCCodec()), grpc.UnknownServiceHandler(n.answer))
	at := &fakeStatus{}
	at.height.Store(tip)
	cmtservice.RegisterServiceServer(server, &fakeBlocks{})
	nodeservice.RegisterServiceServer(server, at)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	go func() { _ = server.Serve(listener) }() // the goroutine ends with Stop
	t.Cleanup(server.Stop)
	n.endpoint = listener.Addr().String()
	return n
}

// answer answers any query of a module, /credence.MODULE.v1.Query/NAME, with full lists.
func (n *endlessNode) answer(_ any, stream grpc.ServerStream) error {
	method, _ := grpc.MethodFromServerStream(stream)
	name := strings.Replace(strings.TrimPrefix(method, "/"), "/", "", 1) // credence.MODULE.v1.QueryNAME
	asked, answered := proto.MessageType(name+"Request"), proto.MessageType(name+"Response")
	if asked == nil || answered == nil {
		return status.Error(codes.Unimplemented, method)
	}
	request, response := reflect.New(asked.Elem()), reflect.New(answered.Elem())
	if err := stream.RecvMsg(request.Interface()); err != nil {
		return err
	}
	rows, wrong := rowsAsked(request.Elem())
	n.mu.Lock()
	n.queries++
	if wrong != "" {
		n.wrong = append(n.wrong, method+": "+wrong)
	}
	n.mu.Unlock()
	fill(response.Elem(), rows)
	return stream.SendMsg(response.Interface())
}

// rowsAsked returns how many rows a request asks for, and what is wrong with that. Lists without pages are bounded by the chain.
func rowsAsked(request reflect.Value) (rows int, wrong string) {
	field := request.FieldByName("Pagination")
	if !field.IsValid() {
		return pageSize, ""
	}
	page, _ := field.Interface().(*query.PageRequest)
	switch {
	case page == nil || page.Limit == 0 || page.Limit > mostRows:
		return mostRows, fmt.Sprintf("it has no small limit: %v", page)
	case page.CountTotal || page.Offset > 0:
		return mostRows, fmt.Sprintf("it has the node walk over the list: %v", page)
	}
	return int(page.Limit), ""
}

// fill gives every list of a response as many rows as were asked for, and says that there are more.
func fill(response reflect.Value, rows int) {
	for i := range response.NumField() {
		field := response.Field(i)
		switch {
		case field.Type() == reflect.TypeFor[*query.PageResponse]():
			field.Set(reflect.ValueOf(&query.PageResponse{NextKey: []byte("more")}))
		case field.Kind() == reflect.Slice && field.Type().Elem().Kind() == reflect.Struct:
			field.Set(reflect.MakeSlice(field.Type(), rows, rows))
		}
	}
}

// TestAnswersAreBounded: on a chain whose lists never end, each answer of the page takes a bounded number of queries, each for one page, and
// has a bounded size. It reads the routes from the server's source, so that a new one is tested too.
func TestAnswersAreBounded(t *testing.T) {
	node := newEndlessNode(t)
	conn, err := client.Dial(t.Context(), []string{node.endpoint}, "")
	require.NoError(t, err)
	defer conn.Close()
	page := httptest.NewServer(New(conn))
	defer page.Close()

	source, err := os.ReadFile("server.go")
	require.NoError(t, err)
	paths := []string{"/api/tasks?state=running", "/api/tasks?state=ended&ending=void"}
	values := map[string]string{"{id}": anID, "{organisation}": "studio", "{owner}": "studio", "{name}": "count"}
	for _, route := range regexp.MustCompile(`s\.addAnswer\("(/api/[^"]+)"`).FindAllStringSubmatch(string(source), -1) {
		path := route[1]
		for name, value := range values {
			path = strings.ReplaceAll(path, name, value)
		}
		if strings.HasSuffix(path, "/search") {
			path += "?q=studio"
		}
		paths = append(paths, path)
	}
	require.Greater(t, len(paths), 15)
	rowsSeen := 0
	for _, path := range paths {
		node.mu.Lock()
		node.queries = 0
		node.mu.Unlock()
		res, body := get(t, page.URL+path)
		require.Equal(t, http.StatusOK, res.StatusCode, "%s: %s", path, body)
		node.mu.Lock()
		queries, wrong := node.queries, node.wrong
		node.mu.Unlock()
		require.Empty(t, wrong, path)
		require.LessOrEqual(t, queries, mostQueries, path)
		require.LessOrEqual(t, len(body), mostBytes, path)
		var answer map[string]json.RawMessage
		require.NoError(t, json.Unmarshal([]byte(body), &answer), path)
		for field, raw := range answer {
			var list []any
			if json.Unmarshal(raw, &list) == nil {
				require.LessOrEqual(t, len(list), 4*pageSize, "%s: %s", path, field)
				rowsSeen += len(list)
			}
		}
	}
	require.Greater(t, rowsSeen, 10*pageSize, "the lists were full")
}
