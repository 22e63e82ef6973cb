package order

import (
	"errors"
	"io/fs"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	credence "github.com/credence-chain/credence/client"
)

// If an order came from a file, an error of the chain about its id names the file instead. An order that was named by its id keeps the
// id.
func TestSidesAreNamed(t *testing.T) {
	file := side{flag: "--pool", text: "pool.json", id: "aa11"}
	known := side{flag: "--app", text: "bb22", id: "bb22"}
	refused := &credence.TxError{Codespace: "market", Code: 68, Log: "order aa11: its volume of 1 is used up, of order bb22 there is more", Hash: "(a query)"}
	err := nameSides(refused, file, known)
	require.ErrorContains(t, err, "--pool pool.json: its volume of 1 is used up, of order bb22 there is more")
	require.ErrorIs(t, err, error(refused))
	require.NoError(t, nameSides(nil, file))
	other := errors.New("order aa11")
	require.Equal(t, other, nameSides(other, file), "what is not the chain's stays as it is")
}

// Without a node an order cannot be found by its id. A name that is neither a file nor an id is reported so.
func TestOrderByID(t *testing.T) {
	d := newDesk(t)
	_, err := d.run("inspect", strings.Repeat("0a", 32), "--chain-id", "one")
	require.ErrorContains(t, err, "only a node can tell what it is")
	_, err = d.run("inspect", d.path("none.json"), "--chain-id", "one")
	require.ErrorContains(t, err, "none.json: there is no such file, and it is no id")
	require.ErrorIs(t, err, fs.ErrNotExist)
	_, err = d.run("sign", d.path("none.json"), "--chain-id", "one")
	require.ErrorContains(t, err, "none.json: there is no such file\n")
}
