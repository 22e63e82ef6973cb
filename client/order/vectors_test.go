package order_test

import (
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/client/order"
	"github.com/credence-chain/credence/x/market/types"
)

// vectorsFile holds the vectors that the tests of the clients in Python and TypeScript read.
const vectorsFile = "../../clients/vectors/orders.json"

var rewrite = flag.Bool("rewrite", false, "write "+vectorsFile+" anew")

// vector is an order, and what follows from it.
type vector struct {
	Chain string          `json:"chain"`
	Order json.RawMessage `json:"order"`
	// ID is the id of the order, SignBytes what its owner signs, in hexadecimal.
	ID        string `json:"id"`
	SignBytes string `json:"sign_bytes"`
}

// TestVectors: the file of vectors has an order of each kind with a value in every field, so that a client which does not know a field, or
// writes it in another way, fails its test.
func TestVectors(t *testing.T) {
	var made []vector
	for _, kind := range []string{"App", "Dataset", "Pool", "Request"} {
		var o types.Order
		n := 0
		for _, field := range []string{"Owner", "Nonce", "Expiry", kind} {
			fill(t, reflect.ValueOf(&o).Elem().FieldByName(field), &n)
		}
		made = append(made, vectorOf(t, o))
	}
	made = append(made, vectorOf(t, types.Order{Owner: "cred1x", Nonce: 1, Request: &types.Job{}})) // defaults are written out
	text, err := json.MarshalIndent(made, "", " ")
	require.NoError(t, err)
	text = append(text, '\n')
	if *rewrite {
		require.NoError(t, os.WriteFile(vectorsFile, text, 0o644))
	}
	kept, err := os.ReadFile(vectorsFile)
	require.NoError(t, err)
	require.Equal(t, string(kept), string(text), "go test ./client/order -run TestVectors -args -rewrite")
}

func vectorOf(t *testing.T, o types.Order) vector {
	t.Helper()
	text, err := order.Format(types.SignedOrder{Order: &o})
	require.NoError(t, err)
	normal := o.Normal()
	return vector{Chain: chain, Order: text, ID: order.ID(normal, chain), SignBytes: hex.EncodeToString(normal.SignBytes(chain))}
}

// fill puts a value into every field of a message, each another one. Lists are in descending order: some of them are sorted before they are signed.
func fill(t *testing.T, v reflect.Value, n *int) {
	t.Helper()
	*n++
	switch v.Kind() {
	case reflect.String:
		v.SetString(fmt.Sprintf("text%d=é", 999-*n))
	case reflect.Uint64:
		v.SetUint(1<<63 + uint64(*n)) // more than a number of JavaScript holds
	case reflect.Int64:
		v.SetInt(1<<60 + int64(*n))
	case reflect.Uint32:
		v.SetUint(uint64(999 - *n))
	case reflect.Int32:
		v.SetInt(int64(8 - *n%3)) // a role
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(t, v.Elem(), n)
	case reflect.Struct:
		for i := range v.NumField() {
			fill(t, v.Field(i), n)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(t, v.Index(0), n)
		fill(t, v.Index(1), n)
	default:
		t.Fatalf("a field of the kind %s: expected one that the clients know", v.Kind())
	}
}
