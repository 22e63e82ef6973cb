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

// pageSize is the number of records on one page of a list.
const pageSize = 25

// chain answers the page's questions with queries to one node.
type chain struct {
	conn *client.Conn
	feed *stream.Feed
	// headers and rows never change. Of deals only fields that never change are kept. The organisation of an account can change, so it is kept for a
	// limited time.
	headers *lru.Cache[int64, header]
	rows    *lru.Cache[int64, blockRow]
	deals   *lru.Cache[string, pinned]
	orgs    *expirable.LRU[string, string]
	// final holds the moments of tasks that no longer change.
	final *lru.Cache[string, map[moment]int64]
}

func newChain(conn *client.Conn, feed *stream.Feed) *chain {
	c := &chain{conn: conn, feed: feed, orgs: expirable.NewLRU[string, string](4096, nil, time.Minute)}
	// lru.New fails only if a size is not positive.
	c.headers, _ = lru.New[int64, header](8192)
	c.rows, _ = lru.New[int64, blockRow](2 * chartBlocks)
	c.deals, _ = lru.New[string, pinned](8192)
	c.final, _ = lru.New[string, map[moment]int64](1024)
	return c
}

// big is a number that can exceed what a browser represents exactly. JSON has it as text.
type big uint64

// MarshalJSON writes the digits in quotes.
func (b big) MarshalJSON() ([]byte, error) {
	return []byte(strconv.Quote(strconv.FormatUint(uint64(b), 10))), nil
}

// nextPage returns the value of the parameter "after" for the next page; "" on the last page.
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

// pinned has those fields of a deal that lists show and that never change.
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

// organisationOf returns the organisation of an account; "" for none.
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
		return "" // the name is only a help for readers: the page does without it
	}
	c.orgs.Add(address, res.Organisation.Id)
	return res.Organisation.Id
}

// header has what the page shows of a block.
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

// timeOf returns the time of a block in milliseconds; 0 if the node no longer has the block, or the block does not exist yet.
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

// wordOf returns the name of an enumeration's value without the prefix that all its values share.
func wordOf(value fmt.Stringer, begin string) string {
	text := strings.TrimPrefix(value.String(), begin)
	if text == "UNSPECIFIED" {
		return ""
	}
	return strings.ToLower(strings.ReplaceAll(text, "_", " "))
}

// formatDecimal returns a 64.64 fixed-point number in decimal; "" for none.
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
