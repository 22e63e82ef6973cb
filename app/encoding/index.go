package encoding

import (
	"github.com/cosmos/gogoproto/proto"

	appstypes "github.com/credence-chain/credence/x/apps/types"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	feedstypes "github.com/credence-chain/credence/x/feeds/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	poatypes "github.com/credence-chain/credence/x/poa/types"
	supplytypes "github.com/credence-chain/credence/x/supply/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// IndexedEvents returns the attributes of events by which a node finds transactions and blocks, each as "type.attribute", for the setting
// index-events of app.toml. They are the names by which people and programs look for what happened. A node that indexes every attribute
// spends a tenth of its processor time on it, most of it on payments and on steps that the state and the events of a task's other blocks say too.
func IndexedEvents() []string {
	out := []string{"tx.fee_payer", "message.sender", "message.action"}
	for _, e := range []struct {
		event      proto.Message
		attributes []string
	}{
		{&appstypes.EventPublished{}, []string{"reference", "owner"}},
		{&appstypes.EventAppChanged{}, []string{"app"}},
		{&dealstypes.EventDeal{}, []string{"id", "request", "requester", "app", "pool"}},
		{&dealstypes.EventCallback{}, []string{"task"}},
		{&feedstypes.EventUpdated{}, []string{"feed"}},
		{&markettypes.EventRequest{}, []string{"id", "requester"}},
		{&orgstypes.EventAdmitted{}, []string{"org_id"}},
		{&poatypes.EventJailed{}, []string{"org_id"}},
		{&poatypes.EventTombstoned{}, []string{"org_id"}},
		{&supplytypes.EventMinted{}, []string{"to"}},
		{&taskstypes.EventCommitted{}, []string{"task"}},
		{&taskstypes.EventRevealed{}, []string{"task"}},
		{&taskstypes.EventEnded{}, []string{"task"}},
		{&taskstypes.EventAudit{}, []string{"task"}},
		{&workerstypes.EventWorkerChanged{}, []string{"worker"}},
		{&workerstypes.EventSlashed{}, []string{"worker"}},
	} {
		for _, attribute := range e.attributes {
			out = append(out, proto.MessageName(e.event)+"."+attribute)
		}
	}
	return out
}
