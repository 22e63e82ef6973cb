package app_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/app"
)

// TestTheTypeOfTheApplicationNamesNoKeeper keeps tests fast to compile; see keepers in keepers.go. It walks everything that a compiler
// reads with the type App: the fields of our own types, exported or not, and the methods of App.
func TestTheTypeOfTheApplicationNamesNoKeeper(t *testing.T) {
	seen := map[reflect.Type]bool{}
	var walk func(path string, typ reflect.Type)
	walk = func(path string, typ reflect.Type) {
		switch typ.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map, reflect.Chan:
			walk(path, typ.Elem())
			return
		default:
		}
		require.False(t, strings.HasSuffix(typ.PkgPath(), "/keeper") && typ.Kind() == reflect.Struct, "%s names the keeper %v", path, typ)
		if typ.Kind() != reflect.Struct || seen[typ] || !strings.Contains(typ.PkgPath(), "/credence/") {
			return
		}
		seen[typ] = true
		for i := range typ.NumField() {
			walk(path+"."+typ.Field(i).Name, typ.Field(i).Type)
		}
	}
	typ := reflect.TypeFor[*app.App]()
	walk("App", typ)
	for i := range typ.NumMethod() {
		m := typ.Method(i)
		for j := range m.Type.NumIn() {
			walk("App."+m.Name, m.Type.In(j))
		}
		for j := range m.Type.NumOut() {
			walk("App."+m.Name, m.Type.Out(j))
		}
	}
}
