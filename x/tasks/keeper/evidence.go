package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/ids"
	"github.com/credence-chain/credence/poco"
	verifierstypes "github.com/credence-chain/credence/x/verifiers/types"
)

// evidenceVerifier returns what checks the evidence that comes with a reveal of a task. Everything that has to be shown is the
// chain's: the statement of the protocol, completed by the deal. Nothing is stored of the evidence.
func (k Keeper) evidenceVerifier(ctx context.Context, it *item) poco.EvidenceVerifier {
	return func(s poco.Statement, evidence []byte) error {
		deal, err := k.deals.WholeDeal(ctx, it.stored.Deal)
		if err != nil {
			return err
		}
		inputs, err := deal.CompleteStatement(&s, it.stored.Index)
		if err != nil {
			return err
		}
		program, err := ids.Parse(deal.Program)
		if err != nil {
			return err
		}
		return k.proofs.Verify(ctx, deal.Verifier, verifierstypes.Claim{Program: program, Statement: s, Inputs: inputs}, evidence)
	}
}

// endStopped ends a task that waits for evidence which nobody takes any more, and says whether it did.
func (k Keeper) endStopped(ctx sdk.Context, it *item) (bool, error) {
	p, found := poco.PolicyByName(it.state.Terms.Policy)
	if !found || p.Rules().Evidence != poco.EvidenceProof {
		return false, nil
	}
	usable, err := k.proofs.IsUsable(ctx, it.deal.Verifier)
	if err != nil || usable {
		return false, err
	}
	return true, k.runEvent(ctx, it, poco.EvidenceStopped{Height: ctx.BlockHeight()})
}
