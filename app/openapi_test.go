package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unsafe"

	gwruntime "github.com/grpc-ecosystem/grpc-gateway/runtime"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/test/bufconn"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/server/api"
	"github.com/cosmos/cosmos-sdk/server/config"

	"github.com/credence-chain/credence/docs/openapi"
	"github.com/credence-chain/credence/testutil"
)

// restNode serves a node's gRPC and REST without a network.
type restNode struct {
	t    *testing.T
	conn *grpc.ClientConn
	api  *api.Server
}

func newRESTNode(t *testing.T, c *testutil.Chain) *restNode {
	encoding := c.App.Encoding
	grpcCodec := codec.NewProtoCodec(encoding.InterfaceRegistry).GRPCCodec()
	server, listener := grpc.NewServer(grpc.ForceServerCodec(grpcCodec)), bufconn.Listen(1<<20)
	ctx := client.Context{}.WithCodec(encoding.Codec).WithInterfaceRegistry(encoding.InterfaceRegistry).WithTxConfig(encoding.TxConfig)
	c.App.RegisterTxService(ctx)
	c.App.RegisterGRPCServerWithSkipCheckHeader(server, true)
	go func() { _ = server.Serve(listener) }() // it ends with Stop
	t.Cleanup(server.Stop)
	conn, err := grpc.NewClient("passthrough:///node", grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithDefaultCallOptions(grpc.ForceCodec(grpcCodec)),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }))
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	srv := api.New(ctx.WithGRPCClient(conn), log.NewNopLogger(), server)
	c.App.RegisterAPIRoutes(srv, config.APIConfig{})
	srv.Router.PathPrefix("/").Handler(srv.GRPCGatewayRouter) // as the SDK does when it starts
	return &restNode{t: t, conn: conn, api: srv}
}

// ask sends a request to the node's REST.
func (n *restNode) ask(verb, path, body string) (*httptest.ResponseRecorder, map[string]any) {
	n.t.Helper()
	w := httptest.NewRecorder()
	n.api.Router.ServeHTTP(w, httptest.NewRequest(verb, path, strings.NewReader(body)))
	var answer map[string]any
	require.NoError(n.t, json.Unmarshal(w.Body.Bytes(), &answer), "%s %s: %s", verb, path, w.Body)
	return w, answer
}

// routes returns the paths of our modules that the gateway knows, such as "GET /credence/apps/v1/apps/{id}". The gateway keeps them in
// private fields.
func (n *restNode) routes() []string {
	field, found := reflect.TypeFor[gwruntime.ServeMux]().FieldByName("handlers")
	require.True(n.t, found)
	handlers := reflect.NewAt(field.Type, unsafe.Add(unsafe.Pointer(n.api.GRPCGatewayRouter), field.Offset)).Elem()
	var out []string
	for _, verb := range handlers.MapKeys() {
		list := handlers.MapIndex(verb)
		for i := range list.Len() {
			first := reflect.New(list.Type().Elem()).Elem()
			first.Set(list.Index(i))
			pattern := *(*gwruntime.Pattern)(unsafe.Pointer(first.Field(0).UnsafeAddr()))
			if path := pattern.String(); strings.HasPrefix(path, "/credence.") || strings.HasPrefix(path, "/credence/") {
				out = append(out, verb.String()+" "+regexp.MustCompile(`=[^}]*}`).ReplaceAllString(path, "}")) // {id=*/*} is described as {id}
			}
		}
	}
	slices.Sort(out)
	return out
}

// description is the part of the document that these tests read.
type description struct {
	Paths      map[string]map[string]operation
	Components struct{ Schemas map[string]schema }
}

type operation struct {
	OperationID string `json:"operationId"`
	Parameters  []struct {
		Name, In string
		Schema   schema
	}
	RequestBody *struct {
		Content map[string]struct{ Schema schema }
	} `json:"requestBody"`
	Responses map[string]struct {
		Content map[string]struct{ Schema schema }
	}
}

type schema struct {
	Ref                  string `json:"$ref"`
	Type, Format         string
	Pattern, Example     string
	Enum                 []any
	AllOf                []schema
	Items                *schema
	Properties           map[string]schema
	AdditionalProperties any
}

