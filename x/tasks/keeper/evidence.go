package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/ids"
	"github.com/credence-chain/credence/internal/records"
	"github.com/credence-chain/credence/poco"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	enclavestypes "github.com/credence-chain/credence/x/enclaves/types"
	"github.com/credence-chain/credence/x/tasks/types"
	verifierstypes "github.com/credence-chain/credence/x/verifiers/types"
)

// evidenceVerifier returns the function that checks the evidence of a reveal. The evidence must prove a statement. The chain makes
// this statement itself: package poco begins it, and the deal completes it. The evidence is not stored.
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
		if s.Kind == poco.EvidenceAttestation {
			return k.enclaves.Verify(ctx, listingOf(deal), s, evidence)
		}
		program, err := ids.Parse(deal.Program)
		if err != nil {
			return err
		}
		return k.verifiers.Verify(ctx, deal.Verifier, verifierstypes.Claim{Program: program, Statement: s, Inputs: inputs}, evidence)
	}
}

// listingOf returns which enclaves a deal accepts: its runtime and its list of measurements.
func listingOf(deal dealstypes.Deal) enclavestypes.Listing {
	return enclavestypes.Listing{Runtime: deal.Runtime, Measurements: deal.Measurements}
}

// endStopped ends a task whose evidence the chain no longer accepts, because its verifier was stopped or its enclave frozen. It
// returns whether it did.
func (k Keeper) endStopped(ctx sdk.Context, it *item) (bool, error) {
	p, found := poco.PolicyByName(it.state.Terms.Policy)
	if !found || it.state.Ending != poco.EndNone { // an answer that was accepted stays
		return false, nil
	}
	taken, err := true, error(nil)
	switch p.Rules().Evidence {
	case poco.EvidenceProof:
		taken, err = k.verifiers.IsUsable(ctx, it.deal.Verifier)
	case poco.EvidenceAttestation:
		taken, err = k.acceptsAttestation(ctx, it)
	}
	if err != nil || taken {
		return false, err
	}
	return true, k.runEvent(ctx, it, poco.EvidenceStopped{Height: ctx.BlockHeight()})
}

// acceptsAttestation says whether a task can still end by an attested answer. It cannot if all enclaves that its deal accepts are
// frozen. At the deadline of the reveals it also cannot if the chain voided the session of an awaited worker after the worker
// committed: such a worker is not to blame. A worker is to blame if its session expired, or if it never had one.
// A worker is to blame too if a court convicted its organisation since it committed. Otherwise a worker could lie once, lose one stake,
// have its machine frozen by the verdict, and so be excused from all its other commitments.
func (k Keeper) acceptsAttestation(ctx sdk.Context, it *item) (bool, error) {
	l := listingOf(it.deal)
	if usable, err := k.enclaves.IsUsable(ctx, l); err != nil || !usable {
		return false, err
	}
	if it.state.Phase != poco.PhaseReveal {
		return true, nil
	}
	for _, s := range it.state.Seats {
		if s.State != poco.SeatCommitted {
			continue
		}
		convicted, found, err := records.Find(ctx, k.Convicted, s.Org)
		if err != nil {
			return false, err
		}
		if found && convicted >= s.Committed {
			continue
		}
		if voided, err := k.enclaves.WasVoided(ctx, l, s.Who, s.Committed); err != nil || voided {
			return false, err
		}
	}
	return true, nil
}

// noteSigner records which enclave signed an answer that a court may examine later.
func (k Keeper) noteSigner(ctx context.Context, it *item, m *types.MsgReveal) error {
	p, found := poco.PolicyByName(it.state.Terms.Policy)
	if !found || p.Rules().Evidence != poco.EvidenceAttestation || len(m.Evidence) == 0 || it.state.Terms.AuditBlocks == 0 {
		return nil
	}
	machine, measurement, err := k.enclaves.Signer(ctx, m.Who, m.Evidence)
	if err == nil {
		it.stored.Enclave = &types.Enclave{Machine: machine, Measurement: measurement}
	}
	return err
}

// convictSigner tells x/enclaves that a court found another answer than an enclave had signed. A failure there does not undo the
// settlement of the task.
//
// Several convictions freeze an image that others run too. Two rules keep that from being cheap, and from happening by chance in the
// course of years. A conviction counts only if its stake was at least the bond of a challenge: otherwise whoever has a pool of its own
// with a stake of 1 could have the image frozen for nothing. And convictions count together within the window in which convictions put an app in
// question.
func (k Keeper) convictSigner(ctx context.Context, it *item) {
	signer := it.stored.Enclave
	if signer == nil {
		return
	}
	_ = items.Do(sdk.UnwrapSDKContext(ctx), "verdict against the enclave of task", it.stored.Id, func(ctx sdk.Context) error {
		params, err := k.Params.Get(ctx)
		if err != nil {
			return err
		}
		terms := it.state.Terms
		counted := terms.Stake >= terms.ChallengeBond(uint64(len(it.state.Court)), params.ChallengeBond)
		return k.enclaves.Convict(ctx, signer.Machine, enclavestypes.Conviction{
			Measurement: signer.Measurement, Organisation: it.state.Seats[0].Org, Task: it.stored.Id,
		}, counted, ctx.BlockHeight()-params.AppWindowBlocks+1)
	})
}
