// Package sqlite keeps call records in an SQLite file: SQL over the calls of one
// machine with nothing to install or to run.
//
//	store, err := sqlite.Open(ctx, "calls.db")
//	queue, err := calllog.NewQueue(store)
//	inst, err := llmotel.New(llmotel.WithSinks(queue))
//	defer queue.Close() // closes the store as well
//
// A [Store] is the calllog.Store behind a calllog.Queue. Each batch is one
// transaction, in write-ahead mode: it is there whole or not at all, whatever is
// killed. A power cut can cost the last batches, never the file. Several
// processes may write to one file, and reports read it while it is written.
//
// The table is llmotel_calls: what is filtered and summed by in columns, and the
// whole record as JSON in record, in the schema of calllog. started is UTC text
// that sorts by time and that SQLite's date functions read:
//
//	SELECT feature, sum(weight) AS calls, sum(weight * cost_usd) AS usd
//	FROM llmotel_calls WHERE started > datetime('now', '-1 day') GROUP BY feature;
//
// The driver is modernc.org/sqlite, SQLite in Go without cgo.
package sqlite
