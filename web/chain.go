package web

import (
	"context"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"

	cmtv1 "cosmossdk.io/api/cosmos/base/tendermint/v1beta1"
	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/hashicorp/golang-lru/v2/expirable"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/client/stream"
	"github.com/credence-chain/credence/poco"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
)

// pageSize is how many records a list shows at a time.
const pageSize = 25

// chain answers the page's questions from one node.
type chain struct {
	conn *client.Conn
	feed *stream.Feed
	// headers never change; deals are remembered for what never changes of them; organisations may.
	headers *lru.Cache[int64, header]
	deals   *lru.Cache[string, pinned]
	orgs    *expirable.LRU[string, string]
	// final are the moments of tasks that do not change any more.
	final *lru.Cache[string, map[moment]int64]
}

func newChain(conn *client.Conn, feed *stream.Feed) *chain {
	c := &chain{conn: conn, feed: feed, orgs: expirable.NewLRU[string, string](4096, nil, time.Minute)}
	// Sizes are positive, the only thing that can be wrong.
	c.headers, _ = lru.New[int64, header](8192)
	c.deals, _ = lru.New[string, pinned](8192)
	c.final, _ = lru.New[string, map[moment]int64](1024)
	return c
}

// big is a number that may be too large for a browser's: it is written as text.
type big uint64

// MarshalJSON writes the digits in quotes.
func (b big) MarshalJSON() ([]byte, error) {
	return []byte(strconv.Quote(strconv.FormatUint(uint64(b), 10))), nil
}

// nextPage is the place of the page after this one, for the parameter "after"; empty for the last.
func nextPage(p *query.PageResponse) string {
	if p == nil {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(p.NextKey)
}

// readPage reads the parameter "after".
func readPage(p params, newestFirst bool) (*query.PageRequest, error) {
	key, err := base64.RawURLEncoding.DecodeString(p["after"])
	if err != nil {
		return nil, wrongf("after: expected what the page before named as its next, got %s", showText(p["after"]))
	}
	if len(key) == 0 {
		key = nil
	}
	return &query.PageRequest{Key: key, Limit: pageSize, Reverse: newestFirst}, nil
}

// pinned is what of a deal never changes, and lists show.
type pinned struct {
	Request, App, Version, Requester, Organisation, Pool, Policy string
	Trust                                                        uint64
}

func pinnedOf(d dealstypes.Deal) pinned {
	return pinned{d.Request, d.App, d.AppVersion, d.Requester, d.RequesterOrganisation, d.Pool, d.Terms.Policy, d.Terms.Trust}
}

func (c *chain) readPinned(ctx context.Context, deal string) (pinned, error) {
	if p, ok := c.deals.Get(deal); ok {
		return p, nil
	}
	res, err := c.conn.Deals().Deal(ctx, &dealstypes.QueryDealRequest{Id: deal})
	if err != nil {
		return pinned{}, err
	}
	p := pinnedOf(res.Deal)
	c.deals.Add(deal, p)
	return p, nil
}

// organisationOf names the organisation of an account; empty for none.
func (c *chain) organisationOf(ctx context.Context, address string) string {
	if address == "" {
		return ""
	}
	if id, ok := c.orgs.Get(address); ok {
		return id
	}
	res, err := c.conn.Orgs().OrganisationOf(ctx, &orgstypes.QueryOrganisationOfRequest{Address: address})
	if err != nil {
		if notThere(err) {
			c.orgs.Add(address, "")
		}
		return "" // a name is a help for readers, and never worth failing a page
	}
	c.orgs.Add(address, res.Organisation.Id)
	return res.Organisation.Id
}

// header is what the page shows of a block.
type header struct {
	Height   int64 `json:"height"`
	Time     int64 `json:"time"` // in milliseconds since 1970
	Txs      int   `json:"txs"`
	proposer []byte
}

func (c *chain) readHeader(ctx context.Context, height int64) (header, error) {
	if h, ok := c.headers.Get(height); ok {
		return h, nil
	}
	res, err := c.conn.Comet().GetBlockByHeight(ctx, &cmtv1.GetBlockByHeightRequest{Height: height})
	if err != nil {
		return header{}, err
	}
	b := res.GetSdkBlock()
	h := header{
		Height: height, Time: b.GetHeader().GetTime().AsTime().UnixMilli(), Txs: len(b.GetData().GetTxs()),
	}
	if block := res.GetBlock(); block != nil {
		h.proposer = block.GetHeader().GetProposerAddress()
	}
	c.headers.Add(height, h)
	return h, nil
}

// timeOf is when a block was, in milliseconds; 0 where the node no longer has it, or there is none yet.
func (c *chain) timeOf(ctx context.Context, height int64) int64 {
	if height <= 0 || height > c.feed.Tip() {
		return 0
	}
	h, err := c.readHeader(ctx, height)
	if err != nil {
		return 0
	}
	return h.Time
}

// wordOf is the name of a value of an enumeration, without what all of them begin with.
func wordOf(value fmt.Stringer, begin string) string {
	text := strings.TrimPrefix(value.String(), begin)
	if text == "UNSPECIFIED" {
		return ""
	}
	return strings.ToLower(strings.ReplaceAll(text, "_", " "))
}

// formatDecimal returns a 64.64 fixed-point number, as digits; empty for none.
func formatDecimal(raw []byte) string {
	if len(raw) == 0 {
		return ""
	}
	q, err := poco.Q64FromBytes(raw)
	if err != nil {
		return ""
	}
	return q.String()
}
