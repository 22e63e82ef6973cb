// Package stream hands the events of the protocol to many readers at once, block by block and with a place to go on from: it
// is behind the Watch service of a node and behind its web page.
//
// A reader pulls. Nothing is queued for one that is slow; it reads the next block when it has sent the one before. Blocks are
// read from the node once, kept for a while, and shared. What a reader may cost is bounded: streams in all and for each
// client, how far back a replay begins, and how many blocks are read from the node at a time.
package stream
