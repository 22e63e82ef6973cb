package types_test

import (
	"crypto/sha256"
	"encoding/hex"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protowire"

	"github.com/credence-chain/credence/poco"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/market/types"
)

func appOrder() types.Order {
	return types.Order{Owner: alice, Nonce: 1, App: &types.AppOrder{App: "acme/echo:1.0", Price: 10, Tags: []string{"tee"}}}
}

func datasetOrder() types.Order {
	return types.Order{Owner: dora, Nonce: 2, Dataset: &types.DatasetOrder{Dataset: "base/rates:7", Price: 20}}
}

func poolOrder() types.Order {
	return types.Order{Owner: oscar, Nonce: 3, Expiry: 1_000, Pool: &types.PoolOrder{
		Pool: "fast", Price: 30, Volume: 5, MaxFuel: 1_000, Trust: 100, Stake: 1_000, CommissionBps: 250,
		Tags: []string{"eu", "tee"}, Category: "s", Resources: appstypes.Resources{MemoryBytes: 1 << 20},
	}}
}

func requestOrder() types.Order {
	job := goodJob()
	return types.Order{Owner: rita, Nonce: 4, Request: &job}
}

func everyOrder() []types.Order {
	return []types.Order{appOrder(), datasetOrder(), poolOrder(), requestOrder()}
}

func TestOrderKind(t *testing.T) {
	for i, o := range everyOrder() {
		kind, err := o.Kind()
		require.NoError(t, err)
		require.EqualValues(t, i+1, kind)
		require.NoError(t, o.Validate(codec, types.DefaultParams()))
	}
	_, err := types.Order{}.Kind()
	require.ErrorIs(t, err, types.ErrOrder)
	both := appOrder()
	both.Pool = poolOrder().Pool
	_, err = both.Kind()
	require.ErrorIs(t, err, types.ErrOrder)
	require.ErrorIs(t, both.Validate(codec, types.DefaultParams()), types.ErrOrder)
	require.Empty(t, types.ORDER_KIND_UNSPECIFIED.Word())
}

func TestOrderValidate(t *testing.T) {
	type order = types.Order
	for _, tc := range []struct {
		name     string
		of       func() order
		malleate func(*order)
		expErr   error
		says     string
	}{
		{"owner", appOrder, func(o *order) { o.Owner = "x" }, types.ErrOrder, "owner"},
		{"owner in capitals", appOrder, func(o *order) { o.Owner = strings.ToUpper(o.Owner) }, types.ErrOrder, "expected it written as"},
		{"expiry", appOrder, func(o *order) { o.Expiry = -1 }, types.ErrOrder, "expiry: got -1"},
		{"app", appOrder, func(o *order) { o.App.App = "acme/echo" }, types.ErrOrder, `app: got "acme/echo"`},
		{"app by digest", appOrder, func(o *order) { o.App.App = digest("a") }, types.ErrOrder, "app: got"},
		{"app's price", appOrder, func(o *order) { o.App.Price = types.MaxPrice + 1 }, types.ErrPrice, "price: got"},
		{"app's tags", appOrder, func(o *order) { o.App.Tags = []string{"b", "a"} }, types.ErrTag, `tags[1]: got "a" after "b"`},
		{"app's pools", appOrder, func(o *order) { o.App.Pools = only("acme/echo") }, types.ErrRestriction, "pools.ids[0]"},
		{"dataset", datasetOrder, func(o *order) { o.Dataset.Dataset = "" }, types.ErrOrder, `dataset: got ""`},
		{"dataset's price", datasetOrder, func(o *order) { o.Dataset.Price = math.MaxUint64 }, types.ErrPrice, "price: got"},
		{"dataset's tags", datasetOrder, func(o *order) { o.Dataset.Tags = []string{"A"} }, types.ErrTag, `tags[0]: got "A"`},
		{"dataset's apps", datasetOrder, func(o *order) { o.Dataset.Apps = only("Acme/echo") }, types.ErrRestriction, "apps.ids[0]"},
		{"pool", poolOrder, func(o *order) { o.Pool.Pool = "FAST" }, types.ErrOrder, `pool: got "FAST"`},
		{"pool's price", poolOrder, func(o *order) { o.Pool.Price = types.MaxPrice + 1 }, types.ErrPrice, "price: got"},
		{"fuel", poolOrder, func(o *order) { o.Pool.MaxFuel = 0 }, types.ErrFuel, "max_fuel: got 0"},
		{"trust of 1", poolOrder, func(o *order) { o.Pool.Trust = 1 }, types.ErrTrust, "trust: got 1"},
		{"trust too high", poolOrder, func(o *order) { o.Pool.Trust = poco.MaxTrust + 1 }, types.ErrTrust, "trust: got"},
		{"no stake", poolOrder, func(o *order) { o.Pool.Stake = 0 }, types.ErrOrder, "stake: got 0"},
		{"stake", poolOrder, func(o *order) { o.Pool.Stake = types.MaxStake + 1 }, types.ErrOrder, "stake: got"},
		{"commission", poolOrder, func(o *order) { o.Pool.CommissionBps = 10_001 }, types.ErrOrder, "commission_bps: got 10001"},
		{"category", poolOrder, func(o *order) { o.Pool.Category = "S" }, types.ErrCategory, `category: got "S"`},
		{"pool's tags", poolOrder, func(o *order) { o.Pool.Tags = make([]string, 17) }, types.ErrTag, "tags: got 17"},
		{"empty price by use", poolOrder, func(o *order) { o.Pool.UsePrice = &dealstypes.UsePrice{} }, types.ErrPrice, "use_price: got an empty one"},
		{"base without a rate", poolOrder, func(o *order) { o.Pool.UsePrice = &dealstypes.UsePrice{Base: 1} }, types.ErrPrice, "use_price: got the base 1 without a rate"},
		{"two rates", poolOrder, func(o *order) { o.Pool.UsePrice = &dealstypes.UsePrice{PerGfuel: 1, PerSecond: 2} }, types.ErrPrice, "use_price: got per_gfuel 1"},
		{"base beyond the price", poolOrder, func(o *order) { o.Pool.UsePrice = &dealstypes.UsePrice{Base: o.Pool.Price + 1, PerGfuel: 1} }, types.ErrPrice, "use_price.base: got"},
		{"resources", poolOrder, func(o *order) { o.Pool.Resources.Gpus = math.MaxUint32 }, types.ErrResources, "gpus: 4294967295"},
		{"request's job", requestOrder, func(o *order) { o.Request.Policy = "" }, types.ErrPolicy, "policy"},
		{"request without price", requestOrder, func(o *order) { o.Request.MaxPrice = 0 }, types.ErrPrice, "max_price: got 0"},
		{"request's budget", requestOrder, func(o *order) { o.Request.MaxPrice, o.Request.Size_ = math.MaxUint64, 2 }, types.ErrPrice, "exceeds 64 bits"},
		{"sponsor", requestOrder, func(o *order) { o.Request.Sponsor = "x" }, types.ErrSponsor, "sponsor"},
		{"beneficiary", requestOrder, func(o *order) { o.Request.Beneficiary = "x" }, types.ErrBeneficiary, "beneficiary"},
		{"request's pools", requestOrder, func(o *order) { o.Request.Pools = only("x") }, types.ErrRestriction, "pools.ids[0]"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			o := tc.of()
			tc.malleate(&o)
			err := o.Validate(codec, types.DefaultParams())
			require.ErrorIs(t, err, tc.expErr)
			require.ErrorContains(t, err, tc.says)
		})
	}
}

