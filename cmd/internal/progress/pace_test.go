package progress

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/client"
)

// Before any task ended, the time of a first worker says how long those may take that run the task again.
func TestPace(t *testing.T) {
	var p pace
	at := func(s int) time.Time { return time.Unix(int64(s), 0) }
	left := func(s int) time.Duration {
		d, known := p.left(at(s))
		if !known {
			return -1
		}
		return d
	}
	p.take(client.Event{Kind: client.EventDrawn, Task: "a", Wave: 1}, at(0))
	require.EqualValues(t, -1, left(5), "nothing is known of the program")
	p.take(client.Event{Kind: client.EventCommitted, Task: "a", Wave: 2}, at(5))
	require.EqualValues(t, -1, left(5), "only a first worker's time counts")
	p.take(client.Event{Kind: client.EventCommitted, Task: "a", Wave: 1}, at(20))
	require.EqualValues(t, -1, left(20), "nobody runs it again yet")
	p.take(client.Event{Kind: client.EventDrawn, Task: "a", Wave: 2}, at(30))
	require.Equal(t, 20*time.Second, left(30))
	require.Equal(t, 5*time.Second, left(45))
	p.take(client.Event{Kind: client.EventRevealing, Task: "a"}, at(48))
	require.EqualValues(t, -1, left(48))
}
