// Package source reads call records from where they are: log files, rotated and
// compressed ones included, standard input, SQLite files and PostgreSQL. It
// reads in pieces and parses on several goroutines, so that a log need not fit
// into memory.
package source
