// Package cli is the command line llmotel: its commands, and how they show what
// they have found.
package cli