func TestOrderNormal(t *testing.T) {
	for _, o := range everyOrder() {
		require.Equal(t, o.Encode(), o.Normal().Encode(), "a normal order stays as it is")
	}
	o := types.Order{Request: &types.Job{Tags: []string{"b", "a", "b"}}}
	n := o.Normal()
	require.Equal(t, []string{"a", "b"}, n.Request.Tags)
	require.EqualValues(t, 1, n.Request.Size_)
	require.Equal(t, poco.PolicyCredence, n.Request.Policy)
	require.Equal(t, []string{"b", "a", "b"}, o.Request.Tags, "the order given is left alone")
	require.Empty(t, o.Request.Policy)
	for _, o := range []types.Order{
		{App: &types.AppOrder{Tags: []string{"b", "a"}}}, {Dataset: &types.DatasetOrder{Tags: []string{"b", "a"}}}, {Pool: &types.PoolOrder{Tags: []string{"b", "a"}}},
	} {
		before := o.Encode()
		require.NotEqual(t, before, o.Normal().Encode())
		require.Equal(t, before, o.Encode())
	}
}

func TestOrderViews(t *testing.T) {
	for _, tc := range []struct {
		o             types.Order
		volume, price uint64
		asset         string
	}{
		{appOrder(), 0, 10, "acme/echo:1.0"}, {datasetOrder(), 0, 20, "base/rates:7"},
		{poolOrder(), 5, 30, "fast"}, {requestOrder(), 3, 0, ""}, {types.Order{}, 0, 0, ""},
	} {
		require.Equal(t, tc.volume, tc.o.Volume())
		require.Equal(t, tc.price, tc.o.Price())
		require.Equal(t, tc.asset, tc.o.Asset())
	}
}

func TestOrderRecord(t *testing.T) {
	r := types.OrderRecord{Order: poolOrder(), Status: types.ORDER_STATUS_RESTING, Filled: 4}
	require.EqualValues(t, 1, r.Left())
	require.True(t, r.Live(999))
	require.False(t, r.Live(1_000), "expiry is the first height at which it is not met")
	for status := range types.OrderStatus_name {
		r.Status = types.OrderStatus(status)
		require.Equal(t, r.Status == types.ORDER_STATUS_RESTING || r.Status == types.ORDER_STATUS_SIGNED, r.Live(1), r.Status)
	}
	r.Status, r.Filled = types.ORDER_STATUS_SIGNED, 5
	require.Zero(t, r.Left())
	require.False(t, r.Live(1))
	r.Filled = 6
	require.Zero(t, r.Left(), "no wrap below zero")
	r.Order.Pool.Volume, r.Order.Expiry = 0, 0
	require.EqualValues(t, uint64(types.Unbounded), r.Left())
	require.True(t, r.Live(math.MaxInt64))
}

