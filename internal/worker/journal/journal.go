package journal

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

// Layout of the file. The key of a record is the bench (1 byte), the task (32) and the attempt (4, big endian). So the attempts
// of a task are next to each other, in order.
var (
	bucketRecords = []byte("records") // key -> Record as JSON
	bucketOpen    = []byte("open")    // key -> nothing, for each record that is not terminal: restarts read no history
	bucketHeld    = []byte("held")    // key -> nothing, for each record whose task may not be final: its bytes may be owed
	bucketFinal   = []byte("final")   // key -> when the task was seen to be final (8 bytes, big endian, ns since 1970)
	bucketMeta    = []byte("meta")
	keyOwner      = []byte("owner")  // Owner as JSON
	keyHeight     = []byte("height") // 8 bytes, big endian
)

// Journal is an open journal. Its methods may be called concurrently.
type Journal struct {
	db  *bbolt.DB
	now func() time.Time
}

// Owner names the worker to which a journal belongs.
type Owner struct {
	ChainID string `json:"chain_id"`
	Who     string `json:"who"`
	Role    string `json:"role"`
}

// Open opens or creates the journal at path. It fails with ErrLocked when another process holds it.
func Open(path string) (*Journal, error) {
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: time.Second})
	if errors.Is(err, bolterrors.ErrTimeout) {
		return nil, fmt.Errorf("%w: %s", ErrLocked, path)
	}
	if err != nil {
		return nil, fmt.Errorf("journal %s: %w", path, err)
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		for _, name := range [][]byte{bucketRecords, bucketOpen, bucketHeld, bucketFinal, bucketMeta} {
			if _, err := tx.CreateBucketIfNotExists(name); err != nil {
				return err
			}
		}
		return holdRecords(tx)
	})
	if err != nil {
		db.Close()
		return nil, fmt.Errorf("journal %s: %w", path, err)
	}
	return &Journal{db: db, now: time.Now}, nil
}

// OpenReadOnly opens an existing journal that no worker has open, changing nothing.
func OpenReadOnly(path string) (*Journal, error) {
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: time.Second, ReadOnly: true})
	if errors.Is(err, bolterrors.ErrTimeout) {
		return nil, fmt.Errorf("%w: %s", ErrLocked, path)
	}
	if err != nil {
		return nil, fmt.Errorf("journal %s: %w", path, err)
	}
	return &Journal{db: db, now: time.Now}, nil
}

// Close releases the file.
func (j *Journal) Close() error { return j.db.Close() }

// Bind ties a new journal to its owner, and refuses with ErrForeign a journal that has another one: promises made by
// one key, or on one chain, mean nothing to another.
func (j *Journal) Bind(o Owner) error {
	return j.db.Update(func(tx *bbolt.Tx) error {
		meta := tx.Bucket(bucketMeta)
		if old := meta.Get(keyOwner); old != nil {
			var got Owner
			if err := json.Unmarshal(old, &got); err != nil {
				return fmt.Errorf("journal owner: %w", err)
			}
			if got != o {
				return fmt.Errorf("%w: it belongs to %s %s on chain %s, expected %s %s on chain %s; use another home folder",
					ErrForeign, got.Role, got.Who, got.ChainID, o.Role, o.Who, o.ChainID)
			}
			return nil
		}
		body, err := json.Marshal(o)
		if err != nil {
			return err
		}
		return meta.Put(keyOwner, body)
	})
}

// Get returns a record, and whether there is one.
func (j *Journal) Get(k Key) (r Record, found bool, err error) {
	err = j.db.View(func(tx *bbolt.Tx) error {
		r, found, err = getRecord(tx, k)
		return err
	})
	return r, found, err
}

