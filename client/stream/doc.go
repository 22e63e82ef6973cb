// Package stream sends the events of the protocol to many readers at once, block by block. Each event has a place, from which a reader
// can go on later. The Watch service and the web page of a node use it.
//
// Readers pull: a reader takes the next block when it has sent the one before, so that nothing is queued for a slow reader. Each block
// is read from the node once, kept for a while, and shared by all readers. Limits bound the cost of readers: the number of streams in
// all and for each client, how far back a replay may begin, and how many blocks are read from the node at a time.
package stream
