package types

// MaxAwaitedDeals bounds the deals of a request for which others wait, at the time when the first of them is submitted.
const MaxAwaitedDeals = 64
