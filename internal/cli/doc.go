// Package cli has what commands for people share: error texts that say what to do next, exit statuses, units, and the texts of events and
// reports. The library, package client, has none of these: it returns types, and amounts in ucred.
package cli
