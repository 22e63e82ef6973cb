package account_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/codec/address"

	"github.com/credence-chain/credence/internal/account"
)

func TestOneTextForAnAddress(t *testing.T) {
	codec := address.NewBech32Codec("cred")
	text, err := codec.BytesToString(bytes.Repeat([]byte{7}, 20))
	require.NoError(t, err)
	require.NoError(t, account.Check(codec, text))
	require.ErrorContains(t, account.Check(codec, strings.ToUpper(text)), "expected it written as")
	require.Error(t, account.Check(codec, "x"))
	same, err := account.Canonical(codec, strings.ToUpper(text))
	require.NoError(t, err)
	require.Equal(t, text, same)
	_, err = account.Canonical(codec, "")
	require.Error(t, err)
}
