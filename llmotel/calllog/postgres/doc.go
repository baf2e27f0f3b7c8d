// Package postgres keeps call records in PostgreSQL, for many writers and for
// SQL over all of them.
//
//	store, err := postgres.Open(ctx, "postgres://llmotel@db/telemetry")
//	queue, err := calllog.NewQueue(store)
//	inst, err := llmotel.New(llmotel.WithSinks(queue))
//	defer queue.Close() // closes the store as well
//
// A [Store] is the calllog.Store behind a calllog.Queue, and has one connection.
// Batches are written with COPY. When a connection breaks, the queue keeps the
// batch and the next try connects anew; if the batch had been committed after
// all, its records are recognised by started and call_id and not stored twice.
//
// The table is llmotel_calls, in the first schema of the search_path: what is
// filtered and summed by in columns, and the whole record as JSON in record, in
// the schema of calllog. [Open] makes the table and brings it up to date, for
// which several processes wait for each other.
//
//	SELECT feature, sum(weight) AS calls, sum(weight * cost_usd) AS usd
//	FROM llmotel_calls WHERE started > now() - interval '1 day' GROUP BY feature;
//
// # TimescaleDB
//
// Where the extension is in the database when the table is made, the table
// becomes a hypertable with chunks of a day. Nothing else depends on it:
// retention, compression and continuous aggregates are set by their own policies.
// This is tested with a stand-in for the extension, not with TimescaleDB itself.
package postgres
