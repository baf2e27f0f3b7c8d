// Package adapter holds what every vendor adapter does the same way: errors
// that are not the vendor's, counts read off a wire, and addresses.
//
// It imports providers and the standard library, so that an adapter that uses
// it depends on nothing more than before.
package adapter
