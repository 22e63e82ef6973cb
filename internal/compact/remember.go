package compact

import (
	"fmt"
	"reflect"
	"sync/atomic"

	collcodec "cosmossdk.io/collections/codec"
	"cosmossdk.io/core/address"

	"github.com/cosmos/cosmos-sdk/codec"

	"github.com/credence-chain/credence/internal/recent"
)

// CheckRemembered makes the codec decode cached records again, and panic if the cached one was changed. Tests turn it on.
var CheckRemembered atomic.Bool

// maxRememberedBytes is the size of the largest record that is cached. The cache bounds the number of records, and users choose how large
// a record is: 4,096 records of 140 KiB, encoded and decoded, would take more than a gigabyte.
const maxRememberedBytes = 8 << 10

// Remembered returns the codec that Value returns, with a cache, for records that are written once and read often. The cache has at least
// the size records of up to maxRememberedBytes that were decoded last, and at most twice as many. Larger records are decoded each time.
//
// Decoding depends on the bytes alone, so that all nodes get the same record, whatever each has cached. The returned records are copies,
// but share the content of their pointers, slices and maps: callers must not change that content in place.
func Remembered[T any, PT record[T]](cdc codec.BinaryCodec, addresses address.Codec, size int) collcodec.ValueCodec[T] {
	v := Value[T, PT](cdc, addresses).(value[T])
	v.decoded = recent.New[string, T](size)
	return v
}

// remember does what decode does, with the cache.
func (v value[T]) remember(raw []byte) (T, error) {
	if len(raw) > maxRememberedBytes {
		return v.decode(raw)
	}
	text := string(raw)
	known, found := v.decoded.Get(text)
	if found {
		if CheckRemembered.Load() {
			if err := v.compare(raw, known); err != nil {
				panic(err)
			}
		}
		return known, nil
	}
	fresh, err := v.decode(raw)
	if err != nil {
		return fresh, err
	}
	v.decoded.Put(text, fresh)
	return fresh, nil
}

// compare returns an error if a cached record is not what its bytes say, or if somebody has appended to one of its lists in place.
func (v value[T]) compare(raw []byte, known T) error {
	fresh, err := v.decode(raw)
	if err != nil {
		return err
	}
	if !reflect.DeepEqual(known, fresh) {
		return fmt.Errorf("a %T that was read before was changed in place%s", known, changed(reflect.ValueOf(known), reflect.ValueOf(fresh)))
	}
	if where := appended(reflect.ValueOf(known)); where != "" {
		return fmt.Errorf("a %T that was read before was appended to in place: %s", known, where)
	}
	return nil
}

// changed names the first field in which two records differ, with both values; it returns "" if they are no structs.
func changed(known, fresh reflect.Value) string {
	if known.Kind() != reflect.Struct {
		return ""
	}
	for i := range known.NumField() {
		if is, was := known.Field(i).Interface(), fresh.Field(i).Interface(); !reflect.DeepEqual(is, was) {
			return fmt.Sprintf(": %s: got %v, expected %v as its bytes say", known.Type().Field(i).Name, is, was)
		}
	}
	return ""
}

// Unchanged returns an error if a record that the codec has cached was changed in place since it was decoded, or if the codec caches
// nothing. Tests call it at their end, because CheckRemembered only sees records that are read again.
func Unchanged[T any](c collcodec.ValueCodec[T]) error {
	v, is := c.(value[T])
	if !is || v.decoded == nil {
		return fmt.Errorf("a %T remembers no records; make it with Remembered", c)
	}
	for raw, known := range v.decoded.All() {
		if err := v.compare([]byte(raw), known); err != nil {
			return err
		}
	}
	return nil
}

// appended returns the type of a list within a value that has something behind its end, or "". Decoding leaves the room there empty. Two
// readers that append to the same list would write to the same place.
func appended(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			return appended(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if where := appended(v.Field(i)); where != "" {
				return where
			}
		}
	case reflect.Slice:
		for i, whole := v.Len(), v.Slice(0, v.Cap()); i < v.Cap(); i++ {
			if !whole.Index(i).IsZero() {
				return v.Type().String()
			}
		}
		for i := range v.Len() {
			if where := appended(v.Index(i)); where != "" {
				return where
			}
		}
	}
	return ""
}
