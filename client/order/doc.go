// Package order handles orders off the chain: it reads and writes their files, signs them for one or several keys, and checks
// signatures. It needs a chain id and no node. The market's query Volume says whether the chain still takes an order, which depends on
// its nonce, its pool's terms, and how much of it is left.
package order
