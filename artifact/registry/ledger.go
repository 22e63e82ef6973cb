package registry

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"go.etcd.io/bbolt"

	"github.com/credence-chain/credence/artifact"
)

// rowBytes is charged for every entry of the ledger, so that entries of empty blobs and of tags are not free.
const rowBytes = 512

// The ledger's tables, and the keys within them:
//
//	claims     organisation 0x00 digest        size, when claimed (8 bytes each, big endian)
//	manifests  repository 0x00 digest          media type
//	tags       repository 0x00 tag             digest
var (
	claims    = []byte("claims")
	manifests = []byte("manifests")
	tags      = []byte("tags")
)

// ledger knows which organisation holds which blobs. Its methods may be called concurrently.
type ledger struct {
	db *bbolt.DB

	mu    sync.Mutex
	used  map[string]int64 // bytes charged, by organisation
	going map[string]int64 // bytes of uploads under way, by organisation
}

func openLedger(folder string) (*ledger, error) {
	db, err := bbolt.Open(filepath.Join(folder, "ledger.db"), 0o600, &bbolt.Options{Timeout: time.Second})
	if err != nil {
		return nil, fmt.Errorf("ledger of the store: %w (another process may have it open)", err)
	}
	l := &ledger{db: db, used: map[string]int64{}, going: map[string]int64{}}
	err = db.Update(func(tx *bbolt.Tx) error {
		for _, table := range [][]byte{claims, manifests, tags} {
			b, err := tx.CreateBucketIfNotExists(table)
			if err != nil {
				return err
			}
			err = b.ForEach(func(k, v []byte) error {
				l.used[ownerOf(k)] += entryCharge(table, v)
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		db.Close()
		return nil, fmt.Errorf("ledger of the store: %w", err)
	}
	return l, nil
}

func (l *ledger) closeFile() error { return l.db.Close() }

// organisationOf returns the first part of a repository's name, which is its organisation.
func organisationOf(repository string) string {
	organisation, _, _ := strings.Cut(repository, "/")
	return organisation
}

func tableKey(owner string, rest []byte) []byte { return append(append([]byte(owner), 0), rest...) }

func ownerOf(key []byte) string {
	owner, _, _ := bytes.Cut(key, []byte{0})
	return organisationOf(string(owner))
}

// entryCharge returns the bytes charged for one entry.
func entryCharge(table, value []byte) int64 {
	if !bytes.Equal(table, claims) {
		return rowBytes
	}
	return rowBytes + int64(binary.BigEndian.Uint64(value))
}

// held is a blob that an organisation will hold.
type held struct {
	digest artifact.Digest
	size   int64
}

// claimBlobs makes an organisation a holder of all the blobs, or of none, and charges it for those that it does not hold yet. In
// the same step it gives back the quota that was reserved for them.
func (l *ledger) claimBlobs(organisation string, quota, reserved int64, blobs ...held) error {
	return l.changeLedger(organisation, quota, reserved, func(w *writer) error { return w.claimBlobs(organisation, blobs) })
}

// holdsBlob says whether an organisation holds a blob.
func (l *ledger) holdsBlob(organisation string, digest artifact.Digest) (found bool, err error) {
	err = l.db.View(func(tx *bbolt.Tx) error {
		found = tx.Bucket(claims).Get(tableKey(organisation, digest[:])) != nil
		return nil
	})
	return found, err
}

// putManifest adds a manifest to a repository with what it names, and a tag unless that is empty.
func (l *ledger) putManifest(repository, mediaType, tag string, manifest artifact.Digest, quota int64, names []held) error {
	organisation := organisationOf(repository)
	return l.changeLedger(organisation, quota, 0, func(w *writer) error {
		if err := w.claimBlobs(organisation, names); err != nil {
			return err
		}
		if err := w.putEntry(manifests, tableKey(repository, manifest[:]), []byte(mediaType)); err != nil {
			return err
		}
		if tag == "" {
			return nil
		}
		return w.putEntry(tags, tableKey(repository, []byte(tag)), manifest[:])
	})
}

// removeManifest removes a manifest and the tags that name it, or returns false if there is no such manifest.
func (l *ledger) removeManifest(repository string, manifest artifact.Digest) (found bool, err error) {
	err = l.changeLedger(organisationOf(repository), 0, 0, func(w *writer) error {
		if found = w.tx.Bucket(manifests).Get(tableKey(repository, manifest[:])) != nil; !found {
			return nil
		}
		var lead [][]byte
		prefix := tableKey(repository, nil)
		c := w.tx.Bucket(tags).Cursor()
		for k, v := c.Seek(prefix); bytes.HasPrefix(k, prefix); k, v = c.Next() {
			if bytes.Equal(v, manifest[:]) {
				lead = append(lead, bytes.Clone(k))
			}
		}
		for _, k := range lead {
			if err := w.removeEntry(tags, k); err != nil {
				return err
			}
		}
		return w.removeEntry(manifests, tableKey(repository, manifest[:]))
	})
	return found, err
}

// removeTag removes a tag, or returns false if there is no such tag.
func (l *ledger) removeTag(repository, tag string) (found bool, err error) {
	err = l.changeLedger(organisationOf(repository), 0, 0, func(w *writer) error {
		k := tableKey(repository, []byte(tag))
		if found = w.tx.Bucket(tags).Get(k) != nil; !found {
			return nil
		}
		return w.removeEntry(tags, k)
	})
	return found, err
}

// findManifest returns the media type of a repository's manifest; found is false if there is none.
func (l *ledger) findManifest(repository string, digest artifact.Digest) (mediaType string, found bool, err error) {
	err = l.db.View(func(tx *bbolt.Tx) error {
		v := tx.Bucket(manifests).Get(tableKey(repository, digest[:]))
		mediaType, found = string(v), v != nil
		return nil
	})
	return mediaType, found, err
}

// findTag returns the manifest of a tag; found is false if there is none.
func (l *ledger) findTag(repository, tag string) (digest artifact.Digest, found bool, err error) {
	err = l.db.View(func(tx *bbolt.Tx) error {
		v := tx.Bucket(tags).Get(tableKey(repository, []byte(tag)))
		found = len(v) == len(digest)
		copy(digest[:], v)
		return nil
	})
	return digest, found, err
}

// tagsAfter lists at most n tags of a repository in order, beginning after the tag last.
func (l *ledger) tagsAfter(repository, last string, n int) (out []string, err error) {
	err = l.db.View(func(tx *bbolt.Tx) error {
		prefix := tableKey(repository, nil)
		c := tx.Bucket(tags).Cursor()
		for k, _ := c.Seek(tableKey(repository, []byte(last))); bytes.HasPrefix(k, prefix) && len(out) < n; k, _ = c.Next() {
			if name := string(k[len(prefix):]); name != last {
				out = append(out, name)
			}
		}
		return nil
	})
	return out, err
}

// row names an entry of the table of manifests.
type row struct {
	repository string
	digest     artifact.Digest
}

// allManifests lists every manifest.
func (l *ledger) allManifests() (out []row, err error) {
	err = l.db.View(func(tx *bbolt.Tx) error {
		return tx.Bucket(manifests).ForEach(func(k, _ []byte) error {
			name, digest, _ := bytes.Cut(k, []byte{0})
			r := row{repository: string(name)}
			copy(r.digest[:], digest)
			out = append(out, r)
			return nil
		})
	})
	return out, err
}

// dropClaims lets go the claims that keep returns false for and that are older than a time. It returns their number, and every digest
// that some organisation still holds.
func (l *ledger) dropClaims(before time.Time, keep func(organisation string, d artifact.Digest) bool) (dropped int, kept map[artifact.Digest]bool, err error) {
	kept = map[artifact.Digest]bool{}
	l.mu.Lock()
	defer l.mu.Unlock()
	w := &writer{}
	err = l.db.Update(func(tx *bbolt.Tx) error {
		w = &writer{tx: tx}
		var gone [][]byte
		err := tx.Bucket(claims).ForEach(func(k, v []byte) error {
			organisation := ownerOf(k)
			var d artifact.Digest
			copy(d[:], k[len(organisation)+1:])
			since := time.Unix(int64(binary.BigEndian.Uint64(v[8:])), 0)
			if keep(organisation, d) || since.After(before) {
				kept[d] = true
				return nil
			}
			gone = append(gone, bytes.Clone(k))
			return nil
		})
		for _, k := range gone {
			if err == nil {
				err = w.removeEntry(claims, k)
			}
		}
		dropped = len(gone)
		return err
	})
	if err == nil {
		l.bookChanges(w)
	}
	return dropped, kept, err
}

// writer changes entries within one transaction and sums their charges.
type writer struct {
	tx   *bbolt.Tx
	cost map[string]int64
}

// changeLedger gives back what was reserved and runs one transaction. It checks the cost against the quota before it commits.
func (l *ledger) changeLedger(organisation string, quota, reserved int64, do func(*writer) error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.giveBack(organisation, reserved)
	w := &writer{}
	err := l.db.Update(func(tx *bbolt.Tx) error {
		w = &writer{tx: tx}
		if err := do(w); err != nil {
			return err
		}
		if n := w.cost[organisation]; n > 0 {
			return l.checkRoom(organisation, n, quota)
		}
		return nil
	})
	if err == nil {
		l.bookChanges(w)
	}
	return err
}

func (l *ledger) bookChanges(w *writer) {
	for organisation, n := range w.cost {
		if l.used[organisation] += n; l.used[organisation] == 0 {
			delete(l.used, organisation)
		}
	}
}

func (w *writer) spendBytes(k []byte, n int64) {
	if w.cost == nil {
		w.cost = map[string]int64{}
	}
	w.cost[ownerOf(k)] += n
}

func (w *writer) putEntry(table, k, v []byte) error {
	b := w.tx.Bucket(table)
	if old := b.Get(k); old != nil {
		w.spendBytes(k, -entryCharge(table, old))
	}
	w.spendBytes(k, entryCharge(table, v))
	return b.Put(k, v)
}

func (w *writer) removeEntry(table, k []byte) error {
	b := w.tx.Bucket(table)
	if old := b.Get(k); old != nil {
		w.spendBytes(k, -entryCharge(table, old))
	}
	return b.Delete(k)
}

func (w *writer) claimBlobs(organisation string, blobs []held) error {
	now := uint64(time.Now().Unix())
	for _, b := range blobs {
		v := binary.BigEndian.AppendUint64(nil, uint64(b.size))
		v = binary.BigEndian.AppendUint64(v, now)
		if err := w.putEntry(claims, tableKey(organisation, b.digest[:]), v); err != nil {
			return err
		}
	}
	return nil
}
