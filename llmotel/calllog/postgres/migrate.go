package postgres

import (
	"context"
	"embed"
	"fmt"

	"github.com/jackc/pgx/v5"
)

//go:embed migrations/*.sql
var migrations embed.FS

// lock is the key of the advisory lock under which tables are made: "llmotel".
const lock = 0x6c6c6d6f74656c

// migrate brings the tables up to date, in one transaction. Tables from a newer
// version of this package are left alone.
func migrate(ctx context.Context, conn *pgx.Conn) error {
	names, err := migrations.ReadDir("migrations")
	if err != nil {
		return err
	}
	// Whoever may not make tables may still write to those that are there.
	var version int
	err = conn.QueryRow(ctx, "SELECT version FROM llmotel_calls_version").Scan(&version)
	if err == nil && version >= len(names) {
		return nil
	}
	return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock($1)", int64(lock)); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "CREATE TABLE IF NOT EXISTS llmotel_calls_version (version integer NOT NULL)"); err != nil {
			return err
		}
		version := 0
		if err := tx.QueryRow(ctx, "SELECT coalesce(max(version), 0) FROM llmotel_calls_version").Scan(&version); err != nil {
			return err
		}
		for i := version; i < len(names); i++ {
			text, err := migrations.ReadFile("migrations/" + names[i].Name())
			if err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, string(text)); err != nil {
				return fmt.Errorf("migration %s: %w", names[i].Name(), err)
			}
		}
		if version < len(names) {
			if _, err := tx.Exec(ctx, "DELETE FROM llmotel_calls_version"); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, "INSERT INTO llmotel_calls_version VALUES ($1)", len(names)); err != nil {
				return err
			}
		}
		return nil
	})
}