func readDescription(t *testing.T, n *restNode) description {
	w := httptest.NewRecorder()
	n.api.Router.ServeHTTP(w, httptest.NewRequest(http.MethodGet, openapi.DocumentPath, nil))
	require.Equal(t, http.StatusOK, w.Code)
	require.Equal(t, openapi.Document, w.Body.Bytes())
	var d description
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &d))
	return d
}

// TestEveryRouteIsDescribed: the document that the node serves lists exactly the routes of our modules that the gateway takes.
func TestEveryRouteIsDescribed(t *testing.T) {
	n := newRESTNode(t, testutil.New(t))
	var described []string
	ids := map[string]bool{}
	for path, item := range readDescription(t, n).Paths {
		for verb, op := range item {
			described = append(described, strings.ToUpper(verb)+" "+path)
			require.False(t, ids[op.OperationID], "%s is there twice", op.OperationID)
			ids[op.OperationID] = true
		}
	}
	slices.Sort(described)
	require.Greater(t, len(described), 60)
	require.Equal(t, n.routes(), described)
}

// TestDescribedPathsAreAnswered asks every described path with values of the described form. A module answers each request, or says what is
// wrong with a reason. The answer has the described fields, and they have the described types.
func TestDescribedPathsAreAnswered(t *testing.T) {
	c := testutil.NewCompute(t, testutil.ComputeOptions{})
	c.Next()
	n := newRESTNode(t, c.Chain)
	d := readDescription(t, n)
	answered := 0
	for _, path := range slices.Sorted(maps.Keys(d.Paths)) {
		for verb, op := range d.Paths[path] {
			body := ""
			if op.RequestBody != nil {
				body = "{}"
			}
			url := d.urlOf(path, op)
			w, answer := n.ask(strings.ToUpper(verb), url, body)
			if w.Code == http.StatusOK {
				require.NoError(t, d.fits(d.answerSchema(op), answer, op.OperationID), "%s", url)
				answered++
				continue
			}
			require.Less(t, w.Code, 500, "%s: %s", url, w.Body)
			require.NotEmpty(t, reasonIn(answer), "%s: no module answered: %s", url, w.Body)
		}
	}
	require.Greater(t, answered, 30)
}

// TestWhatIsNoNameIsRefused: a path contains text that cannot be an id, an address, a digest or a name. The node reports this as the
// caller's mistake and not as its own.
func TestWhatIsNoNameIsRefused(t *testing.T) {
	c := testutil.NewCompute(t, testutil.ComputeOptions{})
	c.Next()
	n := newRESTNode(t, c.Chain)
	for path := range readDescription(t, n).Paths {
		if !strings.Contains(path, "{") {
			continue
		}
		for _, odd := range []string{"!", "%20", "0", strings.Repeat("z", 200), "cred1" + strings.Repeat("q", 38), "sha256:0"} {
			url := regexp.MustCompile(`\{[^}]*\}`).ReplaceAllString(path, odd)
			if strings.HasSuffix(path, "s/{id}") && strings.Contains(path, "/apps/v1/") {
				url += "/" + odd // an app and a dataset have two parts
			}
			w, _ := n.ask(http.MethodGet, url, "")
			require.Less(t, w.Code, 500, "%s: %s", url, w.Body)
		}
	}
}

func (d description) answerSchema(op operation) schema {
	return op.Responses["200"].Content["application/json"].Schema
}

// urlOf fills in a path and the enums of its query string.
func (d description) urlOf(path string, op operation) string {
	query := []string{}
	for _, p := range op.Parameters {
		switch {
		case p.In == "path":
			path = strings.ReplaceAll(path, "{"+p.Name+"}", exampleOf(p.Schema))
		case p.In == "query" && p.Schema.Enum != nil:
			query = append(query, fmt.Sprintf("%s=%v", p.Name, p.Schema.Enum[len(p.Schema.Enum)-1]))
		case p.Name == "pagination.limit":
			query = append(query, "pagination.limit=2")
		}
	}
	if len(query) > 0 {
		path += "?" + strings.Join(query, "&")
	}
	return path
}