func TestOrderID(t *testing.T) {
	seen := map[[types.IDSize]byte]bool{}
	for _, o := range everyOrder() {
		o.Owner, o.Nonce = alice, 7
		id := o.ID("chain")
		require.False(t, seen[id], "each kind has its own nonces")
		seen[id] = true
		o.Expiry++
		require.Equal(t, id, o.ID("chain"), "the nonce is the identity, not the content")
		require.NotEqual(t, id, o.ID("other"))
		o.Nonce++
		require.NotEqual(t, id, o.ID("chain"))
	}
	require.Equal(t, poco.RequestID("chain", alice, 7), types.OrderIDOf("chain", types.ORDER_KIND_REQUEST, alice, 7))
}

// The encoding is pinned, by SHA-256 of what is signed: a client in another language has to make the same bytes. The
// frame around it was made apart from this code.
func TestOrderSignBytesVectors(t *testing.T) {
	for i, want := range []string{
		"29654d0e36f8091abf97d92a5ff30663bf23d67ac3c658db26e5ecc9935ae90f", // app
		"2818fbf785bb0fd17fd264c8d9a4f4bdfaadc28cba004cff3b909558180810ee", // dataset
		"6221722d5af2045178a9dd9719b8b9d6d9caa0206955f37196776ba09d97833c", // pool
		"2b11c82daa20787c7c38733b175e29aa8c4c7cafafd171e3a4e3185f1a72f478", // request
	} {
		sum := sha256.Sum256(everyOrder()[i].SignBytes("credence-1"))
		require.Equal(t, want, hex.EncodeToString(sum[:]), "order %d: %x", i, everyOrder()[i].Encode())
	}
}

// However the fields were arranged on the wire, the order that the chain decoded encodes to the same bytes.
func TestOrderEncodeIsCanonical(t *testing.T) {
	for _, o := range append(everyOrder(), orderByUse()) {
		bz := o.Encode()
		var fields [][]byte
		last := protowire.Number(0)
		for rest := bz; len(rest) > 0; {
			num, typ, tag := protowire.ConsumeTag(rest)
			n := protowire.ConsumeFieldValue(num, typ, rest[tag:])
			require.Positive(t, n)
			require.Greater(t, num, last, "fields in the order of their numbers, each once")
			last = num
			fields = append(fields, rest[:tag+n])
			rest = rest[tag+n:]
		}
		require.Greater(t, len(fields), 2)
		var scrambled []byte
		for i := len(fields) - 1; i >= 0; i-- {
			scrambled = append(scrambled, fields[i]...)
		}
		require.NotEqual(t, bz, scrambled)
		var back types.Order
		require.NoError(t, back.Unmarshal(scrambled))
		require.Equal(t, bz, back.Encode())
	}
}

// There is nothing in an order that its signature does not cover: setting any field at any depth changes what is signed.
func TestOrderSignBytesCoverEveryField(t *testing.T) {
	for _, o := range append(everyOrder(), orderByUse()) {
		leaves := 0
		eachLeaf(reflect.ValueOf(&o).Elem(), "order", func(path string, v reflect.Value) {
			leaves++
			was := reflect.New(v.Type()).Elem()
			was.Set(v)
			before := o.SignBytes("chain")
			change(v)
			require.NotEqual(t, before, o.SignBytes("chain"), path)
			v.Set(was)
			require.Equal(t, before, o.SignBytes("chain"), path)
		})
		require.Greater(t, leaves, 12)
	}
	o := poolOrder()
	require.NotEqual(t, o.SignBytes("chain"), o.SignBytes("chaim"))
}

// eachLeaf visits every field that is no message, those of messages that are there included.
func eachLeaf(v reflect.Value, path string, visit func(string, reflect.Value)) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			eachLeaf(v.Elem(), path, visit)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			eachLeaf(v.Field(i), path+"."+v.Type().Field(i).Name, visit)
		}
	default:
		visit(path, v)
	}
}

func change(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(v.String() + "x")
	case reflect.Uint32, reflect.Uint64:
		v.SetUint(v.Uint() + 1)
	case reflect.Int32, reflect.Int64:
		v.SetInt(v.Int() + 1)
	case reflect.Bool:
		v.SetBool(!v.Bool())
	case reflect.Slice:
		// A message as an element has a form of its own; a zero value is visible on the wire by its length.
		e := reflect.New(v.Type().Elem()).Elem()
		if e.Kind() == reflect.Pointer {
			e = reflect.New(e.Type().Elem())
		}
		v.Set(reflect.Append(v, e))
	default:
		panic(v.Kind())
	}
}
