// Package cli is what commands for people share: errors in words with what to do next, exit statuses, units, and the words of
// events and reports. The library, package client, knows none of it: it has types, and amounts in ucred.
package cli
