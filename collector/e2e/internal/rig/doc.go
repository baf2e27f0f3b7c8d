// Package rig starts the pipeline's programs on ports of their own, puts a load with known contents on them, and counts
// what arrived. The chaos tests and `make bench-pipeline` are built on it.
//
// A [Pipeline] knows the ports and directories of one run and makes the [Spec] of each program; [Start] runs one. A [Load]
// is a list of traces that can be written down from its seed alone, so that [Jaeger.Count] can say of every span that was
// acknowledged whether it is there and has the right parent, without having been told what was sent.
//
// Nothing here reads the collector's own counters to learn what was delivered.
package rig
