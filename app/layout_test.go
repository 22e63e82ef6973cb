package app_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unsafe"

	cosmosproto "github.com/cosmos/cosmos-proto"
	gogoproto "github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"cosmossdk.io/collections"
	"cosmossdk.io/core/appmodule"
	"cosmossdk.io/core/store"

	"github.com/cosmos/cosmos-sdk/types/module"
	upgradetypes "github.com/cosmos/cosmos-sdk/x/upgrade/types"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/app/upgrades/rehearsal"
	"github.com/credence-chain/credence/testutil"
	"github.com/credence-chain/credence/x/beacon"
)

// released is the layout of the state in the last release: the layout on the disks of running chains.
const released = "testdata/layout.released.txt"

var renewLayout = flag.Bool("released", false, "with a release: renew "+released)

// TestStateLayout fails when the stored layout of a module differs from the last release under the same consensus version. An upgraded node
// would then misread the state of a running chain. Every raised version has its migration.
func TestStateLayout(t *testing.T) {
	c := testutil.New(t, testutil.WithVersion(rehearsal.Idle()))
	now := layoutOf(t, c.App)
	if *renewLayout {
		var b strings.Builder
		for _, name := range slices.Sorted(maps.Keys(now)) {
			fmt.Fprintf(&b, "%s\n", now[name])
		}
		require.NoError(t, os.WriteFile(released, []byte(b.String()), 0o600))
	}
	data, err := os.ReadFile(released)
	require.NoError(t, err)
	was, from := map[string]section{}, module.VersionMap{}
	for _, text := range strings.SplitAfter(string(data), "\n\n") {
		if s := parseSection(t, text); s.module != "" {
			was[s.module], from[s.module] = s, s.version
		}
	}
	for _, name := range slices.Sorted(maps.Keys(now)) { // so that every difference is reported
		s := now[name]
		before, had := was[name]
		switch {
		case !had: // a new module begins with its default state
		case s.version < before.version:
			assert.Fail(t, "consensus version fell", "%s: %d, and %d was released", name, s.version, before.version)
		case s.version == before.version:
			assert.Equal(t, before.body, s.body, "the state of %s differs from the last release: raise the module's ConsensusVersion, register a migration in its "+
				"RegisterServices, and add an upgrade to app/upgrades. Only with a release that no chain is to be upgraded to: make released", name)
		}
	}
	for name := range was {
		require.Contains(t, now, name, "a released module is gone: its store needs an upgrade that deletes it")
	}

	// Every module has the steps from its released version to its present one. Those of the SDK are at the versions of this state.
	ctx := c.Ctx()
	all, err := app.UpgradeKeeper(c.App).GetModuleVersionMap(ctx)
	require.NoError(t, err)
	maps.Copy(all, from)
	require.NoError(t, app.UpgradeKeeper(c.App).SetModuleVersionMap(ctx, all))
	require.NoError(t, app.UpgradeKeeper(c.App).ApplyUpgrade(ctx, upgradetypes.Plan{Name: rehearsal.Name}))
}

// The check finds a missing migration.
func TestMissingMigrationIsFound(t *testing.T) {
	v := rehearsal.Idle()
	v.Change = func(m appmodule.AppModule, _ func(string) store.KVStoreService) appmodule.AppModule {
		if b, is := m.(beacon.AppModule); is {
			return raised{b}
		}
		return m
	}
	c := testutil.New(t)
	c.PassPlan(rehearsal.Name, 20)
	c.Until(19)
	_, err := c.TryUpgrade(v)
	require.ErrorContains(t, err, "no migrations found for module beacon")
}

// raised is x/beacon in its next version, whose author has forgotten the migration.
type raised struct{ beacon.AppModule }

func (r raised) ConsensusVersion() uint64 { return r.AppModule.ConsensusVersion() + 1 }

// section is the part of the file about one module.
type section struct {
	module  string
	version uint64
	body    string
}

func (s section) String() string {
	return fmt.Sprintf("%s, version %d\n%s", s.module, s.version, s.body)
}

