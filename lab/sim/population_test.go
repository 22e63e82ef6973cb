package sim

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPopulations(t *testing.T) {
	d := NewDice(1, 1)
	first := View{Mine: 1, Seen: 1, Blind: true, Victim: true, Record: 20, Coin: 0.5, Expected: func() float64 { return 2.5 }}
	owner, stranger, told := first, first, first
	owner.Blind, owner.Line, owner.Mine, owner.Seen = false, Lied, 3, 3
	stranger.Blind, stranger.Line, stranger.Mine, stranger.Seen = false, Lied, 2, 3
	told.Blind, told.Line, told.Mine, told.Seen = false, Told, 2, 2

	for _, c := range []struct {
		people                       Population
		first, owner, stranger, told Act
	}{
		{Peace{}, Tell, Tell, Tell, Tell},
		{Static{Chance: 1}, Lie, Lie, Lie, Lie},
		{Static{Chance: 1, Apart: true}, Err, Err, Err, Err},
		{Coordinated{0.6}, Lie, Lie, Lie, Lie},
		{Coordinated{0.4}, Tell, Tell, Tell, Tell},
		{Informed{}, Lie, Lie, Tell, Tell},
		{Sleeper{0.5, Informed{}}, Tell, Tell, Tell, Tell},
		{Opportunist{2}, Lie, Lie, Tell, Tell},
		{Opportunist{1}, Tell, Lie, Tell, Tell},
		{Rare{0.6}, Lie, Lie, Tell, Tell},
		{Rare{0.4}, Tell, Lie, Tell, Tell},
		{Oscillator{10}, Lie, Lie, Lie, Lie},
		{Oscillator{30}, Tell, Tell, Tell, Tell},
		{Flooder{}, Tell, Err, Err, Err},
		{Farmer{}, Lie, Lie, Tell, Tell},
		{Briber{Chance: 1}, Lie, Lie, Tell, Tell},
		{PausingProposer{Proposer{Proposers: 2}, 2}, Lie, Lie, Tell, Tell},
	} {
		for i, want := range []Act{c.first, c.owner, c.stranger, c.told} {
			require.Equal(t, want, c.people.ChooseAct([]View{first, owner, stranger, told}[i], d), "%s, view %d", c.people.Name(), i)
		}
	}
	late := first
	late.Progress = 0.5
	require.Equal(t, Lie, Sleeper{0.5, Informed{}}.ChooseAct(late, d))
	own := first
	own.Victim = false
	require.Equal(t, Tell, Farmer{}.ChooseAct(own, d))
}