// Update changes a record in one durable transaction, making it in state Assigned when there is none, and returns it
// as written. height is the chain's, noted with a new state. Errors are those of change, ErrBackwards, ErrOutcomeFixed
// or the disk's; nothing is written then.
func (j *Journal) Update(k Key, height int64, change func(*Record) error) (next Record, err error) {
	err = j.db.Update(func(tx *bbolt.Tx) error {
		old, found, err := getRecord(tx, k)
		if err != nil {
			return err
		}
		if !found {
			old = Record{Key: k, State: Assigned, Marks: []Mark{{Assigned, height, j.now().UTC()}}}
		}
		next = old.cloneRecord()
		if err := change(&next); err != nil {
			return err
		}
		next.Key = k
		if err := checkChange(old, next); err != nil {
			return err
		}
		if next.State != old.State {
			next.Marks = append(next.Marks, Mark{next.State, height, j.now().UTC()})
		}
		return putRecord(tx, next)
	})
	return next, err
}

// Live returns every record whose state is not terminal, in the order of the keys.
func (j *Journal) Live() ([]Record, error) { return j.listOf(bucketOpen) }

// listOf returns the records whose keys a bucket has, in their order.
func (j *Journal) listOf(bucket []byte) (list []Record, err error) {
	err = j.db.View(func(tx *bbolt.Tx) error {
		records := tx.Bucket(bucketRecords)
		return tx.Bucket(bucket).ForEach(func(key, _ []byte) error {
			r, err := decodeRecord(records.Get(key))
			if err != nil {
				return err
			}
			list = append(list, r)
			return nil
		})
	})
	return list, err
}

// Each calls fn with every record in the order of the keys, until it fails.
func (j *Journal) Each(fn func(Record) error) error {
	return j.db.View(func(tx *bbolt.Tx) error {
		return tx.Bucket(bucketRecords).ForEach(func(_, value []byte) error {
			r, err := decodeRecord(value)
			if err != nil {
				return err
			}
			return fn(r)
		})
	})
}

// Height returns the last height whose blocks have been read; 0 for none.
func (j *Journal) Height() (h int64, err error) {
	err = j.db.View(func(tx *bbolt.Tx) error {
		if v := tx.Bucket(bucketMeta).Get(keyHeight); len(v) == 8 {
			h = int64(binary.BigEndian.Uint64(v))
		}
		return nil
	})
	return h, err
}

// SetHeight stores the last height whose blocks have been read. A lower height than the stored one changes nothing.
func (j *Journal) SetHeight(h int64) error {
	old, err := j.Height()
	if err != nil || h <= old {
		return err
	}
	return j.db.Update(func(tx *bbolt.Tx) error {
		return tx.Bucket(bucketMeta).Put(keyHeight, binary.BigEndian.AppendUint64(nil, uint64(h)))
	})
}

func (k Key) encodeKey() []byte {
	out := append([]byte{byte(k.Bench)}, k.Task[:]...)
	return binary.BigEndian.AppendUint32(out, k.Attempt)
}

func getRecord(tx *bbolt.Tx, k Key) (Record, bool, error) {
	value := tx.Bucket(bucketRecords).Get(k.encodeKey())
	if value == nil {
		return Record{}, false, nil
	}
	r, err := decodeRecord(value)
	return r, err == nil, err
}

func decodeRecord(value []byte) (Record, error) {
	var r Record
	if err := json.Unmarshal(value, &r); err != nil {
		return Record{}, fmt.Errorf("journal record: %w", err)
	}
	return r, nil
}

func putRecord(tx *bbolt.Tx, r Record) error {
	value, err := json.Marshal(r)
	if err != nil {
		return err
	}
	if err := tx.Bucket(bucketRecords).Put(r.Key.encodeKey(), value); err != nil {
		return err
	}
	if err := holdRecord(tx, r.Key.encodeKey()); err != nil {
		return err
	}
	if r.State.Terminal() {
		return tx.Bucket(bucketOpen).Delete(r.Key.encodeKey())
	}
	return tx.Bucket(bucketOpen).Put(r.Key.encodeKey(), []byte{})
}
