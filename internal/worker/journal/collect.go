package journal

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"
	"time"

	"go.etcd.io/bbolt"
)

// This file has how records leave the journal. A record is held while its task may still change on the chain, because its bytes may be
// owed until then. Once the task was seen to be final, the record is kept for people, and can be forgotten.

// holdRecords holds each record of which nobody noted that its task is final. Journals of older workers have no such notes.
func holdRecords(tx *bbolt.Tx) error {
	var missing [][]byte
	err := tx.Bucket(bucketRecords).ForEach(func(key, _ []byte) error {
		if tx.Bucket(bucketHeld).Get(key) == nil && tx.Bucket(bucketFinal).Get(key) == nil {
			missing = append(missing, bytes.Clone(key))
		}
		return nil
	})
	for _, key := range missing {
		if err == nil {
			err = holdRecord(tx, key)
		}
	}
	return err
}

// holdRecord holds a record unless its task is known to be final.
func holdRecord(tx *bbolt.Tx, key []byte) error {
	if tx.Bucket(bucketFinal).Get(key) != nil {
		return nil
	}
	return tx.Bucket(bucketHeld).Put(key, []byte{1})
}

// Held returns every record whose task was not seen to be final, in the order of the keys. The records of Live are among them.
func (j *Journal) Held() ([]Record, error) { return j.listOf(bucketHeld) }

// NoteFinal notes, in one durable transaction, when the tasks of these records were seen to be final. Records that are not terminal, or
// not there, are left out.
func (j *Journal) NoteFinal(keys []Key, at time.Time) error {
	if len(keys) == 0 {
		return nil
	}
	return j.db.Update(func(tx *bbolt.Tx) error {
		for _, k := range keys {
			r, found, err := getRecord(tx, k)
			if err != nil {
				return err
			}
			if !found || !r.State.Terminal() {
				continue
			}
			key := k.encodeKey()
			if err := tx.Bucket(bucketFinal).Put(key, binary.BigEndian.AppendUint64(nil, uint64(at.UnixNano()))); err != nil {
				return err
			}
			if err := tx.Bucket(bucketHeld).Delete(key); err != nil {
				return err
			}
		}
		return nil
	})
}

// maxForgotten bounds the records that one transaction of Forget deletes.
const maxForgotten = 1000

// Forget deletes the records whose tasks were seen to be final before a time, and the oldest of those beyond the number to keep. It
// deletes at most maxForgotten, and returns how many. A held record is never deleted.
func (j *Journal) Forget(before time.Time, keep int) (gone int, err error) {
	type final struct {
		key []byte
		at  uint64
	}
	var list []final
	err = j.db.View(func(tx *bbolt.Tx) error {
		return tx.Bucket(bucketFinal).ForEach(func(key, at []byte) error {
			list = append(list, final{bytes.Clone(key), binary.BigEndian.Uint64(at)})
			return nil
		})
	})
	if err != nil {
		return 0, err
	}
	slices.SortStableFunc(list, func(a, b final) int { return cmp.Compare(a.at, b.at) })
	limit := uint64(before.UnixNano())
	over := len(list) - keep
	for i, f := range list {
		if i >= maxForgotten || i >= over && f.at >= limit {
			list = list[:i]
			break
		}
	}
	if len(list) == 0 {
		return 0, nil
	}
	return len(list), j.db.Update(func(tx *bbolt.Tx) error {
		for _, f := range list {
			for _, name := range [][]byte{bucketRecords, bucketFinal, bucketOpen} {
				if err := tx.Bucket(name).Delete(f.key); err != nil {
					return err
				}
			}
		}
		return nil
	})
}
