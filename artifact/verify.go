package artifact

import (
	"crypto/sha256"
	"fmt"
	"hash"
	"io"
)

// verifier hashes the bytes that pass through it, and holds back the last ones until it has compared the digest. So a reader never
// gets a complete copy of a corrupted blob.
type verifier struct {
	src    io.ReadCloser
	want   Digest
	left   int64 // bytes still expected
	hash   hash.Hash
	err    error
	onFail func() // called once when the content is wrong
}

// newVerifier wraps a reader of a blob of size bytes.
func newVerifier(src io.ReadCloser, want Digest, size int64, onFail func()) *verifier {
	return &verifier{src: src, want: want, left: size, hash: sha256.New(), onFail: onFail}
}

func (v *verifier) Read(p []byte) (int, error) {
	if v.err != nil {
		return 0, v.err
	}
	if len(p) == 0 {
		return 0, nil
	}
	if v.left == 0 {
		return v.finishRead(0)
	}
	if int64(len(p)) > v.left {
		p = p[:v.left]
	}
	n, err := v.src.Read(p)
	v.hash.Write(p[:n])
	v.left -= int64(n)
	switch {
	case v.left == 0:
		return v.finishRead(n)
	case err == io.EOF:
		return v.failRead(fmt.Errorf("%w: %s ends %d bytes early", ErrCorrupted, v.want, v.left))
	case err != nil:
		v.err = err
		return n, err
	}
	return n, nil
}

func (v *verifier) Close() error { return v.src.Close() }

// finishRead returns the last n bytes, if size and digest are right.
func (v *verifier) finishRead(n int) (int, error) {
	if got := Digest(v.hash.Sum(nil)); got != v.want {
		return v.failRead(fmt.Errorf("%w: %s: content hashes to %s", ErrCorrupted, v.want, got))
	}
	var one [1]byte
	for {
		more, err := v.src.Read(one[:])
		if more > 0 {
			return v.failRead(fmt.Errorf("%w: %s is longer than announced", ErrCorrupted, v.want))
		}
		if err == io.EOF {
			v.err = io.EOF
			return n, io.EOF
		}
		if err != nil {
			v.err = err
			return 0, err
		}
	}
}

func (v *verifier) failRead(err error) (int, error) {
	v.err = err
	if v.onFail != nil {
		v.onFail()
	}
	return 0, err
}
