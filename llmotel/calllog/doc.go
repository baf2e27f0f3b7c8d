// Package calllog writes one line of JSON for each LLM call, to be read by
// people, jq, DuckDB or the reports of this project.
//
// [Open] gives a [Log] that appends to a file, [New] one on any io.Writer; both
// are sinks of the recorder. A line says when, what, on whose behalf, how long,
// how many tokens, what it cost, how it ended and which targets were tried on
// the way. It never holds a prompt or an answer, only their lengths, and what a
// vendor sends as an id or a code only if it is one (providers.CleanID). What
// the fields mean is in the JSON Schema that [JSONSchema] returns; every line
// names the version of its schema. [Reader] reads the lines back.
//
// # What can be relied on
//
// A line is written when its call ends, by one write to a file opened for
// appending. So lines are whole when many goroutines and many processes share
// a local file, and what was recorded outlives the process even if it is
// killed. For that a line does not cross a page of memory (4 KB as a rule), which
// costs some spaces between lines. Only a power cut, a full disk, a line
// longer than a page, or a kill at the very moment at which another process
// writes too, can leave a part of a line; the next line starts on a line of
// its own after it, and Reader counts the part as one bad line.
//
// The write goes to the page cache, two to three microseconds, and is not synced
// before Close. A writer of yours that blocks, blocks the call.
//
// A line that cannot be written is dropped, counted ([Log.Dropped]), reported to
// [WithOnError] at most once a minute, and named by Close. It never fails the call.
//
// # Other ways
//
// A [Queue] takes the writing off the call's path and tries until its [Store] has
// the records: a Log, or a database in a module of its own (calllog/sqlite,
// calllog/postgres). [NewSlog] and [NewEmitter] hand the same fields to log/slog and
// OpenTelemetry. [WithRotation] moves files aside, [WithSampler] keeps a share of the
// records with their weight. Package report adds records up.
package calllog
