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

// MostGasPrice is what a node may ask for a unit of gas without anybody having said that it may: a hundred times what nodes
// ask by default. A node that asks for more is believed only with Options.GasPrices.
const MostGasPrice = "0.1" + Denom

// simulatePath is where a node runs a transaction on its last state. Unlike the service that has Simulate in its name, it
// answers with the code of the module that refuses.
const simulatePath = "/app/simulate"

// simulateGas asks what gas a transaction takes. A refusal is a *TxError with its code.
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

// withRoom is the gas limit of a transaction that took so much when it was simulated: the state may change before its block.
func withRoom(used uint64) uint64 { return used*13/10 + 10_000 }

// LeastGasPrices asks the node what it takes for a unit of gas at least. More than MostGasPrice is a *GasPriceError.
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

// Fee is what gas costs at a price, rounded up; none at a price of 0.
func Fee(prices sdk.DecCoins, gas uint64) sdk.Coins {
	price := prices.AmountOf(Denom)
	if !price.IsPositive() {
		return nil
	}
	return sdk.NewCoins(sdk.NewCoin(Denom, price.MulInt(math.NewIntFromUint64(gas)).Ceil().TruncateInt()))
}
