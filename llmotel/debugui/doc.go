// Package debugui is a page of the LLM calls of a process, served by the process
// itself: what net/http/pprof is to CPU time. It needs no backend, no network and
// no file; all of it is in the program.
//
// [New] takes the statistics and returns a [Handler], which is two things: a sink
// of the recorder, which keeps the last calls, and an http.Handler. monitor has it
// ready-made, Monitor.DebugHandler:
//
//	page, err := m.DebugHandler()
//	...
//	mux.Handle("/debug/llm/", page)
//
// There are an overview with charts, the circuit breakers with their history, the
// last calls with filters, each call with its waterfall, and experiments. A request
// with "Accept: application/json" gets the same as JSON. Pages are made by the
// server and work without script; with it they are live, by server-sent events.
// docs/debug-page.md is the guide.
//
// # Who may look
//
// The page shows error messages, ids of users and tenants, and, if asked to, what
// was said. It answers only requests whose Host is a loopback address or a name of
// [WithHosts], so that a foreign web page cannot read it, and with [WithToken] only
// those that bring the token. It reads and never changes anything.
//
// # What it costs
//
// A call pays for one pointer in a ring. Figures are computed when somebody looks,
// at most four times a second however many do. There is no goroutine but those of
// the requests.
package debugui