func parseSection(t *testing.T, text string) (s section) {
	t.Helper()
	head, body, found := strings.Cut(strings.TrimRight(text, "\n"), "\n")
	if !found {
		return s
	}
	name, version, found := strings.Cut(head, ", version ")
	require.True(t, found, "%q begins no section", head)
	n, err := strconv.ParseUint(version, 10, 64)
	require.NoError(t, err)
	return section{module: name, version: n, body: body + "\n"}
}

// layoutOf describes the stores of our modules: each collection with its prefix, its key, its value and the fields of the values.
func layoutOf(t *testing.T, a *app.App) map[string]section {
	t.Helper()
	out := map[string]section{}
	for name, schema := range map[string]collections.Schema{
		"apps": app.AppsKeeper(a).Schema, "enclaves": app.EnclavesKeeper(a).Schema, "beacon": app.BeaconKeeper(a).Schema, "deals": app.DealsKeeper(a).Schema, "market": app.MarketKeeper(a).Schema,
		"orgs": app.OrgsKeeper(a).Schema, "poa": app.PoaKeeper(a).Schema, "supply": app.SupplyKeeper(a).Schema, "tasks": app.TasksKeeper(a).Schema,
		"verifiers": app.VerifiersKeeper(a).Schema,
		"vouchers":  app.VouchersKeeper(a).Schema, "workers": app.WorkersKeeper(a).Schema,
	} {
		m, is := a.ModuleManager.Modules[name].(module.HasConsensusVersion)
		require.True(t, is, name)
		var lines []string
		messages := map[string]string{}
		for _, c := range schema.ListCollections() {
			key, value := codecsOf(t, c)
			lines = append(lines, fmt.Sprintf("  %x %s: %s -> %s", c.GetPrefix(), c.GetName(), key, value))
			describe(messages, c.ValueCodec().ValueType())
		}
		slices.Sort(lines)
		for _, message := range slices.Sorted(maps.Keys(messages)) {
			lines = append(lines, messages[message])
		}
		out[name] = section{module: name, version: m.ConsensusVersion(), body: strings.Join(lines, "\n") + "\n"}
	}
	return out
}

// codecsOf names the codecs of a collection. The library does not export them, so this function reads its private fields.
func codecsOf(t *testing.T, c collections.Collection) (key, value string) {
	t.Helper()
	v := reflect.New(reflect.TypeOf(c)).Elem()
	v.Set(reflect.ValueOf(c))
	m := v.FieldByName("m")
	require.True(t, m.IsValid(), "%T has no map", c)
	field := func(name string) any {
		f := m.FieldByName(name)
		require.True(t, f.IsValid(), "%s has no %s", m.Type(), name)
		return reflect.NewAt(f.Type(), unsafe.Pointer(f.UnsafeAddr())).Elem().Interface()
	}
	typed, is := field("kc").(interface{ KeyType() string })
	require.True(t, is)
	return typed.KeyType(), fmt.Sprintf("%T", field("vc"))
}

// describe lists the fields of a stored message and of its submessages.
func describe(into map[string]string, valueType string) {
	name := protoreflect.FullName(valueType[strings.LastIndexByte(valueType, '/')+1:])
	d, err := gogoproto.HybridResolver.FindDescriptorByName(name)
	if err != nil {
		return // a number or bytes, no message
	}
	message, is := d.(protoreflect.MessageDescriptor)
	if !is || into[string(name)] != "" {
		return
	}
	var b strings.Builder
	fmt.Fprintf(&b, "  message %s", name)
	into[string(name)] = b.String()
	for i := range message.Fields().Len() {
		f := message.Fields().Get(i)
		kind := f.Kind().String()
		if f.Message() != nil {
			kind = string(f.Message().FullName())
			describe(into, kind)
		} else if f.Enum() != nil {
			kind = string(f.Enum().FullName())
		}
		if f.Cardinality() == protoreflect.Repeated {
			kind = "repeated " + kind
		}
		if scalar, _ := proto.GetExtension(f.Options(), cosmosproto.E_Scalar).(string); scalar != "" {
			kind += " " + scalar
		}
		fmt.Fprintf(&b, "\n    %d %s: %s", f.Number(), f.Name(), kind)
	}
	into[string(name)] = b.String()
}
