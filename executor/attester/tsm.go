package attester

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"github.com/credence-chain/credence/poco"
)

// TSMRoot is the folder in which a confidential guest asks its platform for quotes. It is a folder of Linux's configfs, the same
// for all makers (kernel 6.7 and newer, Documentation/ABI/testing/configfs-tsm).
const TSMRoot = "/sys/kernel/config/tsm/report"

// maxQuote bounds the size of a quote that is read, in bytes. The chain's limit is lower.
const maxQuote = 32 << 10

// quoteAttempts is how often a quote is asked for if another process asks at the same moment.
const quoteAttempts = 5

// platforms are the hardware platforms: their numbers in x/enclaves, and the kernel's names for the providers of their quotes.
var platforms = map[string]struct {
	number   uint8
	provider string
}{
	TDX:    {1, "tdx_guest"},
	SEVSNP: {2, "sev_guest"},
}

// HardwareSession is a session key in a hardware enclave. The key is made when the worker starts, and exists only in the enclave's
// memory, because the host can read the enclave's disks. Core dumps of the process are off. Swap belongs to the machine, and has to
// be off or encrypted. A HardwareSession is safe for concurrent use.
type HardwareSession struct {
	platform    string
	root        string
	key         *ecdsa.PrivateKey
	certificate []byte
	product     string
	system      system
	mu          sync.Mutex
}

// system is the part of Linux that a session uses.
type system struct {
	mkdir, remove func(path string) error
	write         func(path string, data []byte) error
	// read reads at most a given number of bytes.
	read func(path string, most int) ([]byte, error)
}

// linux is the real system.
var linux = system{
	mkdir: func(path string) error { return os.Mkdir(path, 0o700) }, remove: os.Remove, read: readAtMost,
	write: func(path string, data []byte) error { return os.WriteFile(path, data, 0o200) },
}

// readAtMost reads the beginning of a file. It asks the kernel's driver for no more than the caller wants.
func readAtMost(path string, most int) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, int64(most)))
}

var (
	_ Attester  = (*HardwareSession)(nil)
	_ Certified = (*HardwareSession)(nil)
)

// OpenHardware opens a session on a platform, TDX or SEVSNP. root is the folder of configfs: TSMRoot except in tests. AMD's reports
// are checked with the certificate of the chip, in DER, and the name of its product, such as "Milan". Intel's quotes hold their
// certificates.
func OpenHardware(platform, root string, certificate []byte, product string) (*HardwareSession, error) {
	if _, known := platforms[platform]; !known {
		return nil, fmt.Errorf("platform: got %.40q, expected %s or %s", platform, TDX, SEVSNP)
	}
	if given := len(certificate) > 0 && product != ""; given != (platform == SEVSNP) {
		return nil, fmt.Errorf("platform %s: certificate of the chip (%d bytes) and product %.40q: expected both with %s, and none with %s", platform, len(certificate), product, SEVSNP, TDX)
	}
	if _, err := os.Stat(root); err != nil {
		return nil, fmt.Errorf("platform %s: this machine offers no quotes: %w. Mount configfs, load the kernel's module for the platform, and start the worker inside the enclave", platform, err)
	}
	if err := hideMemory(); err != nil {
		return nil, fmt.Errorf("platform %s: keep the memory out of core dumps: %w", platform, err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	return &HardwareSession{platform: platform, root: root, key: key, certificate: certificate, product: product, system: linux}, err
}

// Platform implements Attester.
func (s *HardwareSession) Platform() uint8 { return platforms[s.platform].number }

// Certificate implements Certified.
func (s *HardwareSession) Certificate() (certificate []byte, product string) {
	return s.certificate, s.product
}

// Key implements Attester.
func (s *HardwareSession) Key() [poco.SessionKeySize]byte {
	point, _ := pointOf(s.key) // of a key that was made of a scalar
	return point
}

// Attest implements Attester: the key's public half, and its signature of the statement.
func (s *HardwareSession) Attest(_ context.Context, statement poco.Statement) ([]byte, error) {
	return attest(s.key, statement)
}

// Vouch implements Attester.
func (s *HardwareSession) Vouch(_ context.Context, message []byte) ([poco.SessionSignatureSize]byte, error) {
	digest := poco.SessionMessage(message)
	return sign(s.key, digest[:])
}

// errOvertaken says that another process changed the request between the question and the answer.
var errOvertaken = errors.New("another process asked at the same moment")

// Quote implements Attester. In a new folder the kernel makes the files: one takes the data, another returns the quote. The number
// in "generation" rises with every change of the request, so that a quote of other data is noticed.
func (s *HardwareSession) Quote(ctx context.Context, data [64]byte) (quote []byte, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for range quoteAttempts {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if quote, err = s.ask(data); !errors.Is(err, errOvertaken) {
			return quote, err
		}
	}
	return nil, fmt.Errorf("%w, %d times", err, quoteAttempts)
}

// ask makes one request for a quote in a folder of its own.
func (s *HardwareSession) ask(data [64]byte) (quote []byte, err error) {
	var name [8]byte
	if _, err := rand.Read(name[:]); err != nil {
		return nil, err
	}
	dir := filepath.Join(s.root, "credence-"+hex.EncodeToString(name[:]))
	if err := s.system.mkdir(dir); err != nil {
		return nil, err
	}
	defer func() { // a folder that stays is no reason to throw a good quote away
		if left := s.system.remove(dir); err != nil {
			err = errors.Join(err, left)
		}
	}()
	if err := s.checkProvider(dir); err != nil {
		return nil, err
	}
	before, err := s.readGeneration(dir)
	if err != nil {
		return nil, err
	}
	if err := s.system.write(filepath.Join(dir, "inblob"), data[:]); err != nil {
		return nil, err
	}
	if quote, err = s.read(filepath.Join(dir, "outblob"), maxQuote); err != nil {
		return nil, err
	}
	after, err := s.readGeneration(dir)
	if err != nil {
		return nil, err
	}
	if after != before+1 {
		return nil, errOvertaken
	}
	return quote, nil
}

// checkProvider refuses quotes of a platform other than the configured one.
func (s *HardwareSession) checkProvider(dir string) error {
	got, err := s.read(filepath.Join(dir, "provider"), 64)
	if err != nil {
		return err
	}
	if want := platforms[s.platform].provider; strings.TrimSpace(string(got)) != want {
		return fmt.Errorf("platform %s: the kernel's quotes are of %.40q, expected %q", s.platform, got, want)
	}
	return nil
}

// readGeneration reads the number of changes of the request.
func (s *HardwareSession) readGeneration(dir string) (uint64, error) {
	text, err := s.read(filepath.Join(dir, "generation"), 32)
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("generation: got %.40q, expected a number", text)
	}
	return n, nil
}

// read reads a file, and refuses one that is empty or too large.
func (s *HardwareSession) read(path string, most int) ([]byte, error) {
	b, err := s.system.read(path, most+1)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: this kernel does not offer it", err)
	}
	if err == nil && (len(b) == 0 || len(b) > most) {
		err = fmt.Errorf("%s: got %d bytes or more, expected 1 to %d", path, len(b), most)
	}
	return b, err
}
