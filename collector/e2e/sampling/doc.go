// Package sampling runs collector/sampling.yaml, over the default configuration and in the fleet's sampler, with the share
// of the rest at zero, and looks at which traces are left in Jaeger: each rule alone, and both sides of each threshold, as
// the file ships them. The traces are made by the recorder and by failover chains, not written by hand.
//
// A slow call takes half a minute in earnest, so the ways and the traces run side by side, and this package beside the other
// tests of `make e2e`. Everything listens on ports of its own (internal/rig).
package sampling
