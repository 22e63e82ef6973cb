package load

import (
	"context"
	"errors"
	"fmt"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/client/sender"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
)

// join makes the accounts members of the payer's organisation, whose admin the payer must be. Only members of an organisation with the
// role for it may request tasks.
func (a *accounts) join(ctx context.Context, conn *client.Conn, payer client.Key, plan Plan) error {
	of, err := conn.Orgs().OrganisationOf(ctx, &orgstypes.QueryOrganisationOfRequest{Address: payer.Address()})
	if err != nil {
		return fmt.Errorf("find the organisation of %s, whose members request the tasks: %w", payer.Address(), err)
	}
	organisation := of.Organisation.Id
	plan.Tell(fmt.Sprintf("the accounts join %s", organisation))
	admin, err := client.NewSender(conn, payer, client.SenderOptions{})
	if err != nil {
		return err
	}
	a.organisation = organisation
	for from := 0; from < len(a.keys); from += orgstypes.MaxOffered { // no more offers may wait
		to := min(from+orgstypes.MaxOffered, len(a.keys))
		var offers []sdk.Msg
		for _, key := range a.keys[from:to] {
			offers = append(offers, &orgstypes.MsgAddMember{Admin: payer.Address(), OrgId: organisation, Member: key.Address()})
		}
		if _, err := admin.Do(ctx, offers...); err != nil {
			return fmt.Errorf("offer the accounts membership of %s, of which --from has to be an admin: %w", organisation, err)
		}
		if err := each(from, to, func(i int) error {
			_, err := a.senders[i].Do(ctx, &orgstypes.MsgAcceptMembership{Member: a.keys[i].Address(), OrgId: organisation})
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}

// leave makes an account leave the organisation that the accounts have joined, if they have.
func (a *accounts) leave(ctx context.Context, i int) error {
	if a.organisation == "" {
		return nil
	}
	_, err := a.senders[i].Do(ctx, &orgstypes.MsgLeave{Member: a.keys[i].Address(), OrgId: a.organisation})
	if sender.IsRefusal(err, orgstypes.ErrNotMember) {
		return nil // the account never accepted its invitation
	}
	return err
}

// each calls do for each number from one on and below another, several at once, and returns all errors.
func each(from, to int, do func(i int) error) error {
	failed := make(chan error, to-from)
	slots := make(chan struct{}, inFlight)
	for i := from; i < to; i++ {
		slots <- struct{}{}
		go func() {
			defer func() { <-slots }()
			failed <- do(i)
		}()
	}
	var all []error
	for range to - from {
		all = append(all, <-failed)
	}
	return errors.Join(all...)
}
