// Package order is orders off the chain: files of them, signing them for one or for several keys, checking what others
// signed. It needs no node: what it says holds for a chain id alone. Whether the chain still takes an order (its nonce,
// its pool's terms, what is left of it) is the market's query Volume to say.
package order
