package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"strconv"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrate brings the table up to date. The file's user_version is the number
// of the last migration that it has; a file from a newer version of this package
// is left alone.
func migrate(ctx context.Context, db *sql.DB) error {
	names, err := migrations.ReadDir("migrations")
	if err != nil {
		return err
	}
	tx, err := db.BeginTx(ctx, nil) // immediate: other processes wait
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // nothing after Commit
	var version int
	if err := tx.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return err
	}
	for i := version; i < len(names); i++ {
		text, err := migrations.ReadFile("migrations/" + names[i].Name())
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, string(text)); err != nil {
			return fmt.Errorf("migration %s: %w", names[i].Name(), err)
		}
	}
	if version < len(names) {
		if _, err := tx.ExecContext(ctx, "PRAGMA user_version = "+strconv.Itoa(len(names))); err != nil {
			return err
		}
	}
	return tx.Commit()
}
