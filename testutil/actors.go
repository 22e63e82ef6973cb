package testutil

import (
	"fmt"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/poco"
)

// This file has the participants of a Compute: their names and their keys.

// Lab returns the organisation of the i-th worker. The first is 1.
func Lab(i int) string { return fmt.Sprintf("lab-%d", i) }

// Learn stores the court key of a seat, so that the helpers can answer in courts with it.
func (c *Compute) Learn(s *Seat) {
	c.keys[s.Court.String()], c.names[s.Court.String()] = s.Court, s.OrgID
}

func (c *Compute) learn() {
	c.keys, c.names, c.sworn = map[string]*Account{}, map[string]string{}, map[string]poco.Outcome{}
	for _, id := range c.orgOrder {
		c.names[c.orgs[id].Member().String()] = id
	}
	for i := 1; i <= c.Options.Workers; i++ {
		c.keys[c.WorkerKey(Lab(i)).String()], c.names[c.WorkerKey(Lab(i)).String()] = c.WorkerKey(Lab(i)), Lab(i)
	}
	for i := 1; i <= c.Options.Spares; i++ {
		c.keys[c.Spare(Lab(i)).String()], c.names[c.Spare(Lab(i)).String()] = c.Spare(Lab(i)), Lab(i)
	}
	for _, s := range c.known {
		c.Learn(s)
	}
	for _, g := range c.Options.Groups {
		c.names[c.Account(g.Name).String()] = g.Name
	}
	c.names[c.Account("stranger").String()] = "stranger"
}

// Know has the chain know the key of a worker that was registered beside those of the options, and its organisation.
func (c *Compute) Know(org string, key *Account) {
	c.keys[key.String()], c.names[key.String()] = key, org
}

// Actor returns the account behind a word: the member of an organisation, or an account by its name.
func (c *Compute) Actor(word string) *Account {
	if org, found := c.orgs[word]; found {
		return org.Member()
	}
	return c.Account(word)
}

// WorkerKey returns the hot key of an organisation's worker.
func (c *Compute) WorkerKey(org string) *Account { return c.Account(org + "-key") }

// Spare returns the second hot key of an organisation. At first no worker is registered with it.
func (c *Compute) Spare(org string) *Account { return c.Account(org + "-spare") }

// Name returns the organisation behind an address, or the address itself.
func (c *Compute) Name(address string) string {
	if n, found := c.names[address]; found {
		return n
	}
	return address
}

// Named replaces every known address in a text by its organisation.
func (c *Compute) Named(text string) string {
	for _, id := range c.orgOrder { // longest names last, so that no replaced address is a part of another
		text = strings.ReplaceAll(text, c.orgs[id].Member().String(), id)
	}
	for _, s := range c.known {
		text = strings.ReplaceAll(text, s.Court.String(), s.OrgID)
	}
	for i := 1; i <= c.Options.Workers; i++ {
		text = strings.ReplaceAll(text, c.WorkerKey(Lab(i)).String(), Lab(i))
	}
	for _, a := range c.accounts {
		text = strings.ReplaceAll(text, a.String(), a.Name)
	}
	return text
}

// Key returns the account that signs for a worker or a court seat, by its address.
func (c *Compute) Key(who string) *Account {
	c.T.Helper()
	key, found := c.keys[who]
	require.True(c.T, found, "no key of %s", who)
	return key
}
