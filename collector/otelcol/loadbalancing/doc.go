// Package loadbalancing is an exporter that sends all spans of a trace to the same one of several collectors, chosen by a
// consistent hash of the trace id, so that each of them can decide about whole traces.
//
// The contrib distribution has a component of the same name, load_balancing, whose module cannot be had where this
// distribution is built. This one is written from its documentation and takes a subset of its configuration: a fixed list
// of backends (resolver.static) and routing by trace id. What this collector accepts, the contrib image accepts as well;
// the other resolvers and routing keys are refused here with an error. Which backend a trace goes to differs between the
// two, so one fleet runs one of them, not both.
//
// Each backend is an OTLP exporter of its own, with its own queue and retries as configured under protocol.otlp: while one
// backend is away, its traces wait for it in its queue and the others go on. A list that stays the same keeps that
// promise; a backend that changes its address loses what waited for it.
package loadbalancing