func exampleOf(s schema) string {
	switch {
	case s.Example != "":
		return s.Example
	case s.Enum != nil:
		return fmt.Sprint(s.Enum[len(s.Enum)-1])
	case s.Type == "integer" || strings.HasSuffix(s.Format, "int64"):
		return "1"
	default:
		return "acme"
	}
}

// fits returns an error that names the place where a value differs from its schema.
func (d description) fits(s schema, value any, at string) error {
	if len(s.AllOf) == 1 {
		s = s.AllOf[0]
	}
	if name, is := strings.CutPrefix(s.Ref, "#/components/schemas/"); is {
		found, is := d.Components.Schemas[name]
		if !is {
			return fmt.Errorf("%s: the document has no %s", at, name)
		}
		s = found
	}
	switch v := value.(type) {
	case nil:
		return nil
	case map[string]any:
		return d.objectFits(s, v, at)
	case []any:
		if s.Type != "array" {
			return fmt.Errorf("%s: a list, expected %s", at, s.Type)
		}
		for i, inner := range v {
			if err := d.fits(*s.Items, inner, fmt.Sprintf("%s[%d]", at, i)); err != nil {
				return err
			}
		}
		return nil
	case string:
		return textFits(s, v, at)
	case bool:
		return typeFits(s, "boolean", at)
	default:
		return typeFits(s, "integer", at)
	}
}

func (d description) objectFits(s schema, v map[string]any, at string) error {
	if s.Type != "object" {
		return fmt.Errorf("%s: an object, expected %s", at, s.Type)
	}
	for name, inner := range v {
		property, found := s.Properties[name]
		if !found && s.AdditionalProperties == nil {
			return fmt.Errorf("%s: the field %s is not described", at, name)
		}
		if !found {
			continue
		}
		if err := d.fits(property, inner, at+"."+name); err != nil {
			return err
		}
	}
	return nil
}

func textFits(s schema, v, at string) error {
	if s.Enum != nil && !slices.Contains(s.Enum, any(v)) {
		return fmt.Errorf("%s: %q, expected one of %v", at, v, s.Enum)
	}
	if s.Pattern != "" && !regexp.MustCompile(s.Pattern).MatchString(v) {
		return fmt.Errorf("%s: %q, expected %s", at, v, s.Pattern)
	}
	return typeFits(s, "string", at)
}

func typeFits(s schema, is, at string) error {
	if s.Type != is {
		return fmt.Errorf("%s: %s, expected %s", at, is, s.Type)
	}
	return nil
}

// TestThePageLoadsNothingFromElsewhere: the page and its files come from the node, under a policy that forbids any other source.
func TestThePageLoadsNothingFromElsewhere(t *testing.T) {
	n := newRESTNode(t, testutil.New(t))
	for path, kind := range map[string]string{
		"/openapi/": "text/html", "/openapi/page.js": "text/javascript", "/openapi/style.css": "text/css", "/openapi.json": "application/json",
	} {
		w := httptest.NewRecorder()
		n.api.Router.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		require.Equal(t, http.StatusOK, w.Code, path)
		require.Contains(t, w.Header().Get("Content-Type"), kind)
		require.Contains(t, w.Header().Get("Content-Security-Policy"), "default-src 'none'; script-src 'self'")
		body, err := io.ReadAll(w.Body)
		require.NoError(t, err)
		if path != "/openapi.json" { // it names the licence
			require.NotContains(t, string(body), "//www")
			require.NotContains(t, string(body), "https:")
		}
		again := httptest.NewRequest(http.MethodGet, path, nil)
		again.Header.Set("If-None-Match", w.Header().Get("ETag"))
		w = httptest.NewRecorder()
		n.api.Router.ServeHTTP(w, again)
		require.Equal(t, http.StatusNotModified, w.Code)
	}
	w := httptest.NewRecorder()
	n.api.Router.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/openapi/", nil))
	require.Equal(t, http.StatusMethodNotAllowed, w.Code)
}
