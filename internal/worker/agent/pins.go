package agent

import (
	"sync"

	"github.com/credence-chain/credence/artifact"
)

// Pins are the blobs that running work needs now. A collection deletes no pinned blob. A blob whose pin ends during a collection counts as
// pinned until the collection ends: by then the journal names the blob, but the collection read the journal before. A nil *Pins pins
// nothing.
type Pins struct {
	mu         sync.Mutex
	count      map[artifact.Digest]int
	collecting bool
	later      []artifact.Digest // whose pins end with the collection
}

// pin is what one piece of work needs.
type pin struct {
	pins *Pins
	list []artifact.Digest
}

// newPin pins blobs until release is called.
func (p *Pins) newPin(list ...artifact.Digest) *pin {
	out := &pin{pins: p}
	out.add(list...)
	return out
}

// add pins more blobs.
func (h *pin) add(list ...artifact.Digest) {
	if h.pins == nil {
		return
	}
	h.pins.mu.Lock()
	defer h.pins.mu.Unlock()
	if h.pins.count == nil {
		h.pins.count = map[artifact.Digest]int{}
	}
	for _, d := range list {
		h.pins.count[d]++
	}
	h.list = append(h.list, list...)
}

// release ends the pins.
func (h *pin) release() {
	if h.pins == nil {
		return
	}
	h.pins.mu.Lock()
	defer h.pins.mu.Unlock()
	if h.pins.collecting {
		h.pins.later = append(h.pins.later, h.list...)
	} else {
		h.pins.drop(h.list)
	}
	h.list = nil
}

// drop ends pins; mu is held.
func (p *Pins) drop(list []artifact.Digest) {
	for _, d := range list {
		if p.count[d]--; p.count[d] <= 0 {
			delete(p.count, d)
		}
	}
}

// beginCollection keeps all pins until endCollection. It is called before the journal is read.
func (p *Pins) beginCollection() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.collecting = true
}

func (p *Pins) endCollection() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.collecting = false
	p.drop(p.later)
	p.later = nil
}

// unlessPinned calls fn if the blob is not pinned. No pin of it begins meanwhile.
func (p *Pins) unlessPinned(d artifact.Digest, fn func() error) (done bool, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.count[d] > 0 {
		return false, nil
	}
	return true, fn()
}
