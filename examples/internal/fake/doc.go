// Package fake serves small imitations of vendors' APIs on a loopback address, so
// that the examples run without keys. They answer from a script, as slowly as a
// fast model, and count a token for every four bytes.
package fake
