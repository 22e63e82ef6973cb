package sender

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	nodev1 "cosmossdk.io/api/cosmos/base/node/v1beta1"
	cmtv1 "cosmossdk.io/api/cosmos/base/tendermint/v1beta1"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// Denom is the base denomination: 1,000,000 ucred are 1 CRED.
const Denom = "ucred"

// MostGasPrice is the highest price of a unit of gas that the sender pays without being told to: a hundred times the default of nodes.
// A higher price needs Options.GasPrices.
const MostGasPrice = "0.1" + Denom

// simulatePath is the query by which a node runs a transaction on its latest state. Unlike the SDK's Simulate service, it returns the
// code of the module that refuses.
const simulatePath = "/app/simulate"

// simulateGas asks a node how much gas a transaction uses. A refusal is a *TxError with its code.
func simulateGas(ctx context.Context, conn Conn, bytes []byte) (uint64, error) {
	res, err := cmtv1.NewServiceClient(conn).ABCIQuery(ctx, &cmtv1.ABCIQueryRequest{Path: simulatePath, Data: bytes})
	if err != nil {
		return 0, fmt.Errorf("simulate: %w", err)
	}
	if res.Code != 0 {
		return 0, &TxError{Codespace: res.Codespace, Code: res.Code, Log: strings.TrimPrefix(res.Log, "failed to simulate tx: ")}
	}
	var answer struct {
		GasInfo struct {
			GasUsed uint64 `json:"gas_used,string"`
		} `json:"gas_info"`
	}
	if err := json.Unmarshal(res.Value, &answer); err != nil {
		return 0, fmt.Errorf("simulate: the node's answer: %w", err)
	}
	return answer.GasInfo.GasUsed, nil
}

// withRoom returns the gas limit for a transaction whose simulation used an amount of gas. It adds 30 % and 10,000, because the state
// may change before the transaction's block.
func withRoom(used uint64) uint64 { return used*13/10 + 10_000 }

// LeastGasPrices asks the node for the least price of a unit of gas that it takes. A price above MostGasPrice is a *GasPriceError.
func LeastGasPrices(ctx context.Context, conn Conn) (sdk.DecCoins, error) {
	res, err := nodev1.NewServiceClient(conn).Config(ctx, &nodev1.ConfigRequest{})
	if err != nil {
		return nil, fmt.Errorf("least gas price of the node: %w", err)
	}
	prices, err := sdk.ParseDecCoins(res.MinimumGasPrice)
	if err != nil {
		return nil, fmt.Errorf("least gas price of the node %q: %w", res.MinimumGasPrice, err)
	}
	most, err := sdk.ParseDecCoin(MostGasPrice)
	if err != nil {
		return nil, err
	}
	if prices.AmountOf(Denom).GT(most.Amount) {
		return nil, &GasPriceError{Node: conn.Endpoint(), Asked: res.MinimumGasPrice, Most: MostGasPrice}
	}
	return prices, nil
}

// Fee returns the fee for an amount of gas, rounded up; no coins at a price of 0.
func Fee(prices sdk.DecCoins, gas uint64) sdk.Coins {
	price := prices.AmountOf(Denom)
	if !price.IsPositive() {
		return nil
	}
	return sdk.NewCoins(sdk.NewCoin(Denom, price.MulInt(math.NewIntFromUint64(gas)).Ceil().TruncateInt()))
}
