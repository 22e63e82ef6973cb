package wasmbin

import (
	"bytes"
	"errors"
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestNumbersRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		u := rapid.Uint32().Draw(t, "u")
		i32 := rapid.Int32().Draw(t, "i32")
		i64 := rapid.Int64().Draw(t, "i64")
		b := AppendSigned(AppendSigned(AppendU32(nil, u), int64(i32)), i64)
		r := NewReader(b)
		if got, err := r.U32(); err != nil || got != u {
			t.Fatalf("u32: got %d, %v, want %d", got, err, u)
		}
		if got, err := r.Signed(32); err != nil || got != int64(i32) {
			t.Fatalf("s32: got %d, %v, want %d", got, err, i32)
		}
		if got, err := r.Signed(64); err != nil || got != i64 {
			t.Fatalf("s64: got %d, %v, want %d", got, err, i64)
		}
		if r.Len() != 0 {
			t.Fatalf("%d bytes left", r.Len())
		}
	})
}

func TestNumbersRefused(t *testing.T) {
	for name, tc := range map[string]struct {
		bytes  []byte
		width  uint // 0: unsigned
		expErr error
	}{
		"empty":              {nil, 0, ErrTruncated},
		"unfinished":         {[]byte{0x80}, 0, ErrTruncated},
		"u32 of six bytes":   {[]byte{0x80, 0x80, 0x80, 0x80, 0x80, 0}, 0, ErrNumber},
		"u32 above range":    {[]byte{0xff, 0xff, 0xff, 0xff, 0x1f}, 0, ErrNumber},
		"s32 above range":    {AppendSigned(nil, math.MaxInt32+1), 32, ErrNumber},
		"s32 below range":    {AppendSigned(nil, math.MinInt32-1), 32, ErrNumber},
		"s64 of eleven":      {bytes.Repeat([]byte{0x80}, 11), 64, ErrNumber},
		"s33 within range":   {AppendSigned(nil, math.MaxUint32), 33, nil},
		"u32 the largest":    {AppendU32(nil, math.MaxUint32), 0, nil},
		"s32 the smallest":   {AppendSigned(nil, math.MinInt32), 32, nil},
		"padded but allowed": {[]byte{0x81, 0x80, 0x00}, 0, nil},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := NewReader(tc.bytes), error(nil)
			if tc.width == 0 {
				_, err = r.U32()
			} else {
				_, err = r.Signed(tc.width)
			}
			if !errors.Is(err, tc.expErr) {
				t.Fatalf("got %v, want %v", err, tc.expErr)
			}
		})
	}
}

func TestSplitJoin(t *testing.T) {
	var s Sections
	s[Types], s[Code], s[DataCount], s[Data] = []byte{0}, []byte{0}, []byte{0}, []byte{0}
	module := Join(s)
	again, err := Split(module)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(Join(again), module) {
		t.Fatal("the module changed on the way")
	}
	custom := AppendSection(append([]byte{}, module...), Custom, AppendName(nil, "name"))
	if again, err = Split(custom); err != nil || !bytes.Equal(Join(again), module) {
		t.Fatalf("a custom section was not dropped: %v", err)
	}
	for name, bad := range map[string][]byte{
		"no magic":     []byte("#!/bin/sh"),
		"version 2":    {0, 'a', 's', 'm', 2, 0, 0, 0},
		"twice":        AppendSection(append([]byte{}, module...), Data, []byte{0}),
		"out of order": AppendSection(append([]byte{}, module...), Types, []byte{0}),
		"unknown id":   AppendSection(append([]byte{}, Magic...), 14, []byte{0}),
		"cut off":      module[:len(module)-1],
	} {
		if _, err := Split(bad); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
