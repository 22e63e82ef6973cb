package keeper

import (
	"context"
	"encoding/hex"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/records"
	"github.com/credence-chain/credence/x/enclaves/types"
)

// RefreshTdx stores collateral that Intel signed, if it is newer than the stored one of its family of processors; else
// ErrCollateral.
func (k Keeper) RefreshTdx(ctx context.Context, c types.TdxCollateral) (types.Edition, error) {
	sdk.UnwrapSDKContext(ctx).GasMeter().ConsumeGas(hardwareGas, "enclaves: collateral")
	params, err := k.Params.Get(ctx)
	if err != nil {
		return types.Edition{}, err
	}
	e, err := c.Inspect(params.IntelRoot, timeOf(ctx))
	if err != nil {
		return e, err
	}
	old, found, err := records.Find(ctx, k.Editions, e.Family)
	if err != nil {
		return e, err
	}
	e.Height, e.Raised = heightOf(ctx), old.Raised
	if found {
		if err := e.Follows(old); err != nil {
			return e, err
		}
		if e.Evaluation() > old.Evaluation() {
			e.Raised = e.Height
		}
	}
	if err := k.Editions.Set(ctx, e.Family, e); err != nil {
		return e, err
	}
	if err := k.Tdx.Set(ctx, e.Family, c); err != nil {
		return e, err
	}
	return e, emitEvent(ctx, &types.EventTdxRefreshed{Family: hex.EncodeToString(e.Family), Evaluation: e.Evaluation(), Expires: e.Expires})
}

// RefreshSnp stores collateral that AMD signed, if its revocation list is newer than the stored one of the product. It returns
// ErrCollateral, or ErrNotFound for a product that the parameters do not name.
func (k Keeper) RefreshSnp(ctx context.Context, name string, c types.SnpCollateral) (types.SnpCollateral, error) {
	sdk.UnwrapSDKContext(ctx).GasMeter().ConsumeGas(hardwareGas, "enclaves: collateral")
	params, err := k.Params.Get(ctx)
	if err != nil {
		return c, err
	}
	product, err := params.FindProduct(name)
	if err != nil {
		return c, err
	}
	if c, err = c.Inspect(product, timeOf(ctx)); err != nil {
		return c, err
	}
	old, found, err := records.Find(ctx, k.Snp, product.Name)
	if err != nil {
		return c, err
	}
	if found && c.Issued <= old.Issued {
		return c, types.ErrCollateral.Wrapf("list: issued at %d, expected later than %d, which is known", c.Issued, old.Issued)
	}
	c.Height = heightOf(ctx)
	if err := k.Snp.Set(ctx, product.Name, c); err != nil {
		return c, err
	}
	return c, emitEvent(ctx, &types.EventSnpRefreshed{Product: product.Name, Expires: c.Expires})
}
