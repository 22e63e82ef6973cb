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
	if found && !CheckRemembered.Load() {
		return known, nil
	}
	fresh, err := v.decode(raw)
	if err != nil {
		return fresh, err
	}
	if found && !reflect.DeepEqual(known, fresh) {
		panic(fmt.Sprintf("a %T that was read before was changed in place", known))
	}
	v.decoded.Put(text, fresh)
	return fresh, nil
}
